"""Retrieve from more and more stored patterns, by either learning rule (section 3.4)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.capacity import simulate_capacity

with stage(snakemake) as provenance:
    dataset = simulate_capacity(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
