"""Read a data set of pictures."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import pictures, store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

SOURCES = {"folder": pictures.from_folder, "celeba": pictures.from_celeba}

with stage(snakemake) as provenance:
    read = SOURCES[snakemake.wildcards.dataset]
    dataset = read(**snakemake.params.settings, workers=snakemake.threads)
    store.save(dataset, snakemake.output[0], provenance)
