"""The random network against mean-field theory (N → ∞)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling import dynamics, mixing, seeds
from chaos_sampling.experiments.divergence import simulate_divergence
from chaos_sampling.network import Network, random_weights

DT = 0.1
INTERVAL = 0.5
THEORY = {
    2: {"variance_h": 1.92480, "variance_phi": 0.5132, "half_life": 4.913, "T2": 7.436},
    4: {"variance_h": 10.4675, "variance_phi": 0.7624, "half_life": 2.951, "T2": 4.436},
}
# Means over three networks of 1500 neurons scatter by about 0.7 %, 0.2 %, 3 % and 4 %.
TOLERANCE = {"variance_h": 0.02, "variance_phi": 0.01, "half_life": 0.06, "T2": 0.08}


def measure(index, *, neurons, gain, method, trials=16, duration=100):
    """Return variances and times of one network, averaged over trajectories."""
    rng = seeds.generator(1, "mean field", index)
    network = Network(random_weights(neurons, rng)).to(dtype=torch.float32)
    state = torch.from_numpy(rng.standard_normal((trials, neurons))).float()
    state = dynamics.advance(network, state, gain, duration=40, dt=DT, method=method)
    _, states = dynamics.trajectory(
        network, state, gain, duration=duration, dt=DT, every=INTERVAL, method=method
    )
    rates = torch.tanh(states).numpy()
    correlation = mixing.autocorrelation(rates, 60).mean((1, 2))
    return {
        "variance_h": states.square().mean().item(),
        "variance_phi": correlation[0],
        "half_life": mixing.crossing_time(correlation, INTERVAL),
        "T2": mixing.correlation_time(correlation, INTERVAL),
    }


@pytest.fixture(scope="module", params=[2, 4], ids="g = {}".format)
def against_theory(request):
    gain = request.param
    networks = [measure(i, neurons=1500, gain=gain, method="euler") for i in range(3)]
    found = {name: np.mean([network[name] for network in networks]) for name in networks[0]}
    # Euler's method with step dt multiplies all times by √(1 − dt) and leaves variances alone
    found["half_life"] /= np.sqrt(1 - DT)
    found["T2"] /= np.sqrt(1 - DT)
    return found, THEORY[gain]


@pytest.mark.parametrize("quantity", TOLERANCE)
def test_activity_has_its_mean_field_statistics(against_theory, quantity):
    found, theory = against_theory
    assert found[quantity] == pytest.approx(theory[quantity], rel=TOLERANCE[quantity])


def test_eulers_method_speeds_up_time_and_keeps_the_variance():
    euler, exact = (
        measure(0, neurons=500, gain=4, method=method, trials=50, duration=150)
        for method in ("euler", "rk4")
    )
    # one network, so that only the finite duration scatters: by 0.1 % and 0.5 %
    assert euler["variance_phi"] == pytest.approx(exact["variance_phi"], rel=0.005)
    assert euler["half_life"] / exact["half_life"] == pytest.approx(np.sqrt(1 - DT), rel=0.025)


@pytest.mark.parametrize("gain", [0.2, 0.5, 0.8])
def test_activity_decays_below_gain_one(gain):
    rng = seeds.generator(1, "decay")
    network = Network(random_weights(800, rng))
    state = 1e-3 * torch.from_numpy(rng.standard_normal((8, 800)))
    time, states = dynamics.trajectory(network, state, gain, duration=40, dt=0.1, every=1)
    norms = states.norm(dim=-1).mean(dim=1).numpy()
    assert (np.diff(norms) < 0).all()
    # slowest mode: g − 1, to the fluctuations of the largest real part (about N^(−1/2))
    rate = np.polyfit(time[20:], np.log(norms[20:]), 1)[0]
    assert rate == pytest.approx(gain - 1, abs=0.08)


def test_perturbations_grow_at_high_gain_in_every_network():
    found = simulate_divergence(
        neurons=250,
        networks=6,
        gains=[10],
        perturbation=1e-4,
        duration=40,
        dt=0.05,
        every=0.1,
        seed=1,
    )
    distance, saturation = found["distance"][0], found["saturation"][0]
    rates = [
        mixing.divergence_rate(found["time"], *pair)
        for pair in zip(distance, saturation, strict=True)
    ]
    # at N = 250 networks scatter between about 0.5 and 0.9 per τ
    assert min(rates) > 0.2
    assert max(rates) < 1.5
    # e^(40·0.5) times 1e-3 is far beyond saturation, around which the distance then fluctuates
    assert (np.abs(distance[:, -100:].mean(axis=1) / saturation - 1) < 0.25).all()
