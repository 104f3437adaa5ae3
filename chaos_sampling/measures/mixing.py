"""How activity mixes: its step size, dimension and pair correlations.

Without torch, so that statistics can use it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def step_change(series: np.ndarray) -> np.ndarray:
    """Return the root-mean-square change from one sample to the next, over time and the last axis.

    Args:
        series: shape (T, ..., N).

    Returns:
        Shape (...,), in units of the series.
    """
    return np.sqrt(np.square(np.diff(series, axis=0)).mean(axis=(0, -1)))


def participation_ratio(series: np.ndarray) -> float:
    """Return (tr C)² / tr C², the number of dimensions that the activity of N neurons fills.

    C is the matrix of second moments ⟨x_i x_j⟩; as in the theory (Clark, Abbott & Litwin-Kumar,
    2023) the mean is not subtracted. Products of the estimates of two trials take the place of
    squares, which noise would inflate: Σ tr C_a tr C_b / Σ tr C_a C_b over all pairs of trials.

    Args:
        series: samples of independent trials, shape (T, trials, N), with at least two trials.

    Returns:
        From 1 to N up to sampling noise; NaN in silence and where noise leaves tr C² unresolved.
    """
    covariances = _Covariances.estimate(series)
    squares = covariances.squares.sum()
    return float(covariances.squared_trace / squares) if squares > 0 else float("nan")


@dataclass(frozen=True)
class PairCorrelations:
    """How strongly two neurons correlate, r_ij = C_ij / √(C_ii C_jj), over all pairs i ≠ j.

    Attributes:
        rms: root mean square of r_ij, without bias from noise: squares are products of two trials.
            0 where that leaves a negative mean square, which is below what the data resolve.
        absolute: mean of |r_ij|, all trials pooled; noise adds to it.
        noise: root mean square that r_ij of the pooled trials has between independent neurons of
            the same autocorrelations: neuron i of one trial with neuron j of another. The mean
            square of the pooled r_ij is about rms² + noise²; `absolute` of independent neurons is
            at most `noise`, and √(2/π) of it where the r_ij are normally distributed.
    """

    rms: float
    absolute: float
    noise: float


def pair_correlations(series: np.ndarray) -> PairCorrelations:
    """Return how strongly neurons correlate in pairs; the mean is not subtracted.

    Args:
        series: samples of independent trials, shape (T, trials, N), with at least two of each.

    Returns:
        The three measures; all NaN where a neuron is silent.
    """
    covariances = _Covariances.estimate(series)
    variance = np.diag(covariances.pooled)
    if not (variance > 0).all():
        return PairCorrelations(*[float("nan")] * 3)
    scale = np.outer(variance, variance)
    length, trials, _ = series.shape
    across = sum(series[:, a].T @ series[:, a - 1] for a in range(trials)) / (length * trials)
    return PairCorrelations(
        rms=np.sqrt(max(_mean_of_pairs(covariances.squares / scale), 0.0)),
        absolute=_mean_of_pairs(np.abs(covariances.pooled) / np.sqrt(scale)),
        noise=np.sqrt(_mean_of_pairs(np.square(across) / scale)),
    )


@dataclass(frozen=True)
class _Covariances:
    """Estimates from independent trials of the second moments C, shape (N, N)."""

    pooled: np.ndarray  # C, the mean over trials
    squares: np.ndarray  # C_ij² without bias
    squared_trace: float  # (tr C)² without bias

    @classmethod
    def estimate(cls, series: np.ndarray) -> _Covariances:
        """Sum over pairs of different trials, as the square of a sum less the sum of squares."""
        length, trials, neurons = series.shape
        if trials < 2:
            raise ValueError(f"series: expected at least 2 independent trials, found {trials}")
        total, squares = np.zeros((2, neurons, neurons))
        squared_traces = 0.0
        for activity in np.moveaxis(series, 1, 0):
            covariance = (activity.T @ activity).astype(float) / length
            total += covariance
            squares += np.square(covariance)
            squared_traces += np.trace(covariance) ** 2
        pairs = trials * (trials - 1)
        return cls(
            pooled=total / trials,
            squares=(np.square(total) - squares) / pairs,
            squared_trace=(np.trace(total) ** 2 - squared_traces) / pairs,
        )


def _mean_of_pairs(matrix: np.ndarray) -> float:
    neurons = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (neurons * (neurons - 1)))
