"""Draw Fig. S4: convergence with the time step."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS4, style

with stage(snakemake):
    figure = figureS4.draw(store.load(snakemake.input.convergence, "convergence"))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
