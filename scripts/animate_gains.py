"""Animate the trajectories of images at every gain, side by side."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import animation
from chaos_sampling.files import replacing

with stage(snakemake):
    pictures = animation.draw_gains(
        [store.load(path, "gain_samples") for path in snakemake.input.gains]
    )
    with replacing(snakemake.output[0]) as temporary:
        temporary.write_bytes(animation.gif(pictures))
