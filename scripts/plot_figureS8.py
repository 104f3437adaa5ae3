"""Draw Fig. S8: quality of the images at each gain."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling.figures import figureS8, style
from chaos_sampling.statistics.selection import load

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    tables = {
        model: load(path)
        for model, path in zip(snakemake.params.models, snakemake.input, strict=True)
    }
    style.save(figureS8.draw(tables), snakemake.output.png, snakemake.output.svg)
