from __future__ import annotations

import numpy as np
import pytest
from experiment_settings import NOISE

from chaos_sampling import store
from chaos_sampling.experiments.noise import simulate_noise
from chaos_sampling.theory import mean_field
from chaos_sampling.theory.noisy_mean_field import driven_variance


@pytest.fixture(scope="module")
def noise():
    return simulate_noise(**NOISE)


# --- the simulation ---


def test_dataset_is_labelled(noise, tmp_path):
    store.save(noise, tmp_path / "noise.h5")
    loaded = store.load(tmp_path / "noise.h5", "noise")
    assert loaded["source"].tolist() == ["noise", "chaos", "both"]
    assert loaded["readout"].tolist() == ["coherent", "random", "shared"]
    assert loaded["coupling"].tolist() == [0, 2]
    assert loaded["deviation"].shape == loaded["half_life"].shape == (2, 3, 3, 2, 2)
    assert loaded["gain"].tolist() == [0.5, 4]
    assert loaded.variables["swept_deviation"].dims == ("gain", "amplitude", "network")
    assert loaded["swept_deviation"].shape == (2, 2, 2)
    assert (loaded["deviation"] > 0).all()


def test_first_networks_do_not_depend_on_how_many_there_are(noise):
    fewer = simulate_noise(**NOISE | {"networks": 1, "sizes": [40]})
    np.testing.assert_array_equal(fewer["deviation"][..., 0, :], noise["deviation"][..., 1, :1])


def test_noise_is_matched_to_chaos(noise):
    chaos = mean_field.solve(4)
    assert driven_variance(0.5, noise.attributes["matched_amplitude"]) == pytest.approx(
        chaos.variance_h
    )


def test_theory_of_each_readout(noise):
    chaos = mean_field.solve(4)
    coherent, random, shared = noise["theory"][1]
    np.testing.assert_allclose(coherent, np.sqrt(chaos.variance_phi / chaos.dimension_phi))
    np.testing.assert_allclose(random, np.sqrt(chaos.variance_phi))
    np.testing.assert_allclose(shared, np.sqrt(chaos.variance_phi / np.array([20, 40])))
    assert noise["theory"][2, 1, 0] > random[0]  # noise adds to the variance of chaos
    assert np.isnan(noise["theory"][[0, 2], 0]).all()


def test_without_shared_coupling_both_networks_are_one():
    found = simulate_noise(**NOISE | {"coupling": 0})["deviation"]
    np.testing.assert_array_equal(found[0], found[1])


def test_shared_coupling_amplifies_the_mean_of_noise(noise):
    without, with_coupling = noise["deviation"][:, 0, 2]
    assert (with_coupling > without).all()


def test_one_trial_is_refused():
    with pytest.raises(ValueError, match="trials: expected at least 2, found 1"):
        simulate_noise(**NOISE | {"trials": 1})
