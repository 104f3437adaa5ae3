"""How the activity of random networks mixes at each gain (section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate
from chaos_sampling.experiments.sweep import network_of, record
from chaos_sampling.measures import mixing
from chaos_sampling.measures.autocorrelation import mean_autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import random_states
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable

DIED_OUT = 1e-8
"""Mean square of φ below which activity counts as died out."""

MEASURES = {
    "variance_h": "mean square of h",
    "dimension_h": "participation ratio of h per neuron",
    "dimension_phi": "participation ratio of φ(h) per neuron",
    "correlation_rms": "root-mean-square correlation of φ(h) of two neurons, free of noise",
    "correlation_abs": "mean absolute correlation of φ(h) of two neurons, noise included",
    "correlation_noise": "root-mean-square correlation that noise alone gives independent neurons",
    "step_change": "rms change of φ(h) in one interval",
}
"""What is measured at each gain in each network beside the autocorrelation."""


def simulate_mixing(
    *,
    neurons: int,
    networks: int,
    trials: int,
    gains: Sequence[float],
    burn_in: float,
    dt: float,
    duration: float,
    interval: float,
    longest_lag: float,
    seed: int,
) -> Dataset:
    """Measure how fast activity changes, how many dimensions it fills and how neurons correlate.

    Activity that has died out counts as exactly 0, as in mean-field theory: then variances are 0,
    and dimensions and correlations, as well as times read from the autocorrelation, NaN.

    Args:
        neurons: N.
        networks: number of independent networks, those of `sweep.network_of`.
        trials: trajectories of each network at each gain, from independent initial states; at
            least 2.
        gains: gains, all run with the same weights and from the same initial states.
        burn_in: τ before recording, away from g = 1; see `sweep.burn_ins`.
        dt: RK4 step in τ.
        duration: τ recorded.
        interval: τ between samples.
        longest_lag: τ up to which the autocorrelation is kept.
        seed: top-level seed.

    Returns:
        Dataset of kind "mixing": autocorrelation (gain, network, lag) of φ averaged over neurons
        and trials, and each of `MEASURES` (gain, network).

    Raises:
        ValueError: there are fewer than two trials, or a duration is no whole number of steps.
    """
    if trials < 2:
        raise ValueError(f"trials: expected at least 2, found {trials}")
    lags = dynamics.steps(longest_lag, interval) + 1
    found: list[list[tuple[np.ndarray, dict[str, float]]]] = []  # by network and gain
    for index in track(range(networks), f"mixing, N = {neurons}", unit="network"):
        network = network_of(neurons, index, seed)
        rng = seeds.generator(seed, "initial states of the mixing", neurons, index)
        runs = record(
            network,
            random_states(trials, neurons, rng).float(),
            gains,
            burn_in=burn_in,
            duration=duration,
            dt=dt,
            interval=interval,
            label=f"network {index + 1}",
        )
        found.append([measure(h.numpy(), lags) for h in runs])
    across = ("gain", "network")
    correlations = np.array([[correlation for correlation, _ in runs] for runs in found])
    return Dataset(
        "mixing",
        "Autocorrelation, dimension and correlations of the activity at several gains",
        {
            "gain": gain_coordinate(gains),
            "lag": Variable(np.arange(lags) * interval, ("lag",), "τ", "lag"),
            "autocorrelation": Variable(
                correlations.swapaxes(0, 1), (*across, "lag"), "1", "autocorrelation of φ(h)"
            ),
            **{
                name: Variable(
                    np.array([[scalars[name] for _, scalars in runs] for runs in found]).T,
                    across,
                    "1",
                    long_name,
                )
                for name, long_name in MEASURES.items()
            },
        },
        {"neurons": neurons, "interval": interval, "trials": trials, "duration": duration},
    )


def measure(h: np.ndarray, lags: int) -> tuple[np.ndarray, dict[str, float]]:
    """Measure one network at one gain.

    Args:
        h: inputs of independent trials, shape (T, trials, N).
        lags: number of lags of the autocorrelation.

    Returns:
        The autocorrelation of φ(h), shape (lags,), and `MEASURES` by name.
    """
    phi = np.tanh(h)
    if np.square(phi).mean() < DIED_OUT:
        h, phi = np.zeros_like(h), np.zeros_like(phi)
    neurons = h.shape[-1]
    pairs = mixing.pair_correlations(phi)
    return mean_autocorrelation(phi, lags), {
        "variance_h": np.square(h).mean(),
        "dimension_h": mixing.participation_ratio(h) / neurons,
        "dimension_phi": mixing.participation_ratio(phi) / neurons,
        "correlation_rms": pairs.rms,
        "correlation_abs": pairs.absolute,
        "correlation_noise": pairs.noise,
        "step_change": np.sqrt(np.square(mixing.step_change(phi)).mean()),
    }
