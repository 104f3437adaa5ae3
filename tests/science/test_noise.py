"""Noise in random networks against mean-field theory (N → ∞)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling import seeds
from chaos_sampling.experiments.noise import simulate_noise
from chaos_sampling.network import dynamics
from chaos_sampling.network.dynamics import Noise
from chaos_sampling.network.weights import Network, random_states, random_weights
from chaos_sampling.theory.noisy_mean_field import driven_variance, quenching_amplitude

DT = 0.05


def network_with_states(purpose, *, neurons, trials, dtype):
    rng = seeds.generator(1, purpose)
    network = Network(random_weights(neurons, rng)).to(dtype=dtype)
    return network, random_states(trials, neurons, rng).to(dtype)


@pytest.mark.parametrize(("gain", "amplitude"), [(0.5, 0.1), (0.8, 1.0), (0.5, 4.5), (4.0, 1.0)])
def test_variance_under_noise(gain, amplitude):
    network, state = network_with_states("noise", neurons=600, trials=20, dtype=torch.float32)
    noise = Noise(amplitude, torch.Generator().manual_seed(1))
    run = {"dt": DT, "method": "euler", "noise": noise}
    state = dynamics.advance(network, state, gain, duration=20, **run)
    _, states = dynamics.trajectory(network, state, gain, duration=20, interval=0.5, **run)
    # the method adds at most dt/2 = 2.5 % and networks of this size scatter by about 2 %
    expected = driven_variance(gain, amplitude)
    assert states.square().mean().item() == pytest.approx(expected, rel=0.08)


@pytest.mark.parametrize(("share", "chaotic"), [(0.5, True), (1.5, False)])
def test_strong_noise_ends_chaos(share, chaotic):
    gain = 4.0
    network, state = network_with_states("ends", neurons=300, trials=8, dtype=torch.float64)
    near = state + 1e-6 * torch.randn(state.shape, generator=torch.Generator().manual_seed(2))
    amplitude = share * quenching_amplitude(gain)
    ends = []
    for start in (state, near):
        noise = Noise(amplitude, torch.Generator().manual_seed(1))  # the same for both
        run = {"dt": DT, "method": "euler", "noise": noise}
        ends.append(dynamics.advance(network, start, gain, duration=60, **run))
    growth = (ends[1] - ends[0]).norm(dim=-1) / (near - state).norm(dim=-1)
    assert (growth.median().item() > 1) == chaotic


def test_population_mean_averages_out_for_noise_and_chaos_alike():
    found = simulate_noise(
        sizes=[100, 400],
        networks=4,
        trials=6,
        stable_gain=0.5,
        chaotic_gain=4,
        coupling=2,
        amplitudes=[0.01],
        swept_neurons=100,
        burn_in=20,
        duration=40,
        dt=0.1,
        interval=0.5,
        seed=1,
    )
    deviation = found["deviation"][0].mean(-1)  # (source, readout, size)
    powers = np.log(deviation[..., 1] / deviation[..., 0]) / np.log(4)
    # networks scatter by about 0.02 (noise) and 0.1 (chaos)
    np.testing.assert_allclose(powers[0], [0, 0, -0.5], atol=0.08)
    np.testing.assert_allclose(powers[1], [0, 0, -0.5], atol=0.3)
    stable, chaotic = found["swept_deviation"][:, 0].mean(-1)
    assert stable < 0.02 < 0.5 < chaotic

    measured, theory = deviation[..., 1], found["theory"][..., 1]  # N = 400
    np.testing.assert_allclose(measured[:, 1:], theory[:, 1:], rtol=0.25)
    assert measured[1, 0] == pytest.approx(theory[1, 0], rel=0.3)
    assert stable == pytest.approx(found["swept_theory"][0, 0], rel=0.15)
    relaxation = np.log(2) / np.sqrt(1 - 0.5**2)  # of weak noise, whose Δ decays as exp(−√(1−g²) t)
    assert np.median(found["swept_half_life"][0, 0]) == pytest.approx(relaxation, rel=0.2)
    of_chaos = np.median(found["half_life"][0, 1, 1, 1])
    assert of_chaos == pytest.approx(found.attributes["half_life_chaos"], rel=0.4)
