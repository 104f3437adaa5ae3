"""Summarise which states cycles of gain or of noise end in."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.cycles import cycles_table

with stage(snakemake):
    cycles = store.load_joined(snakemake.input.cycles, "cycles", "network")
    table = cycles_table(cycles, seed=snakemake.params.seed)
    store.save_table(table, snakemake.output[0])
