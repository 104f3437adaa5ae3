"""Capacity of hybrid networks, and how escapes from their patterns scale with size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import xlogy

from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.statistics.resampling import jackknife
from chaos_sampling.statistics.table import of_networks, row, table
from chaos_sampling.store import Dataset

TOGETHER = {"median": np.nan}
"""What is found from all networks together has no median over single ones."""
NEVER = 0.05
"""Chance of no escape at all where the rate is as high as the bound."""


def capacity_table(capacity: Dataset, escapes: Dataset) -> pd.DataFrame:
    """Summarise retrieval under load, and the rates of escape.

    Args:
        capacity: kind "capacity".
        escapes: kind "escapes".
    """
    retrieval = _retrieval_rows(capacity) + _velocity_rows(capacity)
    left = _escape_rows(escapes) + _ratio_rows(escapes) + _exponent_rows(escapes)
    return table(
        of_networks(retrieval, capacity.attributes["weights"])
        + of_networks(left, escapes.attributes["weights"])
    )


def hazard(escapes: np.ndarray, checks: np.ndarray, interval: float) -> np.ndarray:
    """Return the rate of escape λ in 1/τ, given that only a check every so often can see it.

    A share 1 − exp(−λ interval) of checks finds that a run has left, and λ is what makes it the
    share found. A run that leaves the basin between two checks and is back at the second is not
    seen (docs/paper.md, "Escapes", says how often).

    Args:
        escapes: number of escapes.
        checks: number of checks of runs that had not left before, of the same shape.
        interval: τ between checks.

    Returns:
        Rates of that shape: infinite where every check found an escape, NaN without checks.
    """
    share = np.divide(escapes, checks, out=np.full(np.shape(checks), np.nan), where=checks > 0)
    with np.errstate(divide="ignore"):
        return -np.log1p(-share) / interval


def escape_rates(escapes: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return rate and upper bound (source, gain, size), in 1/τ, of all networks together.

    The bound, at which no escape at all would have a chance of 5 %, is for places without escapes;
    it takes runs as independent.

    Args:
        escapes: kind "escapes".
    """
    interval, checked = escapes.attributes["interval"], escapes["checks"].sum(axis=-1)
    rates = hazard(escapes["escapes"].sum(axis=-1), checked, interval)
    with np.errstate(divide="ignore"):  # where nothing was checked there is no bound
        return rates, -np.log(NEVER) / (checked * interval)


def size_exponent(sizes: np.ndarray, escapes: np.ndarray, checks: np.ndarray) -> float:
    """Return the power b of N in the rate of escape, by maximum likelihood.

    A check finds an escape with probability 1 − exp(−exp(a + b ln N)): a binomial regression with
    complementary log-log link, in which the time between checks is part of a. Networks of one size
    are taken together, and sizes without escapes count as well.

    Args:
        sizes: N, shape (S,).
        escapes: number of escapes, shape (S, networks).
        checks: number of checks, shape (S, networks).

    Returns:
        b, or NaN where the likelihood has no maximum: where escapes at one size at most come
        beside checks without.
    """
    found, stayed = escapes.sum(axis=-1), (checks - escapes).sum(axis=-1)
    scaled = np.log(sizes / sizes[0])
    left, kept = scaled[found > 0], scaled[stayed > 0]
    if not (left.size and kept.size and left.max() > kept.min() and kept.max() > left.min()):
        return np.nan

    def loss(parameters: np.ndarray) -> float:
        hazards = np.exp(parameters[0] + parameters[1] * scaled)
        return (stayed * hazards - xlogy(found, -np.expm1(-hazards))).sum() / found.sum()

    share = found.sum() / (found + stayed).sum()
    return float(minimize(loss, (np.log(-np.log1p(-share)), 0.0), method="BFGS").x[1])


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
    return rows


def _velocity_rows(capacity: Dataset) -> list[dict[str, Any]]:
    cells = [enumerate(capacity[name]) for name in ("rule", "size", "patterns")]
    return [
        row(
            "pattern_velocity",
            capacity["velocity"][rule, place, column],
            gain=0,
            size=size,
            condition={"rule": str(name), "patterns": int(load)},
        )
        for (rule, name), (place, size), (column, load) in product(*cells)
    ]


def _escape_rows(escapes: Dataset) -> list[dict[str, Any]]:
    interval, checked = escapes.attributes["interval"], escapes["checks"]
    bounds = escape_rates(escapes)[1]
    cells = [enumerate(escapes[name]) for name in ("source", "gain", "size")]
    rows = [row("critical_gain", [], theory=escapes.attributes["critical_gain"])]
    for (source, name), (column, gain), (place, size) in product(*cells):
        at = source, column, place
        where = {"gain": gain, "size": size, "condition": {"source": str(name)}}
        rate = _rate_row(escapes["escapes"][at], checked[at], interval, where)
        if not escapes["escapes"][at].any():
            rate |= {"interval": "bound", "low": 0.0, "high": bounds[at]}
        rows.append(rate)
    return rows


def _rate_row(
    escapes: np.ndarray, checks: np.ndarray, interval: float, where: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the rate of all networks together, jackknifed; the median if it is not always finite."""
    present = checks > 0  # a network whose patterns have no basin tells nothing
    escapes, checks = escapes[present], checks[present]

    def together(some: np.ndarray, checked: np.ndarray) -> float:
        return float(hazard(some.sum(), checked.sum(), interval))

    values = jackknife(together, escapes, checks)
    if np.isfinite(values).all():
        return row("escape_rate", values, **where) | TOGETHER
    return row("escape_rate", hazard(escapes, checks, interval), ranks=True, **where)


def _ratio_rows(escapes: Dataset) -> list[dict[str, Any]]:
    """Compare the random weights with noise in the same networks."""
    interval, rows = escapes.attributes["interval"], []
    sources = list(escapes["source"])
    counts = [
        escapes[name][sources.index(source)]
        for source in ("random_weights", "noise")
        for name in ("escapes", "checks")
    ]

    def ratio(*found: np.ndarray) -> float:
        left, checked = np.sum(found, axis=-1).reshape(2, 2).T
        weights, noise = hazard(left, checked, interval)
        return weights / noise if noise > 0 else np.nan

    for (column, gain), (place, size) in product(
        *map(enumerate, (escapes["gain"], escapes["size"]))
    ):
        values = jackknife(ratio, *(each[column, place] for each in counts))
        rows.append(row("escape_rate_ratio", values, gain=gain, size=size) | TOGETHER)
    return rows


def _exponent_rows(escapes: Dataset) -> list[dict[str, Any]]:
    rows, checked = [], escapes["checks"]
    cells = [enumerate(escapes[name]) for name in ("source", "gain")]
    for (source, name), (column, gain) in product(*cells):
        at = source, column
        exponent = partial(size_exponent, escapes["size"])
        values = jackknife(exponent, escapes["escapes"][at], checked[at])
        condition = {"source": str(name)}
        rows.append(row("escape_exponent", values, gain=gain, condition=condition) | TOGETHER)
    return rows
