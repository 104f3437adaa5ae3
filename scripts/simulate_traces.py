"""Record a few neurons of one random network at several gains (Fig. 1a)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.traces import simulate_traces

with stage(snakemake) as provenance:
    dataset = simulate_traces(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
