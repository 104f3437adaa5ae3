"""Summarise how fast latents and images change at each gain."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.sampling import sampling_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    samples = (store.load(path, "gain_samples") for path in snakemake.input)
    table = sampling_table(zip(snakemake.params.models, samples, strict=True))
    store.save_table(table, snakemake.output[0])
