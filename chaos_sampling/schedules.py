"""Gains that change with time: functions t → g, for one network or for many at once.

numpy only: whatever takes a function of time as its gain can take these. Values may be numbers or
arrays of one shape, (networks,) say, and so is the gain that a schedule returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SquareWave:
    """A gain that alternates between two values (Fig. 4e).

    Attributes:
        switches: increasing times at which the gain changes, in τ, shape (..., S).
        low: gain before the first switch, between the second and third, …; shape () or (...).
        high: gain between the first and second, …; the same.
    """

    switches: np.ndarray
    low: float | np.ndarray
    high: float | np.ndarray

    def __call__(self, time: float) -> np.ndarray:
        """Return the gain at `time` (τ), shape (...)."""
        passed = (self.switches <= time).sum(axis=-1)
        return np.where(passed % 2 == 0, self.low, self.high)


@dataclass(frozen=True)
class Ramp:
    """A gain that goes in a straight line from one value to another, jumps back and repeats.

    Attributes:
        first: gain at the start of a period.
        last: gain at its end; below `first`, the network is annealed again and again.
        period: in τ.
        phase: share of a period that has passed at time 0.
    """

    first: float | np.ndarray
    last: float | np.ndarray
    period: float | np.ndarray
    phase: float | np.ndarray = 0.0

    def __call__(self, time: float) -> np.ndarray:
        """Return the gain at `time` (τ)."""
        passed = np.mod(time / np.asarray(self.period) + self.phase, 1)
        return self.first + np.subtract(self.last, self.first) * passed


@dataclass(frozen=True)
class Sinusoid:
    """A gain that swings between two values.

    Attributes:
        low: least gain, at the start of a period.
        high: greatest gain, in the middle of it.
        period: in τ.
        phase: share of a period that has passed at time 0.
    """

    low: float | np.ndarray
    high: float | np.ndarray
    period: float | np.ndarray
    phase: float | np.ndarray = 0.0

    def __call__(self, time: float) -> np.ndarray:
        """Return the gain at `time` (τ)."""
        passed = time / np.asarray(self.period) + self.phase
        return self.low + np.subtract(self.high, self.low) * np.sin(np.pi * passed) ** 2


def switching_times(
    phases: Sequence[tuple[float, float]], duration: float, dt: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw times at which one phase gives way to the next, enough to fill `duration`.

    Args:
        phases: shortest and longest duration in τ of each kind of phase, taken in turn.
        duration: τ to fill.
        dt: the times are rounded to whole multiples of it.
        rng: source of randomness.

    Returns:
        Increasing times in τ; how many depends on the arguments only, not on the draws.
    """
    count = len(phases) * int(np.ceil(duration / sum(shortest for shortest, _ in phases)))
    lengths = [rng.uniform(*phases[index % len(phases)]) for index in range(count)]
    return np.round(np.cumsum(lengths) / dt) * dt
