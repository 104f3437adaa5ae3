"""Prose whose numbers come from tables, so that the two cannot drift apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from chaos_sampling.report.claims import ON_CLAIMS, ON_CRITERIA
from chaos_sampling.report.estimates import Estimate, Rows, estimate
from chaos_sampling.report.numbers import measured, number
from chaos_sampling.statistics.selection import only, value


def fill(
    template: str,
    *,
    tables: Mapping[str, pd.DataFrame],
    verdicts: Mapping[str, pd.DataFrame],
    readings: Sequence[Mapping[str, str]],
) -> str:
    """Return a text in Markdown with the numbers that its template asks for.

    Args:
        template: Jinja text that sees `verdicts` by claim, `runs`, `readings`, `on_criteria` and
            `on_claims` of `claims`, `number`, `measured` of a line of claims; of (table, quantity,
            places, **where), where as for `statistics.selection.find`, `value` with its interval,
            `point` without it, `theory`, `percent` of a share, `networks`, and `count` of networks
            that say yes; of (table, quantity, gains, **where) `deviations` from theory in percent;
            and of (table, quantity, places, **fields of `estimates.Rows`) `estimated`, with its
            interval, as claims have it.
        tables: by name.
        verdicts: tables of claims by the name of the run that they are of.
        readings: of the paper.

    Raises:
        LookupError: not exactly one row fits.
    """

    def using(format_row: Any) -> Any:
        def of(table: str, quantity: str, places: int, **where: Any) -> Any:
            return format_row(_row(tables[table], quantity, **where), places)

        return of

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "value": using(lambda row, places: _point(row, places) + _interval(row, places)),
        "point": using(_point),
        "theory": using(lambda row, places: number(row["theory"], places)),
        "networks": using(lambda row, places: int(row["networks"])),
        "percent": using(lambda row, places: number(100 * row["mean"], places)),
        "count": using(lambda row, places: round(row["mean"] * row["networks"])),
        "deviations": lambda table, quantity, gains, **where: [
            _deviation(_row(tables[table], quantity, gain=gain, **where)) for gain in gains
        ],
        "estimated": lambda table, quantity, places, **rows: _estimated(
            estimate(Rows(table, quantity, **rows), tables), places
        ),
        "number": number,
        "measured": measured,
        "on_criteria": ON_CRITERIA,
        "on_claims": ON_CLAIMS,
    }
    return environment.from_string(template).render(
        verdicts=_by_claim(verdicts), runs=list(verdicts), readings=readings
    )


def _row(table: pd.DataFrame, quantity: str, **where: Any) -> pd.Series:
    found = only(table, quantity, **where)
    if found is None:
        raise LookupError(f"{quantity}, {where}: expected one row, found 0")
    return found


def _point(row: pd.Series, places: int) -> str:
    return number(value(row), places)


def _interval(row: pd.Series, places: int) -> str:
    if np.isnan(row["low"]):
        return ""
    return f" ({number(row['low'], places)} to {number(row['high'], places)})"


def _estimated(one: Estimate, places: int) -> str:
    value, low, high = (number(found, places) for found in (one.value, one.low, one.high))
    return f"{value} ({low} to {high})"


def _deviation(row: pd.Series) -> float:
    """Return by how many percent the value exceeds the theory's."""
    return 100 * (value(row) / row["theory"] - 1)


def _by_claim(verdicts: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return each claim with a row for each run that judged it, None where one did not."""
    rows: dict[str, dict[str, Any]] = {}
    for run, table in verdicts.items():
        for _, row in table.iterrows():
            claim = rows.setdefault(row["claim"], {**row, "runs": dict.fromkeys(verdicts)})
            claim["runs"][run] = dict(row)
    return list(rows.values())
