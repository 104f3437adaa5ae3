"""Draw Fig. S8: quality of the images at each gain."""

from typing import TYPE_CHECKING

import pandas as pd
from stage import stage

from chaos_sampling.figures import figureS8, style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    tables = {
        model: pd.read_csv(path, sep="\t", na_values="not computed")
        for model, path in zip(snakemake.params.models, snakemake.input, strict=True)
    }
    style.save(figureS8.draw(tables), snakemake.output.png, snakemake.output.svg)
