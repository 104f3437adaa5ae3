"""Pairs of trajectories from almost the same initial state (Fig. 1b)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate, time_coordinate
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states, random_weights, stack
from chaos_sampling.store import Dataset, Variable

RECORDED = 3
"""Neurons whose traces are kept."""


def simulate_divergence(
    *,
    neurons: int,
    networks: int,
    gains: Sequence[float],
    perturbation: float,
    duration: float,
    dt: float,
    interval: float,
    seed: int,
) -> Dataset:
    """Follow pairs of trajectories from random states a small perturbation apart (Fig. 1b).

    Args:
        neurons: N.
        networks: number of independent networks.
        gains: gains, all run with the same weights.
        perturbation: each neuron's h is displaced by a uniform draw from [0, perturbation].
        duration: τ followed.
        dt: RK4 step in τ.
        interval: τ between records.
        seed: top-level seed.

    Returns:
        Dataset of kind "divergence": Euclidean distance (gain, network, time); the distance at
        which two independent states of the network stand, saturation (gain, network); and the
        recorded neurons of the first network at the largest gain, original and perturbed
        (time, neuron).
    """
    rngs = [seeds.generator(seed, "divergence", index) for index in range(networks)]
    network = stack([Network(random_weights(neurons, rng)) for rng in rngs])
    state = torch.stack([random_states(1, neurons, rng) for rng in rngs])
    state = state.expand(networks, len(gains), neurons)
    gain = torch.tensor(gains, dtype=torch.float64)[:, None]
    displacement = np.stack([rng.uniform(0, perturbation, (1, neurons)) for rng in rngs])
    pair = torch.cat([state, state + torch.from_numpy(displacement)], dim=1)
    time, states = dynamics.trajectory(
        network,
        pair,
        gain.repeat(2, 1),
        duration=duration,
        dt=dt,
        interval=interval,
        label="divergence",
    )
    original, perturbed = states.chunk(2, dim=2)  # (time, network, gain, neuron) each
    largest = int(np.argmax(gains))
    across = ("gain", "network")
    return Dataset(
        "divergence",
        "Pairs of trajectories from almost the same initial state",
        {
            "gain": gain_coordinate(gains),
            "time": time_coordinate(time.numpy()),
            "distance": Variable(
                (perturbed - original).norm(dim=-1).permute(2, 1, 0).numpy(),
                (*across, "time"),
                "1",
                "Euclidean distance of the inputs h",
            ),
            "saturation": Variable(
                (2 * original.square().sum(-1).mean(0)).sqrt().T.numpy(),
                across,
                "1",
                "distance of two independent states",
            ),
            "original": Variable(
                original[:, 0, largest, :RECORDED].numpy(), ("time", "neuron"), "1", "original h"
            ),
            "perturbed": Variable(
                perturbed[:, 0, largest, :RECORDED].numpy(), ("time", "neuron"), "1", "perturbed h"
            ),
        },
        {"neurons": neurons, "shown_gain": gains[largest], "perturbation": perturbation},
    )
