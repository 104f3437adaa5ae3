"""What single-neuron noise and chaos leave of themselves in population readouts (discussion).

A population readout weighs the activity φ(h) of all neurons by one vector. Three are compared:
"coherent", of length 1 along a state of the same network from another trajectory, which is what a
Hebbian readout that stores one state reads; "random", of length 1 and drawn at random; "shared",
with all weights 1/N, which is also what a coupling shared by all neurons hands to each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate
from chaos_sampling.experiments.sweep import network_of
from chaos_sampling.measures import timescales
from chaos_sampling.measures.autocorrelation import autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.dynamics import Noise
from chaos_sampling.network.weights import Network, random_states
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable
from chaos_sampling.theory import mean_field
from chaos_sampling.theory.noisy_mean_field import (
    driven_deviation,
    noise_amplitude,
    quenching_amplitude,
)

SOURCES = ("noise", "chaos", "both")
READOUTS = ("coherent", "random", "shared")


def simulate_noise(
    *,
    sizes: Sequence[int],
    networks: int,
    trials: int,
    stable_gain: float,
    chaotic_gain: float,
    coupling: float,
    amplitudes: Sequence[float],
    swept_neurons: int,
    burn_in: float,
    duration: float,
    dt: float,
    interval: float,
    seed: int,
) -> Dataset:
    """Measure readouts of noise and of chaos in networks of growing size (discussion).

    Three sources of variability act in the same weights: "noise", the stable gain with independent
    white noise on every neuron, of the σ that by mean-field theory gives φ the variance that it has
    at the chaotic gain; "chaos", the chaotic gain without noise; "both", the chaotic gain with that
    noise. All are run as they are and with a shared coupling J/N from every neuron to every neuron.

    Args:
        sizes: N.
        networks: number of independent networks of each size.
        trials: trajectories of each, from independent initial states; at least 2.
        stable_gain: gain below 1.
        chaotic_gain: gain above 1.
        coupling: J.
        amplitudes: σ of the noise in a sweep at both gains, above 0, in τ^(−1/2).
        swept_neurons: N of that sweep.
        burn_in: τ before recording.
        duration: τ recorded.
        dt: step in τ of the Euler-Maruyama method, which multiplies times by about √(1 − dt) and
            the variance of h that is due to noise by about 1 + dt/2.
        interval: τ between samples.
        seed: top-level seed.

    Returns:
        Dataset of kind "noise": deviation, the root mean square of the readout over time and trials
        (its mean is 0 by symmetry), and half_life (coupling, source, readout, size, network);
        theory (source, readout, size), the deviation without shared coupling as N → ∞, NaN where
        there is none; and swept_deviation, swept_half_life (gain, amplitude, network) and
        swept_theory (gain, amplitude) of the random readout, at the stable and the chaotic gain.
        Attributes: the σ of "noise" and "both", matched_amplitude; the σ at which chaos ends,
        quenching_amplitude; and the half-life of chaos in theory.

    Raises:
        ValueError: fewer than two trials.
    """
    if trials < 2:
        raise ValueError(f"trials: expected at least 2, found {trials}")
    measure = partial(
        _measure, trials=trials, burn_in=burn_in, duration=duration, dt=dt, interval=interval
    )
    theory = mean_field.solve(chaotic_gain)
    matched = noise_amplitude(stable_gain, theory.variance_h)
    gains, noises = (stable_gain, chaotic_gain, chaotic_gain), (matched, 0.0, matched)
    couplings = (0.0, coupling)
    found = _grow(sizes, networks, couplings, gains, noises, measure, seed)
    swept = _sweep(swept_neurons, networks, gains[:2], amplitudes, measure, seed)
    return Dataset(
        "noise",
        "Population readouts of independent noise and of chaos",
        {
            **_coordinates(couplings, sizes, gains[:2], amplitudes),
            **_variables(found, swept),
            "theory": _theory(theory, chaotic_gain, matched, sizes),
            "swept_theory": Variable(
                [[driven_deviation(gain, noise) for noise in amplitudes] for gain in gains[:2]],
                ("gain", "amplitude"),
                "1",
                "root mean square of φ as N → ∞",
            ),
        },
        {
            "stable_gain": stable_gain,
            "chaotic_gain": chaotic_gain,
            "matched_amplitude": float(matched),
            "quenching_amplitude": float(quenching_amplitude(chaotic_gain)),
            "half_life_chaos": theory.half_life_phi,
            "swept_neurons": swept_neurons,
        },
    )


def _grow(
    sizes: Sequence[int],
    networks: int,
    couplings: Sequence[float],
    gains: Sequence[float],
    amplitudes: Sequence[float],
    measure: Callable[..., np.ndarray],
    seed: int,
) -> np.ndarray:
    """Measure all sources, shape (2, coupling, source, readout, size, network)."""
    found = np.empty((2, len(couplings), len(SOURCES), len(READOUTS), len(sizes), networks))
    for row, neurons in enumerate(sizes):
        for index in track(range(networks), f"N = {neurons}", unit="network"):
            network = network_of(neurons, index, seed)
            for column, coupling in enumerate(couplings):
                # with and without coupling from the same states and under the same noise
                rng = seeds.generator(seed, "noise and chaos", neurons, index)
                coupled = _coupled(network, coupling)
                found[:, column, :, :, row, index] = measure(coupled, gains, amplitudes, rng)
    return found


def _sweep(
    neurons: int,
    networks: int,
    gains: Sequence[float],
    amplitudes: Sequence[float],
    measure: Callable[..., np.ndarray],
    seed: int,
) -> np.ndarray:
    """Measure the random readout, shape (2, gain, amplitude, network)."""
    grid = np.repeat(gains, len(amplitudes)), np.tile(amplitudes, len(gains))
    found = []
    for index in track(range(networks), "noise of any amplitude", unit="network"):
        network = network_of(neurons, index, seed)
        rng = seeds.generator(seed, "amplitudes of noise", index)
        found.append(measure(network, *grid, rng)[..., READOUTS.index("random")])
    return np.stack(found, axis=-1).reshape(2, len(gains), len(amplitudes), networks)


def _coupled(network: Network, coupling: float) -> Network:
    """Add the shared coupling J/N."""
    if coupling == 0:
        return network
    return Network(network.random, torch.full_like(network.random, coupling / network.neurons))


@torch.no_grad()
def _measure(
    network: Network,
    gains: Sequence[float],
    amplitudes: Sequence[float],
    rng: np.random.Generator,
    *,
    trials: int,
    burn_in: float,
    duration: float,
    dt: float,
    interval: float,
) -> np.ndarray:
    """Return deviation and half-life of every readout, shape (2, condition, readout)."""
    generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
    noise = Noise(_column(amplitudes), generator)
    run = partial(
        dynamics.advance, network, gain=_column(gains), dt=dt, method="euler", noise=noise
    )
    neurons = network.neurons
    state = random_states(len(gains) * trials, neurons, rng).float()
    state = run(state.reshape(len(gains), trials, neurons), duration=burn_in)
    weights = _readouts(dynamics.rate(state), rng)
    records = []
    for _ in range(dynamics.steps(duration, interval)):
        state = run(state, duration=interval)
        records.append((dynamics.rate(state) * weights).sum(-1))
    signals = torch.stack(records).numpy()  # (time, readout, condition, trial)
    lags = max(1, len(signals) // 4)
    correlation = autocorrelation(signals, lags).mean(-1)  # over trials
    half_life = np.apply_along_axis(timescales.half_life, 0, correlation, interval)
    return np.stack([np.sqrt(correlation[0]).T, half_life.T])


def _column(values: Sequence[float]) -> Tensor:
    """Return one value per condition, to broadcast against states (condition, trial, N)."""
    return torch.tensor(np.asarray(values), dtype=torch.float32)[:, None, None]


def _readouts(activity: Tensor, rng: np.random.Generator) -> Tensor:
    """Return the weights of READOUTS, shape (readout, condition, trial, N), one set per trial.

    Args:
        activity: φ(h) at one moment, shape (condition, trial, N).
        rng: source of randomness.
    """
    other = activity.roll(1, dims=1)  # each trial is read along the state of another
    random = torch.from_numpy(rng.standard_normal(activity.shape)).float()
    units = [weights / weights.norm(dim=-1, keepdim=True) for weights in (other, random)]
    return torch.stack([*units, torch.full_like(activity, 1 / activity.shape[-1])])


def _coordinates(
    couplings: Sequence[float],
    sizes: Sequence[int],
    gains: Sequence[float],
    amplitudes: Sequence[float],
) -> dict[str, Variable]:
    return {
        "coupling": Variable(couplings, ("coupling",), "1", "shared coupling J"),
        "source": Variable(SOURCES, ("source",), "1", "source of variability"),
        "readout": Variable(READOUTS, ("readout",), "1", "population readout"),
        "size": Variable(sizes, ("size",), "1", "number of neurons N"),
        "gain": gain_coordinate(gains),
        "amplitude": Variable(amplitudes, ("amplitude",), "τ^(-1/2)", "amplitude σ of the noise"),
    }


def _variables(found: np.ndarray, swept: np.ndarray) -> dict[str, Variable]:
    across = ("coupling", "source", "readout", "size", "network")
    along = ("gain", "amplitude", "network")
    deviation, half_life = "root mean square", "lag at which the autocorrelation is halved"
    return {
        "deviation": Variable(found[0], across, "1", f"{deviation} of the readout"),
        "half_life": Variable(found[1], across, "τ", f"{half_life}, of the readout"),
        "swept_deviation": Variable(swept[0], along, "1", f"{deviation} of the random readout"),
        "swept_half_life": Variable(swept[1], along, "τ", f"{half_life}, of the random readout"),
    }


def _theory(
    chaos: mean_field.MeanField, gain: float, amplitude: float, sizes: Sequence[int]
) -> Variable:
    """Return what the deviations tend to: along an own state, √(⟨φ²⟩ / dimension per neuron)."""
    single = np.array([chaos.variance_phi**0.5] * 2 + [driven_deviation(gain, amplitude)])
    coherent = [np.nan, (chaos.variance_phi / chaos.dimension_phi) ** 0.5, np.nan]
    readouts = np.stack([coherent, single, single], axis=1)[..., None] * np.ones(len(sizes))
    readouts[:, READOUTS.index("shared")] /= np.sqrt(sizes)
    dims = ("source", "readout", "size")
    return Variable(readouts, dims, "1", "root mean square of the readout as N → ∞")
