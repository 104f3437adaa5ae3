"""Run hybrid networks over the strength of their structure and the gain (Fig. S9)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.structure_map import simulate_structure_map

with stage(snakemake) as provenance:
    dataset = simulate_structure_map(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
