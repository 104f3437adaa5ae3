"""Regression of a norm on gain over the time points of one network, and what its samples are worth.

The paper pools the time points of one network and reads r and p from scipy's linregress (reading
R8). Successive time points are alike, so that p depends on how often and how long one looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import signal, stats

RESAMPLES = 1000
"""Of the block bootstrap."""
RESOLUTION = 1e-5
"""Range of a norm in single precision within which a run counts as constant."""


def pooled_regression(gains: np.ndarray, norms: np.ndarray) -> Any:
    """Regress on g the norms of all time points of one network, as the paper does (reading R8).

    Its p-value takes autocorrelated time points for independent ones and is no evidence.

    Args:
        gains: (G,).
        norms: (G, T).

    Returns:
        scipy's result with slope, rvalue and pvalue.
    """
    return stats.linregress(np.repeat(gains, norms.shape[1]), norms.ravel())


def time_points(time: np.ndarray, sample_every: float, dropped: float) -> np.ndarray:
    """Return the indices of the records that enter a regression (reading R9).

    Args:
        time: (T,) of the records in τ, at equal intervals.
        sample_every: τ between the records that enter, a whole multiple of that interval.
        dropped: share of the run that is left out at its start.
    """
    stride = round(sample_every / (time[1] - time[0]))
    return np.flatnonzero(time >= dropped * time[-1])[::stride]


def effective_samples(series: np.ndarray) -> float:
    """Return how many independent samples would know the mean of a stationary series as well.

    That is T / (1 + 2 Σ ρ_k), the autocorrelation ρ summed over its initial positive sequence
    (Geyer 1992), which errs on the side of too few samples where ρ turns negative.

    Args:
        series: samples at equal intervals, shape (T,).

    Returns:
        From 1 to T; 1 for a series that does not vary.
    """
    count = len(series)
    if np.ptp(series) < RESOLUTION:
        return 1.0
    deviation = series - series.mean(dtype=float)
    covariance = signal.correlate(deviation, deviation)[count - 1 :]
    pairs = (covariance[: count // 2 * 2] / covariance[0]).reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0)
    positive = pairs[: negative[0]] if negative.size else pairs
    return float(np.clip(count / max(2 * positive.sum() - 1, 1), 1, count))


def corrected_p(r: float, samples: float) -> float:
    """Return the two-sided p-value of a correlation r by the t-test for n independent samples.

    Args:
        r: correlation.
        samples: n, such as a sum of `effective_samples`; 1 where n ≤ 2.
    """
    if samples <= 2:
        return 1.0
    shape = samples / 2 - 1  # without correlation r has this beta distribution on [−1, 1]
    return float(2 * stats.beta.sf(abs(r), shape, shape, loc=-1, scale=2))


def block_bootstrap(
    gains: Sequence[float] | np.ndarray,
    norms: np.ndarray,
    length: int,
    rng: np.random.Generator,
) -> dict[str, tuple[float, float]]:
    """Bound r and slope of the pooled regression by a circular block bootstrap of each run.

    Blocks of successive samples are drawn with replacement, their starts anywhere on the run closed
    to a circle (Politis & Romano 1992), from the run at each gain separately.

    Args:
        gains: (G,).
        norms: (G, T).
        length: samples in a block; should last several correlation times.
        rng: source of randomness.

    Returns:
        "r" and "slope", each with the ends of its 95 % interval (percentiles).

    Raises:
        ValueError: a block is not between one sample and a whole run.
    """
    runs, count = norms.shape
    if not 1 <= length <= count:
        raise ValueError(f"length: expected from 1 to {count} samples, found {length}")
    starts = rng.integers(count, size=(RESAMPLES, runs, -(-count // length), 1))
    chosen = (starts + np.arange(length)).reshape(RESAMPLES, runs, -1)[..., :count] % count
    drawn = norms.astype(float)[np.arange(runs)[:, None], chosen]
    x = np.asarray(gains, float) - np.mean(gains)
    slopes = drawn.mean(axis=-1) @ x / (x @ x)
    # one standard deviation over all time points of a resample, as the pooled regression has it
    spread = drawn.std(axis=(1, 2))
    correlations = np.divide(slopes * x.std(), spread, where=spread > 0, out=np.zeros(RESAMPLES))
    return {
        name: tuple(np.quantile(values, [0.025, 0.975]))
        for name, values in (("r", correlations), ("slope", slopes))
    }
