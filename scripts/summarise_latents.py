"""Summarise the latents and their controls."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.latents import latents_table

with stage(snakemake):
    table = latents_table(store.load(snakemake.input[0], "latents"))
    store.save_table(table, snakemake.output[0])
