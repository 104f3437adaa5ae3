"""Draw Fig. S8: quality of the images at each gain."""

from stage import stage

from chaos_sampling.figures import figureS8, style
from chaos_sampling.statistics.selection import load

with stage(snakemake):
    figure = figureS8.draw(load(path) for path in snakemake.input)
    style.save(figure, snakemake.output.png, snakemake.output.svg)
