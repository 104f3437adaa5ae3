"""The paper's DCGAN (appendix; after Radford et al. 2015)."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, get_args

import torch
from torch import Tensor, nn

Architecture = Literal["dcgan", "text"]


class Generator(nn.Module):
    """Five transposed convolutions from latents (B, K) to images (B, 3, 64, 64) in [−1, 1].

    Args:
        size: of the latents, K.
        width: channels before the last layer; 64 in PyTorch's example of a DCGAN.
    """

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.size = size
        self.width = width
        channels = [size, 8 * width, 4 * width, 2 * width, width]
        layers: list[nn.Module] = []
        for index, (before, after) in enumerate(pairwise(channels)):
            stride, padding = (1, 0) if index == 0 else (2, 1)
            layers += [
                nn.ConvTranspose2d(before, after, 4, stride, padding, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(inplace=True),
            ]
        layers += [nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, latents: Tensor) -> Tensor:
        """Return the images (B, 3, 64, 64) of latents (B, K)."""
        return self.layers(latents[:, :, None, None])


class Discriminator(nn.Module):
    """Five convolutions from images (B, 3, 64, 64) to logits (B,) of being real.

    Args:
        width: channels after the first layer; 64 in PyTorch's example of a DCGAN.
        architecture: "dcgan" has leaky ReLU and no batch norm on the first layer, "text" ReLU and
            batch norm on all four hidden layers (reading R4 in docs/paper.md).

    Raises:
        ValueError: the architecture is neither.
    """

    def __init__(self, width: int, architecture: Architecture) -> None:
        super().__init__()
        if architecture not in get_args(Architecture):
            raise ValueError(f"architecture: expected 'dcgan' or 'text', found {architecture!r}")
        channels = [3, width, 2 * width, 4 * width, 8 * width]
        layers: list[nn.Module] = []
        for index, (before, after) in enumerate(pairwise(channels)):
            layers.append(nn.Conv2d(before, after, 4, 2, 1, bias=False))
            if architecture == "text" or index > 0:
                layers.append(nn.BatchNorm2d(after))
            leaky = architecture == "dcgan"
            layers.append(nn.LeakyReLU(0.2, inplace=True) if leaky else nn.ReLU(inplace=True))
        layers.append(nn.Conv2d(8 * width, 1, 4, 1, 0, bias=False))
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (B,) of images (B, 3, 64, 64) in [−1, 1]."""
        return self.layers(images).flatten()


@torch.no_grad()
def initialize(module: nn.Module, rng: torch.Generator) -> None:
    """Draw weights as Radford et al. do: convolutions N(0, 0.02²), batch norms N(1, 0.02²)."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            layer.weight.normal_(0, 0.02, generator=rng)
        elif isinstance(layer, nn.BatchNorm2d):
            layer.weight.normal_(1, 0.02, generator=rng)


@torch.no_grad()
def render(generator: Generator, latents: Tensor, *, batch: int = 128) -> Tensor:
    """Return images as uint8 (n, 64, 64, 3) on the CPU, with the statistics that the generator has.

    Args:
        generator: is used in eval mode and left in the mode it was in.
        latents: (n, K).
        batch: images per pass, which bounds the memory.
    """
    was_training = generator.training
    generator.eval()
    images = torch.cat([_pixels(generator(part)) for part in latents.split(batch)])
    generator.train(was_training)
    return images


def _pixels(images: Tensor) -> Tensor:
    """Return images (B, 3, y, x) in [−1, 1] as uint8 (B, y, x, 3) on the CPU."""
    values = ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return values.permute(0, 2, 3, 1).contiguous().cpu()
