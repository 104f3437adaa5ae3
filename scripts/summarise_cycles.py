"""Summarise which states cycles of gain or of noise end in."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.cycles import cycles_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    cycles = store.load_joined(snakemake.input.cycles, "cycles", "network")
    table = cycles_table(cycles, seed=snakemake.params.seed)
    store.save_table(table, snakemake.output[0])
