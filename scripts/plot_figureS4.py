"""Draw Fig. S4: convergence with the time step."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS4, style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    figure = figureS4.draw(store.load(snakemake.input.convergence, "convergence"))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
