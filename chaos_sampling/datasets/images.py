"""Sets of 64×64 colour images as uint8: every one is a store.Dataset of kind "images"."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from chaos_sampling import store

SIZE = 64
Split = Literal["train", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
TEST_EVERY = 10
BATCH_NORM = {"training": "images", "reestimated": "images_reestimated"}
"""Variable with generated images by where the generator's batch-norm statistics come from."""


def every_tenth(count: int) -> np.ndarray:
    """Return which of `count` images are held out where nothing says so: the tenth of every ten."""
    return np.arange(count) % TEST_EVERY == TEST_EVERY - 1


def pixels(images: np.ndarray) -> np.ndarray:
    """Return images (N, …), uint8, as rows of numbers in [0, 1], float32."""
    return images.reshape(len(images), -1) / np.float32(255)


def dataset(
    images: np.ndarray,
    test: np.ndarray,
    title: str,
    labels: Mapping[str, tuple[np.ndarray, str]],
) -> store.Dataset:
    """Label images as a data set of kind "images".

    Args:
        images: RGB, shape (N, 64, 64, 3), uint8.
        test: which of them no generator may be trained on, shape (N,).
        title: what they show.
        labels: by name, strings of shape (N,) and their long name.
    """
    variables = {
        "split": store.Variable(
            np.where(test, "test", "train"), ("image",), "1", "train, or test: held out"
        ),
        "images": store.Variable(
            images, ("image", "y", "x", "channel"), "1", "RGB images, 0 to 255"
        ),
    }
    for name, (values, long_name) in labels.items():
        variables[name] = store.Variable(values, ("image",), "1", long_name)
    return store.Dataset("images", title, variables)


def load(path: str | Path) -> dict[Split, np.ndarray]:
    """Read the images of a data set by split, each of shape (N, 64, 64, 3), uint8.

    Raises:
        store.WrongFileError: the file is missing or damaged, or does not hold such images.
    """
    variables = store.load(path, "images").variables
    found = {name: variables[name].values for name in ("images", "split") if name in variables}
    values = found.get("images", np.empty(0))
    splits = found.get("split", np.empty(0))
    if (
        values.dtype != np.uint8
        or values.shape[1:] != (SIZE, SIZE, 3)
        or splits.shape != values.shape[:1]
        or set(splits) != set(SPLITS)
    ):
        raise store.WrongFileError(
            f"{path}: expected 'images' of shape (N, {SIZE}, {SIZE}, 3) and type uint8, and "
            "'split' of shape (N,) saying train or test, and some of each; found shapes "
            f"{values.shape} and {splits.shape}, type {values.dtype}. Delete it and run snakemake "
            "again to have it rebuilt."
        )
    return {split: _chosen(values, splits == split) for split in SPLITS}


def _chosen(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return what a mask chooses, without copying what may be gigabytes if it is in one piece."""
    chosen = np.flatnonzero(mask)
    first, last = chosen[0], chosen[-1]
    return values[first : last + 1] if last - first == len(chosen) - 1 else values[chosen]
