"""Measure overlaps with the stored patterns and with the orthogonal directions (Fig. 4d, e)."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import overlaps, store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    simulation = store.load(snakemake.input[0], "hybrid")
    dataset = overlaps.measure(simulation, **snakemake.params.settings)
    provenance["seed"] = simulation.attributes["seed"]
    store.save(dataset, snakemake.output[0], provenance)
