"""Summarise sensitivity and sampling speed of the random network, per gain."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import statistics, store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    table = statistics.chaos_table(
        store.load(snakemake.input.divergence, "divergence"),
        store.load(snakemake.input.mixing, "mixing"),
        transient=snakemake.params.transient,
        reference_gain=snakemake.params.reference_gain,
    )
    store.save_table(table, snakemake.output[0])
