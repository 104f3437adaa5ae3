"""Summarise how readouts of noise and chaos scale with size."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.noise import noise_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    table = noise_table(store.load(snakemake.input[0], "noise"))
    store.save_table(table, snakemake.output[0])
