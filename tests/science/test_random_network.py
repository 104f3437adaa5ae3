"""The random network against mean-field theory (N → ∞)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling import seeds
from chaos_sampling.experiments.divergence import simulate_divergence
from chaos_sampling.experiments.mixing import MEASURES, simulate_mixing
from chaos_sampling.experiments.sweep import network_of
from chaos_sampling.measures import timescales
from chaos_sampling.measures.autocorrelation import autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states, random_weights
from chaos_sampling.theory import mean_field

SIZE = 1000
INTERVAL = 0.5
# At g = 3 means over four networks scatter by about 1 % (variance), 3 to 4 % (times) and 9 %
# (dimensions), from network to network more than from run to run; at g = 6 by half of that.
TOLERANCE = {
    "variance_h": 0.03,
    "variance_phi": 0.01,
    "step_change": 0.03,
    "half_life_phi": 0.06,
    "T2_phi": 0.08,
    "dimension_h": 0.25,
    "dimension_phi": 0.25,
    "correlation_rms": 0.12,
}


@pytest.fixture(scope="module")
def activity():
    return simulate_mixing(
        neurons=SIZE,
        networks=4,
        trials=4,
        gains=[3, 6],
        burn_in=30,
        dt=0.1,
        duration=80,
        interval=INTERVAL,
        longest_lag=30,
        seed=1,
    )


@pytest.fixture(scope="module", params=[0, 1], ids=["g = 3", "g = 6"])
def against_theory(request, activity):
    """Return means over networks and the theory, by name."""
    theory = mean_field.solve(activity["gain"][request.param])
    correlation = activity["autocorrelation"][request.param].mean(axis=0)
    found = {name: activity[name][request.param].mean() for name in MEASURES}
    found["variance_phi"] = correlation[0]
    found["half_life_phi"] = timescales.half_life(correlation, INTERVAL)
    found["T2_phi"] = timescales.correlation_time(correlation, INTERVAL)
    at_size = {
        "step_change": theory.step_change(INTERVAL),
        "correlation_rms": float(mean_field.correlation_rms(theory.dimension_phi, SIZE)),
    }
    return found, vars(theory) | at_size


@pytest.mark.parametrize("quantity", TOLERANCE)
def test_activity_has_its_mean_field_statistics(against_theory, quantity):
    found, expected = against_theory
    assert found[quantity] == pytest.approx(expected[quantity], rel=TOLERANCE[quantity])


def measured_autocorrelation(method, *, gain=4, neurons=500, trials=50, dt=0.25):
    network = network_of(neurons, 0, 1)
    state = random_states(trials, neurons, seeds.generator(1, "initial states")).float()
    state = dynamics.advance(network, state, gain, duration=30, dt=dt, method=method)
    _, states = dynamics.trajectory(
        network, state, gain, duration=120, dt=dt, interval=INTERVAL, method=method
    )
    return autocorrelation(dynamics.rate(states).numpy(), 60).mean((1, 2))


def test_eulers_method_speeds_up_time_and_keeps_the_variance():
    euler, exact = measured_autocorrelation("euler"), measured_autocorrelation("rk4")
    # the same network, so that only the finite duration scatters: by 0.1 % and 1.5 %
    assert euler[0] == pytest.approx(exact[0], rel=0.01)
    half_lives = [timescales.half_life(correlation, INTERVAL) for correlation in (euler, exact)]
    assert half_lives[0] / half_lives[1] == pytest.approx(np.sqrt(1 - 0.25), rel=0.05)


@pytest.mark.parametrize("gain", [0.2, 0.5, 0.8])
def test_activity_decays_below_gain_one(gain):
    rng = seeds.generator(1, "decay")
    network = Network(random_weights(800, rng))
    state = 1e-3 * torch.from_numpy(rng.standard_normal((8, 800)))
    time, states = dynamics.trajectory(network, state, gain, duration=40, dt=0.1, interval=1)
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
        interval=0.1,
        seed=1,
    )
    distance, saturation = found["distance"][0], found["saturation"][0]
    rates = [
        timescales.divergence_rate(found["time"], *pair)
        for pair in zip(distance, saturation, strict=True)
    ]
    # at N = 250 networks scatter between about 0.5 and 0.9 per τ
    assert min(rates) > 0.2
    assert max(rates) < 1.5
    # e^(40·0.5) times 1e-3 is far beyond saturation, around which the distance then fluctuates
    assert (np.abs(distance[:, -100:].mean(axis=1) / saturation - 1) < 0.25).all()
