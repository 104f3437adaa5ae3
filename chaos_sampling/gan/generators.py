"""Trained generators, with the chaotic network that feeds them, as files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from chaos_sampling import store
from chaos_sampling.files import replacing
from chaos_sampling.gan.dcgan import Generator
from chaos_sampling.network.weights import Network

KIND = "generator"


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


def save_generator(
    path: str | Path, model: ChaoticGenerator, precision: torch.dtype = torch.float32
) -> None:
    """Write `model` as one safetensors file, atomically.

    The file holds the generator's weights and batch-norm statistics as "generator.*", the recurrent
    weights "network.random", the readout "readout", and JSON metadata under the key "model".

    Args:
        path: where to.
        model: the generator and its network.
        precision: of the weights in the file; torch.float16 makes it half as large. Batch-norm
            statistics stay as they are.

    Raises:
        ValueError: a tensor has values that are not finite in this precision.
    """
    tensors = {f"generator.{name}": value for name, value in model.generator.state_dict().items()}
    tensors |= {"network.random": model.network.random, "readout": model.readout}
    tensors = {name: _stored(name, value, precision) for name, value in tensors.items()}
    metadata = {
        "kind": KIND,
        "size": model.generator.size,
        "width": model.generator.width,
        "gain": model.gain,
        "sha256": _checksum(tensors),
        "attributes": dict(model.attributes),
    }
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, {"model": json.dumps(metadata)}))


def load_generator(path: str | Path, device: torch.device | str) -> ChaoticGenerator:
    """Read what `save_generator` wrote, as float32 whatever the precision in the file.

    Raises:
        store.WrongFileError: the file is missing, not a generator of this project, or damaged, as a
            checksum of the tensors tells.
    """
    expected = f"{path}: expected a generator in safetensors format"
    if not Path(path).is_file():
        raise store.WrongFileError(f"{expected}, found no file.")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get("model", "{}"))
            # copied from the mapped file, whose alignment in memory would change how products round
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError) as error:
        found = f"found a damaged file ({error})"
        raise store.WrongFileError(f"{expected}, {found}. {store.REMEDY}") from error
    if metadata.get("kind") != KIND:
        raise store.WrongFileError(f"{expected}, found other tensors. {store.REMEDY}")
    if metadata.get("sha256") != _checksum(tensors):
        raise store.WrongFileError(f"{expected}, found one whose checksum is wrong. {store.REMEDY}")
    try:
        gain, attributes = metadata["gain"], metadata["attributes"]
        network = Network(tensors.pop("network.random").to(device, torch.float32))
        readout = tensors.pop("readout").to(device, torch.float32)
        generator = Generator(metadata["size"], metadata["width"])
        generator.load_state_dict(
            {name.removeprefix("generator."): value for name, value in tensors.items()}
        )
    except (KeyError, RuntimeError) as error:
        found = "found one that this code did not write"
        raise store.WrongFileError(f"{expected}, {found}. {store.REMEDY}") from error
    generator = generator.to(device, memory_format=torch.channels_last).eval()
    return ChaoticGenerator(generator, network, readout, gain, attributes)


def _stored(name: str, tensor: Tensor, precision: torch.dtype) -> Tensor:
    """Return a tensor as the file holds it; statistics and counters are not rounded."""
    tensor = tensor.detach().cpu().contiguous()
    if tensor.is_floating_point() and "running" not in name:
        tensor = tensor.to(precision)
    if not tensor.isfinite().all():
        raise ValueError(f"{name}: expected finite values in {precision}, found others")
    return tensor


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()
