from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.experiments.mixing import simulate_mixing

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


@pytest.fixture(scope="module")
def mixing():
    return simulate_mixing(**MIXING)


def test_equal_seeds_give_equal_data_and_others_do_not():
    first, again, other = (simulate_mixing(**{**MIXING, "seed": seed}) for seed in (1, 1, 2))
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)
        coordinate = variable.dims == (name,)
        assert np.array_equal(other[name], variable.values) == coordinate, name


def test_global_random_state_plays_no_part():
    np.random.seed(0)  # noqa: NPY002
    first = simulate_mixing(**MIXING)
    np.random.seed(1)  # noqa: NPY002
    again = simulate_mixing(**MIXING)
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)


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
