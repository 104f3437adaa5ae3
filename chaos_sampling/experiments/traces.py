"""Traces of one random network at several gains (Fig. 1a)."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate, time_coordinate
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states, random_weights
from chaos_sampling.store import Dataset, Variable

RECORDED = 3
"""Neurons whose traces are kept."""


def simulate_traces(
    *,
    neurons: int,
    gains: Sequence[float],
    burn_in: float,
    duration: float,
    dt: float,
    seed: int,
) -> Dataset:
    """Record three neurons of one network at several gains (Fig. 1a).

    Args:
        neurons: N.
        gains: one run each, with the same weights and initial state.
        burn_in: τ before recording.
        duration: τ recorded.
        dt: RK4 step in τ; every step is recorded.
        seed: top-level seed.

    Returns:
        Dataset of kind "traces": h (gain, time, neuron).
    """
    rng = seeds.generator(seed, "traces")
    network = Network(random_weights(neurons, rng))
    state = random_states(1, neurons, rng).expand(len(gains), neurons)
    gain = torch.tensor(gains, dtype=torch.float64)[:, None]
    state = dynamics.advance(network, state, gain, duration=burn_in, dt=dt)
    time, states = dynamics.trajectory(
        network, state, gain, duration=duration, dt=dt, label="traces"
    )
    return Dataset(
        "traces",
        "Inputs h of some neurons of one random network at several gains",
        {
            "gain": gain_coordinate(gains),
            "time": time_coordinate(time.numpy()),
            "h": Variable(
                states[:, :, :RECORDED].permute(1, 0, 2).numpy(),
                ("gain", "time", "neuron"),
                "1",
                "input h",
            ),
        },
    )
