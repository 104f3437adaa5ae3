"""Solve the theory for infinitely many neurons."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.theory import solve_mean_field

with stage(snakemake) as provenance:
    dataset = solve_mean_field(gains=snakemake.params.gains, interval=snakemake.params.interval)
    store.save(dataset, snakemake.output[0], provenance)
