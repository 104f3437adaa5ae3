"""Write a trained generator in half precision."""

from stage import stage
from torch import float16

from chaos_sampling.gan.generators import load_generator, save_generator

with stage(snakemake):
    model = load_generator(snakemake.input.generator, "cpu")
    save_generator(snakemake.output[0], model, float16)
