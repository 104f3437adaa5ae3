"""Draw Fig. S13: speed of latents and of generated images at each gain."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS13, style
from chaos_sampling.statistics.selection import load

with stage(snakemake):
    samples = [store.load(path, "gain_samples") for path in snakemake.input.gains]
    figure = figureS13.draw(samples, load(snakemake.input.table), model=snakemake.params.model)
    style.save(figure, snakemake.output.png, snakemake.output.svg)
