"""Tables read from files, and rows selected from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling.statistics.table import NOT_COMPUTED


def load(path: str | Path) -> pd.DataFrame:
    """Read a table from a file; what could not be computed is NaN."""
    return pd.read_csv(path, sep="\t", na_values=NOT_COMPUTED)


def load_run(
    tables: Iterable[str | Path], quality: Iterable[str | Path]
) -> dict[str, pd.DataFrame]:
    """Read the tables of a run by their names, those of the quality of its models as "quality"."""
    named = {Path(path).stem: load(path) for path in tables}
    return named | {"quality": pd.concat(map(load, quality))}


def find(table: pd.DataFrame, quantity: str, **where: Any) -> pd.DataFrame:
    """Return the rows of a quantity that fit.

    Args:
        table: as made by `statistics.table`.
        quantity: its name, or a pattern such as "frechet_*".
        where: values of other columns, such as gain=4; of the column condition those entries that
            tell the row apart, as in condition={"source": "chaos"}, or {} for rows without any.
    """
    named = [fnmatchcase(name, quantity) for name in table["quantity"]]
    chosen = table[np.array(named, bool)]
    for column, value in where.items():
        if column == "condition":
            fits = [_fits(json.loads(text), value) for text in chosen[column]]
            chosen = chosen[np.array(fits, bool)]
        else:
            chosen = chosen[chosen[column] == value]
    return chosen


def only(table: pd.DataFrame, quantity: str, **where: Any) -> pd.Series | None:
    """Return the one row that fits, or None.

    Args:
        table: as for `find`, like the others.
        quantity: its name, or a pattern.
        where: values of other columns.

    Raises:
        LookupError: several rows fit.
    """
    found = find(table, quantity, **where)
    if len(found) > 1:
        raise LookupError(f"{quantity}, {where}: expected one row, found {len(found)}")
    return None if found.empty else found.iloc[0]


def value(row: Mapping[str, Any]) -> float:
    """Return the number that a row stands for, which its interval is about."""
    # the mean is empty where a value is infinite, as a time over trajectories may be
    return row["median" if row["interval"] in ("median", "trajectories") else "mean"]


def with_conditions(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return a table with entries of its conditions as columns of their own, NaN where lacking."""
    conditions = pd.DataFrame([json.loads(text) for text in table["condition"]])
    return table.join(conditions.reindex(columns=list(names)).set_index(table.index))


def _fits(condition: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return wanted.items() <= condition.items() if wanted else not condition
