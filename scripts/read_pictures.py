"""Read a data set of one's own pictures."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import pictures, store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    dataset = pictures.from_folder(**snakemake.params.settings, workers=snakemake.threads)
    pictures.require_both_splits(dataset)
    store.save(dataset, snakemake.output[0], provenance)
