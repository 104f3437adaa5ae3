"""Compute Lyapunov exponents of networks of one size (sections 3.1 and 4)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.lyapunov import simulate_lyapunov

with stage(snakemake) as provenance:
    dataset = simulate_lyapunov(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
