"""Draw Fig. S3: sampling speed in four senses."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import figureS3, style

with stage(snakemake):
    figure = figureS3.draw(
        store.load(snakemake.input.theory, "mean_field"),
        [store.load(path, "mixing") for path in snakemake.input.mixing],
        reference_gain=snakemake.params.reference_gain,
        pairs=snakemake.params.pairs,
    )
    style.save(figure, snakemake.output.png, snakemake.output.svg)
