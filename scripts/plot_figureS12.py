"""Draw Fig. S12: capacity of hybrid networks, and escapes from their patterns."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS12, style

with stage(snakemake):
    capacity = store.load_joined(snakemake.input.capacity, "capacity", "size")
    escapes = store.load_joined(snakemake.input.escapes, "escapes", "size")
    figure = figureS12.draw(capacity, escapes)
    style.save(figure, snakemake.output.png, snakemake.output.svg)
