"""Tabulate how long the generators took to train."""

import json
from pathlib import Path

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.training import training_table

with stage(snakemake):
    table = training_table(
        (
            {
                "model": model,
                "width": snakemake.params.width,
                "images_shown": snakemake.params.images_shown,
                "device": store.attributes_of(training)["device"],
            },
            [json.loads(line) for line in Path(records).read_text(encoding="utf-8").splitlines()],
        )
        for model, training, records in zip(
            snakemake.params.models,
            snakemake.input.training,
            snakemake.input.records,
            strict=True,
        )
    )
    store.save_table(table, snakemake.output[0])
