"""Summarise how fast latents and images change at each gain."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.sampling import sampling_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    table = sampling_table(store.load(path, "gain_samples") for path in snakemake.input)
    store.save_table(table, snakemake.output[0])
