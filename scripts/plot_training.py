"""Draw the course of a training."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import style, training

with stage(snakemake):
    figure = training.draw(store.load(snakemake.input.training, "training"))
    style.save(figure, snakemake.output.png, snakemake.output.svg)
