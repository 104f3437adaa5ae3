"""Summarise what hybrid networks do over strength and gain, and where Fig. 4 shows."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.structure import structure_table

with stage(snakemake):
    structure = store.load_joined(snakemake.input, "structure_map", "strength")
    table = structure_table(structure, seed=snakemake.params.seed)
    store.save_table(table, snakemake.output[0])
