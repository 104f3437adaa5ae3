from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chaos_sampling.statistics.selection import load
from chaos_sampling.statistics.table import COLUMNS, range_of, row, table

REFERENCE = Path(__file__).parents[3] / "reference"
TABLES = sorted({*REFERENCE.glob("*.tsv")} - {*REFERENCE.glob("claims*.tsv")})
VALUES = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=2, max_size=12)


def test_interval_is_students():
    found = row("x", [1.0, 2.0, 4.0])
    mean, se = 7 / 3, np.sqrt(7 / 3) / np.sqrt(3)  # variance 7/3 with n − 1
    half = 4.302653 * se  # t(0.975, 2)
    assert found["networks"] == 3
    assert found["interval"] == "mean"
    assert found["mean"] == pytest.approx(mean)
    assert found["se"] == pytest.approx(se)
    assert found["median"] == 2
    assert (found["low"], found["high"]) == pytest.approx((mean - half, mean + half))


@given(VALUES.filter(lambda values: np.ptp(values) > 0))
def test_interval_agrees_with_scipy(values):
    found = row("x", values)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found["low"], found["high"]) == pytest.approx(tuple(expected), abs=1e-9)
    assert found["low"] <= found["mean"] <= found["high"]


@pytest.mark.parametrize(
    ("quantity", "bounds"),
    [
        ("retrieval_fraction", (0, 1)),
        ("pooled_r_patterns", (-1, 1)),
        ("escape_rate", (0, np.inf)),
        ("uniformity_power", (0, 1)),
        ("correlation_rms_latents_ratio", (-np.inf, np.inf)),
    ],
)
@given(st.lists(st.floats(0, 1).map(lambda x: round(x, 4)), min_size=2, max_size=9))
def test_no_interval_leaves_the_range_of_its_quantity(quantity, bounds, values):
    assert range_of(quantity) == bounds
    found = row(quantity, values)
    assert bounds[0] <= found["low"] <= found["mean"] + 1e-9
    assert found["mean"] - 1e-9 <= found["high"] <= bounds[1]


def test_of_a_correlation_the_interval_is_that_of_fishers_z():
    values = np.array([-0.99, -0.9, -0.8])
    found = row("pooled_r_patterns", values)
    slope = 1 / (1 - values.mean() ** 2)
    half = 4.302653 * slope * values.std(ddof=1) / np.sqrt(3)  # t(0.975, 2)
    z = np.arctanh(values.mean())
    assert (found["low"], found["high"]) == pytest.approx(tuple(np.tanh([z - half, z + half])))


def test_of_a_rate_the_interval_is_that_of_its_logarithm():
    values = np.array([0.0, 0.1, 0.5])
    found = row("escape_rate", values)
    half = 4.302653 * values.std(ddof=1) / np.sqrt(3) / 0.2
    assert (found["low"], found["high"]) == pytest.approx((0.2 * np.exp(-half), 0.2 * np.exp(half)))


def test_far_from_its_ends_a_range_hardly_matters():
    values = [0.501, 0.5, 0.499]
    bounded, free = (row(name, values) for name in ("retrieval_fraction", "x"))
    assert (bounded["low"], bounded["high"]) == pytest.approx((free["low"], free["high"]), rel=1e-4)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_that_all_networks_agree_on_has_the_binomial_interval(share):
    found, counted = (row("wandering_fraction", [value] * 4) for value in (share, bool(share)))
    assert (found["low"], found["high"]) == (counted["low"], counted["high"])
    assert found["high"] - found["low"] == pytest.approx(1 - 0.025 ** (1 / 4))


def test_a_share_between_that_all_networks_agree_on_is_not_certain():
    found = row("own_pattern_fraction", [0.75] * 8)
    counted = row("own_pattern_fraction", np.arange(8) < 6)
    assert (found["low"], found["high"]) == (counted["low"], counted["high"])
    assert row("own_pattern_fraction", [0.7] * 8)["low"] < counted["low"]


def test_a_mean_past_its_range_by_rounding_keeps_its_interval():
    found = row("overlap_final", [1 + 1e-8, 1 + 2e-8])
    assert found["low"] < found["mean"] < found["high"]


@pytest.mark.parametrize("count", [1, 2, 10, 20])
def test_interval_of_yes_or_no_is_the_exact_binomial_one(count):
    for hits in range(count + 1):
        found = row("x", np.arange(count) < hits)
        expected = tuple(stats.binomtest(hits, count).proportion_ci(0.95))
        assert (found["low"], found["high"]) == pytest.approx(expected, abs=1e-9)
        assert found["mean"] == pytest.approx(hits / count)
        assert found["networks"] == count


def test_list_of_yes_and_no_is_one_too():
    found = row("x", [True, True, True])
    assert (found["low"], found["high"]) == pytest.approx((0.025 ** (1 / 3), 1))


@given(VALUES, st.lists(st.just(np.nan), max_size=5), st.randoms())
def test_networks_without_a_value_are_left_out(values, missing, random):
    mixed = values + missing
    random.shuffle(mixed)
    expected, found = row("x", values), row("x", mixed)
    assert found["networks"] == len(values)
    for name in ("mean", "se", "low", "high", "median"):
        assert found[name] == pytest.approx(expected[name], abs=1e-9)


@pytest.mark.parametrize("values", [[], [np.nan], [np.nan, np.nan]])
def test_no_network_with_a_value(values):
    found = row("x", values)
    assert found["networks"] == 0
    assert np.isnan([found[name] for name in ("mean", "se", "low", "high", "median")]).all()


def test_single_network_has_no_interval():
    found = row("x", [3.0])
    assert (found["networks"], found["mean"], found["median"]) == (1, 3, 3)
    assert np.isnan([found[name] for name in ("se", "low", "high")]).all()


@pytest.mark.parametrize("values", [[2.0, 2.0, 2.0], [2, 2, 2], [2.0, np.nan, 2.0]])
def test_equal_values_have_an_interval_of_no_width(values):
    found = row("x", values)
    assert (found["low"], found["mean"], found["high"], found["se"]) == (2, 2, 2, 0)


@given(st.lists(st.floats(-1e3, 1e3), min_size=12, max_size=30), st.integers(0, 5))
def test_ranks_give_the_median_and_its_order_statistics(values, beyond):
    values = [*values, *[np.inf] * beyond, np.nan]
    found = row("x", values, ranks=True)
    ordered = np.sort(values[:-1])
    assert found["networks"] == len(ordered)
    assert found["median"] == np.median(ordered)
    assert found["interval"] == "median"
    assert np.isnan(found["mean"]) == (beyond > 0)
    assert found["low"] <= found["median"] <= found["high"]
    # the number of values below the median is binomial; each end leaves out at most 2.5 %
    below = stats.binom.cdf(np.arange(len(ordered)), len(ordered), 0.5)
    assert found["low"] == ordered[np.flatnonzero(below <= 0.025)[-1]]


@pytest.mark.parametrize("values", [[], [1.0], [np.inf]])
def test_ranks_of_a_single_network_have_no_interval(values):
    found = row("x", values, ranks=True)
    assert np.isnan([found["low"], found["high"]]).all()
    assert found["networks"] == len(values)


def test_where_a_row_belongs():
    found = row("x", [1.0, 2.0], gain=4, size=250, condition={"b": 1, "a": "z"}, theory=1.5)
    assert (found["gain"], found["size"], found["theory"]) == (4, 250, 1.5)
    assert json.loads(found["condition"]) == {"a": "z", "b": 1}
    bare = row("x", [1.0])
    assert np.isnan([bare["gain"], bare["size"], bare["theory"]]).all()
    assert bare["condition"] == "{}"


def test_condition_does_not_depend_on_the_order_of_its_keys():
    first, second = (
        row("x", [1], condition={"a": 1, "b": 2}),
        row("x", [1], condition={"b": 2, "a": 1}),
    )
    assert first["condition"] == second["condition"]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_reference_tables_have_the_columns_and_hold_together(path):
    found = load(path)
    assert list(found.columns) == COLUMNS
    assert not found.duplicated(["quantity", "gain", "size", "condition"]).any()
    assert len(found) > 50
    bounded = found[found["interval"].isin(["mean", "trajectories"]) & found["low"].notna()]
    assert (bounded["low"] <= bounded["mean"]).all()
    assert (bounded["mean"] <= bounded["high"]).all()
    ends = np.array([range_of(quantity) for quantity in bounded["quantity"]]).reshape(-1, 2)
    assert (bounded["low"] >= ends[:, 0]).all()
    assert (bounded["high"] <= ends[:, 1]).all()


def test_row_has_the_columns_of_a_table():
    assert list(row("x", [1.0, 2.0])) == COLUMNS


@pytest.mark.parametrize("rows", [[], [row("x", [1.0])], [row("x", [1.0]), row("y", [2.0, 3.0])]])
def test_table_has_its_columns_in_order(rows):
    found = table(rows)
    assert list(found.columns) == COLUMNS
    assert found["quantity"].tolist() == [entry["quantity"] for entry in rows]
