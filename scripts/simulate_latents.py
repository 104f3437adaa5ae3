"""Measure latents and their Gaussian controls (section 3.2)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.latents import simulate_latents

with stage(snakemake) as provenance:
    dataset = simulate_latents(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
