"""The paper's DCGAN (appendix; after Radford et al. 2015), and trained generators as files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from chaos_sampling import store
from chaos_sampling.network import Network

Architecture = Literal["dcgan", "text"]
KIND = "generator"


class Generator(nn.Module):
    """Five transposed convolutions from latents (B, K) to images (B, 3, 64, 64) in [−1, 1].

    Args:
        latents: K.
        width: channels before the last layer; 64 is the DCGAN's.
    """

    def __init__(self, latents: int, width: int) -> None:
        super().__init__()
        self.latents = latents
        self.width = width
        channels = [latents, 8 * width, 4 * width, 2 * width, width]
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
        width: channels after the first layer; 64 is the DCGAN's.
        architecture: "dcgan" has leaky ReLU and no batch norm on the first layer, "text" ReLU and
            batch norm on all four hidden layers (reading R4 in docs/paper.md).
    """

    def __init__(self, width: int, architecture: Architecture) -> None:
        super().__init__()
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
    """Return images as uint8 (n, 64, 64, 3) on the CPU, with the statistics of training.

    Args:
        generator: is used in eval mode and left in the mode it was in.
        latents: (n, K).
        batch: images per pass, which bounds the memory.
    """
    was_training = generator.training
    generator.eval()
    images = torch.cat([generator(part) for part in latents.split(batch)])
    generator.train(was_training)
    pixels = ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return pixels.permute(0, 2, 3, 1).contiguous().cpu()


@dataclass(frozen=True)
class ChaoticGenerator:
    """A generator with the chaotic network that feeds it: all that is needed to draw images.

    Attributes:
        generator: the trained one, in eval mode.
        network: the recurrent weights (N, N).
        readout: W_out (K, N).
        gain: g during training.
        attributes: what else is known of it, such as data set, recipe and seed.
    """

    generator: Generator
    network: Network
    readout: Tensor
    gain: float
    attributes: Mapping[str, Any]


def save_generator(path: str | Path, model: ChaoticGenerator) -> None:
    """Write `model` as one safetensors file, atomically.

    The file holds the generator's weights and batch-norm statistics as "generator.*", the recurrent
    weights "network.random", the readout "readout", and JSON metadata under the key "model".
    """
    tensors = {f"generator.{name}": value for name, value in model.generator.state_dict().items()}
    tensors |= {"network.random": model.network.random, "readout": model.readout}
    tensors = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    metadata = {
        "kind": KIND,
        "latents": model.generator.latents,
        "width": model.generator.width,
        "gain": model.gain,
        "sha256": _checksum(tensors),
        "attributes": dict(model.attributes),
    }
    with store.replacing(path) as temporary:
        temporary.write_bytes(save(tensors, {"model": json.dumps(metadata)}))


def load_generator(path: str | Path, device: torch.device | str) -> ChaoticGenerator:
    """Read what `save_generator` wrote.

    Raises:
        store.WrongFileError: the file is missing, damaged, or not a generator of this project.
    """
    expected = f"{path}: expected a generator in safetensors format"
    remedy = "Delete it and run snakemake again to have it rebuilt."
    if not Path(path).is_file():
        raise store.WrongFileError(f"{expected}, found no file.")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get("model", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError) as error:
        found = f"found a damaged file ({error})"
        raise store.WrongFileError(f"{expected}, {found}. {remedy}") from error
    if metadata.get("kind") != KIND:
        raise store.WrongFileError(f"{expected}, found other tensors. {remedy}")
    if metadata["sha256"] != _checksum(tensors):
        raise store.WrongFileError(f"{expected}, found one whose checksum is wrong. {remedy}")
    network = Network(tensors.pop("network.random").to(device))
    readout = tensors.pop("readout").to(device)
    generator = Generator(metadata["latents"], metadata["width"])
    generator.load_state_dict(
        {name.removeprefix("generator."): value for name, value in tensors.items()}
    )
    generator = generator.to(device, memory_format=torch.channels_last).eval()
    return ChaoticGenerator(generator, network, readout, metadata["gain"], metadata["attributes"])


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()
