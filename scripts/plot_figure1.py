"""Draw Fig. 1: chaotic traces and sensitivity to initial conditions."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figure1, style

with stage(snakemake):
    figure = figure1.draw(
        store.load(snakemake.input.traces, "traces"),
        store.load(snakemake.input.divergence, "divergence"),
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
