"""How often random weights, or noise like them, drive a hybrid network out of a pattern's basin.

The basin is that of the energy: a state lies in it if at g = 0 it descends to the pattern. Random
weights and noise are thus judged by the same basins, in which the weights have no part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.experiments.coordinates import gain_coordinate, time_coordinate
from chaos_sampling.experiments.hybrid_networks import networks_of, variance_outside
from chaos_sampling.measures.overlaps import RETRIEVED, overlaps
from chaos_sampling.network import dynamics
from chaos_sampling.network.dynamics import Noise
from chaos_sampling.network.weights import Network
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable
from chaos_sampling.theory.pattern_mean_field import critical_gain

SOURCES = ("random_weights", "noise")
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
    traced_gain: float,
    seed: int,
) -> Dataset:
    """Run networks from their patterns at fixed gain until they leave the basin (section 3.4).

    "random_weights" is W_struct + g W_rand, Var W_rand = 1/N; "noise" is W_struct with independent
    white noise instead, as large as makes h vary as much as it does under the random weights, see
    `matched_amplitude`. A run starts where the descent from a pattern ends, and ends when a descent
    no longer leads to this pattern. Patterns to which the first descent does not lead have no basin
    and are left out.

    Args:
        sizes: N.
        patterns: K, fewer than the smallest N.
        strength: s, as for `pattern_mean_field.critical_gain`.
        networks: number of independent networks of each size.
        gains: g.
        duration: longest run in τ, a whole multiple of `interval`.
        dt: RK4 step in τ.
        interval: τ between descents; what leaves the basin and is back at the next is not seen.
        traced_gain: g of two runs of the first network of each size that are followed from its
            first pattern on, whether they leave the basin or not.
        seed: top-level seed.

    Returns:
        Dataset of kind "escapes": escapes, and checks of runs that had not left before, both
        (source, gain, size, network), summed over patterns; variance (source, gain, size, network,
        time) of h in these runs, outside the span of the patterns; basins (size, network), the
        number of patterns with a basin; of the traced runs trace_overlap (source, size, time,
        pattern), and trace_descended (source, size, time), the overlap with the first pattern at
        the end of a descent. Attributes: weights; interval; critical_gain, in mean-field theory;
        traced_gain.
    """
    sizes, gains = sorted(sizes), sorted(gains)
    theory = critical_gain(strength)  # first, since it refuses what would fail only after hours
    hybrid = {"patterns": patterns, "strength": strength, "random_variance": "1/N"}
    pace = {"duration": duration, "dt": dt, "interval": interval}
    basins, counts, traces = np.empty((len(sizes), networks), int), [], []
    for row, neurons in enumerate(sizes):
        stored, batch = networks_of(neurons=neurons, networks=networks, seed=seed, **hybrid)
        for index in track(range(networks), f"escapes, N = {neurons}", unit="network"):
            network, xi = _single(batch, stored, index)
            generator = seeds.torch_generator(seed, "escapes", neurons, index)
            found, basins[row, index] = escape(network, xi, strength, gains, generator, **pace)
            counts.append(found)
        generator = seeds.torch_generator(seed, "traced escape", neurons)
        network, xi = _single(batch, stored, 0)
        traces.append(_trace(network, xi, strength, traced_gain, generator, **pace))
    time = np.arange(dynamics.steps(duration, interval) + 1) * interval
    return Dataset(
        "escapes",
        "Escapes of hybrid networks from their patterns",
        {
            "source": Variable(SOURCES, ("source",), "1", "what drives the network"),
            "gain": gain_coordinate(gains),
            "size": Variable(sizes, ("size",), "1", "number of neurons N"),
            "time": time_coordinate(time),
            "basins": Variable(basins, ("size", "network"), "1", "number of patterns with a basin"),
            **_counts(counts, basins.shape),
            **_traces(traces),
        },
        {
            "weights": hybrid,
            "interval": interval,
            "critical_gain": theory,
            "traced_gain": traced_gain,
        },
    )


@torch.no_grad()
def escape(
    network: Network,
    stored: Tensor,
    strength: float,
    gains: Sequence[float],
    generator: torch.Generator,
    *,
    duration: float,
    dt: float,
    interval: float,
) -> tuple[tuple[np.ndarray, ...], int]:
    """Count escapes of one network from the basins of its patterns, and the checks for them.

    Args:
        network: the weights.
        stored: its patterns, shape (K, N).
        strength: s.
        gains: g of the random weights, for which noise stands as well.
        generator: of the noise.
        duration: longest run in τ.
        dt: RK4 step in τ.
        interval: τ between descents.

    Returns:
        Escapes and checks of runs that had not left before, shape (source, gain) each, summed over
        patterns, and the variance of h in these runs at each check, shape (source, gain, time); and
        the number of patterns with a basin.
    """
    start = descend(stored, stored, strength)
    kept = own_overlap(start, stored) > RETRIEVED
    runs = {"start": start[kept], "home": stored[kept], "stored": stored, "strength": strength}
    runs |= {"duration": duration, "dt": dt, "interval": interval}
    gain = torch.tensor(gains, dtype=torch.float32)
    driven = _leave(network, gain, None, **runs)
    amplitude = torch.from_numpy(matched_amplitude(driven[2], dt)).float()

    def noise(conditions: Tensor, step: int) -> Noise:
        return Noise(amplitude[conditions, step, None], generator)

    noisy = _leave(network, torch.zeros_like(gain), noise, **runs)
    left, checks, variance = (np.stack(pair) for pair in zip(driven, noisy, strict=True))
    each = dynamics.steps(interval, dt)
    return (left, checks, variance[..., ::each].astype(np.float32)), int(kept.sum())


def matched_amplitude(variance: np.ndarray, dt: float) -> np.ndarray:
    """Return the σ of white noise that gives a neuron without other input a variance over time.

    Outside the span of the patterns W_struct drives nothing, so that h leaks as in such a neuron.
    Where the variance falls faster than by the leak, σ is 0.

    Args:
        variance: at every step, shape (..., T + 1); where it ends in NaN its last value holds.
        dt: time step in τ, half of whose noise comes before the step, half after it.

    Returns:
        σ of every step, shape (..., T).
    """
    places = np.where(np.isnan(variance), 0, np.arange(variance.shape[-1]))
    last = np.maximum.accumulate(places, axis=-1)
    variance = np.take_along_axis(variance, last, axis=-1)
    kept = np.exp(-2 * dt)
    power = (variance[..., 1:] - kept * variance[..., :-1]) / ((1 + kept) * dt / 2)
    return np.sqrt(np.maximum(power, 0))


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


def _leave(
    network: Network,
    gain: Tensor,
    noise: Callable[[Tensor, int], Noise] | None,
    *,
    start: Tensor,
    home: Tensor,
    stored: Tensor,
    strength: float,
    duration: float,
    dt: float,
    interval: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Run every start under every condition until a check finds that it has left its basin.

    Args:
        network: the weights.
        gain: of each condition, shape (C,).
        noise: from the conditions of runs and the number of the step, if there is noise.
        start: h, shape (B, N).
        home: the pattern of each start, shape (B, N).
        stored: all patterns.
        strength: s.
        duration: longest run in τ.
        dt: RK4 step in τ.
        interval: τ between checks.

    Returns:
        Escapes and checks, shape (C,), and the variance of h in runs that had not left at the check
        before, shape (C, steps + 1), NaN where there are none.
    """
    state, target = (rows.repeat(len(gain), 1) for rows in (start, home))
    condition = torch.arange(len(gain)).repeat_interleave(len(start))
    count = partial(torch.bincount, minlength=len(gain))
    checks = torch.zeros(len(gain), dtype=int)
    variance = torch.full((len(gain), dynamics.steps(duration, dt) + 1), torch.nan)
    variance[:, 0] = variance_outside(start, stored).mean()
    for step in range(variance.shape[1] - 1):
        drawn = noise and noise(condition, step)
        state = dynamics.advance(
            network, state, gain[condition, None], duration=dt, dt=dt, noise=drawn
        )
        outside = variance_outside(state, stored)
        variance[:, step + 1] = count(condition, outside) / count(condition)
        if (step + 1) % dynamics.steps(interval, dt) == 0:
            checks += count(condition)
            stays = own_overlap(descend(state, stored, strength), target) > RETRIEVED
            state, target, condition = (rows[stays] for rows in (state, target, condition))
    return (len(start) - count(condition)).numpy(), checks.numpy(), variance.double().numpy()


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
) -> tuple[np.ndarray, np.ndarray]:
    """Follow each source from the first pattern on, whether it leaves the basin or not.

    Returns:
        The overlaps (source, time, pattern), and those with the first one after a descent (source,
        time).
    """
    start, pace = descend(stored[:1], stored, strength), {"duration": duration, "dt": dt}
    _, driven = dynamics.trajectory(network, start, gain, **pace, label="traced escape")
    amplitude = matched_amplitude(variance_outside(driven[:, 0], stored).numpy(), dt)
    noise = Noise(lambda time: amplitude[int(time / dt)], generator)
    _, noisy = dynamics.trajectory(
        network, start, 0.0, **pace, noise=noise, label="traced escape by noise"
    )
    states = torch.stack([driven, noisy])[:, :: dynamics.steps(interval, dt), 0]
    overlap = overlaps(dynamics.rate(states).numpy(), stored.numpy())
    return overlap, own_overlap(descend(states, stored, strength), stored[0]).numpy()


def _counts(found: Sequence[Sequence[np.ndarray]], shape: tuple[int, int]) -> dict[str, Variable]:
    """Return the variables of all networks, which come size by size."""
    across = ("source", "gain", "size", "network")
    of = {
        "escapes": (across, "number of escapes"),
        "checks": (across, "checks of runs that had not left before"),
        "variance": ((*across, "time"), "variance of h in these runs, outside the patterns' span"),
    }
    together = [np.stack(each, axis=2) for each in zip(*found, strict=True)]
    return {
        name: Variable(
            values.reshape(*values.shape[:2], *shape, *values.shape[3:]), dims, "1", long_name
        )
        for values, (name, (dims, long_name)) in zip(together, of.items(), strict=True)
    }


def _traces(found: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, Variable]:
    overlap, descended = (np.stack(each, axis=1) for each in zip(*found, strict=True))
    along = ("source", "size", "time")
    long_name = "overlap with the first pattern after a descent"
    return {
        "trace_overlap": Variable(overlap, (*along, "pattern"), "1", "overlap with each pattern"),
        "trace_descended": Variable(descended, along, "1", long_name),
    }
