"""Animate the trajectory of images whose gain is switched, with the gain drawn under it."""

from stage import stage

from chaos_sampling import store
from chaos_sampling.figures import animation
from chaos_sampling.files import replacing

with stage(snakemake):
    pictures = animation.draw_switched(store.load(snakemake.input.switched, "switched_samples"))
    with replacing(snakemake.output[0]) as temporary:
        temporary.write_bytes(animation.gif(pictures))
