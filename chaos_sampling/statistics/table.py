"""Rows of tables with the network as the statistical unit.

A table is in long form, one quantity under one condition a row. `mean`, `se` and `median` summarise
one value per network; `low` and `high` bound a 95 % interval, and `interval` says of what. For most
quantities it is Student's t interval of the mean; for those that `RANGES` bounds it is made on a
scale without bounds and taken back, so that it stays inside. Where each network says only yes or
no, or a share is the same in all of them, it is the exact binomial one. Quantities that can lie
beyond what was recorded, or span orders of magnitude, are judged by ranks: the interval is the
distribution-free one of the median, which takes six networks at least, and `mean` and `se` are left
empty where a value is infinite. A network without a value is left out and lowers the count
`networks`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

COLUMNS = [
    *("quantity", "gain", "size", "condition", "networks"),
    *("mean", "se", "median", "interval", "low", "high", "theory"),
]
NOT_COMPUTED = "not computed"
"""Stands for the mean of a quantity that needs something which is not there."""

SHARES = ("*_fraction", "*_share", "*_probability", "fraction_*", "criterion_*")
"""Quantities that are shares, by name; of one that is the same in all, the interval is binomial."""
RANGES = {
    (0.0, 1.0): (
        *SHARES,
        *("precision_*", "recall_*"),  # of many images each: equal ones are no accident
        *("uniformity_power", "correlation_rms", "correlation_rms_latents"),
        *("correlation_abs", "correlation_noise", "projection_*"),
    ),
    (-1.0, 1.0): (
        *("pooled_r_*", "run_r_*", "*_correlation", "*_excess"),
        *("overlap_*", "own_overlap_final"),
    ),
    (0.0, np.inf): (
        *("escape_rate*", "variance_*", "step_change_*", "dimension_h", "dimension_phi"),
        *("lyapunov_dimension", "entropy_rate", "visit_entropy", "patterns_visited"),
        *("frechet_*", "diversity_*", "sliced_wasserstein"),
    ),
}
"""Bounds that no interval reaches past, by the names of quantities; the first that fits counts."""


def row(
    quantity: str,
    values: Sequence[float] | np.ndarray,
    *,
    gain: float = np.nan,
    size: float = np.nan,
    condition: Mapping[str, Any] | None = None,
    theory: float = np.nan,
    ranks: bool = False,
) -> dict[str, Any]:
    """Summarise one value per network as a row of a table.

    Args:
        quantity: its name, listed in docs/data.md.
        values: one per network, shape (networks,); NaN where a network has none; infinity, for a
            value beyond what was recorded, only with `ranks`.
        gain: g, where one gain applies.
        size: N.
        condition: whatever else tells rows apart.
        theory: the mean-field value, where there is one.
        ranks: give the interval of the median.
    """
    values = np.asarray(values)
    values = values[~np.isnan(values)]
    count = len(values)
    low, high = _median_interval(values) if ranks else _mean_interval(values, quantity)
    finite = np.isfinite(values).all()
    return {
        "quantity": quantity,
        "gain": gain,
        "size": size,
        "condition": json.dumps(condition or {}, sort_keys=True),
        "networks": count,
        "mean": values.mean() if count and finite else np.nan,
        "se": stats.sem(values) if count > 1 and finite else np.nan,
        "median": np.median(values) if count else np.nan,
        "interval": "median" if ranks else "mean",
        "low": low,
        "high": high,
        "theory": theory,
    }


def range_of(quantity: str) -> tuple[float, float]:
    """Return the least and the largest value that a quantity can have, by `RANGES`."""
    fitting = (bounds for bounds, names in RANGES.items() if _is_one_of(quantity, names))
    return next(fitting, (-np.inf, np.inf))


def interval_within(
    mean: float, error: float, count: int, bounds: tuple[float, float]
) -> tuple[float, float]:
    """Bound a mean by Student's t on a scale on which its range has no ends.

    The scale is log((x − a)/(b − x)) for x from a to b, for a correlation twice Fisher's z, and
    log(x − a) where b is infinite; the standard error there is that of x times the slope.

    Args:
        mean: of the values.
        error: its standard error.
        count: number of values, two at least.
        bounds: a and b. Where the mean is not between them, if only by rounding, there is no such
            scale, and the interval is that of x itself.
    """
    half = stats.t.ppf(0.975, count - 1) * error
    below, above = mean - bounds[0], bounds[1] - mean
    if np.isinf(below) or below <= 0 or above <= 0:
        return mean - half, mean + half
    odds = np.exp(half * (1 / below + 1 / above)) ** np.array([1, -1])
    share = below / (below + above)
    return tuple(bounds[0] + below / (odds + share * (1 - odds)))


def _is_one_of(quantity: str, names: Sequence[str]) -> bool:
    return any(fnmatchcase(quantity, name) for name in names)


def _mean_interval(values: np.ndarray, quantity: str) -> tuple[float, float]:
    count = len(values)
    equal = count > 1 and values.min() == values.max()
    if count and (values.dtype == bool or (equal and _is_one_of(quantity, SHARES))):
        return _binomial_interval(values.sum(), count)
    if count < 2:
        return np.nan, np.nan
    if equal:
        return values[0], values[0]
    return interval_within(values.mean(), stats.sem(values), count, range_of(quantity))


def _binomial_interval(successes: float, count: int) -> tuple[float, float]:
    """Return the interval of Clopper & Pearson (1934), of successes that need not be whole."""
    failures = count - successes
    low = stats.beta.ppf(0.025, successes, failures + 1) if successes > 0 else 0.0
    high = stats.beta.ppf(0.975, successes + 1, failures) if failures > 0 else 1.0
    return float(low), float(high)


def _median_interval(values: np.ndarray) -> tuple[float, float]:
    """Bound the median by order statistics; an end is NaN where there are too few values."""
    if len(values) < 2:
        return np.nan, np.nan
    return tuple(stats.quantile_test(values, p=0.5).confidence_interval(0.95))


def of_networks(
    rows: Sequence[Mapping[str, Any]], weights: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return rows with the weights of their hybrid networks: N as size, the rest as conditions.

    Args:
        rows: as `row` returns them; what their conditions say already, stays.
        weights: the attribute "weights" of a dataset, with "neurons" if all networks have as many.
    """
    rest = {name: value for name, value in weights.items() if name != "neurons"}
    return [
        {
            **one,
            "size": weights.get("neurons", one["size"]),
            "condition": json.dumps(rest | json.loads(one["condition"]), sort_keys=True),
        }
        for one in rows
    ]


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table with the columns in their fixed order."""
    return pd.DataFrame(rows, columns=COLUMNS)
