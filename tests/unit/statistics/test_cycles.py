from __future__ import annotations

import json

import numpy as np
import pytest
from tables import variables

from chaos_sampling.statistics.cycles import correlations, cycles_table
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset

CHAOS, FROZEN = {"protocol": "chaos"}, {"protocol": "frozen"}


def cycles_data(networks=3, copies=4, cycles=5, patterns=3, seed=0):
    """One condition of chaos, whose network 0 is always in pattern 1, and one frozen."""
    rng = np.random.default_rng(seed)
    ends = (2, networks, copies, cycles)
    states = rng.integers(2 * patterns, size=ends[1:])
    states[0] = 1
    overlap = np.zeros((*ends, patterns))
    sign = np.where(states < patterns, 1.0, -1.0)
    np.put_along_axis(overlap[0], (states % patterns)[..., None], sign[..., None], axis=-1)
    overlap[1] = 0.3
    speed = np.zeros(ends)
    speed[1] = 2
    restarts = np.zeros((networks, 10, patterns))
    restarts[:, :6, 1] = 0.99
    restarts[:, 6:8, 0] = -0.99
    restarts[:, 8:] = 0.5
    energy = np.tile([-1.4, -1.5, -1.3], (networks, 1))
    stored = ("network", "pattern")
    across = ("condition", "network", "copy", "cycle")
    return Dataset(
        "cycles",
        "",
        variables(
            protocol=(np.array(["chaos", "frozen"]), ("condition",)),
            low_gain=(np.array([1.0, 1.0]), ("condition",)),
            high_gain=(np.array([8.0, 8.0]), ("condition",)),
            low_duration=(np.array([[100.0, 120]] * 2), ("condition", "bound")),
            high_duration=(np.array([[300.0, 320]] * 2), ("condition", "bound")),
            overlap=(overlap, (*across, "pattern")),
            speed=(speed, across),
            energy=(np.full(ends, -1.2), across),
            restart_overlap=(restarts, ("network", "restart", "pattern")),
            restart_speed=(np.zeros((networks, 10)), ("network", "restart")),
            restart_energy=(np.full((networks, 10), -1.3), ("network", "restart")),
            pattern_energy=(energy, stored),
            pattern_energy_low=(-energy, stored),
        ),
        {"weights": {}},
    )


@pytest.fixture(scope="module")
def found():
    return cycles_table(cycles_data(), seed=0)


@pytest.mark.parametrize(
    ("quantity", "chaos", "frozen"),
    [
        ("retrieval_fraction", 1, 0),
        ("mixture_fraction", 0, 0),
        ("wandering_fraction", 0, 1),
        ("overlap_final", 1, 0.3),
        ("energy_final", -1.2, -1.2),
    ],
)
def test_ends_of_cycles_are_summarised(found, quantity, chaos, frozen):
    for condition, mean in ((CHAOS, chaos), (FROZEN, frozen)):
        row = only(found, quantity, condition=condition)
        assert row["mean"] == pytest.approx(mean)
        assert row["networks"] == 3


def test_restarts_are_summarised(found):
    restarts = {"low_gain": 1, "protocol": "restarts"}
    means = {"retrieval_fraction": 0.8, "negative_fraction": 0.2, "mixture_fraction": 0.2}
    means["energy_final"] = -1.3
    for quantity, mean in means.items():
        assert only(found, quantity, condition=restarts)["mean"] == pytest.approx(mean)


def test_energies_are_compared_within_each_network():
    data = cycles_data()
    scale = np.array([1.0, 2.0, 4.0])
    data["energy"][0] *= scale[:, None, None]
    data["pattern_energy"][:] *= scale[:, None]
    data["restart_energy"][:] *= scale[:, None] / 2
    ratios = cycles_table(data, seed=0)
    for quantity, ratio in (("energy_over_patterns", 6 / 7), ("energy_over_restarts", 24 / 13)):
        found = only(ratios, quantity, condition=CHAOS)
        expected = pytest.approx([ratio] * 3)
        assert [found[name] for name in ("low", "mean", "high")] == expected


def test_network_that_stays_is_nonuniform_and_never_switches():
    found = cycles_table(cycles_data(networks=1), seed=0)
    means = {"switch_probability": 0, "nonuniform_fraction": 1, "visit_entropy": 0}
    for quantity, mean in means.items():
        assert only(found, quantity, condition=CHAOS)["mean"] == mean


def test_order_of_visits_is_held_against_independent_ones():
    data = cycles_data(networks=1, copies=2, cycles=3)
    states = np.array([[0, 3, 0], [0, 0, 1]])  # 3 is the negative of pattern 0
    data["overlap"][0, 0] = np.eye(3)[states % 3] * np.where(states < 3, 1, -1)[..., None]
    ordered = cycles_table(data, seed=0)
    for quantity, mean, theory in (
        ("switch_probability", 3 / 4, 5 / 9),
        ("pattern_switch_probability", 1 / 4, 1 / 3),
        ("repeat_probability", 0, 1 / 6),
        ("stay_excess", 1 / 4 - 4 / 9, 0),
        ("repeat_excess", -1 / 6, 0),
    ):
        row = only(ordered, quantity, condition=CHAOS)
        assert (row["mean"], row["theory"]) == pytest.approx((mean, theory)), quantity


@pytest.mark.parametrize("quantity", ["visit_entropy", "most_visited_share", "incomplete_fraction"])
def test_protocol_without_visits_leaves_gaps(found, quantity):
    row = only(found, quantity, condition=FROZEN)
    assert (row["networks"], np.isnan(row["mean"])) == (0, True)


def test_patterns_that_are_never_visited_and_the_one_that_is_most():
    data = cycles_data(networks=2)
    data["overlap"][0, 1] = 0
    data["overlap"][0, 1, ..., 2] = -1
    data["overlap"][0, 1, :2, :, :2] = np.eye(2)[:, None]
    data["overlap"][0, 1, :2, :, 2] = 0
    found = cycles_table(data, seed=0)
    # network 0 is always in pattern 1; of network 1 two copies end in the negative of pattern 2
    most = only(found, "most_visited_share", condition=CHAOS)
    assert most["mean"] == pytest.approx((1 + 0.5) / 2)
    assert only(found, "incomplete_fraction", condition=CHAOS)["mean"] == 0.5


def test_energy_of_mixtures_leaves_out_other_ends():
    data = cycles_data()
    data["overlap"][0, 1:, 0, 0], data["energy"][0, 1:, 0, 0] = 0.5, -1.0
    found = only(cycles_table(data, seed=0), "mixture_energy", condition=CHAOS)
    assert (found["networks"], found["mean"]) == (2, -1.0)


def test_visits_correlate_with_energy_and_basins():
    ranks = correlations(cycles_data(), 0)
    # network 0 visits only the pattern of least energy, which most restarts reach
    assert ranks["visits_energy_correlation"][0] == pytest.approx(-np.sqrt(3) / 2)
    assert ranks["visits_energy_low_correlation"][0] == pytest.approx(np.sqrt(3) / 2)
    assert ranks["visits_basin_correlation"][0] == pytest.approx(np.sqrt(3) / 2)
    assert ranks["visits_halves_correlation"][0] == pytest.approx(1)
    assert "visits_chaos_correlation" not in ranks
    assert np.isnan(correlations(cycles_data(), 1)["visits_energy_correlation"]).all()


def test_energies_that_differ_by_rounding_have_no_order():
    data = cycles_data()
    data["pattern_energy"][:] = -1.3 + 5e-9 * np.arange(data["pattern_energy"].size).reshape(
        data["pattern_energy"].shape
    )
    assert np.isnan(correlations(data, 0)["visits_energy_correlation"]).all()


def test_visits_like_those_of_chaos_correlate_with_them():
    data = cycles_data()
    data["overlap"][1] = data["overlap"][0, :, ::-1]
    np.testing.assert_allclose(correlations(data, 1)["visits_chaos_correlation"], 1)


def test_rows_say_what_makes_up_their_condition(found):
    row = only(found, "overlap_final", condition=FROZEN)
    gains = {"low_gain": 1, "high_gain": 8}
    durations = {"low_duration": [100, 120], "high_duration": [300, 320]}
    assert json.loads(row["condition"]) == FROZEN | gains | durations


def test_table_has_no_row_twice(found):
    assert not found.duplicated(["quantity", "condition"]).any()
