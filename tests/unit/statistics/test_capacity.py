from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from tables import variables

from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.statistics.capacity import (
    capacity_table,
    escape_rates,
    hazard,
    size_exponent,
)
from chaos_sampling.statistics.resampling import jackknife
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset

LOADS = np.array([5, 10, 20])
SIZES = np.array([100, 200, 400])
LOAD = ("rule", "size", "patterns", "corruption", "network")
AT_RISK = ("source", "gain", "size", "network")


@pytest.fixture
def capacity():
    retrieved = np.zeros((2, 1, 3, 2, 4))
    retrieved[0, 0, 0] = 1.0
    retrieved[0, 0, 1] = 0.25
    retrieved[1] = 0.75
    fraction = np.zeros((*retrieved.shape, len(STATES)))
    fraction[..., STATES.index("pattern")] = 0.5
    fraction[..., STATES.index("negative")] = 0.2
    fraction[..., STATES.index("mixture")] = 0.3
    arrays = variables(
        rule=(np.array(["outer_product", "pseudo_inverse"]), ("rule",)),
        size=(np.array([200]), ("size",)),
        patterns=(LOADS, ("patterns",)),
        corruption=(np.array([0.0, 0.5]), ("corruption",)),
        retrieved=(retrieved, LOAD),
        overlap=(retrieved / 2, LOAD),
        fraction=(fraction, (*LOAD, "state")),
        velocity=(np.arange(24.0).reshape(2, 1, 3, 4), ("rule", "size", "patterns", "network")),
    )
    return Dataset("capacity", "", arrays, {"gain": 1.0, "weights": {}})


@pytest.fixture
def escapes():
    counts, checks = np.zeros((2, 2, 3, 4), int), np.full((2, 2, 3, 4), 100)
    counts[0, 0] = np.array([16, 8, 4])[:, None]
    counts[:, 1] = 10
    arrays = variables(
        source=(np.array(["random_weights", "noise"]), ("source",)),
        gain=(np.array([2.0, 8.0]), ("gain",)),
        size=(SIZES, ("size",)),
        escapes=(counts, AT_RISK),
        checks=(checks, AT_RISK),
    )
    attributes = {"critical_gain": 3.8, "interval": 1, "weights": {}}
    return Dataset("escapes", "", arrays, attributes)


def simulated(rates, runs=400, interval=1.0, seed=0):
    """Return escapes and checks of runs of 100 checks that leave at rates (..., networks)."""
    left = np.random.default_rng(seed).exponential(1, (runs, *np.shape(rates))) / rates
    first = np.ceil(left / interval).astype(int)  # the check that finds the run gone
    return (first <= 100).sum(axis=0), np.minimum(first, 100).sum(axis=0)


@pytest.mark.parametrize("interval", [0.25, 1.0, 4.0])
def test_rate_does_not_depend_on_how_often_one_looks(interval):
    rates = np.array([0.02, 0.1, 0.5])
    escapes, checks = simulated(rates, 20000, interval)
    # 1 / √escapes, and more where nearly every check finds an escape
    np.testing.assert_allclose(hazard(escapes, checks, interval), rates, rtol=0.04)


def test_rate_without_escapes_with_nothing_else_and_without_checks():
    found = hazard(np.array([0, 7, 0]), np.array([9, 7, 0]), 1.0)
    np.testing.assert_array_equal(found, [0, np.inf, np.nan])


@pytest.mark.parametrize("power", [-2.0, -0.5, 0.0, 1.0])
def test_exponent_of_exact_rates(power):
    checks = np.array([[50.0, 70.0], [30.0, 10.0], [90.0, 20.0]])
    escapes = -checks * np.expm1(-0.3 * (SIZES[:, None] / 100) ** power)
    assert size_exponent(SIZES, escapes, checks) == pytest.approx(power, abs=1e-3)
    values = jackknife(partial(size_exponent, SIZES), escapes, checks)
    np.testing.assert_allclose(values, power, atol=1e-2)


def test_sizes_without_escapes_steepen_the_exponent():
    checks = np.full((3, 1), 100)
    with_none, with_some = (np.array([[40], [10], [last]]) for last in (0, 5))
    assert size_exponent(SIZES, with_none, checks) < size_exponent(SIZES, with_some, checks) < -1


@pytest.mark.parametrize("escapes", [[0, 0, 0], [5, 0, 0], [9, 5, 0], [9, 9, 9], [5, 9, 9]])
def test_escapes_beside_others_at_one_size_have_no_exponent(escapes):
    escapes = np.tile(np.array(escapes)[:, None], 2)
    values = jackknife(partial(size_exponent, SIZES), escapes, np.full((3, 2), 9))
    assert np.isnan(values).all()


def test_interval_of_the_exponent_covers_the_truth():
    rates = np.tile(0.5 * 100 / SIZES[:, None], 12)
    values = jackknife(partial(size_exponent, SIZES), *simulated(rates, 20))
    assert abs(values.mean() + 1) < 3 * values.std(ddof=1) / np.sqrt(12)


def test_bound_is_where_no_escape_has_a_chance_of_one_in_twenty(escapes):
    rates, bounds = escape_rates(escapes)
    np.testing.assert_allclose(rates[0, 0], -np.log([0.84, 0.92, 0.96]))
    np.testing.assert_allclose(np.exp(-bounds * 400), 0.05)


def test_table(capacity, escapes):
    found = capacity_table(capacity, escapes)
    assert not found.duplicated(["quantity", "gain", "size", "condition"]).any()
    at = {"corruption": 0.0, "rule": "outer_product", "patterns": 10}
    expected = {
        "own_pattern_fraction": 0.25,
        "own_overlap_final": 0.125,
        "retrieval_fraction": 0.7,
        "mixture_fraction": 0.3,
        "wandering_fraction": 0.0,
    }
    for quantity, value in expected.items():
        assert only(found, quantity, condition=at)["mean"] == pytest.approx(value)
    of_patterns = {"patterns": 10, "rule": "pseudo_inverse"}
    velocity = only(found, "pattern_velocity", gain=0, size=200, condition=of_patterns)
    assert velocity["mean"] == np.mean([16, 17, 18, 19])
    weights, noise = ({"source": name} for name in ("random_weights", "noise"))
    assert only(found, "escape_rate", gain=2, size=200, condition=weights)["mean"] == pytest.approx(
        -np.log(0.92)
    )
    assert only(found, "escape_exponent", gain=2, condition=weights)["mean"] == pytest.approx(
        np.log(np.log(0.96) / np.log(0.84)) / np.log(4), abs=2e-2
    )
    assert np.isnan(only(found, "escape_exponent", gain=2, condition=noise)["mean"])
    bound = only(found, "escape_rate", gain=2, size=100, condition=noise)
    assert (bound["mean"], bound["low"]) == (0, 0)
    assert bound["high"] == pytest.approx(-np.log(0.05) / 400)
    assert (found["interval"] == "bound").sum() == 3
    assert only(found, "critical_gain")["theory"] == 3.8


def rate_row(capacity, escapes):
    at = {"source": "random_weights"}
    return only(capacity_table(capacity, escapes), "escape_rate", gain=8, size=100, condition=at)


def test_networks_without_a_basin_are_left_out(capacity, escapes):
    escapes["checks"][..., 0, :2] = 0
    escapes["escapes"][..., 0, :2] = 0
    found = rate_row(capacity, escapes)
    assert (found["networks"], found["mean"]) == (2, pytest.approx(-np.log(0.9)))


def test_rate_is_of_all_networks_together(capacity, escapes):
    escapes["checks"][0, 1, 0] = [40, 80, 160, 120]
    found, together = rate_row(capacity, escapes), -np.log(0.9)
    assert found["low"] < together < found["high"]
    assert found["mean"] == pytest.approx(together)
    assert np.isnan(found["median"])


def test_where_every_check_finds_an_escape_the_rate_is_infinite(capacity, escapes):
    escapes["checks"][0, 1, 0] = 10
    found = rate_row(capacity, escapes)
    assert (found["networks"], found["median"], found["interval"]) == (4, np.inf, "median")
    assert np.isnan(found["mean"])
