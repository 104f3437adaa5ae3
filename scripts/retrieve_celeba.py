"""Retrieve CelebA from the first source that has it."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.datasets import celeba, pictures

with stage(snakemake) as provenance:
    # No parameters: the complete set is the same wherever it is read or downloaded.
    places = snakemake.config["datasets"]["celeba"]
    dataset = celeba.retrieve(**places | snakemake.params.settings, workers=snakemake.threads)
    pictures.require_both_splits(dataset)
    store.save(dataset, snakemake.output[0], provenance)
