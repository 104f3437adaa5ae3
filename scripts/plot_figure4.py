"""Draw Fig. 4: hybrid networks at fixed and at cycled gain."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figure4, style

with stage(snakemake):
    figure = figure4.draw(
        store.load(snakemake.input.fixed, "hybrid"),
        store.load(snakemake.input.fixed_overlaps, "overlaps"),
        store.load(snakemake.input.cycled_overlaps, "overlaps"),
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
