"""Draw Fig. S1: exponents, dimension and timescales against gain."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS1, style

with stage(snakemake):
    figure = figureS1.draw(
        store.load(snakemake.input.theory, "mean_field"),
        [store.load(path, "mixing") for path in snakemake.input.mixing],
        [store.load(path, "lyapunov") for path in snakemake.input.lyapunov],
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
