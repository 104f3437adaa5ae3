"""Follow pairs of trajectories from almost the same initial state (Fig. 1b)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.divergence import simulate_divergence

with stage(snakemake) as provenance:
    dataset = simulate_divergence(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
