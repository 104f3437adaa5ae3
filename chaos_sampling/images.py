"""Sets of 64×64 colour images as uint8: every one is a store.Dataset of kind "images"."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from chaos_sampling import store

SIZE = 64


def dataset(
    images: np.ndarray, title: str, labels: Mapping[str, tuple[np.ndarray, str]]
) -> store.Dataset:
    """Label images as a data set of kind "images".

    Args:
        images: RGB, shape (N, 64, 64, 3), uint8.
        title: what they show.
        labels: by name, strings of shape (N,) and their long name.
    """
    variables = {
        "images": store.Variable(
            images, ("image", "y", "x", "channel"), "1", "RGB images, 0 to 255"
        )
    }
    for name, (values, long_name) in labels.items():
        variables[name] = store.Variable(values, ("image",), "1", long_name)
    return store.Dataset("images", title, variables)


def load(path: str | Path) -> np.ndarray:
    """Read the images of a data set, shape (N, 64, 64, 3), uint8.

    Raises:
        store.WrongFileError: the file is missing or damaged, or does not hold such images.
    """
    variable = store.load(path, "images").variables.get("images")
    values = np.empty(0) if variable is None else variable.values
    if values.dtype != np.uint8 or values.shape[1:] != (SIZE, SIZE, 3) or len(values) == 0:
        raise store.WrongFileError(
            f"{path}: expected 'images' of shape (N, {SIZE}, {SIZE}, 3) and type uint8 with N ≥ 1, "
            f"found shape {values.shape} and type {values.dtype}. "
            "Delete it and run snakemake again to have it rebuilt."
        )
    return values
