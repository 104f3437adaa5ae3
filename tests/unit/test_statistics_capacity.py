from __future__ import annotations

import json

import numpy as np
import pytest
from tables import find, variables

from chaos_sampling.overlaps import STATES
from chaos_sampling.statistics.capacity import (
    capacity_table,
    escape_rates,
    jackknife,
    largest_load,
    size_exponent,
)
from chaos_sampling.statistics.table import COLUMNS
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
    )
    return Dataset("capacity", "", arrays, {"gain": 1.0})


@pytest.fixture
def escapes():
    counts, time = np.zeros((2, 2, 3, 4), int), np.full((2, 2, 3, 4), 100.0)
    counts[0, 0] = np.array([16, 8, 4])[:, None]
    counts[:, 1] = 10
    arrays = variables(
        source=(np.array(["chaos", "noise"]), ("source",)),
        gain=(np.array([2.0, 8.0]), ("gain",)),
        size=(SIZES, ("size",)),
        escapes=(counts, AT_RISK),
        time_at_risk=(time, AT_RISK),
    )
    return Dataset("escapes", "", arrays, {"critical_gain": 3.8})


@pytest.mark.parametrize(
    ("retrieved", "expected"),
    [([0.4, 1, 1], 0), ([1, 0.4, 1], 5), ([1, 0.5, 0], 10), ([1, 1, 1], np.inf)],
)
def test_largest_load_is_the_last_before_the_first_failure(retrieved, expected):
    assert largest_load(LOADS, np.array(retrieved)[:, None]).tolist() == [expected]


@pytest.mark.parametrize("power", [-2.0, -0.5, 0.0, 1.0])
def test_exponent_of_exact_rates(power):
    time = np.array([[50.0, 70.0], [30.0, 10.0], [90.0, 20.0]])
    counts = time * (SIZES[:, None] / 100) ** power
    assert size_exponent(SIZES, counts, time) == pytest.approx(power, abs=1e-3)
    np.testing.assert_allclose(jackknife(SIZES, counts, time), power, atol=1e-2)


def test_sizes_without_escapes_steepen_the_exponent():
    time = np.full((3, 1), 100.0)
    with_none, with_some = (np.array([[40], [10], [last]]) for last in (0, 5))
    assert size_exponent(SIZES, with_none, time) < size_exponent(SIZES, with_some, time) < -1


@pytest.mark.parametrize("counts", [[0, 0, 0], [5, 0, 0]])
def test_one_size_with_escapes_has_no_exponent(counts):
    counts = np.tile(np.array(counts)[:, None], 2)
    assert np.isnan(jackknife(SIZES, counts, np.full((3, 2), 9.0))).all()


def test_interval_of_the_exponent_covers_the_truth():
    rng = np.random.default_rng(0)
    time = np.full((3, 12), 200.0)
    counts = rng.poisson(time * 0.1 * 100 / SIZES[:, None])
    values = jackknife(SIZES, counts, time)
    assert abs(values.mean() + 1) < 3 * values.std(ddof=1) / np.sqrt(12)


def test_bound_is_where_no_escape_has_a_chance_of_one_in_twenty(escapes):
    rates, bounds = escape_rates(escapes)
    np.testing.assert_allclose(rates[0, 0], [0.16, 0.08, 0.04])
    np.testing.assert_allclose(np.exp(-bounds * 400), 0.05)


def test_table(capacity, escapes):
    found = capacity_table(capacity, escapes)
    assert list(found.columns) == COLUMNS
    assert not found.duplicated(["quantity", "gain", "size", "condition"]).any()
    outer = {"corruption": 0.0, "rule": "outer_product"}
    at = json.dumps(outer | {"patterns": 10}, sort_keys=True)
    expected = {
        "own_pattern_fraction": 0.25,
        "own_overlap_final": 0.125,
        "retrieval_fraction": 0.7,
        "mixture_fraction": 0.3,
        "wandering_fraction": 0.0,
    }
    for quantity, value in expected.items():
        assert find(found, quantity, condition=at)["mean"] == pytest.approx(value)
    assert find(found, "capacity", condition=json.dumps(outer))["median"] == 5
    inverse = json.dumps(outer | {"rule": "pseudo_inverse"})
    assert find(found, "capacity", condition=inverse)["median"] == np.inf
    chaos, noise = (json.dumps({"source": name}) for name in ("chaos", "noise"))
    assert find(found, "escape_rate", gain=2, size=200, condition=chaos)["mean"] == 0.08
    assert find(found, "escape_exponent", gain=2, condition=chaos)["mean"] == pytest.approx(
        -1, abs=1e-2
    )
    assert np.isnan(find(found, "escape_exponent", gain=2, condition=noise)["mean"])
    bound = find(found, "escape_rate_bound", gain=2, size=100, condition=noise)
    assert bound["high"] == pytest.approx(-np.log(0.05) / 400)
    assert (found["quantity"] == "escape_rate_bound").sum() == 3
    assert find(found, "critical_gain")["theory"] == 3.8


def test_networks_without_a_basin_are_left_out(capacity, escapes):
    escapes["time_at_risk"][..., 0, :2] = 0
    escapes["escapes"][..., 0, :2] = 0
    at = json.dumps({"source": "chaos"})
    found = find(capacity_table(capacity, escapes), "escape_rate", gain=8, size=100, condition=at)
    assert (found["networks"], found["mean"]) == (2, 0.1)
