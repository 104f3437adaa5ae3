"""Draw Fig. S7: one trajectory at every gain over the same time."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS7, style

with stage(snakemake):
    figure = figureS7.draw([store.load(path, "gain_samples") for path in snakemake.input.gains])
    style.save(figure, snakemake.output.png, snakemake.output.svg)
