"""Capacity of hybrid networks, and how escapes from their patterns scale with size."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from chaos_sampling.overlaps import STATES
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset

HALF = 0.5
"""Share of starts that must come back to their pattern for a load to count as stored."""
NEVER = 0.05
"""Chance of no escape at all where the rate is as high as the bound."""


def capacity_table(capacity: Dataset, escapes: Dataset) -> pd.DataFrame:
    """Summarise retrieval under load, and the rates of escape.

    Args:
        capacity: kind "capacity".
        escapes: kind "escapes".
    """
    return table(_retrieval_rows(capacity) + _escape_rows(escapes) + _exponent_rows(escapes))


def largest_load(patterns: np.ndarray, retrieved: np.ndarray) -> np.ndarray:
    """Return the largest K up to which all loads are stored, for each network.

    Args:
        patterns: K, increasing, shape (L,).
        retrieved: share of starts that come back, shape (L, networks).

    Returns:
        (networks,): 0 where not even the smallest load is stored, infinity where all are.
    """
    stored = np.logical_and.accumulate(retrieved >= HALF, axis=0).sum(axis=0)
    return np.concatenate([[0.0], patterns[:-1], [np.inf]])[stored]


def escape_rates(escapes: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return rate and upper bound (source, gain, size), in 1/τ, of all networks together.

    The bound, at which no escape at all would have a chance of 5 %, is for places without escapes;
    it takes runs as independent.

    Args:
        escapes: kind "escapes".
    """
    time = escapes["time_at_risk"].sum(axis=-1)
    return escapes["escapes"].sum(axis=-1) / time, -np.log(NEVER) / time


def size_exponent(sizes: np.ndarray, escapes: np.ndarray, time: np.ndarray) -> float:
    """Return the power b of N in the rate of escape, by Poisson regression.

    Numbers of escapes are Poisson with mean time · exp(a + b ln N); zeros count as well.

    Args:
        sizes: N, shape (S,).
        escapes: number of escapes, shape (S, networks).
        time: time at risk in τ, shape (S, networks).

    Returns:
        b, or NaN where fewer than two sizes have escapes.
    """
    counts, exposures = escapes.sum(axis=-1), time.sum(axis=-1)
    if (counts > 0).sum() < 2:
        return np.nan
    scaled = np.log(sizes / sizes[0])

    def loss(parameters: np.ndarray) -> float:
        logarithm = parameters[0] + parameters[1] * scaled
        return (exposures * np.exp(logarithm) - counts * logarithm).sum() / counts.sum()

    start = np.log(counts.sum() / exposures.sum())
    return float(minimize(loss, (start, 0.0), method="BFGS").x[1])


def jackknife(sizes: np.ndarray, escapes: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Return one pseudo-value of the exponent for each network, for a mean and an interval.

    Networks of one index form a series over sizes that is left out in turn (Tukey 1958).

    Args:
        sizes: as for `size_exponent`.
        escapes: as for `size_exponent`.
        time: as for `size_exponent`.

    Returns:
        (networks,), NaN where the exponent or one without a network does not exist.
    """
    count = escapes.shape[-1]
    if count < 2:
        return np.full(count, np.nan)
    keep = ~np.eye(count, dtype=bool)
    others = [size_exponent(sizes, escapes[:, rest], time[:, rest]) for rest in keep]
    pseudo = count * size_exponent(sizes, escapes, time) - (count - 1) * np.array(others)
    return pseudo if np.isfinite(pseudo).all() else np.full(count, np.nan)


def _retrieval_rows(capacity: Dataset) -> list[dict[str, Any]]:
    gain, loads = capacity.attributes["gain"], capacity["patterns"]
    fraction = dict(zip(STATES, np.moveaxis(capacity["fraction"], -1, 0), strict=True))
    measured = {
        "own_pattern_fraction": capacity["retrieved"],
        "own_overlap_final": capacity["overlap"],
        "retrieval_fraction": fraction["pattern"] + fraction["negative"],
        "mixture_fraction": fraction["mixture"],
        "wandering_fraction": fraction["wandering"],
    }
    rows = []
    cells = [enumerate(capacity[name]) for name in ("rule", "size", "corruption")]
    for (rule, name), (place, size), (column, corruption) in product(*cells):
        condition = {"rule": str(name), "corruption": float(corruption)}
        where = {"gain": gain, "size": size}
        at = rule, place, slice(None), column
        rows += [
            row(quantity, value, condition=condition | {"patterns": int(load)}, **where)
            for quantity, values in measured.items()
            for load, value in zip(loads, values[at], strict=True)
        ]
        stored = largest_load(loads, capacity["retrieved"][at])
        rows.append(row("capacity", stored, condition=condition, ranks=True, **where))
    return rows


def _escape_rows(escapes: Dataset) -> list[dict[str, Any]]:
    rates = escapes["escapes"] / _present(escapes["time_at_risk"])
    bounds = escape_rates(escapes)[1]
    critical = escapes.attributes["critical_gain"]
    cells = [enumerate(escapes[name]) for name in ("source", "gain", "size")]
    rows = [row("critical_gain", [], theory=critical)]
    for (source, name), (column, gain), (place, size) in product(*cells):
        at = source, column, place
        where = {"gain": gain, "size": size, "condition": {"source": str(name)}}
        rows.append(row("escape_rate", rates[at], **where))
        rows.append(row("time_at_risk", escapes["time_at_risk"][at], **where))
        if not escapes["escapes"][at].any():
            rows.append(row("escape_rate_bound", [], **where) | {"high": bounds[at]})
    return rows


def _exponent_rows(escapes: Dataset) -> list[dict[str, Any]]:
    rows = []
    cells = [enumerate(escapes[name]) for name in ("source", "gain")]
    for (source, name), (column, gain) in product(*cells):
        at = source, column
        values = jackknife(escapes["size"], escapes["escapes"][at], escapes["time_at_risk"][at])
        condition = {"source": str(name)}
        rows.append(row("escape_exponent", values, gain=gain, condition=condition))
    return rows


def _present(time: np.ndarray) -> np.ndarray:
    """Return times with NaN for networks that have no basin."""
    return np.where(time > 0, time, np.nan)
