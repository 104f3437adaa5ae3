"""Draw Fig. 3: consecutive images of one trajectory at each gain."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figure3, style

with stage(snakemake):
    figure = figure3.draw([store.load(path, "gain_samples") for path in snakemake.input.gains])
    style.save(figure, snakemake.output.png, snakemake.output.svg)
