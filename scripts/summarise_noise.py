"""Summarise how readouts of noise and chaos scale with size."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.noise import noise_table

with stage(snakemake):
    table = noise_table(store.load(snakemake.input[0], "noise"))
    store.save_table(table, snakemake.output[0])
