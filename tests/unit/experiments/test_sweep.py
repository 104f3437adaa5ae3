from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.experiments.sweep import burn_ins, columns, network_of, settle
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import random_states

GAINS = [2, 0.9, 1.1, 1, 8, 1.2]
DT = 0.1


# --- networks ---


def test_networks_are_told_apart_by_size_index_and_seed():
    weights = network_of(20, 0, 1).random
    assert weights.dtype == torch.float32
    assert torch.equal(network_of(20, 0, 1).random, weights)
    assert not torch.equal(network_of(20, 1, 1).random, weights)
    assert not torch.equal(network_of(20, 0, 2).random, weights)
    scaled = network_of(5, 0, 1).random * np.sqrt(5 / 20)
    assert not torch.allclose(scaled.flatten(), weights.flatten()[:25])


def test_variance_of_the_weights_is_one_over_the_size():
    weights = network_of(400, 0, 1).random
    assert weights.var().item() * 400 == pytest.approx(1, abs=5 * np.sqrt(2) / 400)


# --- burn-in ---


@pytest.mark.parametrize(
    ("gain", "expected"),
    [(0.2, 100), (0.5, 100), (0.9, 500), (1, 1000), (1.02, 1000), (1.1, 500), (1.5, 100), (8, 100)],
)
def test_burn_in_is_longer_near_the_transition(gain, expected):
    assert burn_ins([gain], 100, DT) == pytest.approx([expected])


@given(
    st.lists(st.floats(0, 20), min_size=1, max_size=5),
    st.floats(0, 200),
    st.sampled_from([0.05, 0.1, 0.25]),
)
def test_burn_ins_are_whole_steps_and_never_shorter_than_asked(gains, shortest, dt):
    found = burn_ins(gains, shortest, dt)
    assert found.shape == (len(gains),)
    np.testing.assert_allclose(found / dt, np.round(found / dt), atol=1e-6)
    assert (found >= shortest - 1e-5 * dt).all()
    assert (found <= 10 * shortest + dt).all()


# --- settling ---


@pytest.fixture(scope="module")
def network():
    return network_of(20, 0, 1).to(dtype=torch.float64)


@pytest.fixture(scope="module")
def states():
    """Draw initial states (gain, trial, neuron)."""
    rng = np.random.default_rng(0)
    return random_states(len(GAINS) * 3, 20, rng).reshape(len(GAINS), 3, 20)


@pytest.mark.parametrize("burn_in", [0, 1, 2.5])
def test_each_gain_settles_as_in_a_run_of_its_own(network, states, burn_in):
    found = settle(network, states, GAINS, burn_in=burn_in, dt=DT)
    lengths = burn_ins(GAINS, burn_in, DT)
    for index, gain in enumerate(GAINS):
        alone = dynamics.advance(network, states[index], gain, duration=lengths[index], dt=DT)
        torch.testing.assert_close(found[index], alone, rtol=1e-6, atol=1e-9)


def test_settling_leaves_its_argument_alone(network, states):
    before = states.clone()
    settle(network, states, GAINS, burn_in=1, dt=DT)
    assert torch.equal(states, before)


def test_batches_of_networks_settle_alike(network, states):
    alone = settle(network, states, GAINS, burn_in=1, dt=DT)
    batch = settle(network, torch.stack([states, -states]), GAINS, burn_in=1, dt=DT)
    torch.testing.assert_close(batch, torch.stack([alone, -alone]), rtol=1e-6, atol=1e-9)


def test_columns_repeat_each_gain_for_its_trials():
    state = torch.zeros(6, 4, dtype=torch.float32)
    found = columns([2, 0.5], 3, state)
    assert found.dtype == torch.float32
    assert found.tolist() == [[2], [2], [2], [0.5], [0.5], [0.5]]
