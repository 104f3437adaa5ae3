"""Measure overlaps with the stored patterns and with the orthogonal directions (Fig. 4d, e)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.measures import overlaps

with stage(snakemake) as provenance:
    simulation = store.load(snakemake.input[0], "hybrid")
    dataset = overlaps.measure(simulation, **snakemake.params.settings)
    provenance["seed"] = simulation.attributes["seed"]
    store.save(dataset, snakemake.output[0], provenance)
