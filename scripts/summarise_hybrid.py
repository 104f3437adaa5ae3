"""Summarise the regression of overlap on gain and the visits of patterns."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.hybrid import hybrid_table

with stage(snakemake):
    table = hybrid_table(
        store.load(snakemake.input.fixed, "overlaps"),
        store.load(snakemake.input.sweep, "overlaps"),
        [store.load(path, "reading") for path in snakemake.input.readings],
        store.load(snakemake.input.cycled, "overlaps"),
        sample_every=snakemake.params.sample_every,
        dropped=snakemake.params.dropped,
    )
    store.save_table(table, snakemake.output[0])
