"""Compare noise and chaos in networks of growing size (discussion)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.noise import simulate_noise

with stage(snakemake) as provenance:
    dataset = simulate_noise(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
