"""Train one chaotic GAN (Fig. 2)."""

import shutil
from pathlib import Path

from stage import device_of, stage

from chaos_sampling import store
from chaos_sampling.datasets import images
from chaos_sampling.files import replacing
from chaos_sampling.gan.checkpoint import checkpoint_path, discard_checkpoint
from chaos_sampling.gan.generators import ChaoticGenerator, save_generator
from chaos_sampling.gan.training import train
from chaos_sampling.latents import sources

with stage(snakemake) as provenance:
    device = device_of(snakemake)
    settings, recipe = snakemake.params.settings, snakemake.params.recipe
    model, seed = snakemake.params.model, snakemake.params.model["seed"]
    faces = images.load(snakemake.input.dataset[0])["train"]
    course = [dict(model), dict(settings), dict(recipe), snakemake.params.code]
    checkpoint = checkpoint_path(snakemake.output.generator, faces, course)
    # Not declared, since Snakemake prints the logs of a failed job.
    lines = Path(snakemake.log[0]).with_suffix(".jsonl")
    latents, chaos = sources.draw(
        model["latents"],
        **settings["latents"],
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
        checkpoint_seconds=snakemake.config["checkpoint_seconds"],
        lines=lines,
    )
    attributes = {
        **model,
        "training": {**settings["training"], **recipe, "batch": settings["batch"]},
        "latents_settings": dict(settings["latents"]),
        "images": len(faces),
        "code_version": provenance["code_version"],
        "device": device.type,
    }
    trained = ChaoticGenerator(generator, chaos.network, chaos.readout, chaos.gain, attributes)
    save_generator(snakemake.output.generator, trained)
    provenance |= {"seed": seed, "device": device.type}
    store.save(history, snakemake.output.training, provenance)
    with replacing(snakemake.output.records) as temporary:
        shutil.copyfile(lines, temporary)
    discard_checkpoint(checkpoint)
