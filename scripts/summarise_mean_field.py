"""Tabulate the theory with the names of the simulations' table."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.mean_field import mean_field_table

with stage(snakemake):
    theory = store.load(snakemake.input[0], "mean_field")
    store.save_table(mean_field_table(theory, snakemake.params.sizes), snakemake.output[0])
