"""Draw Fig. S11: what hybrid networks sample under cycled gain."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS11, style

with stage(snakemake):
    figure = figureS11.draw(store.load_joined(snakemake.input.cycles, "cycles", "network"))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
