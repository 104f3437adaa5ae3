"""Draw Fig. S10: Fig. 4c, d with the weights of the four literal readings."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS10, style
from chaos_sampling.statistics.selection import load

with stage(snakemake):
    readings = [store.load(path, "reading") for path in snakemake.input.readings]
    figure = figureS10.draw(readings, load(snakemake.input.table))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
