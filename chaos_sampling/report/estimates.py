"""Which rows of the tables of a run a claim is judged by, and what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from chaos_sampling.statistics.selection import find, only, value
from chaos_sampling.statistics.table import row

TRAININGS = 3
"""The fewest trainings that a verdict on generators needs."""
UNITS = {"cost": "rounds"}
"""What the column "networks" of a table counts, where that is no networks."""

Tables = Mapping[str, pd.DataFrame]


class UntestedError(LookupError):
    """A run has no such value, or no interval of it; the message says what is lacking."""


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval over so many networks, or what else the unit is."""

    value: float
    low: float
    high: float
    networks: int
    unit: str = "networks"


@dataclass(frozen=True)
class Rows:
    """One row of a table, or one for each of several gains.

    Attributes:
        table: its name.
        quantity: its name, or a pattern such as "frechet_*".
        gain: g, or several.
        size: N, or "largest" for the largest at which the table has the quantity.
        condition: as for `statistics.selection.find`.
        models: regular expression of names of models whose rows are taken together, the training
            being the unit; its one group tells trainings apart, and with `over` is their seed.
            There must be `TRAININGS` of them.
        over: what differs in another row, by which this one is divided; with `models`, each in that
            of the same seed, whose network, first weights and order of images it shares.
    """

    table: str
    quantity: str
    gain: float | Sequence[float] | None = None
    size: int | Literal["largest"] | None = None
    condition: Mapping[str, Any] | None = None
    models: str | None = None
    over: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Refuse what selects no row.

        Raises:
            ValueError: there are no gains, `models` has not one group, or `over` has a field that
                rows do not have.
        """
        if self.gain == []:
            raise ValueError("gain: expected one at least, found none")
        if self.models and re.compile(self.models).groups != 1:
            raise ValueError(f"models: expected one group, of the seed; found {self.models}")
        unknown = (self.over or {}).keys() - {field.name for field in fields(self)}
        if unknown:
            raise ValueError(f"over: expected fields of rows, found {sorted(unknown)}")

    def each(self) -> list[Rows]:
        """Return one for each gain."""
        gains = self.gain if isinstance(self.gain, Sequence) else [self.gain]
        return [replace(self, gain=gain) for gain in gains]

    def __str__(self) -> str:
        parts = [self.quantity]
        if self.gain is not None:
            parts.append("g = " + ", ".join(str(one.gain) for one in self.each()))
        parts += [f"N = {self.size}"] if self.size else []
        parts += [f"{name}: {value}" for name, value in (self.condition or {}).items()]
        parts += [f"models {self.models}"] if self.models else []
        if self.over:
            parts.append("over " + ", ".join(f"{name} {to}" for name, to in self.over.items()))
        return ", ".join(parts)


def estimate(rows: Rows, tables: Tables) -> Estimate:
    """Return what the row at one gain says.

    Args:
        rows: with one gain, or none.
        tables: by name, as made by `statistics.table`; a run may lack some.

    Raises:
        UntestedError: the row, its value or its interval is lacking.
        LookupError: several rows fit.
    """
    if not rows.over:
        if not rows.models:
            return _of_row(rows, tables)
        values = _values(rows, tables)
        if len(values) < TRAININGS:
            names = _in_words(rows.models)
            raise UntestedError(f"{TRAININGS} trainings of {names} needed, {len(values)} found")
        return _of(row(rows.quantity, [*values.values()]), "trainings")
    other = replace(rows, over=None, **rows.over)
    if rows.models:
        ones, others = _values(rows, tables), _values(other, tables)
        seeds = [seed for seed in ones if seed in others]  # in the table's order
        if len(seeds) < TRAININGS:
            names = " and as many of ".join(
                dict.fromkeys(map(_in_words, (rows.models, other.models)))
            )
            raise UntestedError(f"{TRAININGS} trainings of {names} needed, {len(seeds)} found")
        return _of_pairs([ones[seed] for seed in seeds], [others[seed] for seed in seeds])
    return _ratio(estimate(replace(rows, over=None), tables), estimate(other, tables))


def _table(rows: Rows, tables: Tables) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the table that the rows stand in, and what else singles them out there."""
    if rows.table not in tables:
        raise UntestedError(f"no table {rows.table} in this run")
    table, where = tables[rows.table], {"gain": rows.gain, "condition": rows.condition}
    where = {column: wanted for column, wanted in where.items() if wanted is not None}
    if rows.size == "largest":
        where["size"] = find(table, rows.quantity, **where)["size"].max()
    elif rows.size is not None:
        where["size"] = rows.size
    return table, where


def _of_row(rows: Rows, tables: Tables) -> Estimate:
    table, where = _table(rows, tables)
    found = only(table, rows.quantity, **where)
    if found is None or found["networks"] == 0:
        raise UntestedError("no such value in this run")
    return _of(found, UNITS.get(rows.table, "networks"))


def _of(found: Mapping[str, Any], unit: str) -> Estimate:
    if np.isnan(value(found)):
        raise UntestedError("a value is infinite")
    if np.isnan([found["low"], found["high"]]).any():
        raise UntestedError(f"too few {unit} for an interval, {found['networks']:g}")
    return Estimate(value(found), found["low"], found["high"], int(found["networks"]), unit)


def _in_words(models: str) -> str:
    """Return an expression for names of models as people write one, such as celeba-subset-seed*."""
    return re.sub(r"[()]", "", re.sub(r"\\[dw]\+?", "*", models))


def _values(rows: Rows, tables: Tables) -> dict[str, float]:
    """Return the value of each model that is asked for, by its seed."""
    values: dict[str, float] = {}
    table, where = _table(rows, tables)
    for _, found in find(table, rows.quantity, **where).iterrows():
        name = json.loads(found["condition"])["model"]
        match = re.fullmatch(rows.models, name)
        if match and found["networks"]:
            seed = match[1]
            if seed in values:
                raise LookupError(f"{rows}: expected one row of seed {seed}, found several")
            values[seed] = found["median"]
    return values


def _of_pairs(ones: Sequence[float], others: Sequence[float]) -> Estimate:
    """Return the geometric mean of ratios, with Student's interval of their logarithms."""
    if not np.isfinite([*ones, *others]).all() or min(*ones, *others) <= 0:
        raise UntestedError("no ratio, a value is not positive and finite")
    first, second = np.log(ones), np.log(others)
    interval = stats.ttest_rel(first, second).confidence_interval(0.95)
    value, low, high = np.exp([first.mean() - second.mean(), interval.low, interval.high])
    return Estimate(value, low, high, len(ones), "trainings")


def _ratio(one: Estimate, other: Estimate) -> Estimate:
    """Divide estimates whose intervals do not hold 0.

    The distances of the ends of the two intervals from their values, as logarithms, add up like
    independent errors (Zou & Donner 2008, Stat. Med. 27, 1693). Rows of the same networks are not
    independent; tables have their ratios as rows of their own.
    """
    if one.low < 0 or one.value <= 0 or other.low <= 0:
        raise UntestedError("no ratio, an interval reaches 0")
    if np.isinf([one.value, other.value]).any():
        raise UntestedError("no ratio, a value is infinite")
    with np.errstate(divide="ignore"):  # an end at 0
        first, second = (
            np.log([each.low, each.high]) - np.log(each.value) for each in (one, other)
        )
    ratio = one.value / other.value
    return Estimate(
        value=ratio,
        low=ratio * np.exp(-np.hypot(first[0], second[1])),
        high=ratio * np.exp(np.hypot(first[1], second[0])),
        networks=min(one.networks, other.networks),
        unit=one.unit,
    )
