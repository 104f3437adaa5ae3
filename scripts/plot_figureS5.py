"""Draw Fig. S5: population readouts of noise and of chaos."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS5, style

with stage(snakemake):
    figure = figureS5.draw(store.load(snakemake.input.noise, "noise"))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
