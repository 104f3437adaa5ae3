"""Run hybrid networks through cycles of gain or of noise, and record the states they end in."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.cycles import simulate_cycles

with stage(snakemake) as provenance:
    dataset = simulate_cycles(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
