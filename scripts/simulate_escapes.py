"""Count escapes from the basins of patterns, by chaos and by noise (section 3.4)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.escapes import simulate_escapes

with stage(snakemake) as provenance:
    dataset = simulate_escapes(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
