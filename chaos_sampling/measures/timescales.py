"""Times and rates read from curves: autocorrelations, and distances of nearby trajectories.

numpy only. They stand apart from `mixing`, which measures the curves that the statistics read, so
that reading a time in another way does not simulate these anew.
"""

from __future__ import annotations

import numpy as np


def half_life(correlation: np.ndarray, interval: float) -> float:
    """Return the first lag at which C(t)/C(0) falls to 1/2, between samples by a straight line.

    Args:
        correlation: C at lags 0, interval, 2·interval, …, shape (lags,).
        interval: τ between lags.

    Returns:
        The lag in τ; infinity where that is not reached, NaN where C(0) is not positive.
    """
    if not correlation[0] > 0:
        return float("nan")
    normalised = correlation / correlation[0]
    below = np.flatnonzero(normalised <= 0.5)
    if below.size == 0:
        return float("inf")
    after = below[0]
    high, low = normalised[after - 1], normalised[after]
    return float(interval * (after - 1 + (high - 0.5) / (high - low)))


def correlation_time(correlation: np.ndarray, interval: float) -> float:
    """Return T2 = ∫ (C(t)/C(0))² dt over −∞…∞ in τ, by the trapezoidal rule.

    T / T2 is the effective number of independent samples for a variance measured over a time T;
    an Ornstein-Uhlenbeck process of time constant 1 has T2 = 1.

    Args:
        correlation: C at lags 0, interval, …, shape (lags,).
        interval: τ between lags.

    Returns:
        T2; infinity where the last quarter of the lags still makes up more than a tenth of the
        integral, which then measures the length of the record; NaN where C(0) is not positive.
    """
    if not correlation[0] > 0:
        return float("nan")
    squares = np.square(correlation / correlation[0])
    total, tail = (
        np.trapezoid(part, dx=interval) for part in (squares, squares[-len(squares) // 4 :])
    )
    return float("inf") if tail > total / 10 else float(2 * total)


def divergence_rate(time: np.ndarray, distance: np.ndarray, saturation: float) -> float:
    """Return the rate at which two nearby trajectories separate, in 1/τ.

    It is the slope of the logarithm of the distance, by least squares, from the start to the
    moment at which the distance first exceeds a twentieth of its saturation.

    Args:
        time: (T,) in τ.
        distance: (T,).
        saturation: distance of two independent states.

    Returns:
        The rate; NaN when fewer than two distances lie in that range.
    """
    beyond = np.flatnonzero(distance > saturation / 20)
    end = beyond[0] if beyond.size else len(time)
    usable = np.flatnonzero(distance[:end] > 0)
    if usable.size < 2:
        return float("nan")
    return float(np.polyfit(time[usable], np.log(distance[usable]), 1)[0])
