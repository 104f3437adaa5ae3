"""Measure how near a generator's images are to real ones at each gain (section 3.2)."""

from stage import device_of, stage

from chaos_sampling import store
from chaos_sampling.datasets import images
from chaos_sampling.quality.comparison import measure

with stage(snakemake):
    real = [images.load(path) for path in snakemake.input.dataset]  # none, or one
    table = measure(
        (store.load(path, "gain_samples") for path in snakemake.input.gains),
        store.load(snakemake.input.reference, "reference"),
        (real[0]["train"], real[0]["test"]) if real else None,
        **snakemake.params.settings,
        model=snakemake.wildcards.model,
        seed=snakemake.params.seed,
        device=device_of(snakemake),
    )
    store.save_table(table, snakemake.output[0])
