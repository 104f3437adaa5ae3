from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.experiments.hybrid import (
    SquareWave,
    simulate_cycled_gain,
    simulate_fixed_gain,
    switching_times,
)

NETWORK = dict(
    neurons=40, patterns=2, strength=4, random_variance="1/N", networks=3, dt=0.1, seed=1
)
FIXED = dict(**NETWORK, gains=[0, 3, 8], duration=20, every=0.5)
CYCLED = dict(
    **NETWORK,
    low_gain=1,
    high_gain=8,
    low_duration=(4, 6),
    high_duration=(8, 10),
    duration=60,
    every=0.1,
)
RANGES = st.tuples(st.floats(1, 50), st.floats(0, 50)).map(lambda pair: (pair[0], sum(pair)))


@pytest.fixture(scope="module")
def fixed():
    return simulate_fixed_gain(**FIXED)


@pytest.fixture(scope="module")
def cycled():
    return simulate_cycled_gain(**CYCLED)


# --- the schedule ---


@pytest.mark.parametrize(
    ("time", "gains"),
    [
        (0, [1, 1]),
        (1.99, [1, 1]),
        (2, [8, 1]),
        (3.5, [8, 8]),
        (5, [1, 8]),
        (6.5, [1, 1]),
        (7, [8, 1]),
        (100, [8, 8]),
    ],
)
def test_square_wave_takes_its_values_in_turn(time, gains):
    wave = SquareWave(np.array([[2.0, 5, 7], [3, 6, 9]]), 1, 8)
    assert wave(time).tolist() == gains


def test_square_wave_without_switches_stays_low():
    assert SquareWave(np.empty((3, 0)), 1, 8)(50).tolist() == [1, 1, 1]


@given(RANGES, RANGES, st.floats(0, 500), st.sampled_from([0.05, 0.1, 0.5]), st.integers(0, 99))
def test_phases_stay_within_their_bounds(low, high, duration, dt, seed):
    times = switching_times((low, high), duration, dt, np.random.default_rng(seed))
    lengths = np.diff(times, prepend=0)
    for index, (shortest, longest) in enumerate((low, high)):
        # each end of a phase is rounded by at most half a step
        assert (lengths[index::2] >= shortest - dt - 1e-9).all()
        assert (lengths[index::2] <= longest + dt + 1e-9).all()
    assert times.size == 0 or times[-1] >= duration - dt
    np.testing.assert_allclose(times / dt, np.round(times / dt), atol=1e-6)


@given(RANGES, RANGES, st.floats(0, 500), st.integers(0, 99), st.integers(0, 99))
def test_number_of_switches_does_not_depend_on_the_draws(low, high, duration, first, second):
    lengths = {
        len(switching_times((low, high), duration, 0.1, np.random.default_rng(seed)))
        for seed in (first, second)
    }
    assert len(lengths) == 1


def test_durations_of_phases_are_uniform():
    times = switching_times(((100, 120), (300, 320)), 4e5, 0.05, np.random.default_rng(0))
    lengths = np.diff(times, prepend=0)
    for index, shortest in enumerate((100, 300)):
        phases = lengths[index::2]
        # mean and deviation of a uniform draw, within about 5 standard errors of 1000 phases
        assert phases.mean() == pytest.approx(shortest + 10, abs=1)
        assert phases.std() == pytest.approx(20 / np.sqrt(12), abs=0.6)


@pytest.mark.parametrize("duration", [2, 2.0])
def test_phases_of_fixed_length_are_periodic(duration):
    times = switching_times(((1, 1), (2, 2)), 3 * duration, 0.5, np.random.default_rng(0))
    assert times.tolist() == [1, 3, 4, 6]


# --- both protocols ---


@pytest.mark.parametrize(
    ("simulate", "settings"), [(simulate_fixed_gain, FIXED), (simulate_cycled_gain, CYCLED)]
)
def test_equal_seeds_give_equal_data_and_others_do_not(simulate, settings):
    first, again, other = (simulate(**{**settings, "seed": seed}) for seed in (1, 1, 2))
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)
        coordinate = variable.dims == (name,)
        assert np.array_equal(other[name], variable.values) == coordinate, name


def test_patterns_are_signs_and_those_of_both_protocols(fixed, cycled):
    assert fixed["patterns"].shape == (3, 2, 40)
    assert set(np.unique(fixed["patterns"])) == {-1.0, 1.0}
    assert not np.array_equal(fixed["patterns"][0], fixed["patterns"][1])
    np.testing.assert_array_equal(fixed["patterns"], cycled["patterns"])


def test_protocols_start_from_different_states(fixed, cycled):
    assert not np.isin(fixed["h"][:, :, 0], cycled["h"][:, 0]).any()


# --- fixed gain ---


def test_fixed_gain_is_labelled(fixed):
    assert fixed.kind == "fixed_gain"
    assert fixed["gain"].tolist() == [0, 3, 8]
    np.testing.assert_allclose(fixed["time"], 0.5 * np.arange(41))
    assert fixed.variables["h"].dims == ("network", "gain", "time", "neuron")
    assert fixed["h"].shape == (3, 3, 41, 40)


def test_every_run_starts_from_a_fresh_standard_normal_state(fixed):
    start = fixed["h"][:, :, 0].reshape(9, 40)
    correlations = np.corrcoef(start) - np.eye(9)
    assert np.abs(correlations).max() < 0.7
    assert start.mean() == pytest.approx(0, abs=5 / np.sqrt(360))
    assert start.var() == pytest.approx(1, abs=5 * np.sqrt(2 / 360))


def test_without_random_weights_the_network_comes_to_rest():
    h = simulate_fixed_gain(**{**FIXED, "gains": [0], "duration": 60})["h"][:, 0]
    np.testing.assert_allclose(h[:, -1], h[:, -5], atol=1e-4)
    assert np.abs(h[:, -1]).max() > 0.5


def test_rest_without_random_weights_lies_in_the_span_of_the_patterns():
    found = simulate_fixed_gain(**{**FIXED, "gains": [0], "duration": 60})
    for h, patterns in zip(found["h"][:, 0, -1], found["patterns"], strict=True):
        coefficients = np.linalg.lstsq(patterns.T, h, rcond=None)[0]
        np.testing.assert_allclose(coefficients @ patterns, h, atol=1e-4)
        expected = 4 / 40 * patterns.T @ (patterns @ np.tanh(h))
        np.testing.assert_allclose(h, expected, atol=1e-4)


def test_high_gain_does_not_rest():
    late = simulate_fixed_gain(**{**FIXED, "neurons": 150, "gains": [8]})["h"][:, 0, 20:]
    assert (late.std(axis=1).mean(axis=-1) > 1).all()


def test_without_structure_low_gain_falls_silent():
    found = simulate_fixed_gain(**{**FIXED, "strength": 0, "gains": [0.3], "duration": 60})
    assert np.abs(found["h"][:, :, -1]).max() < 1e-6


def test_variances_of_random_weights_differ_by_a_gain_of_the_square_root_of_n():
    settings = {**FIXED, "duration": 1}
    narrow = simulate_fixed_gain(**{**settings, "gains": [0.5 * np.sqrt(40)]})
    wide = simulate_fixed_gain(**{**settings, "gains": [0.5], "random_variance": "1"})
    np.testing.assert_allclose(narrow["h"], wide["h"], atol=1e-4)  # single precision


# --- cycled gain ---


def test_cycled_gain_is_labelled(cycled):
    assert cycled.kind == "cycled_gain"
    np.testing.assert_allclose(cycled["time"], 0.1 * np.arange(601))
    assert cycled.variables["gain"].dims == ("network", "time")
    assert cycled.variables["h"].dims == ("network", "time", "neuron")
    assert cycled["gain"].shape == (3, 601)
    assert cycled["h"].shape == (3, 601, 40)


def test_recorded_gain_alternates_within_the_bounds(cycled):
    for gain in cycled["gain"]:
        assert set(np.unique(gain)) == {1, 8}
        assert gain[0] == 1
        switches = np.flatnonzero(np.diff(gain)) * 0.1
        lengths = np.diff(switches, prepend=0)
        assert ((lengths[::2] > 3.85) & (lengths[::2] < 6.15)).all()
        assert ((lengths[1::2] > 7.85) & (lengths[1::2] < 10.15)).all()


def test_networks_switch_at_times_of_their_own(cycled):
    assert (cycled["gain"].min(axis=0) != cycled["gain"].max(axis=0)).any()


def test_recorded_gain_is_that_of_the_interval_that_ends(cycled):
    other = simulate_cycled_gain(**{**CYCLED, "high_gain": 2})
    for index, gain in enumerate(cycled["gain"]):
        first = np.flatnonzero(gain == 8)[0]
        np.testing.assert_array_equal(other["h"][index, :first], cycled["h"][index, :first])
        assert not np.array_equal(other["h"][index, first], cycled["h"][index, first])


def test_recording_less_often_records_the_same(cycled):
    seldom = simulate_cycled_gain(**{**CYCLED, "every": 0.5})
    for name in ("h", "gain"):
        np.testing.assert_array_equal(seldom[name], cycled[name][:, ::5])


def test_equal_gains_make_the_switches_vanish():
    settings = {**CYCLED, "high_gain": 1}
    early = simulate_cycled_gain(**settings)
    late = simulate_cycled_gain(**{**settings, "low_duration": (20, 30)})
    assert (early["gain"] == 1).all()
    start = slice(0, 1)  # the same first state, then durations are drawn
    np.testing.assert_array_equal(early["h"][:, start], late["h"][:, start])
    np.testing.assert_array_equal(early["h"], late["h"])
