"""Draw Fig. 2: the generator and images sampled from it."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figure2, style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    figure = figure2.draw(store.load(snakemake.input.samples, "samples"))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
