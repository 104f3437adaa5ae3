"""Small generators, sources, images and settings that tests of trainings and samples share."""

from __future__ import annotations

import numpy as np
import torch

from chaos_sampling.gan.dcgan import Generator, initialize
from chaos_sampling.gan.generators import ChaoticGenerator
from chaos_sampling.latents import sources
from chaos_sampling.latents.readout import subset
from chaos_sampling.network.weights import Network, random_weights

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 64, 64, 3), np.uint8)
SETTINGS = {
    "width": 2,
    "images_shown": 48,
    "advance": 1.0,
    "learning_rate": 1e-3,
    "beta1": 0.5,
    "record_every": 8,
    "grid_every": 16,
    "seed": 1,
    "device": "cpu",
}
OURS = {
    "discriminator": "dcgan",
    "real_label": 0.9,
    "flip": True,
    "learning_rate_decay": 0.4,
    "ema_decay": 0.9,
}


def untrained(attributes: dict, neurons: int = 50) -> ChaoticGenerator:
    """Return a generator with initial weights, which still averages its batch statistics."""
    rng = np.random.default_rng(1)
    network = Network(random_weights(neurons, rng).float())
    readout = torch.from_numpy(subset(neurons, 5, rng))
    generator = Generator(5, 2)
    initialize(generator, torch.Generator().manual_seed(0))
    return ChaoticGenerator(generator, network, readout, 4.0, attributes)


def source(name: str = "subset", device: str = "cpu"):
    """Return a source as the workflow draws it."""
    latents, _ = sources.draw(
        name,
        neurons=20,
        count=6,
        degree=2,
        gain=4,
        burn_in=5,
        dt=0.1,
        method="euler",
        recording={"duration": 4, "interval": 0.5},
        batch=4,
        seed=1,
        device=device,
    )
    return latents


def grid(*levels: int) -> torch.Tensor:
    """Return images (n, 2, 2, 3), each of one grey level."""
    return torch.tensor(levels, dtype=torch.uint8)[:, None, None, None].repeat(1, 2, 2, 3)
