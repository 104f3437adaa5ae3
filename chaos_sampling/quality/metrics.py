"""How near generated images are to real ones: metrics of sets of images, each with its protocol.

Every metric depends on the number of images and on the features, so both stand beside each value,
and the same metric between two sets of real images says how small it can get. With published
numbers only distances in Inception features compare, and only at equal number, crop and split.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from scipy import stats
from torch_fidelity.metric_fid import (
    KEY_METRIC_FID,
    fid_features_to_statistics,
    fid_statistics_to_metric,
)
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric
from torch_fidelity.metric_prc import (
    KEY_METRIC_PRECISION,
    KEY_METRIC_RECALL,
    prc_features_to_metric,
)

from chaos_sampling import seeds, store
from chaos_sampling.datasets.images import pixels
from chaos_sampling.progress import track
from chaos_sampling.quality.features import Name, extract

Moments = tuple[np.ndarray, np.ndarray]
"""Mean (F,) and covariance (F, F), float64."""

SAMPLES = (250, 500, 1000, 2000, 5000, 10_000)
"""Numbers of real images whose distance to the reference is measured, where there are as many."""
SUBSETS, SUBSET_SIZE = 100, 1000
"""Of the kernel distance (Bińkowski et al. 2018)."""
BLOCK = 2048
"""Images compared at a time with the training set or with each other, which bounds the memory."""


def moments_of(values: np.ndarray) -> Moments:
    """Return the mean and the unbiased covariance of features (N, F)."""
    found = fid_features_to_statistics(_double(values))
    return found["mu"], found["sigma"]


def frechet_distance(first: Moments, second: Moments) -> float:
    """Return the squared Fréchet distance of two Gaussians (Heusel et al. 2017).

    It is |μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁C₂)^½). Between sets of images it grows as the number of
    images falls: compare at equal numbers only.
    """
    statistics = ({"mu": mean, "sigma": covariance} for mean, covariance in (first, second))
    return fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID]


def kernel_distance(values: np.ndarray, real: np.ndarray, *, seed: int) -> float:
    """Return the squared kernel distance of features (Bińkowski et al. 2018).

    It is the unbiased estimate of the squared maximum mean discrepancy with the kernel
    (x·y/F + 1)³, averaged over 100 random subsets of 1000 images, or taken once of as many images
    as the smaller set has where those are no more than 1000.

    Args:
        values: features of generated images, shape (N, F).
        real: features of real images, shape (M, F).
        seed: of the subsets.
    """
    fewest = min(len(values), len(real))
    found = kid_features_to_metric(
        _double(values),
        _double(real),
        kid_subsets=SUBSETS if fewest > SUBSET_SIZE else 1,
        kid_subset_size=min(SUBSET_SIZE, fewest),
        rng_seed=seeds.integer(seed, "subsets of the kernel distance") % 2**32,
        verbose=False,
    )
    return found[KEY_METRIC_KID_MEAN]


def precision_and_recall(
    values: np.ndarray, real: np.ndarray, *, neighbours: int
) -> tuple[float, float]:
    """Return improved precision and recall (Kynkäänniemi et al. 2019).

    Precision is the share of generated images that lie within some real image's distance to its
    k-th nearest real neighbour, recall the same with the two sets exchanged.

    Args:
        values: features of generated images, shape (N, F).
        real: features of real images, shape (M, F); the same number is usual.
        neighbours: k.

    Raises:
        ValueError: a set has no k-th neighbour.
    """
    fewest = min(len(values), len(real))
    if fewest <= neighbours:
        raise ValueError(
            f"images: expected more than {neighbours} (the neighbours) in each set, found "
            f"{len(values)} generated and {len(real)} real ones, of which those that are held out "
            "count. Add images, or lower neighbours."
        )
    found = prc_features_to_metric(
        _double(values), _double(real), prc_neighborhood=neighbours, verbose=False
    )
    return found[KEY_METRIC_PRECISION], found[KEY_METRIC_RECALL]


def sliced_wasserstein(
    images: np.ndarray, real: np.ndarray, *, directions: int, rng: np.random.Generator
) -> float:
    """Return the sliced Wasserstein distance of pixels (Rabin et al. 2012).

    It is the 1-Wasserstein distance of the sets projected on a direction, averaged over random
    directions of unit length.

    Args:
        images: generated, shape (N, …), uint8; pixels are taken in [0, 1].
        real: shape (M, …), uint8.
        directions: how many.
        rng: of the directions.
    """
    first, second = pixels(images), pixels(real)
    axes = rng.standard_normal((first.shape[1], directions), np.float32)
    axes /= np.linalg.norm(axes, axis=0)
    pairs = zip((first @ axes).T, (second @ axes).T, strict=True)
    return float(np.mean([stats.wasserstein_distance(*pair) for pair in pairs]))


def diversity(values: np.ndarray) -> float:
    """Return the median over images of the distance to the nearest other image of the set.

    0 when every image occurs twice. It falls as the number of images grows: compare at equal
    numbers only.

    Args:
        values: features, shape (N, F).
    """
    every = _double(values)
    # the nearest image is the image itself
    nearest = [torch.cdist(part, every).kthvalue(2).values for part in every.split(BLOCK)]
    return float(torch.cat(nearest).median())


def training_distance(
    images: np.ndarray, test: np.ndarray, train: np.ndarray, *, device: torch.device | str
) -> tuple[float, float]:
    """Return how near generated images are to training images, relative to held-out images.

    Distances are L2 in pixels to the nearest training image or its mirror image. Images smoother
    than real ones are nearer to all images, so that somewhat less than 1 does not mean copies.

    Args:
        images: generated, shape (N, y, x, channel), uint8.
        test: held-out images, shape (M, y, x, channel), uint8.
        train: images that the generator was trained on, shape (T, y, x, channel), uint8.
        device: where to compute.

    Returns:
        The median distance of generated images over that of test images: 0 for copies, 1 for images
        as new as held-out ones; and the share of generated images that are nearer than the nearest
        hundredth of the test images: 1 for copies, 0.01 for images as new as held-out ones.
    """
    queries = np.concatenate([images, test])
    distances = np.minimum(
        nearest_distances(queries, train, device=device),
        nearest_distances(queries[:, :, ::-1], train, device=device),
    )
    generated, held_out = np.split(distances, [len(images)])
    ratio = np.median(generated) / np.median(held_out)
    return float(ratio), float((generated < np.quantile(held_out, 0.01)).mean())


def nearest_distances(
    images: np.ndarray, others: np.ndarray, *, device: torch.device | str
) -> np.ndarray:
    """Return the L2 distance, in pixels in [0, 1], of each image to the nearest of others.

    Args:
        images: shape (N, …), uint8.
        others: shape (T, …), uint8; they go to the device as they are, a block at a time.
        device: where to compute.
    """
    queries = _pixels_on(device, images)
    best = torch.full((len(images),), torch.inf, device=device)
    index = torch.zeros(len(images), dtype=torch.long, device=device)
    for start in track(range(0, len(others), BLOCK), "nearest images", unit="image", scale=BLOCK):
        block = _pixels_on(device, others[start : start + BLOCK])
        # |q − x|² − |q|², which has the same minimum
        closest, place = (block.square().sum(1) - 2 * (queries @ block.T)).min(dim=1)
        index = torch.where(closest < best, place + start, index)
        best = torch.minimum(closest, best)
    nearest = _pixels_on(device, others[index.cpu().numpy()])
    return (queries - nearest).norm(dim=1).cpu().numpy()


def reference(
    test: np.ndarray,
    train: np.ndarray,
    *,
    features: Name,
    weights: str | None,
    device: torch.device | str,
    seed: int,
) -> store.Dataset:
    """Measure what distances to real images need, so that they need no real images later.

    Args:
        test: all held-out images, shape (N, 64, 64, 3), uint8, N > 1.
        train: images for the distance of real images to the moments, shape (T, 64, 64, 3), uint8.
        features: name of the features.
        weights: as for `features.extract`.
        device: where to compute.
        seed: of the samples of training images.

    Returns:
        Dataset of kind "reference": the moments of the features of `test`, and, of random samples
        of n images of `train`, the Fréchet distance to them and the diversity.

    Raises:
        ValueError: one image has no covariance.
    """
    if len(test) < 2:
        raise ValueError(f"test: expected at least 2 images, found {len(test)}")
    rng = seeds.generator(seed, "training images compared with the reference")
    chosen = rng.permutation(len(train))[: SAMPLES[-1]]
    counts = [n for n in SAMPLES if n <= len(train)] or [len(train)]
    described = partial(extract, features, weights=weights, device=device)
    of_test, of_train = moments_of(described(test)), described(train[chosen])
    measured = []
    for n in track(counts, "real images against real", unit="sample"):
        distance = frechet_distance(moments_of(of_train[:n]), of_test)
        measured.append((distance, diversity(of_train[:n])))
    distances, diversities = np.transpose(measured)
    mean, covariance = of_test
    triangle = covariance[np.triu_indices(len(mean))].astype(np.float32)
    variables = {
        "mean": store.Variable(mean, ("feature",), "1", "mean of the features of the test images"),
        "covariance": store.Variable(
            triangle, ("pair",), "1", "upper triangle of their covariance matrix, row by row"
        ),
        "images": store.Variable(np.array(counts), ("images",), "1", "training images in a sample"),
        "frechet": store.Variable(
            distances, ("images",), "1", "Fréchet distance of the sample to these moments"
        ),
        "diversity": store.Variable(
            diversities,
            ("images",),
            "1",
            "median distance of features to the nearest other image of the sample",
        ),
    }
    attributes = {"features": features, "images": len(test)}
    title = "Moments of the features of real images, and real images against them"
    return store.Dataset("reference", title, variables, attributes)


def moments(reference: store.Dataset) -> Moments:
    """Return the mean and the covariance that a dataset of kind "reference" holds."""
    mean = reference["mean"]
    covariance = np.empty((len(mean), len(mean)))
    rows, columns = np.triu_indices(len(mean))
    covariance[rows, columns] = covariance[columns, rows] = reference["covariance"]
    return mean, covariance


def _pixels_on(device: torch.device | str, images: np.ndarray) -> torch.Tensor:
    """Return what `pixels` does, on a device, where the bytes become numbers."""
    return torch.from_numpy(np.ascontiguousarray(images)).to(device).flatten(1) / 255


def _double(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values).double()
