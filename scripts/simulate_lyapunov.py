"""Compute Lyapunov exponents of networks of one size (sections 3.1 and 4)."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.lyapunov import simulate_lyapunov

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    dataset = simulate_lyapunov(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
