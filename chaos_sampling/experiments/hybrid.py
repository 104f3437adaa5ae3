"""Hybrid networks: stored patterns and random weights, W = W_struct + g(t) W_rand (Fig. 4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Unpack

import numpy as np
import torch

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate, time_coordinate
from chaos_sampling.experiments.hybrid_networks import Weights, networks_of
from chaos_sampling.network import dynamics
from chaos_sampling.network.schedules import square_wave, switching_times
from chaos_sampling.network.weights import random_states
from chaos_sampling.store import Dataset, Variable


def simulate_fixed_gain(
    *,
    networks: int,
    gains: Sequence[float],
    duration: float,
    dt: float,
    interval: float,
    seed: int,
    **weights: Unpack[Weights],
) -> Dataset:
    """Run every network at several fixed gains, from a fresh initial state each (Fig. 4c, d).

    Args:
        networks: number of independent networks.
        gains: gains, all run with the same weights.
        duration: τ to run.
        dt: RK4 step in τ.
        interval: τ between records.
        seed: top-level seed.
        weights: of the networks, as `hybrid_networks.Weights` has them.

    Returns:
        Dataset of kind "hybrid": h (network, gain, time, neuron) and
        patterns (network, pattern, neuron).
    """
    stored, network = networks_of(**weights, networks=networks, seed=seed)
    rngs = [seeds.generator(seed, "fixed gain", index) for index in range(networks)]
    state = torch.stack(
        [random_states(len(gains), weights["neurons"], rng) for rng in rngs]
    ).float()
    gain = torch.tensor(gains, dtype=torch.float32)[:, None]
    time, states = dynamics.trajectory(
        network, state, gain, duration=duration, dt=dt, interval=interval, label="fixed gain"
    )
    return Dataset(
        "hybrid",
        "Hybrid networks at fixed gain",
        {
            "gain": gain_coordinate(gains),
            "time": time_coordinate(time.numpy()),
            "patterns": Variable(stored, ("network", "pattern", "neuron"), "1", "patterns ξ"),
            "h": Variable(
                states.permute(1, 2, 0, 3).numpy(),
                ("network", "gain", "time", "neuron"),
                "1",
                "input h",
            ),
        },
        {"weights": weights},
    )


def simulate_cycled_gain(
    *,
    networks: int,
    low_gain: float,
    high_gain: float,
    low_duration: tuple[float, float],
    high_duration: tuple[float, float],
    duration: float,
    dt: float,
    interval: float,
    seed: int,
    **weights: Unpack[Weights],
) -> Dataset:
    """Run every network while its gain alternates between a low and a high value (Fig. 4e).

    Args:
        networks: number of independent networks, each with switching times of its own.
        low_gain: gain of the first, third, … phase.
        high_gain: gain of the second, fourth, … phase.
        low_duration: shortest and longest duration of a low phase in τ; drawn uniformly.
        high_duration: the same for a high phase.
        duration: τ to run.
        dt: RK4 step in τ; switching times are rounded to it.
        interval: τ between records.
        seed: top-level seed.
        weights: of the networks, as `hybrid_networks.Weights` has them.

    Returns:
        Dataset of kind "hybrid": h (network, time, neuron), gain (network, time), the gain
        of the interval that ends at that time, and patterns (network, pattern, neuron).
    """
    stored, network = networks_of(**weights, networks=networks, seed=seed)
    rngs = [seeds.generator(seed, "cycled gain", index) for index in range(networks)]
    state = torch.stack([random_states(1, weights["neurons"], rng) for rng in rngs]).float()
    phases = (low_duration, high_duration)
    count = 2 * math.ceil(duration / (low_duration[0] + high_duration[0]))  # enough to fill it
    switches = np.stack([switching_times(phases, count, dt, rng) for rng in rngs])
    schedule = square_wave(switches[:, None, None], low_gain, high_gain)
    time, states = dynamics.trajectory(
        network,
        state,
        schedule,
        duration=duration,
        dt=dt,
        interval=interval,
        label="cycled gain",
    )
    gain = np.stack([schedule(max(t - dt / 2, 0)) for t in time.numpy()], axis=1)[..., 0, 0]
    return Dataset(
        "hybrid",
        "Hybrid networks under a gain that alternates between two values",
        {
            "time": time_coordinate(time.numpy()),
            "gain": Variable(gain, ("network", "time"), "1", "gain g"),
            "patterns": Variable(stored, ("network", "pattern", "neuron"), "1", "patterns ξ"),
            "h": Variable(
                states[:, :, 0].permute(1, 0, 2).numpy(),
                ("network", "time", "neuron"),
                "1",
                "input h",
            ),
        },
        {"weights": weights},
    )
