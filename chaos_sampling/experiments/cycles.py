"""What a hybrid network samples when its gain, or noise in its place, goes up and down (Fig. 4e).

Each network runs in several copies from initial states of their own, and the copies of all networks
are one batch: C copies of n cycles take little longer than n cycles. They give the visits that one
run of C·n cycles gives if a high phase forgets where it began, which the table tests. Every phase
of every copy has a length of its own. Were the lengths equal, copies that reach one attractor,
where they come to agree in nearly all digits, could go on together ("regular" shows how far).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.experiments.hybrid_networks import Weights, networks_of, variance_outside
from chaos_sampling.experiments.protocols import Condition, conditions
from chaos_sampling.measures.energy import energy
from chaos_sampling.measures.overlaps import heard, overlaps
from chaos_sampling.network import dynamics
from chaos_sampling.network.dynamics import Noise
from chaos_sampling.network.schedules import square_wave, switching_times
from chaos_sampling.network.weights import Network, random_states
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable

TRANSIENT = 1 / 3
"""Share of a run at high gain that is dropped before its variance is measured."""
SHORTEST = 50.0
"""τ that this run lasts at least, however short the phases at high gain are."""


def simulate_cycles(
    *,
    networks: int,
    first: int,
    copies: int,
    cycles: int,
    low_gains: Sequence[float],
    high_gains: Sequence[float],
    low_durations: Sequence[tuple[float, float]],
    high_durations: Sequence[tuple[float, float]],
    restarts: int,
    dt: float,
    seed: int,
    **weights: Unpack[Weights],
) -> Dataset:
    """Record the states in which cycles end: under all protocols, between gains, for durations.

    Args:
        networks: number of independent networks.
        first: index of the first of them, as for `hybrid_networks.networks_of`.
        copies: of each network, from independent initial states; at least 2.
        cycles: of each copy, after a first low phase.
        low_gains: gains of the low phases; all protocols are run at the first, and chaos at each
            with each of `high_gains`.
        high_gains: the same for high phases.
        low_durations: shortest and longest low phase in τ, drawn uniformly; all protocols are run
            with the first, and chaos with each and each of `high_durations`.
        high_durations: the same for high phases.
        restarts: random states of each network that relax at the first low gain for a longest low
            phase, from which the sizes of basins are measured.
        dt: RK4 step in τ; durations are rounded to it.
        seed: top-level seed.
        weights: of the networks, as `hybrid_networks.Weights` has them.

    Returns:
        Dataset of kind "cycles". By condition, in the order of `protocols.conditions`: what makes
        it up, and overlap (condition, network, copy, cycle, pattern), speed and energy at the end
        of every cycle. By network: the same of the restarts, restart_overlap (network, restart,
        pattern), …; pattern_energy and pattern_energy_low (network, pattern); noise_amplitude.

    Raises:
        ValueError: fewer than two copies.
    """
    if copies < 2:
        raise ValueError(f"copies: expected at least 2, found {copies}")
    stored, network = networks_of(**weights, networks=networks, seed=seed, first=first)
    indices = range(first, first + networks)
    initial = _states(indices, copies, weights["neurons"], "copies of cycled networks", seed)
    amplitude = measured_amplitude(
        network, stored, initial, high_gains[0], duration=max(high_durations[0][1], SHORTEST), dt=dt
    )
    compared = conditions(low_gains, high_gains, low_durations, high_durations)
    runs = []
    for condition in track(compared, "cycles", unit="condition"):
        switches = _switches(condition, indices, copies, cycles, dt, seed)
        noise = _noise(condition, switches, amplitude, seed, first)
        schedule = condition.schedule(switches[:, :, None])
        ends = states_at(switches[..., 2::2], network, initial, schedule, dt, noise)
        runs.append(_measure(ends, network, stored, condition.final_gain))
    relaxed = dynamics.advance(
        network,
        _states(indices, restarts, weights["neurons"], "restarts at low gain", seed),
        low_gains[0],
        duration=round(low_durations[0][1] / dt) * dt,
        dt=dt,
    )
    restarted = _measure(relaxed, network, stored, low_gains[0])
    together = {name: np.stack([run[name] for run in runs]) for name in restarted}
    return Dataset(
        "cycles",
        "Hybrid networks at the ends of cycles of gain or of noise",
        {
            **_settings(compared),
            **_measures(together, ("condition", "network", "copy", "cycle")),
            **_measures(restarted, ("network", "restart"), "restart_"),
            **_of_networks(network, stored, low_gains[0], amplitude),
        },
        {"weights": weights},
    )


def measured_amplitude(
    network: Network, stored: np.ndarray, state: Tensor, gain: float, *, duration: float, dt: float
) -> np.ndarray:
    """Return the amplitude of white noise that does to single neurons what the random part does.

    The structured part drives h within the span of the patterns. What varies outside it is the
    random part's input, seen through the leak of a neuron; its variance depends on the size of that
    input and on its correlation time. White noise is matched by giving a neuron without other input
    the same variance, σ²/2.

    Args:
        network: a batch of networks.
        stored: their patterns, shape (networks, K, N).
        state: h at the start, shape (networks, B, N).
        gain: g.
        duration: τ, the first TRANSIENT of which is dropped; rounded to tens of steps.
        dt: RK4 step in τ.

    Returns:
        σ, shape (networks, 1, 1).
    """
    interval = 10 * dt
    _, states = dynamics.trajectory(
        network,
        state,
        gain,
        duration=round(duration / interval) * interval,
        dt=dt,
        interval=interval,
        label="activity at high gain",
    )
    recorded = states[int(TRANSIENT * len(states)) :].transpose(0, 1)
    pairs = zip(recorded, torch.from_numpy(stored).float(), strict=True)
    variance = np.array([variance_outside(h, xi).mean().item() for h, xi in pairs])
    return np.sqrt(2 * variance)[:, None, None]


def states_at(
    times: np.ndarray,
    network: Network,
    state: Tensor,
    gain: dynamics.Gain,
    dt: float,
    noise: Noise | None,
) -> Tensor:
    """Return the states of trajectories at times of their own.

    Args:
        times: in τ, whole multiples of `dt`, shape (..., B, T).
        network: the weights.
        state: h at time 0, shape (..., B, N).
        gain: g, as for `dynamics.advance`.
        dt: RK4 step in τ.
        noise: as for `dynamics.advance`.

    Returns:
        States of shape (..., B, T, N).
    """
    found = state.new_empty(*times.shape, state.shape[-1])
    steps, done = np.rint(times / dt).astype(int), 0
    for step in np.unique(steps):
        state = dynamics.advance(
            network, state, gain, duration=(step - done) * dt, dt=dt, start=done * dt, noise=noise
        )
        reached = torch.from_numpy(steps == step)
        found[reached] = state.unsqueeze(-2).expand_as(found)[reached]
        done = step
    return found


def _states(indices: Sequence[int], count: int, neurons: int, purpose: str, seed: int) -> Tensor:
    """Draw standard normal states for networks of these indices, shape (networks, count, N)."""
    rngs = [seeds.generator(seed, purpose, index) for index in indices]
    return torch.stack([random_states(count, neurons, rng) for rng in rngs]).float()


def _switches(
    condition: Condition, indices: Sequence[int], copies: int, cycles: int, dt: float, seed: int
) -> np.ndarray:
    """Draw the ends of the phases in τ, shape (networks, copies, 1 + 2 · cycles)."""
    phases, count = (condition.low_duration, condition.high_duration), 1 + 2 * cycles
    rngs = [seeds.generator(seed, "lengths of phases", index) for index in indices]
    return np.stack(
        [[switching_times(phases, count, dt, rng) for _ in range(copies)] for rng in rngs]
    )


def _noise(
    condition: Condition, switches: np.ndarray, amplitude: np.ndarray, seed: int, first: int
) -> Noise | None:
    """Return the noise of the high phases, where the protocol has noise."""
    if condition.protocol != "noise":
        return None
    on = square_wave(switches[:, :, None], 0, 1)
    generator = seeds.torch_generator(seed, "noise of cycles", first)
    return Noise(lambda time: amplitude * on(time), generator)


def _measure(
    states: Tensor, network: Network, stored: np.ndarray, gain: float
) -> dict[str, np.ndarray]:
    """Return the overlaps, speed in 1/τ and energy per neuron of states (network, ..., N)."""
    slopes = dynamics.derivative(states.flatten(1, -2), network, gain).view_as(states)
    rates = np.tanh(states.numpy())
    overlap = np.stack([overlaps(*pair) for pair in zip(rates, stored, strict=True)])
    structured = network.structured.numpy()
    return {
        "overlap": heard(overlap, rates),
        "speed": slopes.square().mean(dim=-1).sqrt().numpy(),
        "energy": _energies(rates, structured).astype(np.float32),
    }


def _energies(rates: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the energy per neuron of rates (network, ..., N) in weights (network, N, N)."""
    return np.stack([energy(*pair) for pair in zip(rates, weights, strict=True)]) / rates.shape[-1]


def _settings(compared: Sequence[Condition]) -> dict[str, Variable]:
    meanings = {
        "protocol": ("what happens in a cycle", "1"),
        "low_gain": ("gain of the low phases", "1"),
        "high_gain": ("gain of the high phases", "1"),
        "low_duration": ("shortest and longest low phase", "τ"),
        "high_duration": ("shortest and longest high phase", "τ"),
    }
    found = {}
    for name, (meaning, units) in meanings.items():
        kind = str if name == "protocol" else float
        values = np.array([getattr(condition, name) for condition in compared], kind)
        dims = ("condition", "bound")[: values.ndim]
        found[name] = Variable(values, dims, units, meaning)
    return found


def _measures(
    values: dict[str, np.ndarray], across: tuple[str, ...], prefix: str = ""
) -> dict[str, Variable]:
    meanings = {
        "overlap": ((*across, "pattern"), "1", "normalised overlap with stored pattern"),
        "speed": (across, "1/τ", "root mean square of dh/dt over neurons"),
        "energy": (across, "1", "energy per neuron in the structured weights"),
    }
    return {f"{prefix}{name}": Variable(values[name], *meanings[name]) for name in values}


def _of_networks(
    network: Network, stored: np.ndarray, low_gain: float, amplitude: np.ndarray
) -> dict[str, Variable]:
    structured, random = network.structured.numpy(), network.random.numpy()
    of_patterns, meaning = ("network", "pattern"), "energy per neuron of a pattern or its negative"
    return {
        "pattern_energy": Variable(
            _energies(stored, structured), of_patterns, "1", f"{meaning}, structured weights"
        ),
        "pattern_energy_low": Variable(
            _energies(stored, structured + low_gain * random),
            of_patterns,
            "1",
            f"{meaning}, all weights at low gain",
        ),
        "noise_amplitude": Variable(
            amplitude.ravel(),
            ("network",),
            "τ^(-1/2)",
            "amplitude σ of the noise in place of chaos",
        ),
    }
