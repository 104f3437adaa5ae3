"""Summarise which states cycles of gain or of noise end in."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.cycles import cycles_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    table = cycles_table(store.load(snakemake.input.cycles, "cycles"), seed=snakemake.params.seed)
    store.save_table(table, snakemake.output[0])
