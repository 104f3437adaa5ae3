"""What a generator reads from chaos, beside Gaussian sources that share its second moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from scipy import stats

from chaos_sampling import seeds
from chaos_sampling.experiments import sweep
from chaos_sampling.experiments.coordinates import gain_coordinate
from chaos_sampling.latents import controls
from chaos_sampling.latents.chaos import ChaosLatents, read
from chaos_sampling.latents.names import CONTROLS, READOUTS, SOURCES
from chaos_sampling.latents.protocol import record
from chaos_sampling.latents.readout import draw_readout, whiten
from chaos_sampling.measures import mixing
from chaos_sampling.measures.autocorrelation import mean_autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable

MEASURES = {
    "dimension": "participation ratio per latent",
    "correlation_rms": "root-mean-square correlation of two latents, free of noise",
    "step_change": "rms change of a latent in one interval",
    "kurtosis": "excess kurtosis of single latents, mean over latents",
    "projection_kurtosis": "excess kurtosis of projections on random directions, mean over them",
}
"""What is measured of each source beside the autocorrelation and the density."""

EDGES = np.linspace(-3.5, 3.5, 351)
"""Edges of the bins of the density, in standard deviations of each latent."""


def simulate_latents(
    *,
    neurons: int,
    count: int,
    degree: int,
    training: Mapping[str, Any],
    gains: Sequence[float],
    networks: int,
    trials: int,
    burn_in: float,
    duration: float,
    dt: float,
    interval: float,
    longest_lag: float,
    seed: int,
) -> Dataset:
    """Measure latents read from chaotic networks, and the control sources made in their image.

    The readout "whitened" is fitted once, at the gain of training, to a recording of its own as a
    training makes it. The controls are fitted to the latents of the readout "subset" at the same
    gain in the same network, and as many trials of them are drawn over the same time.

    Args:
        neurons: N.
        count: number of latents, K.
        degree: neurons per latent of the readout "expander".
        training: "gain", "burn_in", "dt", "method", "batch" and "recording" of a training, as for
            `sources.draw`.
        gains: gains above 1, all run with the same weights and from the same initial states.
        networks: number of independent networks, those of `sweep.network_of`.
        trials: trajectories of each network at each gain, from independent initial states; at
            least 2.
        burn_in: τ before recording, away from g = 1; see `sweep.burn_ins`.
        duration: τ recorded.
        dt: RK4 step in τ.
        interval: τ between samples.
        longest_lag: τ up to which the autocorrelation is kept.
        seed: top-level seed.

    Returns:
        Dataset of kind "latents": autocorrelation (source, gain, network, lag) of z averaged over
        latents and trials, density (source, gain, network, value) of z over its standard
        deviation, and each of `MEASURES` (source, gain, network).

    Raises:
        ValueError: there are fewer than two trials, a readout cannot be drawn, or a duration is no
            whole number of steps.
    """
    lags = dynamics.steps(longest_lag, interval) + 1
    found: list[list[list[dict[str, np.ndarray]]]] = []  # by network, gain and source
    for index in track(range(networks), "latents", unit="network"):
        network = sweep.network_of(neurons, index, seed)
        rng = seeds.generator(seed, "initial states of the latents", index)
        runs = sweep.record(
            network,
            random_states(trials, neurons, rng).float(),
            gains,
            burn_in=burn_in,
            duration=duration,
            dt=dt,
            interval=interval,
            label=f"network {index + 1}",
        )
        readouts = _readouts(neurons, count, degree, seed, index)
        readouts["whitened"] = _whitened(network, readouts["subset"], training, seed, index)
        rng = seeds.generator(seed, "directions of the latents", index)
        directions = rng.standard_normal((count, count), np.float32)
        found.append([])
        for gain, h in zip(gains, runs, strict=True):
            z = {name: read(h, readout).numpy() for name, readout in readouts.items()}
            z |= _controls(z["subset"], gain, interval, seed, index)
            found[-1].append([measure(z[source], lags, directions) for source in SOURCES])
    settings = {"neurons": neurons, "count": count, "trials": trials, "duration": duration}
    return _dataset(found, gains, interval, settings)


def measure(z: np.ndarray, lags: int, directions: np.ndarray) -> dict[str, np.ndarray | float]:
    """Measure latents.

    The excess kurtosis of Gaussian latents comes out at −6 T2/T and not at 0, T being the time of
    all trials together: so few independent samples does a recording have.

    Args:
        z: latents of independent trials, shape (T, trials, K).
        lags: number of lags of the autocorrelation.
        directions: on which to project, shape (K, directions).

    Returns:
        "autocorrelation" (lags,), "density" (bins of `EDGES`,), and `MEASURES` by name.
    """
    size = z.shape[-1]
    pooled = z.reshape(-1, size)
    relative = pooled / np.sqrt(np.square(pooled).mean(axis=0))
    counts, _ = np.histogram(relative, EDGES)
    return {
        "autocorrelation": mean_autocorrelation(z, lags),
        "density": counts / (relative.size * np.diff(EDGES)),
        "dimension": mixing.participation_ratio(z) / size,
        "correlation_rms": mixing.pair_correlations(z).rms,
        "step_change": np.sqrt(np.square(mixing.step_change(z)).mean()),
        "kurtosis": stats.kurtosis(pooled).mean(),
        "projection_kurtosis": stats.kurtosis(pooled @ directions).mean(),
    }


def _readouts(
    neurons: int, count: int, degree: int, seed: int, index: int
) -> dict[str, torch.Tensor]:
    """Draw the readouts (K, N) of one network, by name."""
    found = {}
    for name in READOUTS:
        rng = seeds.generator(seed, f"{name} readout of the latents", index)
        found[name] = torch.from_numpy(draw_readout(name, neurons, count, degree=degree, rng=rng))
    return found


def _whitened(
    network: Network, subset: torch.Tensor, training: Mapping[str, Any], seed: int, index: int
) -> torch.Tensor:
    """Whiten the readout (K, N) of one network as a training does."""
    rng = seeds.generator(seed, "initial states of the whitening", index)
    chaos = ChaosLatents(
        network,
        subset,
        random_states(training["batch"], network.neurons, rng).float(),
        **{name: training[name] for name in ("gain", "dt", "method")},
    )
    chaos.next(training["burn_in"])
    return torch.from_numpy(whiten(subset.numpy(), record(chaos, **training["recording"])))


def _controls(
    recording: np.ndarray, gain: float, interval: float, seed: int, index: int
) -> dict[str, np.ndarray]:
    """Draw as many latents as were recorded at a gain, (T, trial, K), from each control."""
    samples, trials, _ = recording.shape
    found = {}
    for name in CONTROLS:
        source = controls.from_chaos(
            name,
            recording,
            interval=interval,
            batch=trials,
            generator=seeds.torch_generator(seed, f"{name} latents at gain {gain:g}", index),
        )
        found[name] = record(source, duration=samples * interval, interval=interval)
    return found


def _dataset(
    found: list[list[list[dict[str, np.ndarray]]]],
    gains: Sequence[float],
    interval: float,
    settings: dict[str, float],
) -> Dataset:
    """Label what was measured, by network, gain and source."""
    across = ("source", "gain", "network")

    def join(name: str) -> np.ndarray:
        values = [[[one[name] for one in sources] for sources in runs] for runs in found]
        return np.moveaxis(values, (0, 1, 2), (2, 1, 0))

    correlation = join("autocorrelation")
    centres = (EDGES[1:] + EDGES[:-1]) / 2
    return Dataset(
        "latents",
        "Latents read from chaos, and Gaussian sources that share their second moments",
        {
            "source": Variable(np.array(SOURCES), ("source",), "1", "source of the latents"),
            "gain": gain_coordinate(gains),
            "lag": Variable(np.arange(correlation.shape[-1]) * interval, ("lag",), "τ", "lag"),
            "value": Variable(centres, ("value",), "1", "latent over its standard deviation"),
            "autocorrelation": Variable(
                correlation, (*across, "lag"), "1", "autocorrelation of z, mean over latents"
            ),
            "density": Variable(
                join("density"), (*across, "value"), "1", "density of z over its standard deviation"
            ),
            **{
                name: Variable(join(name), across, "1", long_name)
                for name, long_name in MEASURES.items()
            },
        },
        {**settings, "interval": interval},
    )
