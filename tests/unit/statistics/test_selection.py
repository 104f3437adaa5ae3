from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.statistics.selection import find, load, only, value
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import save_table

TABLE = table(
    [
        row("rate", [1.0], gain=2, size=250),
        row("rate", [2.0], gain=4, size=250),
        row("rate_phi", [3.0], gain=4, condition={"source": "chaos", "coupling": 0.0}),
        row("rate_phi", [4.0], gain=4, condition={"source": "noise", "coupling": 0.0}),
        row("rate_phi", [5.0], gain=4),
    ]
)


def means(*arguments, **where):
    return list(find(TABLE, *arguments, **where)["mean"])


def test_columns_tell_rows_apart():
    assert means("rate") == [1, 2]
    assert means("rate", gain=4, size=250) == [2]
    assert means("rate", gain=8) == []


def test_a_part_of_the_condition_is_enough():
    assert means("rate_phi", condition={"source": "noise"}) == [4]
    assert means("rate_phi", condition={"coupling": 0}) == [3, 4]


def test_an_empty_condition_fits_rows_without_any():
    assert means("rate_phi", condition={}) == [5]


def test_a_quantity_may_be_a_pattern():
    assert means("rate_*", condition={}) == [5]
    assert means("*", gain=2) == [1]


def test_only_one_row_or_none_fits():
    assert only(TABLE, "rate", gain=4)["mean"] == 2
    assert only(TABLE, "rate", gain=8) is None
    with pytest.raises(LookupError, match=r"rate, .*250\}: expected one row, found 2"):
        only(TABLE, "rate", size=250)


def test_a_row_stands_for_what_its_interval_is_about():
    values = [1.0, 2.0, 6.0]
    assert value(row("rate", values)) == 3
    assert value(row("rate", values, ranks=True)) == 2


def test_nothing_is_found_in_an_empty_table():
    assert find(table([]), "rate").empty


def test_what_was_not_computed_is_missing(tmp_path):
    rows = [row("rate", []) | {"mean": "not computed"}]
    save_table(table(rows), tmp_path / "rates.tsv")
    assert np.isnan(load(tmp_path / "rates.tsv")["mean"][0])
