"""Draw Fig. S6: latents and their Gaussian controls."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS6, style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    figure = figureS6.draw(
        store.load(snakemake.input.latents, "latents"), gain=snakemake.params.gain
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
