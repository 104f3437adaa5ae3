"""Solve the theory for infinitely many neurons."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.theory import solve_mean_field

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    dataset = solve_mean_field(gains=snakemake.params.gains, interval=snakemake.params.interval)
    store.save(dataset, snakemake.output[0], provenance)
