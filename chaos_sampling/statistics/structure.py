"""For which strengths of the structure the claims of Fig. 4 hold (section 3.4, reading R3).

Each criterion is a number with bounds, from a sentence of the paper (docs/paper.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling import seeds
from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.statistics.outcomes import outcome_kinds
from chaos_sampling.statistics.regression import pooled_regression
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset

COLUMN_GAINS = (0.0, 3.0, 5.0, 8.0)
"""Gains of Fig. 4d, over which r is taken."""
LOW_GAIN, HIGH_GAIN = 1.0, 8.0
"""Gains of Fig. 4e."""
CRITERIA = {
    "settled_share": (0.9, 1.0),
    "settled_projection": (0.95, 1.0),
    "retrieved_share": (0.5, 1.0),
    "rising_share": (0.9, 1.0),
    "wandering_share": (0.9, 1.0),
    "wandering_exponent": (0.0, np.inf),
    "wandering_overlap": (0.0, 0.5),
    "r": (-0.97, -0.93),
}
"""Lowest and highest value of each measure with which a reading shows Fig. 4."""
WINDOW = ("retrieved_share", "wandering_share", "wandering_exponent", "wandering_overlap", "r")
"""What makes the window: r, retrieval at the low gain, exploration at the high one."""

RESAMPLES = 2000
"""Of the networks, in the bootstrap of the window."""


@dataclass(frozen=True)
class Window:
    """The strengths at which criteria hold for the means over networks.

    Attributes:
        holds: (S,) whether they do.
        share: (S,) in which share of the resamples of networks they do.
        ends: the lowest and the highest such strength, NaN where there is none.
        intervals: of either end, its 95 % interval over the resamples that have one.
    """

    holds: np.ndarray
    share: np.ndarray
    ends: tuple[float, float]
    intervals: tuple[tuple[float, float], tuple[float, float]]


def correlations(structure: Dataset) -> np.ndarray:
    """Return the paper's r of each run over the gains of Fig. 4d, shape (strength, network, trial).

    Args:
        structure: kind "structure_map".

    Raises:
        ValueError: one of these gains was not simulated.
    """
    norms = structure["projection_patterns"][:, [_place(structure, g) for g in COLUMN_GAINS]]
    runs = np.moveaxis(norms, 1, -2)  # (strength, network, trial, gain, time)
    shape = runs.shape[:-2]
    values = [pooled_regression(np.array(COLUMN_GAINS), runs[i]).rvalue for i in np.ndindex(shape)]
    return np.reshape(values, shape)


def measures(structure: Dataset) -> dict[str, np.ndarray]:
    """Return what the criteria ask for, each an array (strength, network).

    Args:
        structure: kind "structure_map".

    Returns:
        By the names in `CRITERIA`: settled_share, of the runs at g = 0 that end at rest and not in
        silence, and settled_projection, the norm of all runs' projection onto the patterns'
        subspace there; retrieved_share, of the runs at the low gain that end in a pattern or a
        negative; rising_share, of the trials in which the mean norm of the projection onto the
        orthogonal subspace rises at each step of Fig. 4d's gains; at the high gain
        wandering_share, of the runs that wander, and of all runs wandering_exponent, λ₁, and
        wandering_overlap, the largest |overlap|; and r.
    """
    kinds = outcome_kinds(structure["outcome"], structure["speed"])
    rest, low, high = (_place(structure, gain) for gain in (0.0, LOW_GAIN, HIGH_GAIN))
    inside = structure["projection_patterns"]
    settled = kinds["at_rest_fraction"] & (structure["outcome"] != STATES.index("silent"))
    columns = [_place(structure, gain) for gain in COLUMN_GAINS]
    outside = _outside(inside[:, columns]).mean(axis=-1)
    return {
        "settled_share": settled[:, rest].mean(axis=-1),
        "settled_projection": inside[:, rest].mean(axis=(-2, -1)),
        "retrieved_share": kinds["retrieval_fraction"][:, low].mean(axis=-1),
        "rising_share": (np.diff(outside, axis=1) > 0).all(axis=1).mean(axis=-1),
        "wandering_share": kinds["wandering_fraction"][:, high].mean(axis=-1),
        "wandering_exponent": structure["lyapunov_max"][:, high],
        "wandering_overlap": structure["overlap_max"][:, high].mean(axis=-1),
        "r": correlations(structure).mean(axis=-1),
    }


def hold(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Tell where each measure lies within the bounds of its criterion, ends included."""
    return {
        name: (CRITERIA[name][0] <= array) & (array <= CRITERIA[name][1])
        for name, array in values.items()
    }


def window(
    strengths: np.ndarray,
    values: Mapping[str, np.ndarray],
    rng: np.random.Generator,
) -> Window:
    """Find the strengths at which all criteria hold, and how sure that is, by a bootstrap.

    Networks are drawn with replacement, the same at all strengths, since the map has them so.

    Args:
        strengths: (S,), ascending.
        values: (S, networks) by names in `CRITERIA`.
        rng: source of randomness.
    """
    networks = next(iter(values.values())).shape[1]
    drawn = rng.integers(networks, size=(RESAMPLES, networks))
    means = {name: array.mean(axis=1) for name, array in values.items()}
    resampled = {name: array[:, drawn].mean(axis=-1) for name, array in values.items()}
    holds = np.all(list(hold(means).values()), axis=0)
    held = np.all(list(hold(resampled).values()), axis=0)  # (strength, resample)
    found = held.any(axis=0)
    lows = strengths[held[:, found].argmax(axis=0)]
    highs = strengths[::-1][held[::-1, found].argmax(axis=0)]
    inside = strengths[holds]
    ends = (inside[0], inside[-1]) if inside.size else (np.nan, np.nan)
    return Window(holds, held.mean(axis=1), ends, (_interval(lows), _interval(highs)))


def structure_table(structure: Dataset, *, seed: int) -> pd.DataFrame:
    """Summarise the map, and the window of strengths in which Fig. 4 shows.

    Args:
        structure: kind "structure_map".
        seed: top-level seed, of the bootstrap.
    """
    strengths, values = structure["strength"], measures(structure)
    kinds = outcome_kinds(structure["outcome"], structure["speed"])
    inside = structure["projection_patterns"]
    by_gain = {
        "projection_patterns": inside.mean(axis=(-2, -1)),
        "projection_orthogonal": _outside(inside).mean(axis=(-2, -1)),
        "overlap_max": structure["overlap_max"].mean(axis=-1),
        **{name: runs.mean(axis=-1) for name, runs in kinds.items()},
        "lyapunov_max": structure["lyapunov_max"],
    }
    rows = [
        row(name, array[place, index], gain=gain, condition={"strength": strength})
        for name, array in by_gain.items()
        for place, strength in enumerate(strengths)
        for index, gain in enumerate(structure["gain"])
    ]
    met = hold(values)
    by_strength = {
        "pooled_r_patterns": values["r"],
        "settled_share": values["settled_share"],
        "rising_share": values["rising_share"],
        **{f"criterion_{name}": array for name, array in met.items()},
        "window_share": np.all([met[name] for name in WINDOW], axis=0),
        "criteria_share": np.all(list(met.values()), axis=0),
    }
    rows += [
        row(name, array[place], condition={"strength": strength})
        for name, array in by_strength.items()
        for place, strength in enumerate(strengths)
    ]
    return table(rows + _window_rows(strengths, values, seed))


def _window_rows(
    strengths: np.ndarray, values: Mapping[str, np.ndarray], seed: int
) -> list[dict[str, Any]]:
    """Give the window for the means over networks, with what the bootstrap tells of it."""
    found = window(
        strengths,
        {name: values[name] for name in WINDOW},
        seeds.generator(seed, "bootstrap over networks"),
    )
    networks = {"networks": values["r"].shape[1]}
    rows = [
        row("window_probability", [], condition={"strength": strength}) | networks | {"mean": share}
        for strength, share in zip(strengths, found.share, strict=True)
    ]
    for name, end, (low, high) in zip(("low", "high"), found.ends, found.intervals, strict=True):
        bounds = {"mean": end, "interval": "bootstrap", "low": low, "high": high}
        rows.append(row(f"window_{name}", []) | networks | bounds)
    return rows


def _outside(inside: np.ndarray) -> np.ndarray:
    """Return the norm of the projection on the orthogonal subspace from that on the patterns'."""
    return np.sqrt(np.clip(1 - np.square(inside), 0, 1))


def _interval(ends: np.ndarray) -> tuple[float, float]:
    return tuple(np.quantile(ends, [0.025, 0.975])) if ends.size else (np.nan, np.nan)


def _place(structure: Dataset, gain: float) -> int:
    gains = structure["gain"].tolist()
    if gain not in gains:
        raise ValueError(f"structure: expected the gain {gain:g} among those simulated, {gains}")
    return gains.index(gain)
