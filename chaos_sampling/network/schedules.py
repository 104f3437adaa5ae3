"""Gains that change with time: functions t → g, for one network or for many at once.

Times in τ that mark where something begins have the shape (..., S), and the gain has the shape
(...): with times (networks, copies, 1, S) it broadcasts against states (networks, copies, N), so
that `dynamics` takes a schedule as it is. numpy only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Schedule = Callable[[float], np.ndarray]


@dataclass(frozen=True)
class Piecewise:
    """A gain that is constant from one switch to the next.

    Attributes:
        switches: increasing times at which the gain changes, in τ, shape (..., S).
        gains: before the first switch, between the first and the second, …; S + 1 numbers.
    """

    switches: np.ndarray
    gains: Sequence[float] | np.ndarray

    def __call__(self, time: float) -> np.ndarray:
        """Return the gain at `time` (τ), shape (...); at a switch, that which begins."""
        return np.asarray(self.gains, float)[(self.switches <= time).sum(axis=-1)]


@dataclass(frozen=True)
class Ramp:
    """A gain that goes in a straight line from one value to another, jumps back and repeats.

    Attributes:
        starts: increasing times at which a ramp begins, and the one before it ends, in τ, shape
            (..., S), S ≥ 2.
        first: gain at the start of a ramp.
        last: gain at its end, before the first ramp, and from the last time on.
    """

    starts: np.ndarray
    first: float
    last: float

    def __call__(self, time: float) -> np.ndarray:
        """Return the gain at `time` (τ), shape (...)."""
        running = (self.starts[..., 0] <= time) & (time < self.starts[..., -1])
        share = np.where(running, _periods(self.starts, time) % 1, 1)
        return self.first + (self.last - self.first) * share


@dataclass(frozen=True)
class Sinusoid:
    """A gain that swings from a low to a high value and back, once in each period.

    Attributes:
        starts: increasing times at which a period begins, and the one before it ends, in τ, shape
            (..., S), S ≥ 2.
        low: gain at the start of a period, before the first, and from the last time on.
        high: gain in the middle of a period.
    """

    starts: np.ndarray
    low: float
    high: float

    def __call__(self, time: float) -> np.ndarray:
        """Return the gain at `time` (τ), shape (...)."""
        return self.low + (self.high - self.low) * np.sin(np.pi * _periods(self.starts, time)) ** 2


def square_wave(switches: np.ndarray, low: float, high: float) -> Piecewise:
    """Return the schedule that is low at first and changes at every switch (Fig. 4e)."""
    return Piecewise(switches, np.resize([low, high], switches.shape[-1] + 1))


def switching_times(
    phases: Sequence[tuple[float, float]], count: int, dt: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw the times at which phases end whose lengths are uniformly distributed.

    Args:
        phases: shortest and longest duration in τ of each kind of phase, taken in turn.
        count: number of phases.
        dt: the times are rounded to whole multiples of it.
        rng: source of randomness.

    Returns:
        Increasing times in τ, shape (count,).
    """
    lengths = rng.uniform(*np.resize(phases, (count, 2)).T)
    return np.round(np.cumsum(lengths) / dt) * dt


def _periods(starts: np.ndarray, time: float) -> np.ndarray:
    """Return how many periods have passed, shape (...): the share of the present one counts."""
    index = np.clip((starts <= time).sum(axis=-1) - 1, 0, starts.shape[-1] - 2)[..., None]
    begin, end = (np.take_along_axis(starts, index + place, axis=-1)[..., 0] for place in (0, 1))
    return index[..., 0] + np.clip((time - begin) / (end - begin), 0, 1)
