"""Draw Fig. 3: consecutive images of one trajectory at each gain."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figure3, style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    figure = figure3.draw([store.load(path, "gain_samples") for path in snakemake.input.gains])
    style.save(figure, snakemake.output.png, snakemake.output.svg)
