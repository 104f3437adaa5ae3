"""Measure timescales, dimension and correlations of networks of one size (section 3.3)."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.mixing import simulate_mixing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    dataset = simulate_mixing(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
