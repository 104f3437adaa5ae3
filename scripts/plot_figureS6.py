"""Draw Fig. S6: latents and their Gaussian controls."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS6, style

with stage(snakemake):
    figure = figureS6.draw(
        store.load(snakemake.input.latents, "latents"), gain=snakemake.params.gain
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
