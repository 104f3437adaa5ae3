from __future__ import annotations

import numpy as np
import pytest
import torch
from experiment_settings import CYCLED_GAIN, FIXED_GAIN, HYBRID_NETWORKS

from chaos_sampling import store
from chaos_sampling.experiments.hybrid import simulate_cycled_gain, simulate_fixed_gain
from chaos_sampling.experiments.hybrid_networks import networks_of
from chaos_sampling.measures.overlaps import measure


@pytest.fixture(scope="module")
def fixed():
    return simulate_fixed_gain(**FIXED_GAIN)


@pytest.fixture(scope="module")
def cycled():
    return simulate_cycled_gain(**CYCLED_GAIN)


# --- the networks ---


def test_networks_keep_their_draws_whatever_strength_variance_rule_and_number():
    settings = {name: HYBRID_NETWORKS[name] for name in ("neurons", "patterns", "seed")}
    few, one = networks_of(**settings, strength=4, random_variance="1/N", networks=2)
    many, other = networks_of(
        **settings, strength=1, random_variance="1", networks=5, rule="pseudo_inverse"
    )
    np.testing.assert_array_equal(many[:2], few)
    np.testing.assert_allclose(other.random[:2], np.sqrt(40) * one.random, rtol=1e-6)


@pytest.mark.parametrize("rule", ["outer_product", "pseudo_inverse"])
def test_patterns_are_eigenvectors_by_the_pseudo_inverse_or_where_they_are_orthogonal(rule):
    settings = {name: HYBRID_NETWORKS[name] for name in ("neurons", "patterns", "seed", "networks")}
    stored, network = networks_of(**settings, strength=3, random_variance="1/N", rule=rule)
    assert network.structured.dtype == network.random.dtype == torch.float32
    for xi, structured in zip(stored, network.structured.numpy(), strict=True):
        crosstalk = np.abs(structured @ xi.T - 3 * xi.T).max()
        exact = rule == "pseudo_inverse" or xi[0] @ xi[1] == 0
        assert (crosstalk < 1e-4) == exact


# --- both protocols ---


def test_patterns_are_signs_and_those_of_both_protocols(fixed, cycled):
    assert fixed["patterns"].shape == (3, 2, 40)
    assert set(np.unique(fixed["patterns"])) == {-1.0, 1.0}
    assert not np.array_equal(fixed["patterns"][0], fixed["patterns"][1])
    np.testing.assert_array_equal(fixed["patterns"], cycled["patterns"])


def test_protocols_start_from_different_states(fixed, cycled):
    assert not np.isin(fixed["h"][:, :, 0], cycled["h"][:, 0]).any()


# --- fixed gain ---


def test_fixed_gain_is_labelled(fixed):
    assert fixed.kind == "hybrid"
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
    h = simulate_fixed_gain(**{**FIXED_GAIN, "gains": [0], "duration": 60})["h"][:, 0]
    np.testing.assert_allclose(h[:, -1], h[:, -5], atol=1e-4)
    assert np.abs(h[:, -1]).max() > 0.5


def test_rest_without_random_weights_lies_in_the_span_of_the_patterns():
    found = simulate_fixed_gain(**{**FIXED_GAIN, "gains": [0], "duration": 60})
    for h, patterns in zip(found["h"][:, 0, -1], found["patterns"], strict=True):
        coefficients = np.linalg.lstsq(patterns.T, h, rcond=None)[0]
        np.testing.assert_allclose(coefficients @ patterns, h, atol=1e-4)
        expected = 4 / 40 * patterns.T @ (patterns @ np.tanh(h))
        np.testing.assert_allclose(h, expected, atol=1e-4)


def test_the_pseudo_inverse_holds_every_pattern():
    found = simulate_fixed_gain(**{**FIXED_GAIN, "rule": "pseudo_inverse", "gains": [0]})
    # at rest h = W_struct φ(h); a combination of patterns is multiplied by s
    for h, patterns in zip(found["h"][:, 0, -1], found["patterns"], strict=True):
        in_span = np.linalg.lstsq(patterns.T, np.tanh(h), rcond=None)[0] @ patterns
        np.testing.assert_allclose(h, 4 * in_span, atol=1e-3)


def test_high_gain_does_not_rest():
    late = simulate_fixed_gain(**{**FIXED_GAIN, "neurons": 150, "gains": [8]})["h"][:, 0, 20:]
    assert (late.std(axis=1).mean(axis=-1) > 1).all()


def test_without_structure_low_gain_falls_silent():
    found = simulate_fixed_gain(**{**FIXED_GAIN, "strength": 0, "gains": [0.3], "duration": 60})
    assert np.abs(found["h"][:, :, -1]).max() < 1e-6


def test_variances_of_random_weights_differ_by_a_gain_of_the_square_root_of_n():
    settings = {**FIXED_GAIN, "duration": 1}
    narrow = simulate_fixed_gain(**{**settings, "gains": [0.5 * np.sqrt(40)]})
    wide = simulate_fixed_gain(**{**settings, "gains": [0.5], "random_variance": "1"})
    np.testing.assert_allclose(narrow["h"], wide["h"], atol=1e-4)  # single precision


# --- cycled gain ---


def test_cycled_gain_is_labelled(cycled):
    assert cycled.kind == "hybrid"
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
    other = simulate_cycled_gain(**{**CYCLED_GAIN, "high_gain": 2})
    for index, gain in enumerate(cycled["gain"]):
        first = np.flatnonzero(gain == 8)[0]
        np.testing.assert_array_equal(other["h"][index, :first], cycled["h"][index, :first])
        assert not np.array_equal(other["h"][index, first], cycled["h"][index, first])


def test_recording_less_often_records_the_same(cycled):
    seldom = simulate_cycled_gain(**{**CYCLED_GAIN, "interval": 0.5})
    for name in ("h", "gain"):
        np.testing.assert_array_equal(seldom[name], cycled[name][:, ::5])


def test_equal_gains_make_the_switches_vanish():
    settings = {**CYCLED_GAIN, "high_gain": 1}
    early = simulate_cycled_gain(**settings)
    late = simulate_cycled_gain(**{**settings, "low_duration": (20, 30)})
    assert (early["gain"] == 1).all()
    start = slice(0, 1)  # the same first state, then durations are drawn
    np.testing.assert_array_equal(early["h"][:, start], late["h"][:, start])
    np.testing.assert_array_equal(early["h"], late["h"])


@pytest.mark.parametrize("protocol", ["fixed", "cycled"])
def test_what_is_measured_says_of_which_networks_it_is(protocol, request, tmp_path):
    simulated = request.getfixturevalue(protocol)
    store.save(simulated, tmp_path / "one.h5", {"rule": "simulate_hybrid", "inputs": []})
    loaded = store.load(tmp_path / "one.h5", "hybrid")
    assert measure(loaded, activity="phi").attributes == {
        "weights": {
            **{"neurons": 40, "patterns": 2, "rule": "outer_product", "strength": 4},
            "random_variance": "1/N",
        },
        "activity": "phi",
    }
