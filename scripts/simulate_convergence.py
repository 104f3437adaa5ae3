"""Compare integrators and time steps (reading R5)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.convergence import simulate_convergence

with stage(snakemake) as provenance:
    dataset = simulate_convergence(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
