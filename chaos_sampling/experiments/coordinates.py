"""Coordinates that the datasets of several experiments share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chaos_sampling.store import Variable


def gain_coordinate(gains: Sequence[float]) -> Variable:
    """Return the coordinate "gain"."""
    return Variable(np.array(gains, float), ("gain",), "1", "gain g")


def time_coordinate(time: np.ndarray) -> Variable:
    """Return the coordinate "time" from times in τ."""
    return Variable(time, ("time",), "τ", "time")
