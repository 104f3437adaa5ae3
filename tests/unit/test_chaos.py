from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling import chaos
from chaos_sampling.chaos import simulate_divergence, simulate_mixing, simulate_traces

TRACES = dict(neurons=30, gains=[0.5, 2, 4], burn_in=5, duration=4, dt=0.1, seed=1)
DIVERGENCE = dict(
    neurons=40,
    networks=2,
    gains=[0.5, 4, 2],
    perturbation=1e-4,
    duration=10,
    dt=0.1,
    every=0.5,
    seed=1,
)
MIXING = dict(
    neurons=40,
    networks=3,
    trials=2,
    gains=[2, 8],
    burn_in=20,
    duration=60,
    dt=0.1,
    interval=0.2,
    longest_lag=10,
    seed=1,
)
CASES = [(simulate_traces, TRACES), (simulate_divergence, DIVERGENCE), (simulate_mixing, MIXING)]


@pytest.fixture(scope="module")
def divergence():
    return simulate_divergence(**DIVERGENCE)


@pytest.fixture(scope="module")
def mixing():
    return simulate_mixing(**MIXING)


@pytest.mark.parametrize(("simulate", "settings"), CASES)
def test_equal_seeds_give_equal_data_and_others_do_not(simulate, settings):
    first, again, other = (simulate(**{**settings, "seed": seed}) for seed in (1, 1, 2))
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)
        coordinate = variable.dims == (name,)
        assert np.array_equal(other[name], variable.values) == coordinate, name


@pytest.mark.parametrize(("simulate", "settings"), CASES)
def test_global_random_state_plays_no_part(simulate, settings):
    np.random.seed(0)  # noqa: NPY002
    first = simulate(**settings)
    np.random.seed(1)  # noqa: NPY002
    again = simulate(**settings)
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)


# --- traces ---


def test_traces_are_labelled():
    traces = simulate_traces(**TRACES)
    assert traces.kind == "traces"
    assert traces["gain"].tolist() == [0.5, 2, 4]
    np.testing.assert_allclose(traces["time"], 0.1 * np.arange(41))
    assert traces.variables["h"].dims == ("gain", "time", "neuron")
    assert traces["h"].shape == (3, 41, 3)


def test_each_gain_is_a_run_of_its_own():
    together = simulate_traces(**TRACES)["h"]
    for index, gain in enumerate(TRACES["gains"]):
        alone = simulate_traces(**{**TRACES, "gains": [gain]})["h"]
        np.testing.assert_allclose(alone[0], together[index], atol=1e-9)


def test_burn_in_is_cut_from_one_and_the_same_run():
    later = simulate_traces(**TRACES)["h"]
    whole = simulate_traces(**{**TRACES, "burn_in": 0, "duration": 9})["h"]
    np.testing.assert_allclose(later, whole[:, 50:], atol=1e-9)


def test_all_gains_start_at_the_same_state():
    h = simulate_traces(**{**TRACES, "burn_in": 0})["h"]
    np.testing.assert_array_equal(h[:, 0], h[[0, 0, 0], 0])


def test_gain_below_one_falls_silent_and_above_it_does_not():
    h = simulate_traces(**{**TRACES, "neurons": 100, "burn_in": 50})["h"]
    assert np.abs(h[0]).max() < 1e-6
    assert np.abs(h[2]).max() > 1


# --- divergence ---


def test_divergence_is_labelled(divergence):
    assert divergence.kind == "divergence"
    assert divergence["gain"].tolist() == [0.5, 4, 2]
    np.testing.assert_allclose(divergence["time"], 0.5 * np.arange(21))
    assert divergence.variables["distance"].dims == ("gain", "network", "time")
    assert divergence["distance"].shape == (3, 2, 21)
    assert divergence["saturation"].shape == (3, 2)
    assert divergence["original"].shape == divergence["perturbed"].shape == (21, 3)
    assert divergence.attributes == {"neurons": 40, "shown_gain": 4, "perturbation": 1e-4}


@pytest.mark.parametrize("perturbation", [1e-8, 1e-4, 0.1])
def test_each_neuron_is_displaced_upwards_by_less_than_the_perturbation(perturbation, monkeypatch):
    monkeypatch.setattr(chaos, "RECORDED", 40)
    found = simulate_divergence(**{**DIVERGENCE, "perturbation": perturbation})
    displacement = found["perturbed"][0] - found["original"][0]
    assert (displacement > -1e-12).all()
    assert (displacement < perturbation).all()
    # a uniform draw from [0, p] has mean p/2 and mean square p²/3; within 5 standard errors
    assert abs(displacement.mean() / perturbation - 1 / 2) < 5 * np.sqrt(1 / 12 / 40)
    start = found["distance"][:, :, 0] / perturbation
    assert (np.abs(start**2 / 40 - 1 / 3) < 5 * np.sqrt(4 / 45 / 40)).all()


def test_all_gains_are_displaced_alike(divergence):
    start = divergence["distance"][:, :, 0]
    np.testing.assert_allclose(start, start[[0, 0, 0]], rtol=1e-9)


def test_distance_is_that_of_the_traces(monkeypatch):
    monkeypatch.setattr(chaos, "RECORDED", 40)
    found = simulate_divergence(**DIVERGENCE)
    expected = np.linalg.norm(found["perturbed"] - found["original"], axis=1)
    np.testing.assert_allclose(found["distance"][1, 0], expected)
    expected = np.sqrt(2 * np.square(found["original"]).sum(axis=1).mean())
    assert found["saturation"][1, 0] == pytest.approx(expected)


def test_distance_shrinks_below_gain_one_and_grows_above():
    settings = {**DIVERGENCE, "neurons": 150, "duration": 60, "gains": [0.5, 8]}
    found = simulate_divergence(**settings)
    assert (found["distance"][0, :, -1] < 1e-8).all()
    assert (found["distance"][1, :, -1] > 0.1 * found["saturation"][1]).all()


# --- mixing ---


def test_mixing_is_labelled(mixing):
    assert mixing.kind == "mixing"
    np.testing.assert_allclose(mixing["lag"], 0.2 * np.arange(51))
    assert mixing.variables["autocorrelation"].dims == ("gain", "network", "lag")
    assert mixing["autocorrelation"].shape == (2, 3, 51)
    assert mixing["step_change"].shape == (2, 3)
    assert mixing.attributes == {"neurons": 40, "interval": 0.2}


def test_variance_of_a_rate_is_below_one_and_grows_with_gain(mixing):
    variance = mixing["autocorrelation"][:, :, 0]
    assert (variance > 0).all()
    assert (variance < 1).all()
    assert (variance[1] > variance[0]).all()


def test_step_change_is_what_the_autocorrelation_says(mixing):
    # the two differ by the ends of the series only, 1 of 300 samples
    correlation = mixing["autocorrelation"]
    expected = 2 * (correlation[..., 0] - correlation[..., 1])
    np.testing.assert_allclose(mixing["step_change"] ** 2, expected, rtol=0.02, atol=5e-4)


def test_each_gain_is_measured_alone(mixing):
    alone = simulate_mixing(**{**MIXING, "gains": [2]})
    np.testing.assert_allclose(alone["autocorrelation"][0], mixing["autocorrelation"][0])


def test_more_networks_leave_the_first_ones_unchanged(mixing):
    fewer = simulate_mixing(**{**MIXING, "networks": 2, "gains": [0.9], "burn_in": 0})
    more = simulate_mixing(**{**MIXING, "networks": 3, "gains": [0.9], "burn_in": 0})
    # below gain 1 rounding is not amplified
    np.testing.assert_allclose(
        more["autocorrelation"][:, :2], fewer["autocorrelation"], rtol=1e-3, atol=1e-6
    )
