"""Draw Fig. S2: autocorrelation functions over theory."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS2, style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    figure = figureS2.draw(
        store.load(snakemake.input.theory, "mean_field"),
        [store.load(path, "mixing") for path in snakemake.input.mixing],
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
