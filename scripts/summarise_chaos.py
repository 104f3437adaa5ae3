"""Summarise sensitivity, exponents and speed of the random networks, per gain and size."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.statistics.chaos import chaos_table

with stage(snakemake):
    table = chaos_table(
        store.load(snakemake.input.divergence, "divergence"),
        [store.load(path, "mixing") for path in snakemake.input.mixing],
        [store.load(path, "lyapunov") for path in snakemake.input.lyapunov],
        store.load(snakemake.input.theory, "mean_field"),
        transient=snakemake.params.transient,
        reference_gain=snakemake.params.reference_gain,
        pairs=snakemake.params.pairs,
    )
    store.save_table(table, snakemake.output[0])
