from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from experiment_settings import MIXING

from chaos_sampling import seeds
from chaos_sampling.experiments.mixing import DIED_OUT, MEASURES, measure, simulate_mixing
from chaos_sampling.experiments.sweep import network_of
from chaos_sampling.measures import mixing, timescales
from chaos_sampling.measures.autocorrelation import autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import random_states

UNDEFINED_IN_SILENCE = [name for name in MEASURES if name.startswith(("dimension", "correlation"))]


@pytest.fixture(scope="module")
def found():
    return simulate_mixing(**MIXING)


@pytest.fixture
def h():
    """Draw inputs h of independent trials, shape (time, trial, neuron)."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(80, 3, 6)) + rng.normal(size=(80, 3, 1))


# --- the data set ---


def test_mixing_is_labelled(found):
    assert found.kind == "mixing"
    assert found["gain"].tolist() == [2, 8, 0.5]
    np.testing.assert_allclose(found["lag"], 0.2 * np.arange(51))
    assert found.variables["autocorrelation"].dims == ("gain", "network", "lag")
    assert found["autocorrelation"].shape == (3, 2, 51)
    for name in MEASURES:
        assert found.variables[name].dims == ("gain", "network")
        assert found[name].shape == (3, 2)
    expected = {"neurons": 40, "interval": 0.2, "trials": 3, "duration": 60}
    assert found.attributes == expected


@pytest.mark.parametrize("trials", [0, 1])
def test_too_few_trials_are_refused(trials):
    with pytest.raises(ValueError, match=f"trials: expected at least 2, found {trials}"):
        simulate_mixing(**{**MIXING, "trials": trials})


def test_networks_differ(found):
    for name in MEASURES:
        assert (found[name][:2, 0] != found[name][:2, 1]).all()


# --- what is simulated ---


def test_measures_are_those_of_the_networks_of_the_sweep(found):
    network = network_of(40, 1, MIXING["seed"])
    rng = seeds.generator(MIXING["seed"], "initial states of the mixing", 40, 1)
    state = random_states(3, 40, rng).float()
    settings = {**MIXING, "burn_in": 1, "duration": 4, "longest_lag": 2}
    short = simulate_mixing(**settings)
    for index, gain in enumerate(MIXING["gains"]):
        settled = dynamics.advance(network, state, gain, duration=1, dt=0.1)
        _, states = dynamics.trajectory(network, settled, gain, duration=4, dt=0.1, interval=0.2)
        autocorrelation, expected = measure(states.numpy(), 11)
        np.testing.assert_allclose(
            short["autocorrelation"][index, 1], autocorrelation, rtol=1e-3, atol=1e-6
        )
        for name in MEASURES:
            assert short[name][index, 1] == pytest.approx(expected[name], rel=1e-3)


def test_more_networks_leave_the_first_ones_unchanged():
    settings = {**MIXING, "gains": [0.9], "burn_in": 0}  # rounding is not amplified
    fewer, more = (simulate_mixing(**{**settings, "networks": count}) for count in (1, 2))
    np.testing.assert_allclose(
        more["autocorrelation"][:, :1], fewer["autocorrelation"], rtol=1e-3, atol=1e-6
    )


def test_activity_grows_and_speeds_up_with_gain(found):
    variance = found["autocorrelation"][:2, :, 0]
    assert (variance > 0).all()
    assert (variance < 1).all()
    for name in ("variance_h", "step_change"):
        assert (found[name][1] > found[name][0]).all()


def test_step_change_is_what_the_autocorrelation_says(found):
    # the two differ by the ends of the series only, 1 of 300 samples
    correlation = found["autocorrelation"]
    expected = 2 * (correlation[..., 0] - correlation[..., 1])
    np.testing.assert_allclose(found["step_change"] ** 2, expected, rtol=0.02, atol=5e-4)


def test_silent_networks_have_neither_times_nor_dimensions(found):
    silent, active = np.array([False, False, True]), np.array([True, True, False])
    for name in UNDEFINED_IN_SILENCE:
        assert np.isnan(found[name][silent]).all()
        assert np.isfinite(found[name][active]).all()
    for name in ("variance_h", "step_change", "autocorrelation"):
        assert not found[name][silent].any()
    assert np.isnan(timescales.correlation_time(found["autocorrelation"][2, 0], 0.2))
    assert np.isnan(timescales.half_life(found["autocorrelation"][2, 0], 0.2))


# --- what is measured ---


def test_measures_are_those_of_h_and_of_its_hyperbolic_tangent(h):
    phi = np.tanh(h)
    correlation, found = measure(h, 20)
    np.testing.assert_allclose(correlation, autocorrelation(phi, 20).mean(axis=(1, 2)))
    assert set(found) == set(MEASURES)
    assert found["variance_h"] == pytest.approx((h**2).mean())
    assert found["dimension_h"] == pytest.approx(mixing.participation_ratio(h) / 6)
    assert found["dimension_phi"] == pytest.approx(mixing.participation_ratio(phi) / 6)
    names = ("correlation_rms", "correlation_abs", "correlation_noise")
    expected = astuple(mixing.pair_correlations(phi))
    assert tuple(found[name] for name in names) == pytest.approx(expected)
    change = np.sqrt(np.square(np.diff(phi, axis=0)).mean())
    assert found["step_change"] == pytest.approx(change)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_activity_below_the_threshold_counts_as_silence(h, factor):
    faint = h * np.sqrt(factor * DIED_OUT / np.square(h).mean())
    correlation, found = measure(faint, 5)
    silent = factor < 1
    assert (correlation[0] == 0) == silent
    assert (found["variance_h"] == 0) == silent
    assert np.isnan([found[name] for name in UNDEFINED_IN_SILENCE]).all() == silent


def test_a_fixed_point_fills_one_dimension():
    states = np.tile(np.random.default_rng(0).normal(size=6), (50, 3, 1))
    states[:, 1] *= -1  # fixed points come in pairs
    _, found = measure(states, 5)
    assert found["dimension_h"] == pytest.approx(1 / 6)
    assert found["dimension_phi"] == pytest.approx(1 / 6)
    assert found["correlation_rms"] == pytest.approx(1)
    assert found["step_change"] == 0
