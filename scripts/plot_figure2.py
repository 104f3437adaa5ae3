"""Draw Fig. 2: the generator and images sampled from it."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figure2, style

with stage(snakemake):
    figure = figure2.draw(store.load(snakemake.input.samples, "samples"))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
