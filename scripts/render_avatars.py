"""Draw a data set of faces."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.datasets import avatars

# The guard keeps the processes that draw from running this script anew where they are started
# afresh instead of forked, as on macOS.
if __name__ == "__main__":
    with stage(snakemake) as provenance:
        dataset = avatars.render(
            **snakemake.params.settings, seed=snakemake.params.seed, workers=snakemake.threads
        )
        store.save(dataset, snakemake.output[0], provenance)
