"""Draw Fig. S10: Fig. 4c, d with the weights of the four literal readings."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS10, style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    figure = figureS10.draw(
        [store.load(path, "reading") for path in snakemake.input.readings],
        gains=snakemake.params.gains,
        sample_every=snakemake.params.sample_every,
        dropped=snakemake.params.dropped,
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
