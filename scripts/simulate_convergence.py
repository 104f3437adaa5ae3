"""Compare integrators and time steps (reading R5)."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.convergence import simulate_convergence

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    dataset = simulate_convergence(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
