"""Animate the trajectories of images at every gain, side by side."""

from typing import TYPE_CHECKING

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import animation
from chaos_sampling.files import replacing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    pictures = animation.draw_gains(
        [store.load(path, "gain_samples") for path in snakemake.input.gains]
    )
    with replacing(snakemake.output[0]) as temporary:
        temporary.write_bytes(animation.gif(pictures))
