"""What the time step of the integrator does to states and to statistics (reading R5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.experiments.sweep import network_of
from chaos_sampling.measures import timescales
from chaos_sampling.measures.autocorrelation import autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states, stack
from chaos_sampling.store import Dataset, Variable

METHODS: tuple[dynamics.Method, ...] = get_args(dynamics.Method)
REFERENCE = 8
"""How many times finer than the finest step the reference for the states is."""


def simulate_convergence(
    *,
    neurons: int,
    networks: int,
    trials: int,
    gain: float,
    time_steps: Sequence[float],
    burn_in: float,
    horizon: float,
    duration: float,
    interval: float,
    seed: int,
) -> Dataset:
    """Measure the error of the state and the statistics of long runs at each time step.

    Chaos amplifies any error, so that states can be compared only over a short time. In long runs
    Euler's method shortens times: up to terms in dt² its correlations obey
    Δ″ = (Δ − g² C) / (1 − dt) instead of the mean-field Δ″ = Δ − g² C, whose solution is the same
    but for times, which are multiplied by √(1 − dt).

    Args:
        neurons: N.
        networks: number of independent networks, those of `sweep.network_of`.
        trials: trajectories of each network, from independent initial states.
        gain: g.
        time_steps: steps dt in τ; the finest also serves for the burn-in.
        burn_in: τ before anything is measured, by RK4.
        horizon: τ over which the error of the state grows; each dt must divide it.
        duration: τ of a long run.
        interval: τ between samples of a long run; each dt must divide it.
        seed: top-level seed.

    Returns:
        Dataset of kind "convergence": (method, dt, network) error, the rms error of h after
        `horizon` relative to the rms of h, and, of long runs from the same states,
        variance_phi and half_life_phi.

    Raises:
        ValueError: a duration is no whole multiple of a time step or of the interval.
    """
    network = stack([network_of(neurons, index, seed) for index in range(networks)])
    purpose = "initial states of the convergence"
    rngs = [seeds.generator(seed, purpose, neurons, index) for index in range(networks)]
    state = torch.stack([random_states(trials, neurons, rng) for rng in rngs]).float()
    state = dynamics.advance(network, state, gain, duration=burn_in, dt=min(time_steps))
    errors = _errors(network, state, gain, time_steps, horizon)
    statistics = np.empty((2, len(METHODS), len(time_steps), networks))
    for row, method in enumerate(METHODS):
        for column, dt in enumerate(time_steps):
            _, states = dynamics.trajectory(
                network,
                state,
                gain,
                duration=duration,
                dt=dt,
                interval=interval,
                method=method,
                label=f"{method}, dt = {dt:g}",
            )
            for index in range(networks):
                measured = _measure(states[:, index].numpy(), interval)
                statistics[:, row, column, index] = measured
    variances, half_lives = statistics
    across = ("method", "dt", "network")
    return Dataset(
        "convergence",
        "Errors and statistics of the random network at several time steps",
        {
            "method": Variable(np.array(METHODS), ("method",), "1", "integration method"),
            "dt": Variable(np.array(time_steps, float), ("dt",), "τ", "time step"),
            "error": Variable(errors, across, "1", "rms error of h relative to the rms of h"),
            "variance_phi": Variable(variances, across, "1", "mean square of φ(h)"),
            "half_life_phi": Variable(
                half_lives, across, "τ", "half-life of the autocorrelation of φ(h)"
            ),
        },
        {"neurons": neurons, "gain": gain, "horizon": horizon},
    )


def _errors(
    network: Network, state: Tensor, gain: float, time_steps: Sequence[float], horizon: float
) -> np.ndarray:
    """Compare states (network, trial, N) after `horizon` to RK4 with a finer step, in double."""
    network, state = network.to(dtype=torch.float64), state.double()

    def later(dt: float, method: dynamics.Method) -> Tensor:
        return dynamics.advance(network, state, gain, duration=horizon, dt=dt, method=method)

    def rms(values: Tensor) -> Tensor:
        return values.square().mean((-1, -2)).sqrt()

    exact = later(min(time_steps) / REFERENCE, "rk4")
    rows = [[rms(later(dt, method) - exact) for dt in time_steps] for method in METHODS]
    return np.array([[(error / rms(exact)).numpy() for error in errors] for errors in rows])


def _measure(h: np.ndarray, interval: float) -> tuple[float, float]:
    """Return the variance of φ(h) and its half-life in τ; h is (T, trial, N)."""
    phi = np.tanh(h)
    correlation = autocorrelation(phi, len(phi)).mean(axis=(1, 2))
    return correlation[0], timescales.half_life(correlation, interval)
