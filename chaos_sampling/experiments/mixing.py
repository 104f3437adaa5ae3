"""How fast the activity of random networks changes at each gain (section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from chaos_sampling import dynamics, mixing, seeds
from chaos_sampling.experiments.coordinates import gain_coordinate
from chaos_sampling.network import Network, random_states, random_weights, stack
from chaos_sampling.store import Dataset, Variable


def simulate_mixing(
    *,
    neurons: int,
    networks: int,
    trials: int,
    gains: Sequence[float],
    burn_in: float,
    duration: float,
    dt: float,
    interval: float,
    longest_lag: float,
    seed: int,
) -> Dataset:
    """Measure how fast the activity φ(h) changes at each gain (section 3.3).

    Args:
        neurons: N.
        networks: number of independent networks.
        trials: trajectories of each network at each gain, from independent initial states.
        gains: gains, all run with the same weights.
        burn_in: τ before recording.
        duration: τ recorded.
        dt: RK4 step in τ.
        interval: τ between samples.
        longest_lag: τ up to which the autocorrelation is kept.
        seed: top-level seed.

    Returns:
        Dataset of kind "mixing": autocorrelation (gain, network, lag) of φ averaged over neurons
        and trials, and the rms change of φ in one interval, step_change (gain, network).
    """
    rngs = [seeds.generator(seed, "mixing", index) for index in range(networks)]
    network = stack([Network(random_weights(neurons, rng)) for rng in rngs]).to(dtype=torch.float32)
    lags = dynamics.steps(longest_lag, interval) + 1
    correlations, changes = [], []
    for gain in gains:
        state = torch.stack([random_states(trials, neurons, rng) for rng in rngs]).float()
        state = dynamics.advance(network, state, gain, duration=burn_in, dt=dt)
        _, states = dynamics.trajectory(
            network, state, gain, duration=duration, dt=dt, every=interval, label=f"g = {gain}"
        )
        rates = dynamics.rate(states).numpy()  # (time, network, trial, neuron)
        correlations.append(
            np.stack(
                [mixing.autocorrelation(rates[:, i], lags).mean((1, 2)) for i in range(networks)]
            )
        )
        changes.append(np.sqrt(np.square(mixing.step_change(rates)).mean(-1)))
    return Dataset(
        "mixing",
        "Autocorrelation and step size of the activity at several gains",
        {
            "gain": gain_coordinate(gains),
            "lag": Variable(np.arange(lags) * interval, ("lag",), "τ", "lag"),
            "autocorrelation": Variable(
                np.stack(correlations), ("gain", "network", "lag"), "1", "autocorrelation of φ(h)"
            ),
            "step_change": Variable(
                np.stack(changes), ("gain", "network"), "1", "rms change of φ(h) in one interval"
            ),
        },
        {"neurons": neurons, "interval": interval},
    )
