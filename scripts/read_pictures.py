"""Read a data set of one's own pictures."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.datasets import pictures

with stage(snakemake) as provenance:
    dataset = pictures.from_folder(**snakemake.params.settings, workers=snakemake.threads)
    pictures.require_both_splits(dataset)
    store.save(dataset, snakemake.output[0], provenance)
