"""Draw Fig. S2: autocorrelation functions over theory."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS2, style

with stage(snakemake):
    figure = figureS2.draw(
        store.load(snakemake.input.theory, "mean_field"),
        [store.load(path, "mixing") for path in snakemake.input.mixing],
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
