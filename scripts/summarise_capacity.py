"""Summarise the capacity of hybrid networks and the escapes from their patterns."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.capacity import capacity_table

with stage(snakemake):
    capacity = store.load_joined(snakemake.input.capacity, "capacity", "size")
    escapes = store.load_joined(snakemake.input.escapes, "escapes", "size")
    store.save_table(capacity_table(capacity, escapes), snakemake.output[0])
