"""Run the networks of Fig. 4c, d with the weights of one literal reading (Fig. S10)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments.readings import simulate_reading

with stage(snakemake) as provenance:
    dataset = simulate_reading(
        **snakemake.params.settings,
        reading=snakemake.wildcards.reading,
        seed=snakemake.params.seed,
    )
    store.save(dataset, snakemake.output[0], provenance)
