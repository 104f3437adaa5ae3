"""Sample images from a trained generator at one gain (Fig. 3)."""

from typing import TYPE_CHECKING

import torch
from stage import stage

from chaos_sampling import store
from chaos_sampling.device import choose
from chaos_sampling.gan import load_generator
from chaos_sampling.sampling import sample_gain

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    torch.set_num_threads(snakemake.threads)
    device = choose(snakemake.config["device"], snakemake.resources.get("gpu", 0) > 0)
    model = load_generator(snakemake.input.generator, device)
    dataset = sample_gain(
        model,
        gain=float(snakemake.wildcards.gain),
        **snakemake.params.settings,
        seed=model.attributes["seed"],
    )
    provenance |= {"seed": model.attributes["seed"], "device": device.type}
    store.save(dataset, snakemake.output[0], provenance)
