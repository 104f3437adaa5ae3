"""Experiments on the random network alone: traces, sensitivity, sampling speed (Figs. 1 and 3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import dynamics, mixing, seeds
from chaos_sampling.network import Network, random_weights, stack
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
    state = torch.from_numpy(rng.standard_normal(neurons)).expand(len(gains), neurons)
    gain = torch.tensor(gains, dtype=torch.float64)[:, None]
    state = dynamics.advance(network, state, gain, duration=burn_in, dt=dt)
    time, states = dynamics.trajectory(
        network, state, gain, duration=duration, dt=dt, label="traces"
    )
    return Dataset(
        "traces",
        "Inputs h of some neurons of one random network at several gains",
        {
            "gain": _gain_coordinate(gains),
            "time": _time_coordinate(time),
            "h": Variable(
                states[:, :, :RECORDED].permute(1, 0, 2).numpy(),
                ("gain", "time", "neuron"),
                "1",
                "input h",
            ),
        },
    )


def simulate_divergence(
    *,
    neurons: int,
    networks: int,
    gains: Sequence[float],
    perturbation: float,
    duration: float,
    dt: float,
    every: float,
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
        every: τ between records.
        seed: top-level seed.

    Returns:
        Dataset of kind "divergence": Euclidean distance (gain, network, time); the distance at
        which two independent states of the network stand, saturation (gain, network); and the
        recorded neurons of the first network at the largest gain, original and perturbed
        (time, neuron).
    """
    rngs = [seeds.generator(seed, "divergence", index) for index in range(networks)]
    network = stack([Network(random_weights(neurons, rng)) for rng in rngs])
    state = _initial_states(rngs, 1, neurons).expand(networks, len(gains), neurons)
    gain = torch.tensor(gains, dtype=torch.float64)[:, None]
    displacement = np.stack([rng.uniform(0, perturbation, (1, neurons)) for rng in rngs])
    pair = torch.cat([state, state + torch.from_numpy(displacement)], dim=1)
    time, states = dynamics.trajectory(
        network, pair, gain.repeat(2, 1), duration=duration, dt=dt, every=every, label="divergence"
    )
    original, perturbed = states.chunk(2, dim=2)  # (time, network, gain, neuron) each
    largest = int(np.argmax(gains))
    across = ("gain", "network")
    return Dataset(
        "divergence",
        "Pairs of trajectories from almost the same initial state",
        {
            "gain": _gain_coordinate(gains),
            "time": _time_coordinate(time),
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
        state = _initial_states(rngs, trials, neurons).float()
        state = dynamics.advance(network, state, gain, duration=burn_in, dt=dt)
        _, states = dynamics.trajectory(
            network, state, gain, duration=duration, dt=dt, every=interval, label=f"g = {gain}"
        )
        rates = torch.tanh(states).numpy()  # (time, network, trial, neuron)
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
            "gain": _gain_coordinate(gains),
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


def _initial_states(rngs: Sequence[np.random.Generator], trials: int, neurons: int) -> Tensor:
    return torch.from_numpy(np.stack([rng.standard_normal((trials, neurons)) for rng in rngs]))


def _gain_coordinate(gains: Sequence[float]) -> Variable:
    return Variable(np.array(gains, float), ("gain",), "1", "gain g")


def _time_coordinate(time: Tensor) -> Variable:
    return Variable(time.numpy(), ("time",), "τ", "time")
