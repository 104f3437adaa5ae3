"""Build one data set: 64×64 colour images as uint8."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import avatars, images, store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

SOURCES = {
    "avatars": avatars.render,
    "folder": images.from_folder,
    "celeba": images.from_celeba,
}

# The guard keeps the processes that draw avatars from running this script anew where they are
# started afresh instead of forked, as on macOS.
if __name__ == "__main__":
    with stage(snakemake) as provenance:
        name = snakemake.wildcards.dataset
        settings = dict(snakemake.params.settings)
        if name == "avatars":
            settings["seed"] = snakemake.params.seed
        dataset = SOURCES[name](**settings, workers=snakemake.threads)
        store.save(dataset, snakemake.output[0], provenance)
