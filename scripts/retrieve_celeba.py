"""Retrieve CelebA from the first source that has it."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import celeba, pictures, store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    dataset = celeba.retrieve(**snakemake.params.settings, workers=snakemake.threads)
    pictures.require_both_splits(dataset)
    store.save(dataset, snakemake.output[0], provenance)
