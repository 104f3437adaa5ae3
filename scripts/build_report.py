"""Write the whole run on one page."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from stage import stage

from chaos_sampling import report, store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def read_table(path: str) -> pd.DataFrame:
    """Read one table of the run."""
    return pd.read_csv(path, sep="\t", na_values="not computed")


with stage(snakemake) as provenance:
    captions = [Path(path).read_text(encoding="utf-8") for path in snakemake.input.captions]
    figures = [Path(path).read_bytes() for path in snakemake.input.figures]
    page = report.render(
        Path(snakemake.input.template).read_text(encoding="utf-8"),
        figures={
            Path(path).stem: content
            for path, *content in zip(snakemake.input.figures, figures, captions, strict=True)
        },
        tables={Path(path).stem: read_table(path) for path in snakemake.input.tables}
        | {"quality": pd.concat(map(read_table, snakemake.input.quality))},
        config=snakemake.params.settings,
        shown=store.load(snakemake.input.samples, "samples").attributes,
        code_version=provenance["code_version"],
    )
    with store.replacing(snakemake.output[0]) as temporary:
        temporary.write_text(page, encoding="utf-8")
