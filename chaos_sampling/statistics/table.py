"""Rows of tables with the network as the statistical unit.

A table is in long form, one quantity under one condition a row. `mean`, `se` and `median` summarise
one value per network; `low` and `high` bound a 95 % interval, and `interval` says of what. For most
quantities it is Student's t interval of the mean, which may reach past the bounds of a bounded
quantity; where each network says only yes or no it is the exact binomial one. Quantities that can
lie beyond what was recorded, or span orders of magnitude, are judged by ranks: the interval is the
distribution-free one of the median, which takes six networks at least, and `mean` and `se` are left
empty where a value is infinite. A network without a value is left out and lowers the count
`networks`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    low, high = _median_interval(values) if ranks else _mean_interval(values)
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


def _mean_interval(values: np.ndarray) -> tuple[float, float]:
    if values.dtype == bool and len(values):
        return tuple(stats.binomtest(int(values.sum()), len(values)).proportion_ci(0.95))
    if len(values) < 2:
        return np.nan, np.nan
    if np.ptp(values) == 0:
        return values[0], values[0]
    return stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))


def _median_interval(values: np.ndarray) -> tuple[float, float]:
    """Bound the median by order statistics; an end is NaN where there are too few values."""
    if len(values) < 2:
        return np.nan, np.nan
    return tuple(stats.quantile_test(values, p=0.5).confidence_interval(0.95))


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table with the columns in their fixed order."""
    return pd.DataFrame(rows, columns=COLUMNS)
