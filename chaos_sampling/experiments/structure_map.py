"""What hybrid networks do, over the strength of their structure and the gain (section 3.4, R3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate, time_coordinate
from chaos_sampling.experiments.hybrid_networks import networks_of
from chaos_sampling.measures.lyapunov import lyapunov_exponents
from chaos_sampling.measures.overlaps import STATES, classify, heard, overlaps, projection_norms
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states
from chaos_sampling.store import Dataset, Variable

BLOCKS = 2
"""Parts of the record of an exponent, as few as there may be: its errors are not used."""


def simulate_structure_map(
    *,
    neurons: int,
    patterns: int,
    strengths: Sequence[float],
    gains: Sequence[float],
    networks: int,
    trials: int,
    burn_in: float,
    duration: float,
    dt: float,
    interval: float,
    tangent_burn_in: float,
    tangent_duration: float,
    qr_interval: float,
    seed: int,
) -> Dataset:
    """Run W = (s/N) Σ ξ ξᵀ + g R, with Var R = 1/N, at every strength s and gain g.

    Args:
        neurons: N.
        patterns: K, the number of stored patterns.
        strengths: s; the weights and initial states are the same at all of them.
        gains: g, each with initial states of its own.
        networks: number of independent networks; those of `hybrid_networks.networks_of`.
        trials: runs of each network at each gain, from standard normal initial states.
        burn_in: τ before the record.
        duration: τ recorded.
        dt: RK4 step in τ.
        interval: τ between samples.
        tangent_burn_in: τ for a tangent to turn into its direction, after the record.
        tangent_duration: τ from which the Lyapunov exponent is measured, in the first trial only.
        qr_interval: τ between normalisations of the tangent.
        seed: top-level seed.

    Returns:
        Dataset of kind "structure_map": projection_patterns (strength, gain, network, trial, time);
        overlap_max, its mean over time; and, of the state at the end, outcome, a place in the
        attribute "states", and speed (strength, gain, network, trial); lyapunov_max (strength,
        gain, network).
    """
    strengths, gains = sorted(strengths), sorted(gains)
    rngs = [seeds.generator(seed, "structure map", index) for index in range(networks)]
    rows = [random_states(len(gains) * trials, neurons, rng) for rng in rngs]
    gain = torch.tensor(gains, dtype=torch.float32)[:, None]
    column = gain.repeat_interleave(trials, dim=0)
    found = []
    for strength in strengths:
        stored, network = networks_of(
            neurons=neurons,
            patterns=patterns,
            strength=strength,
            random_variance="1/N",
            networks=networks,
            seed=seed,
        )
        label = f"s = {strength}"
        start = torch.stack(rows).float()
        start = dynamics.advance(network, start, column, duration=burn_in, dt=dt)
        time, record = dynamics.trajectory(
            network, start, column, duration=duration, dt=dt, interval=interval, label=label
        )
        measured = _measure(record, stored, network, column)
        spectrum = lyapunov_exponents(
            network,
            record[-1][:, ::trials],
            gain,
            count=1,
            dt=dt,
            burn_in=tangent_burn_in,
            duration=tangent_duration,
            qr_interval=qr_interval,
            blocks=BLOCKS,
            rng=seeds.generator(seed, "tangents of the structure map"),
            label=f"{label}, exponents",
        )
        by_run = {
            name: values.reshape(networks, len(gains), trials, *values.shape[2:]).swapaxes(0, 1)
            for name, values in measured.items()
        }
        found.append(by_run | {"lyapunov_max": spectrum.exponents[..., 0].T})
    weights = {"neurons": neurons, "patterns": patterns, "random_variance": "1/N"}
    attributes = {"states": list(STATES), "weights": weights}
    return _dataset(strengths, gains, time.numpy(), found, attributes)


def _measure(
    record: Tensor, stored: np.ndarray, network: Network, gain: Tensor
) -> dict[str, np.ndarray]:
    """Measure states (time, network, run, N); each array is (network, run), or has a time too."""
    speed = dynamics.derivative(record[-1], network, gain).square().mean(-1).sqrt().numpy()
    measured: dict[str, list[np.ndarray]] = {
        name: [] for name in ("projection_patterns", "overlap_max", "outcome")
    }
    for h, xi, final_speed in zip(record.numpy().swapaxes(0, 1), stored, speed, strict=True):
        # in double precision, so that the direction of vanishing activity is known too
        activity = np.tanh(h.astype(float))
        overlap = overlaps(activity, xi)
        final = heard(overlap[-1], activity[-1])
        measured["projection_patterns"].append(projection_norms(activity, xi)[0].T)
        measured["overlap_max"].append(np.abs(overlap).max(axis=-1).mean(axis=0))
        measured["outcome"].append(classify(final, final_speed))
    return {name: np.stack(values) for name, values in measured.items()} | {"speed": speed}


def _dataset(
    strengths: Sequence[float],
    gains: Sequence[float],
    time: np.ndarray,
    found: Sequence[dict[str, np.ndarray]],
    attributes: dict[str, Any],
) -> Dataset:
    across = ("strength", "gain", "network")
    each = (*across, "trial")
    axes = {
        "projection_patterns": (
            (*each, "time"),
            "1",
            "norm of the projection of φ/|φ| onto the patterns' subspace",
        ),
        "overlap_max": (each, "1", "largest |overlap|, mean over time"),
        "outcome": (each, "1", "kind of state at the end"),
        "speed": (each, "1/τ", "rms of dh/dt over neurons at the end"),
        "lyapunov_max": (across, "1/τ", "largest Lyapunov exponent"),
    }
    types = {"projection_patterns": np.float32, "outcome": np.int8}
    return Dataset(
        "structure_map",
        "Hybrid networks over the strength of their structure and the gain",
        {
            "strength": Variable(np.array(strengths, float), ("strength",), "1", "strength s"),
            "gain": gain_coordinate(gains),
            "time": time_coordinate(time),
            **{
                name: Variable(
                    np.stack([one[name] for one in found]).astype(types.get(name, float)), *labels
                )
                for name, labels in axes.items()
            },
        },
        attributes,
    )
