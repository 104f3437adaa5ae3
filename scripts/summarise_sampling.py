"""Summarise how fast latents and images change at each gain."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.sampling import sampling_table

with stage(snakemake):
    samples = (store.load(path, "gain_samples") for path in snakemake.input)
    table = sampling_table(zip(snakemake.params.models, samples, strict=True))
    store.save_table(table, snakemake.output[0])
