"""Measure timescales, dimension and correlations of networks of one size (section 3.3)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.mixing import simulate_mixing

with stage(snakemake) as provenance:
    dataset = simulate_mixing(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
