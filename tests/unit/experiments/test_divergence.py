from __future__ import annotations

import numpy as np
import pytest
from experiment_settings import DIVERGENCE

from chaos_sampling.experiments import divergence as divergence_module
from chaos_sampling.experiments.divergence import simulate_divergence


@pytest.fixture(scope="module")
def divergence():
    return simulate_divergence(**DIVERGENCE)


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
    monkeypatch.setattr(divergence_module, "RECORDED", 40)
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
    monkeypatch.setattr(divergence_module, "RECORDED", 40)
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
