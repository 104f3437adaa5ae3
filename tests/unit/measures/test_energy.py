from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.figures.figure4 import descend
from chaos_sampling.measures.energy import energy, resting_state

seeds = st.integers(0, 2**32 - 1)


def symmetric_weights(rng: np.random.Generator, neurons: int = 12) -> np.ndarray:
    weights = rng.normal(scale=2 / np.sqrt(neurons), size=(neurons, neurons))
    return (weights + weights.T) / 2


@given(seeds)
def test_energy_never_rises_along_the_dynamics(seed):
    rng = np.random.default_rng(seed)
    structured = symmetric_weights(rng)
    states = descend(rng.standard_normal(12), structured, np.linspace(0, 10, 1001))
    assert np.diff(energy(np.tanh(states), structured)).max() <= 1e-7


@given(seeds)
def test_gradient_is_minus_the_velocity(seed):
    rng = np.random.default_rng(seed)
    structured = symmetric_weights(rng)
    rates = rng.uniform(-0.9, 0.9, 12)
    nudges = 1e-6 * np.eye(12)
    gradient = (energy(rates + nudges, structured) - energy(rates - nudges, structured)) / 2e-6
    np.testing.assert_allclose(gradient, np.arctanh(rates) - structured @ rates, atol=1e-6)


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.0, 0.0), (1.0, np.log(2) - 1), (-1.0, np.log(2) - 1)]
)
def test_one_neuron_that_excites_itself(rate, expected):
    assert energy(np.array([rate]), np.array([[2.0]])) == pytest.approx(expected)


def test_descend_without_weights_decays_exponentially():
    times = np.linspace(0, 1, 11)
    states = descend(np.ones(2), np.zeros((2, 2)), times)
    np.testing.assert_allclose(states, np.exp(-times)[:, None] * np.ones(2), rtol=1e-7)


@given(st.floats(1.001, 50))
def test_a_pattern_rests_where_it_is_the_only_one(strength):
    pattern = np.array([1.0, -1.0, -1.0, 1.0])
    h = resting_state(pattern, strength)
    np.testing.assert_allclose(strength / 4 * np.outer(pattern, pattern) @ np.tanh(h), h, rtol=1e-9)
    assert (np.sign(h) == pattern).all()


@pytest.mark.parametrize("strength", [0.5, 1])
def test_without_strength_only_silence_rests(strength):
    assert resting_state(np.array([1.0, -1.0]), strength).tolist() == [0, 0]
