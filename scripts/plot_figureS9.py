"""Draw Fig. S9: hybrid networks over the strength of their structure and the gain."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS9, style
from chaos_sampling.statistics.selection import load

with stage(snakemake):
    figure = figureS9.draw(
        store.load_joined(snakemake.input.structure, "structure_map", "strength"),
        load(snakemake.input.table),
        strength=snakemake.params.strength,
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
