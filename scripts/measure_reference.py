"""Measure the real images of a data set that distances refer to."""

from stage import device_of, stage

from chaos_sampling import store
from chaos_sampling.datasets import images
from chaos_sampling.quality.metrics import reference

with stage(snakemake) as provenance:
    device = device_of(snakemake)
    faces = images.load(snakemake.input.dataset)
    dataset = reference(
        faces["test"],
        faces["train"],
        **snakemake.params.settings,
        seed=snakemake.params.seed,
        device=device,
    )
    store.save(dataset, snakemake.output[0], provenance | {"device": device.type})
