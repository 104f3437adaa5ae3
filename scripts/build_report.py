"""Write the whole run on one page."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from stage import stage

from chaos_sampling import report, store
from chaos_sampling.statistics import table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


with stage(snakemake) as provenance:
    captions = [Path(path).read_text(encoding="utf-8") for path in snakemake.input.captions]
    figures = [Path(path).read_bytes() for path in snakemake.input.figures]
    page = report.render(
        Path(snakemake.input.template).read_text(encoding="utf-8"),
        figures={
            Path(path).stem: content
            for path, *content in zip(snakemake.input.figures, figures, captions, strict=True)
        },
        tables={Path(path).stem: table.read(path) for path in snakemake.input.tables}
        | {"quality": pd.concat(map(table.read, snakemake.input.quality))},
        config=snakemake.params.settings,
        shown=store.load(snakemake.input.samples, "samples").attributes,
        code_version=provenance["code_version"],
    )
    with store.replacing(snakemake.output[0]) as temporary:
        temporary.write_text(page, encoding="utf-8")
