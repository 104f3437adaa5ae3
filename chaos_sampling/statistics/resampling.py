"""Uncertainty of a number that is found from all networks, or trajectories, together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def jackknife(estimate: Callable[..., float], *samples: np.ndarray) -> np.ndarray:
    """Return one value for each sample, of which the mean is the estimate from all of them.

    Samples are left out in turn, those of one index in all arrays; the values scatter as Tukey's
    (1958) pseudo-values do. His are shifted by the bias; that can turn a small rate negative.

    Args:
        estimate: function of the arrays, each with some of its samples.
        samples: arrays (..., samples), the last axis of equal length.

    Returns:
        (samples,), NaN where the estimate or one without a sample is not finite, or there is but
        one sample.
    """
    count = samples[0].shape[-1]
    if count < 2:
        return np.full(count, np.nan)
    keep = ~np.eye(count, dtype=bool)
    others = np.array([estimate(*(each[..., rest] for each in samples)) for rest in keep])
    whole = estimate(*samples)
    if not np.isfinite([whole, *others]).all():
        return np.full(count, np.nan)
    return whole + (count - 1) * (others.mean() - others)
