from __future__ import annotations

import numpy as np
import pytest
import torch
from small_networks import METHODS, initial, network, silent, single

from chaos_sampling.network.dynamics import Noise, advance, trajectory


def noise(amplitude=1.0, seed=0):
    return Noise(amplitude, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("method", "factor", "error"),
    [
        # what a step keeps and adds: v = (1 − dt)² v + σ² dt
        ("euler", lambda dt: 2 * dt / (1 - (1 - dt) ** 2), lambda dt: dt),
        # half before, half after it: v = e^(−2dt) (v + σ² dt/2) + σ² dt/2
        ("rk4", lambda dt: dt / np.tanh(dt), lambda dt: dt**2),
    ],
)
@pytest.mark.parametrize("dt", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("amplitude", [0.5, 3.0])
def test_neurons_without_input_are_ornstein_uhlenbeck(method, factor, error, dt, amplitude):
    state = torch.zeros(500, 20, dtype=torch.float64)
    state = advance(
        silent(20), state, 1.0, duration=5, dt=dt, method=method, noise=noise(amplitude)
    )
    expected = amplitude**2 / 2 * factor(dt)
    assert expected == pytest.approx(amplitude**2 / 2, rel=error(dt))
    # 10 000 samples: standard error 1.4 %
    assert state.var().item() == pytest.approx(expected, rel=0.06)
    assert abs(state.mean().item()) < 0.06 * amplitude


def test_noise_is_independent_across_entries():
    state = torch.zeros(4000, 5, dtype=torch.float64)
    state = advance(silent(5), state, 1.0, duration=3, dt=0.1, noise=noise())
    correlation = torch.corrcoef(torch.cat([state[:2000].T, state[2000:].T]))
    # 2000 samples: standard error 0.022
    assert (correlation - torch.eye(10)).abs().max() < 0.11


def test_noise_is_that_of_its_generator():
    net, state = network(), initial(3, 20)
    runs = [advance(net, state, 2.0, duration=1, dt=0.1, noise=noise(seed=s)) for s in (0, 0, 1)]
    assert torch.equal(runs[0], runs[1])
    assert not torch.isclose(runs[0], runs[2]).any()


def test_noise_goes_on_across_records():
    net, state = network(), initial(3, 20)
    _, states = trajectory(net, state, 2.0, duration=2, dt=0.1, interval=0.5, noise=noise())
    assert torch.equal(states[-1], advance(net, state, 2.0, duration=2, dt=0.1, noise=noise()))


@pytest.mark.parametrize("method", METHODS)
def test_no_amplitude_is_no_noise(method):
    net, state = network(), initial(3, 20)
    silenced = advance(net, state, 2.0, duration=1, dt=0.1, method=method, noise=noise(0.0))
    assert torch.equal(silenced, advance(net, state, 2.0, duration=1, dt=0.1, method=method))


def test_amplitude_may_differ_between_rows():
    state = initial(2, 20).expand(3, 2, 20)
    amplitudes = torch.tensor([0.0, 0.3, 2.0], dtype=torch.float64)
    kicked = noise(amplitudes[:, None, None]).kick(state, 0.1, 0)
    unit = noise().kick(torch.zeros_like(state), 0.1, 0)
    torch.testing.assert_close(kicked, state + amplitudes[:, None, None] * unit)


@pytest.mark.parametrize(
    ("method", "steps", "ratio"), [("euler", (0.5, 0.25), 2), ("rk4", (1.0, 0.5), 4)]
)
def test_means_converge_to_the_order_of_the_method(method, steps, ratio):
    # a linear network: the covariance after time T is known from its eigenvalue −1 + w
    weight, amplitude, duration = 0.5, 1e-4, 1.0  # so small that tanh is linear
    decay = 1 - weight
    exact = amplitude**2 * (1 - np.exp(-2 * decay * duration)) / (2 * decay)
    errors = []
    for dt in steps:
        state = torch.zeros(2_000_000, 1, dtype=torch.float64)
        state = advance(
            single(weight),
            state,
            1.0,
            duration=duration,
            dt=dt,
            method=method,
            noise=noise(amplitude),
        )
        errors.append(state.square().mean().item() / exact - 1)
    # errors near 0.2 and 0.1 of Euler's method, 0.08 and 0.02 of the other, sampled to 0.001
    assert errors[0] / errors[1] == pytest.approx(ratio, rel=0.15)
