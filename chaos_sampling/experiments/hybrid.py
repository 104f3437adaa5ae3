"""Hybrid networks: stored patterns and random weights, W = W_struct + g(t) W_rand (Fig. 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from chaos_sampling import dynamics, seeds
from chaos_sampling.experiments.coordinates import gain_coordinate, time_coordinate
from chaos_sampling.network import Network, random_states, random_weights, stack
from chaos_sampling.patterns import outer_product, random_patterns
from chaos_sampling.store import Dataset, Variable

RandomVariance = Literal["1/N", "1"]
"""Variance of the entries of W_rand: the paper's text or its appendix (reading R3)."""


def simulate_fixed_gain(
    *,
    neurons: int,
    patterns: int,
    strength: float,
    random_variance: RandomVariance,
    networks: int,
    gains: Sequence[float],
    duration: float,
    dt: float,
    every: float,
    seed: int,
) -> Dataset:
    """Run every network at several fixed gains, from a fresh initial state each (Fig. 4c, d).

    Args:
        neurons: N.
        patterns: K, the number of stored patterns.
        strength: s in W_struct = (s/N) Σ ξ ξᵀ.
        random_variance: of the entries of W_rand.
        networks: number of independent networks.
        gains: gains, all run with the same weights.
        duration: τ to run.
        dt: RK4 step in τ.
        every: τ between records.
        seed: top-level seed.

    Returns:
        Dataset of kind "fixed_gain": h (network, gain, time, neuron) and
        patterns (network, pattern, neuron).
    """
    stored, network = _networks(neurons, patterns, strength, random_variance, networks, seed)
    rngs = [seeds.generator(seed, "fixed gain", index) for index in range(networks)]
    state = torch.stack([random_states(len(gains), neurons, rng) for rng in rngs]).float()
    gain = torch.tensor(gains, dtype=torch.float32)[:, None]
    time, states = dynamics.trajectory(
        network, state, gain, duration=duration, dt=dt, every=every, label="fixed gain"
    )
    return Dataset(
        "fixed_gain",
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
    )


def simulate_cycled_gain(
    *,
    neurons: int,
    patterns: int,
    strength: float,
    random_variance: RandomVariance,
    networks: int,
    low_gain: float,
    high_gain: float,
    low_duration: tuple[float, float],
    high_duration: tuple[float, float],
    duration: float,
    dt: float,
    every: float,
    seed: int,
) -> Dataset:
    """Run every network while its gain alternates between a low and a high value (Fig. 4e).

    Args:
        neurons: N.
        patterns: K, the number of stored patterns.
        strength: s in W_struct = (s/N) Σ ξ ξᵀ.
        random_variance: of the entries of W_rand.
        networks: number of independent networks, each with switching times of its own.
        low_gain: gain of the first, third, … phase.
        high_gain: gain of the second, fourth, … phase.
        low_duration: shortest and longest duration of a low phase in τ; drawn uniformly.
        high_duration: the same for a high phase.
        duration: τ to run.
        dt: RK4 step in τ; switching times are rounded to it.
        every: τ between records.
        seed: top-level seed.

    Returns:
        Dataset of kind "cycled_gain": h (network, time, neuron), gain (network, time), the gain
        of the interval that ends at that time, and patterns (network, pattern, neuron).
    """
    stored, network = _networks(neurons, patterns, strength, random_variance, networks, seed)
    rngs = [seeds.generator(seed, "cycled gain", index) for index in range(networks)]
    state = torch.stack([random_states(1, neurons, rng) for rng in rngs]).float()
    phases = (low_duration, high_duration)
    schedule = SquareWave(
        np.stack([switching_times(phases, duration, dt, rng) for rng in rngs]), low_gain, high_gain
    )
    time, states = dynamics.trajectory(
        network,
        state,
        lambda t: torch.from_numpy(schedule(t)).float()[:, None, None],
        duration=duration,
        dt=dt,
        every=every,
        label="cycled gain",
    )
    gain = np.stack([schedule(max(t - dt / 2, 0)) for t in time.numpy()], axis=1)
    return Dataset(
        "cycled_gain",
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
    )


@dataclass(frozen=True)
class SquareWave:
    """A gain that alternates between two values, one schedule per network.

    Attributes:
        switches: (networks, S) increasing times at which the gain changes, in τ.
        low: gain before the first switch, between the second and third, ….
        high: gain between the first and second, ….
    """

    switches: np.ndarray
    low: float
    high: float

    def __call__(self, time: float) -> np.ndarray:
        """Return the gain of each network at `time` (τ), shape (networks,)."""
        passed = (self.switches <= time).sum(axis=1)
        return np.where(passed % 2 == 0, self.low, self.high)


def switching_times(
    phases: Sequence[tuple[float, float]], duration: float, dt: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw times at which one phase gives way to the next, enough to fill `duration`.

    Args:
        phases: shortest and longest duration in τ of each kind of phase, taken in turn.
        duration: τ to fill.
        dt: the times are rounded to whole multiples of it.
        rng: source of randomness.

    Returns:
        Increasing times in τ; how many depends on the arguments only, not on the draws.
    """
    count = len(phases) * int(np.ceil(duration / sum(shortest for shortest, _ in phases)))
    lengths = [rng.uniform(*phases[index % len(phases)]) for index in range(count)]
    return np.round(np.cumsum(lengths) / dt) * dt


def _networks(
    neurons: int,
    patterns: int,
    strength: float,
    random_variance: RandomVariance,
    networks: int,
    seed: int,
) -> tuple[np.ndarray, Network]:
    rngs = [seeds.generator(seed, "hybrid network", index) for index in range(networks)]
    stored = np.stack([random_patterns(patterns, neurons, rng) for rng in rngs])
    variance = {"1/N": 1 / neurons, "1": 1.0}[random_variance]
    network = stack(
        [
            Network(random_weights(neurons, rng, variance=variance), outer_product(xi, strength))
            for rng, xi in zip(rngs, stored, strict=True)
        ]
    )
    return stored, network.to(dtype=torch.float32)
