"""Generated images compared with real ones at every gain: the rows of a model's quality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import torch

from chaos_sampling import seeds, store
from chaos_sampling.datasets.images import BATCH_NORM
from chaos_sampling.quality.features import Name, extract
from chaos_sampling.quality.metrics import (
    diversity,
    frechet_distance,
    kernel_distance,
    moments,
    moments_of,
    precision_and_recall,
    sliced_wasserstein,
    training_distance,
)
from chaos_sampling.statistics.table import NOT_COMPUTED, row, table

COMPARISONS = ("kernel", "precision", "recall", "sliced_wasserstein")
"""Metrics between two sets of images."""
OF_TRAINING = ("training_distance", "training_share")
"""What `training_distance` returns."""
OF_PIXELS = ("sliced_wasserstein", *OF_TRAINING)
"""Metrics that need no features."""


def measure(
    gain_samples: Iterable[store.Dataset],
    reference: store.Dataset,
    images: tuple[np.ndarray, np.ndarray] | None,
    *,
    features: Name,
    directions: int,
    neighbours: int,
    weights: str | None,
    model: str,
    seed: int,
    device: torch.device | str,
) -> pd.DataFrame:
    """Measure the images of independent trajectories at each gain, and real images beside them.

    Generated images are compared with as many test images, and so are training images, for the rows
    of real images against real ones; where a data set has fewer than there are generated ones, the
    first of these are compared. The Fréchet distance and the diversity of real images are the
    reference's. The number of images is part of the condition of every row.

    Args:
        gain_samples: kind "gain_samples", one per gain, with equally many images; of an iterator,
            no more than three at a time are in memory.
        reference: kind "reference", of the data set that the generator was trained on.
        images: training and test images of that data set, each (n, 64, 64, 3), uint8; without them
            the mean of what needs them is `NOT_COMPUTED`.
        features: name of the features.
        directions: of the sliced Wasserstein distance.
        neighbours: k of precision and recall.
        weights: as for `features.extract`.
        model: its name, for the table.
        seed: of the real images drawn, the directions and the subsets.
        device: where to compute.

    Returns:
        Table of quantities per gain and state of the batch-norm statistics; the rows of real images
        have no gain.

    Raises:
        ValueError: the reference was measured with other features.
    """
    if features != reference.attributes["features"]:
        raise ValueError(
            f"features: expected those of the reference, '{reference.attributes['features']}', "
            f"found '{features}'. Choose these, or give the model a dataset to be measured against."
        )
    gain_samples = iter(gain_samples)
    first = next(gain_samples)
    count = len(first["ensemble/images"])
    describe = partial(_describe, features, weights=weights, device=device)
    compare = partial(_compare, directions=directions, neighbours=neighbours, seed=seed)
    train, test = (None, None) if images is None else map(describe, _draw(images, count, seed))
    rows = _rows_of_real_images(reference, compare(train, test), test, count, model)
    for samples in chain([first], gain_samples):
        gain, training_gain = samples.attributes["gain"], samples.attributes["training_gain"]
        condition = {"model": model, "latents": samples.attributes["model"]["latents"]}
        for batch_norm, variable in BATCH_NORM.items():
            generated = describe(samples[f"ensemble/{variable}"])
            at = condition | {"batch_norm": batch_norm}
            rows += _rows(_alone(generated, reference), features, gain, at | {"images": count})
            fewer = generated if test is None else generated.first(len(test.images))
            values = compare(fewer, test)
            if batch_norm == "training" and gain == training_gain:
                values |= _of_training(fewer, test, images, device)
            rows += _rows(values, features, gain, at | {"images": len(fewer.images)})
    return table(rows)


@dataclass(frozen=True)
class _Described:
    """Images (N, …), and their features (N, F)."""

    images: np.ndarray
    features: np.ndarray

    def first(self, count: int) -> _Described:
        """Return the first `count` of them."""
        return _Described(self.images[:count], self.features[:count])


def _describe(
    features: Name, images: np.ndarray, *, weights: str | None, device: torch.device | str
) -> _Described:
    return _Described(images, extract(features, images, weights=weights, device=device))


def _draw(images: tuple[np.ndarray, np.ndarray], count: int, seed: int) -> Iterator[np.ndarray]:
    """Yield `count` random images of each set, or as many as there are in the smaller."""
    rng = seeds.generator(seed, "real images compared")
    fewest = min(count, *map(len, images))
    for part in images:
        yield part[np.sort(rng.permutation(len(part))[:fewest])]


def _alone(generated: _Described, reference: store.Dataset) -> dict[str, float]:
    """Return the metrics that need no real images."""
    found = moments_of(generated.features)
    return {
        "frechet": frechet_distance(found, moments(reference)),
        "diversity": diversity(generated.features),
    }


def _compare(
    generated: _Described | None,
    real: _Described | None,
    *,
    directions: int,
    neighbours: int,
    seed: int,
) -> dict[str, float | None]:
    """Return the metrics between two sets, None without real images."""
    if generated is None or real is None:
        return dict.fromkeys(COMPARISONS)
    precision, recall = precision_and_recall(
        generated.features, real.features, neighbours=neighbours
    )
    rng = seeds.generator(seed, "directions of the sliced Wasserstein distance")
    values = (
        kernel_distance(generated.features, real.features, seed=seed),
        precision,
        recall,
        sliced_wasserstein(generated.images, real.images, directions=directions, rng=rng),
    )
    return dict(zip(COMPARISONS, values, strict=True))


def _of_training(
    generated: _Described,
    test: _Described | None,
    images: tuple[np.ndarray, np.ndarray] | None,
    device: torch.device | str,
) -> dict[str, float | None]:
    """Return how near the images of training are, None without these."""
    if test is None or images is None:
        return dict.fromkeys(OF_TRAINING)
    found = training_distance(generated.images, test.images, images[0], device=device)
    return dict(zip(OF_TRAINING, found, strict=True))


def _rows_of_real_images(
    reference: store.Dataset,
    values: Mapping[str, float | None],
    test: _Described | None,
    count: int,
    model: str,
) -> list[dict[str, Any]]:
    features, condition = reference.attributes["features"], {"model": model, "compared": "real"}
    compared = count if test is None else len(test.images)
    rows = _rows(values, features, np.nan, condition | {"images": compared})
    for index, size in enumerate(reference["images"].tolist()):
        of_size = {name: reference[name][index] for name in ("frechet", "diversity")}
        rows += _rows(of_size, features, np.nan, condition | {"images": size})
    return rows


def _rows(
    values: Mapping[str, float | None], features: Name, gain: float, condition: Mapping[str, Any]
) -> list[dict[str, Any]]:
    rows = []
    for metric, value in values.items():
        quantity = metric if metric in OF_PIXELS else f"{metric}_{features}"
        known = [] if value is None else [value]
        summary = row(quantity, known, gain=gain, condition=condition)
        rows.append(summary if known else summary | {"mean": NOT_COMPUTED})
    return rows
