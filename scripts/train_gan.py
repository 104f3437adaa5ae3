"""Train one chaotic GAN and sample from it at its training gain (Fig. 2b)."""

from typing import TYPE_CHECKING

import torch
from stage import stage

from chaos_sampling import images, store
from chaos_sampling.device import choose
from chaos_sampling.gan import ChaoticGenerator, save_generator
from chaos_sampling.latents import chaos_latents
from chaos_sampling.sampling import sample_grid
from chaos_sampling.training import checkpoint_path, train

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake) as provenance:
    torch.set_num_threads(snakemake.threads)
    device = choose(snakemake.config["device"], snakemake.resources.get("gpu", 0) > 0)
    settings, recipe = snakemake.params.settings, snakemake.params.recipe
    model, seed = snakemake.params.model, snakemake.params.model["seed"]
    faces = images.load(snakemake.input.dataset)
    checkpoint = checkpoint_path(
        snakemake.output.generator, faces, [dict(model), dict(settings), dict(recipe)]
    )
    latents = chaos_latents(
        **settings["latents"],
        readout=model["latents"],
        batch=settings["batch"],
        seed=seed,
        device=device,
    )
    generator, history = train(
        faces,
        latents,
        **settings["training"],
        **recipe,
        seed=seed,
        device=device,
        checkpoint=checkpoint,
    )
    trained = ChaoticGenerator(generator, latents.network, latents.readout, latents.gain, model)
    save_generator(snakemake.output.generator, trained)
    provenance |= {"seed": seed, "device": device.type}
    store.save(history, snakemake.output.training, provenance)
    samples = sample_grid(trained, **settings["grid"], seed=seed)
    store.save(samples, snakemake.output.samples, provenance)
    checkpoint.unlink(missing_ok=True)
