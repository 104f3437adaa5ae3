"""How often chaos, or noise like it, drives a hybrid network out of a pattern's basin.

The basin is that of the energy: a state lies in it if at g = 0 it descends to the pattern. Chaos
and noise are thus judged by the same basins, in which the random weights have no part.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate, time_coordinate
from chaos_sampling.experiments.hybrid_networks import networks_of
from chaos_sampling.measures.overlaps import RETRIEVED, overlaps
from chaos_sampling.network import dynamics
from chaos_sampling.network.dynamics import Noise
from chaos_sampling.network.weights import Network
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable
from chaos_sampling.theory.pattern_mean_field import critical_gain, matched_amplitude

SOURCES = ("chaos", "noise")
DESCENT = 20.0
"""τ of a descent, enough to tell the basins as one of 100 τ does (tested)."""
DESCENT_DT = 0.5
"""RK4 step of a descent in τ, in which nothing is fast (tested against a tenth of it)."""


def simulate_escapes(
    *,
    sizes: Sequence[int],
    patterns: int,
    strength: float,
    networks: int,
    gains: Sequence[float],
    duration: float,
    dt: float,
    interval: float,
    traced_neurons: int,
    traced_gain: float,
    seed: int,
) -> Dataset:
    """Run networks from their patterns at fixed gain until they leave the basin (section 3.4).

    "chaos" is W_struct + g W_rand, Var W_rand = 1/N; "noise" is W_struct with independent white
    noise instead, of the σ that gives a neuron without other input the variance that h has in the
    chaos of W_rand alone, by mean-field theory. A run starts where the descent from a pattern ends,
    and ends when a descent no longer leads to this pattern. Patterns to which the first descent
    does not lead have no basin and are left out.

    Args:
        sizes: N.
        patterns: K.
        strength: s, as for `pattern_mean_field.critical_gain`.
        networks: number of independent networks of each size.
        gains: g.
        duration: longest run in τ, a whole multiple of `interval`.
        dt: RK4 step in τ.
        interval: τ between descents; what leaves the basin and is back at the next is not seen.
        traced_neurons: N of the network whose first pattern is followed beyond the escape.
        traced_gain: the gain there.
        seed: top-level seed.

    Returns:
        Dataset of kind "escapes": escapes, and checks of runs that had not left before, both
        (source, gain, size, network), summed over patterns; basins (size, network), the number of
        patterns with a basin; amplitude (gain), the σ of "noise"; of the traced network, trace/time
        and trace/overlap (source, time, pattern), and trace/descended (source, time), the overlap
        with the first pattern at the end of a descent. Attributes: weights; interval;
        critical_gain, in mean-field theory; traced_neurons and traced_gain.
    """
    sizes, gains = sorted(sizes), sorted(gains)
    theory = critical_gain(strength)  # first, since it refuses what would fail only after hours
    amplitudes = [matched_amplitude(gain) for gain in gains]
    drives = _drives(gains, amplitudes)
    hybrid = {"patterns": patterns, "strength": strength, "random_variance": "1/N"}
    pace = {"duration": duration, "dt": dt, "interval": interval}
    shape = (len(SOURCES), len(gains), len(sizes), networks)
    escapes, checks, basins = (np.empty(of, int) for of in (shape, shape, shape[2:]))
    for row, neurons in enumerate(sizes):
        stored, batch = networks_of(neurons=neurons, networks=networks, seed=seed, **hybrid)
        for index in track(range(networks), f"escapes, N = {neurons}", unit="network"):
            network, xi = _single(batch, stored, index)
            generator = seeds.torch_generator(seed, "escapes", neurons, index)
            found = escape(network, xi, strength, drives, generator, **pace)
            escapes[..., row, index] = found[0].reshape(shape[:2])
            checks[..., row, index] = found[1].reshape(shape[:2])
            basins[row, index] = found[2]
    stored, batch = networks_of(neurons=traced_neurons, networks=1, seed=seed, **hybrid)
    generator = seeds.torch_generator(seed, "traced escape")
    trace = _trace(*_single(batch, stored, 0), strength, traced_gain, generator, **pace)
    return Dataset(
        "escapes",
        "Escapes of hybrid networks from their patterns",
        {
            "source": _source(),
            "gain": gain_coordinate(gains),
            "size": Variable(sizes, ("size",), "1", "number of neurons N"),
            **_variables(escapes, checks, basins),
            "amplitude": Variable(amplitudes, ("gain",), "τ^(-1/2)", "amplitude σ of the noise"),
            **trace,
        },
        {
            "weights": hybrid,
            "interval": interval,
            "critical_gain": theory,
            "traced_neurons": traced_neurons,
            "traced_gain": traced_gain,
        },
    )


@torch.no_grad()
def escape(
    network: Network,
    stored: Tensor,
    strength: float,
    drives: Tensor,
    generator: torch.Generator,
    *,
    duration: float,
    dt: float,
    interval: float,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Count escapes of one network from the basins of its patterns, and the checks for them.

    Args:
        network: the weights.
        stored: its patterns, shape (K, N).
        strength: s.
        drives: gain and amplitude of the white noise of each condition, shape (C, 2).
        generator: of the noise.
        duration: longest run in τ.
        dt: RK4 step in τ.
        interval: τ between descents.

    Returns:
        Escapes, and checks of runs that had not left before, shape (C,) each, summed over patterns;
        and the number of patterns with a basin.
    """
    start = descend(stored, stored, strength)
    kept = own_overlap(start, stored) > RETRIEVED
    count = int(kept.sum())
    state, home = (rows[kept].repeat(len(drives), 1) for rows in (start, stored))
    gain, amplitude = drives.repeat_interleave(count, 0).T[..., None]
    inside = torch.arange(len(state))
    checks = torch.zeros(len(state), dtype=int)
    for _ in range(dynamics.steps(duration, interval)):
        noise = Noise(amplitude[inside], generator)
        state = dynamics.advance(
            network, state, gain[inside], duration=interval, dt=dt, noise=noise
        )
        checks[inside] += 1
        stays = own_overlap(descend(state, stored, strength), home[inside]) > RETRIEVED
        state, inside = state[stays], inside[stays]
    left = torch.ones_like(checks)
    left[inside] = 0
    escapes, checked = (rows.reshape(len(drives), -1).sum(-1).numpy() for rows in (left, checks))
    return escapes, checked, count


def descend(
    state: Tensor,
    stored: Tensor,
    strength: float,
    *,
    duration: float = DESCENT,
    dt: float = DESCENT_DT,
) -> Tensor:
    """Return states h (..., N) after a descent of the energy: the dynamics at g = 0.

    Products with the patterns take K / N of the time of those with W_struct = (s/N) Σ ξ ξᵀ.

    Args:
        state: h, shape (..., N).
        stored: patterns, shape (K, N).
        strength: s.
        duration: τ.
        dt: RK4 step in τ.
    """
    scaled = strength / stored.shape[1] * stored

    def slope(state: Tensor) -> Tensor:
        return dynamics.rate(state) @ scaled.mT @ stored - state

    for _ in range(dynamics.steps(duration, dt)):
        state = dynamics.runge_kutta(slope, state, dt)
    return state


def own_overlap(state: Tensor, home: Tensor) -> Tensor:
    """Return the overlap of φ(h) with a pattern of its own for each state, rows (..., N)."""
    return torch.cosine_similarity(dynamics.rate(state), home, dim=-1)


def _single(batch: Network, stored: np.ndarray, index: int) -> tuple[Network, Tensor]:
    """Return one network of a batch, and its patterns."""
    xi = torch.from_numpy(stored[index]).to(batch.random)
    return Network(batch.random[index], batch.structured[index]), xi


def _drives(gains: Sequence[float], amplitudes: Sequence[float]) -> Tensor:
    """Return gain and amplitude of every source at every gain, (source · gain, 2)."""
    chaos, noise = [(gain, 0.0) for gain in gains], [(0.0, amplitude) for amplitude in amplitudes]
    return torch.tensor(chaos + noise, dtype=torch.float32)


def _trace(
    network: Network,
    stored: Tensor,
    strength: float,
    gain: float,
    generator: torch.Generator,
    *,
    duration: float,
    dt: float,
    interval: float,
) -> dict[str, Variable]:
    """Follow each source from the first pattern on, whether it leaves the basin or not."""
    gains, amplitudes = _drives([gain], [matched_amplitude(gain)]).T[..., None]
    time, states = dynamics.trajectory(
        network,
        descend(stored[:1], stored, strength).repeat(len(SOURCES), 1),
        gains,
        duration=duration,
        dt=dt,
        interval=interval,
        noise=Noise(amplitudes, generator),
        label="traced escape",
    )
    states = states.swapaxes(0, 1)
    overlap = overlaps(dynamics.rate(states).numpy(), stored.numpy())
    descended = own_overlap(descend(states, stored, strength), stored[0]).numpy()
    along = ("source", "time")
    return {
        "trace/source": _source(),
        "trace/time": time_coordinate(time.numpy()),
        "trace/overlap": Variable(overlap, (*along, "pattern"), "1", "overlap with each pattern"),
        "trace/descended": Variable(
            descended, along, "1", "overlap with the first pattern after a descent"
        ),
    }


def _source() -> Variable:
    return Variable(SOURCES, ("source",), "1", "what drives the network")


def _variables(escapes: np.ndarray, checks: np.ndarray, basins: np.ndarray) -> dict[str, Variable]:
    across = ("source", "gain", "size", "network")
    return {
        "escapes": Variable(escapes, across, "1", "number of escapes"),
        "checks": Variable(checks, across, "1", "checks of runs that had not left before"),
        "basins": Variable(basins, ("size", "network"), "1", "number of patterns with a basin"),
    }
