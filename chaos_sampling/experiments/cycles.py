"""What a hybrid network samples when its gain, or noise in its place, goes up and down (Fig. 4e).

Each network runs in several copies from initial states of their own, and the copies of all networks
are one batch: C copies of n cycles take little longer than n cycles. They give the visits that one
run of C·n cycles gives if a high phase forgets where it began, which the table tests. Every phase
of every copy has a length of its own. Were the lengths equal, copies that reach one attractor,
where they come to agree in all digits, would stay together for good ("regular" shows it).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import dynamics, seeds
from chaos_sampling.dynamics import Noise
from chaos_sampling.energy import energy
from chaos_sampling.experiments.hybrid import RandomVariance, Rule, networks_of
from chaos_sampling.network import Network, random_states
from chaos_sampling.overlaps import overlaps
from chaos_sampling.progress import track
from chaos_sampling.schedules import Ramp, Sinusoid
from chaos_sampling.store import Dataset, Variable

PROTOCOLS = ("chaos", "noise", "regular", "frozen", "ramp", "sinusoid")
"""What happens in a cycle; see `_cycle`."""
TRANSIENT = 1 / 3
"""Share of the run at high gain that is dropped before variances are measured."""


@dataclass(frozen=True)
class Condition:
    """One protocol between two gains, with phases of two kinds.

    Attributes:
        protocol: one of PROTOCOLS.
        low_gain: gain of the low phases.
        high_gain: gain of the high phases.
        low_duration: shortest and longest low phase in τ.
        high_duration: the same for high phases.
    """

    protocol: str
    low_gain: float
    high_gain: float
    low_duration: tuple[float, float]
    high_duration: tuple[float, float]

    @property
    def final_gain(self) -> float:
        """Gain at the end of a cycle, where the state is read."""
        return self.high_gain if self.protocol == "frozen" else self.low_gain


def simulate_cycles(
    *,
    neurons: int,
    patterns: int,
    strength: float,
    random_variance: RandomVariance,
    rule: Rule,
    networks: int,
    copies: int,
    cycles: int,
    low_gain: float,
    high_gain: float,
    low_duration: tuple[float, float],
    high_duration: tuple[float, float],
    low_gains: Sequence[float],
    high_gains: Sequence[float],
    low_durations: Sequence[tuple[float, float]],
    high_durations: Sequence[tuple[float, float]],
    restarts: int,
    dt: float,
    seed: int,
) -> Dataset:
    """Record the states in which cycles end: under all protocols, between gains, for durations.

    Args:
        neurons: N.
        patterns: K, the number of stored patterns.
        strength: s of the structured weights.
        random_variance: of the entries of W_rand.
        rule: how the structured weights store the patterns.
        networks: number of independent networks.
        copies: of each network, from independent initial states; at least 2.
        cycles: of each copy, after a first low phase.
        low_gain: gain of the low phases.
        high_gain: gain of the high phases.
        low_duration: shortest and longest low phase in τ; drawn uniformly.
        high_duration: the same for high phases.
        low_gains: gains of the low phases, each combined with all `high_gains`.
        high_gains: gains of the high phases.
        low_durations: as `low_duration`, each combined with all `high_durations`.
        high_durations: as `high_duration`.
        restarts: random states of each network from which the sizes of basins are measured.
        dt: step in τ of the Euler or Euler-Maruyama method; durations are rounded to it.
        seed: top-level seed.

    Returns:
        Dataset of kind "cycles". By condition, the PROTOCOLS first, then pairs of gains, then pairs
        of durations: overlap (condition, network, copy, cycle, pattern), speed and energy at the
        end of every cycle, and what makes up the condition. By network:
        pattern_energy and pattern_energy_low (network, pattern), restart_overlap
        (network, restart, pattern), restart_speed (network, restart), and the variances of h and
        of the random part's share in it at high gain.

    Raises:
        ValueError: fewer than two copies.
    """
    if copies < 2:
        raise ValueError(f"copies: expected at least 2, found {copies}")
    stored, network = networks_of(
        neurons=neurons,
        patterns=patterns,
        strength=strength,
        random_variance=random_variance,
        rule=rule,
        networks=networks,
        seed=seed,
    )
    default = Condition("chaos", low_gain, high_gain, tuple(low_duration), tuple(high_duration))
    conditions = _conditions(default, low_gains, high_gains, low_durations, high_durations)
    initial = _initial(networks, copies, neurons, "copies of cycled networks", seed)
    variances = filtered_variances(
        network, initial, high_gain, duration=round(max(high_duration) / dt) * dt, dt=dt
    )
    amplitude = matched_amplitude(variances["input"], dt)
    runs = []
    for index in track(range(len(conditions)), "cycles", unit="condition"):
        lengths = _lengths(conditions[index], (networks, copies, cycles), seed)
        generator = torch.Generator().manual_seed(seeds.integer(seed, "noise of cycles"))
        noise = Noise(amplitude, generator)
        ends = _ends(network, initial, conditions[index], lengths, noise, dt)
        runs.append(_measure(ends, network, stored, conditions[index].final_gain))
    states = _initial(networks, restarts, neurons, "restarts at low gain", seed)
    relaxed = dynamics.advance(
        _joined(network, low_gain),
        states * variances["h"].sqrt(),
        1.0,
        duration=round(max(low_duration) / dt) * dt,
        dt=dt,
        method="euler",
    )
    restarted = _measure(relaxed, network, stored, low_gain)
    energies = _pattern_energies(stored, network, low_gain)
    return Dataset(
        "cycles",
        "Hybrid networks at the ends of cycles of gain or of noise",
        {
            **_settings(conditions),
            **_ends_variables(runs),
            **_network_variables(restarted, variances, energies),
        },
    )


def filtered_variances(
    network: Network, state: Tensor, gain: float, *, duration: float, dt: float
) -> dict[str, Tensor]:
    """Measure the variance of h, and of what the random part alone adds to it.

    The random part adds y with dy/dt = −y + gRφ(h), its input seen through the leak of a neuron. An
    input of autocorrelation g²C(t) gives y the variance ½ ∫ g² C(t) exp(−|t|) dt, by which both the
    size of the input and its correlation time enter. Means are 0, since the network is odd.

    Args:
        network: the weights S and R.
        state: h at the start, shape (..., B, N).
        gain: g.
        duration: τ, the first TRANSIENT of which is dropped; a whole multiple of `dt`.
        dt: step in τ of Euler's method.

    Returns:
        "input", the variance of y, and "h"; each over trajectories, neurons and time, shape
        (..., 1, 1).
    """
    filtered = torch.zeros_like(state)
    count = dynamics.steps(duration, dt)
    first = int(TRANSIENT * count)
    squares = torch.zeros(2, *state.shape[:-2], 1, 1)
    for index in range(count):
        activity = dynamics.rate(state)
        random = dynamics.drive(activity, Network(network.random), gain)
        total = dynamics.drive(activity, Network(network.structured), 1.0) + random
        state, filtered = state + dt * (total - state), filtered + dt * (random - filtered)
        if index >= first:
            both = torch.stack([state, filtered])
            squares += both.square().mean(dim=(-2, -1), keepdim=True)
    h, filtered = squares / (count - first)
    return {"h": h, "input": filtered}


def matched_amplitude(variance: Tensor, dt: float) -> Tensor:
    """Return the amplitude σ of white noise that gives a neuron without input this variance.

    In steps of the Euler-Maruyama method h goes to (1 − dt) h + σ √dt ξ, of which the variance is
    σ²/(2 − dt).

    Args:
        variance: of h.
        dt: step in τ.
    """
    return (variance * (2 - dt)).sqrt()


def _conditions(
    default: Condition,
    low_gains: Sequence[float],
    high_gains: Sequence[float],
    low_durations: Sequence[tuple[float, float]],
    high_durations: Sequence[tuple[float, float]],
) -> list[Condition]:
    """Return the protocols, then the pairs of gains and of durations, the default ones once."""
    found = [replace(default, protocol=protocol) for protocol in PROTOCOLS]
    middle = {
        name: (sum(getattr(default, name)) / 2,) * 2 for name in ("low_duration", "high_duration")
    }
    regular = PROTOCOLS.index("regular")
    found[regular] = replace(found[regular], **middle)
    for low, high in itertools.product(low_gains, high_gains):
        condition = replace(default, low_gain=low, high_gain=high)
        if condition != default:
            found.append(condition)
    for low, high in itertools.product(low_durations, high_durations):
        condition = replace(default, low_duration=tuple(low), high_duration=tuple(high))
        if condition != default:
            found.append(condition)
    return found


def _lengths(condition: Condition, shape: tuple[int, int, int], seed: int) -> np.ndarray:
    """Draw the lengths in τ of the phases of every copy: low, then high and low of each cycle.

    Args:
        condition: which has their bounds.
        shape: numbers of networks, copies and cycles.
        seed: top-level seed.

    Returns:
        Shape (network, copy, 1 + 2 · cycle).
    """
    networks, copies, cycles = shape
    bounds = np.array(
        [condition.low_duration, *(condition.high_duration, condition.low_duration) * cycles]
    )
    rngs = [seeds.generator(seed, "lengths of phases", index) for index in range(networks)]
    return np.stack([rng.uniform(*bounds.T, (copies, len(bounds))) for rng in rngs])


def _initial(networks: int, count: int, neurons: int, purpose: str, seed: int) -> Tensor:
    """Draw standard normal states, shape (networks, count, N)."""
    rngs = [seeds.generator(seed, purpose, index) for index in range(networks)]
    return torch.stack([random_states(count, neurons, rng) for rng in rngs]).float()


def _joined(network: Network, gain: float) -> Network:
    """Return the network with its gain built in: one product a step instead of two."""
    return Network(network.structured + gain * network.random)


def _advance(
    network: Network,
    state: Tensor,
    gain: dynamics.Gain,
    durations: np.ndarray,
    dt: float,
    noise: Noise | None = None,
) -> Tensor:
    """Return the states (network, copy, N) after durations (network, copy) of their own, in τ."""
    counts = torch.from_numpy(np.rint(durations / dt)).int()[..., None]
    advance = partial(dynamics.advance, network, gain=gain, dt=dt, method="euler", noise=noise)
    shortest, longest = int(counts.min()), int(counts.max())
    state = advance(state, duration=shortest * dt)
    for index in range(shortest, longest):
        later = advance(state, duration=dt, start=index * dt)
        state = torch.where(counts > index, later, state)
    return state


def _ends(
    network: Network,
    state: Tensor,
    condition: Condition,
    lengths: np.ndarray,
    noise: Noise,
    dt: float,
) -> Tensor:
    """Return the states at the ends of all cycles, shape (network, copy, cycle, N)."""
    state = _advance(_joined(network, condition.low_gain), state, 1.0, lengths[..., 0], dt)
    ends = []
    for index in range(1, lengths.shape[-1], 2):
        high, low = lengths[..., index], lengths[..., index + 1]
        state = _cycle(network, state, condition, high, low, noise, dt)
        ends.append(state)
    return torch.stack(ends, dim=2)


def _cycle(
    network: Network,
    state: Tensor,
    condition: Condition,
    up: np.ndarray,
    down: np.ndarray,
    noise: Noise,
    dt: float,
) -> Tensor:
    """Return the states a cycle later, of a high phase `up` and a low phase `down` τ long.

    "chaos": the gain is high, then low; "regular" is the same with phases of one length. "noise":
    the gain is low all the time, so that the attractors are the same, and noise is on in the high
    phase. "frozen": the gain is high all the time. "ramp": over the length of both phases it falls
    from high to low in a straight line. "sinusoid": in that time it swings from low to high and
    back.
    """
    gains = condition.low_gain, condition.high_gain
    low, high = (_joined(network, gain) for gain in gains)
    match condition.protocol:
        case "frozen":
            return _advance(high, state, 1.0, up + down, dt)
        case "ramp":
            return _advance(network, state, _column(Ramp(*gains[::-1], up + down)), up + down, dt)
        case "sinusoid":
            return _advance(network, state, _column(Sinusoid(*gains, up + down)), up + down, dt)
        case "noise":
            state = _advance(low, state, 1.0, up, dt, noise)
        case _:
            state = _advance(high, state, 1.0, up, dt)
    return _advance(low, state, 1.0, down, dt)


def _column(schedule: Callable[[float], np.ndarray]) -> Callable[[float], Tensor]:
    """Return a schedule (network, copy) as gains that broadcast against states."""
    return lambda time: torch.from_numpy(schedule(time)).float()[..., None]


def _measure(
    states: Tensor, network: Network, stored: np.ndarray, gain: float
) -> dict[str, np.ndarray]:
    """Return the overlaps, speed in 1/τ and energy per neuron of states (network, ..., N)."""
    flat = states.flatten(1, -2)
    slopes = dynamics.derivative(flat, network, gain).view_as(states)
    rates = np.tanh(states.numpy())
    pairs = list(zip(rates, stored, network.structured.numpy(), strict=True))
    neurons = network.neurons
    return {
        "overlap": np.stack([overlaps(rate, xi) for rate, xi, _ in pairs]),
        "speed": slopes.square().mean(dim=-1).sqrt().numpy(),
        "energy": np.stack([energy(rate, weights) / neurons for rate, _, weights in pairs]),
    }


def _pattern_energies(stored: np.ndarray, network: Network, gain: float) -> dict[str, np.ndarray]:
    """Return E(ξ)/N of every pattern, in the structured weights and in all of them at a gain."""
    weights = {"": network.structured, "_low": _joined(network, gain).random}
    return {
        f"pattern_energy{suffix}": np.stack(
            [
                energy(xi, matrix) / network.neurons
                for xi, matrix in zip(stored, w.numpy(), strict=True)
            ]
        )
        for suffix, w in weights.items()
    }


def _settings(conditions: Sequence[Condition]) -> dict[str, Variable]:
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
        values = np.array([getattr(condition, name) for condition in conditions], kind)
        dims = ("condition", "bound")[: values.ndim]
        found[name] = Variable(values, dims, units, meaning)
    return found


def _ends_variables(runs: Sequence[dict[str, np.ndarray]]) -> dict[str, Variable]:
    across = ("condition", "network", "copy", "cycle")
    meanings = {
        "overlap": ((*across, "pattern"), "1", "normalised overlap with stored pattern"),
        "speed": (across, "1/τ", "root mean square of dh/dt over neurons"),
        "energy": (across, "1", "energy per neuron in the structured weights"),
    }
    return {
        name: Variable(np.stack([run[name] for run in runs]).astype(np.float32), *meaning)
        for name, meaning in meanings.items()
    }


def _network_variables(
    restarted: dict[str, np.ndarray], variances: dict[str, Tensor], energies: dict[str, np.ndarray]
) -> dict[str, Variable]:
    each, stored = ("network", "restart"), ("network", "pattern")
    overlap, speed = "overlap with stored pattern after a restart", "speed after a restart"
    found = {
        "restart_overlap": Variable(restarted["overlap"], (*each, "pattern"), "1", overlap),
        "restart_speed": Variable(restarted["speed"], each, "1/τ", speed),
    }
    for name, weights in (("", "the structured weights"), ("_low", "all weights at low gain")):
        meaning = f"energy per neuron of a pattern and of its negative in {weights}"
        values = energies[f"pattern_energy{name}"]
        found[f"pattern_energy{name}"] = Variable(values, stored, "1", meaning)
    for name, meaning in (("h", "h"), ("input", "the random part's share in h")):
        found[f"variance_{name}"] = Variable(
            variances[name].flatten().numpy(),
            ("network",),
            "1",
            f"variance of {meaning}, high gain",
        )
    return found
