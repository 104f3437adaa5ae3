"""Run networks with stored patterns and random weights, at fixed or at cycled gain (Fig. 4)."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.experiments import hybrid

PROTOCOLS = {
    "fixed_gain": hybrid.simulate_fixed_gain,
    "gain_sweep": hybrid.simulate_fixed_gain,
    "cycled_gain": hybrid.simulate_cycled_gain,
}

with stage(snakemake) as provenance:
    simulate = PROTOCOLS[snakemake.wildcards.protocol]
    dataset = simulate(**snakemake.params.settings, seed=snakemake.params.seed)
    store.save(dataset, snakemake.output[0], provenance)
