"""Stored patterns as minima of an energy, and what it takes to leave them (section 3.4)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling.experiments.escapes import simulate_escapes
from chaos_sampling.experiments.hybrid_networks import networks_of
from chaos_sampling.measures.energy import energy
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import random_states
from chaos_sampling.statistics.capacity import escape_rates
from chaos_sampling.theory.pattern_mean_field import critical_gain

NETWORK = {"neurons": 100, "patterns": 5, "strength": 4, "random_variance": "1/N"}


@pytest.mark.parametrize("rule", ["outer_product", "pseudo_inverse"])
def test_energy_falls_in_hybrid_networks_at_gain_zero_and_not_at_gain_three(rule):
    _, network = networks_of(**NETWORK, networks=1, seed=1, rule=rule)
    network = network.to(dtype=torch.float64)
    structured = network.structured[0].numpy()
    state = random_states(4, 100, np.random.default_rng(1))[None]
    for gain, falls in ((0.0, True), (3.0, False)):
        _, states = dynamics.trajectory(network, state, gain, duration=20, dt=0.05)
        change = np.diff(energy(np.tanh(states[:, 0].numpy()), structured), axis=0)
        assert (change.max() < 1e-9) == falls


@pytest.mark.parametrize("rule", ["outer_product", "pseudo_inverse"])
def test_patterns_lie_lower_than_mixtures_and_random_states(rule):
    stored, network = networks_of(**NETWORK, networks=1, seed=1, rule=rule)
    structured = network.structured[0].numpy().astype(float)
    mixture = np.sign(stored[0, :3].sum(axis=0))
    pattern, mixed, random = (
        energy(rates, structured)
        for rates in (stored[0], mixture, np.random.default_rng(1).choice([-1.0, 1.0], (50, 100)))
    )
    assert pattern.max() < mixed < random.min()


def test_large_networks_keep_their_patterns_below_the_critical_gain_and_lose_them_above():
    gains = [2, 6]
    assert gains[0] < critical_gain(4) < gains[1]
    found = simulate_escapes(
        sizes=[100, 500],
        patterns=5,
        strength=4,
        networks=3,
        gains=gains,
        duration=30,
        dt=0.1,
        interval=1,
        traced_gain=6,
        seed=1,
    )
    rates, _ = escape_rates(found)  # (source, gain, size)
    assert (rates[:, 0, 1] <= 0.005).all()
    assert (rates[:, 1] > 0.05).all()
    # time to lose an overlap grows as ln N: by 1.9 τ in theory, from about 5 τ
    assert (rates[:, 1, 0] / rates[:, 1, 1] < 2.5).all()
