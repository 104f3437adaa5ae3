"""How many patterns a hybrid network retrieves, by either learning rule (section 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import torch

from chaos_sampling import seeds
from chaos_sampling.experiments.hybrid_networks import STRUCTURES, networks_of
from chaos_sampling.measures.energy import resting_state
from chaos_sampling.measures.overlaps import RETRIEVED, STATES, classify, heard, overlaps
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable

RULES = tuple(STRUCTURES)


def simulate_capacity(
    *,
    sizes: Sequence[int],
    patterns: Sequence[int],
    corruptions: Sequence[float],
    networks: int,
    starts: int,
    strength: float,
    gain: float,
    duration: float,
    dt: float,
    seed: int,
) -> Dataset:
    """Let networks with more and more patterns settle, from corrupted patterns on (section 3.4).

    The i-th start of a network is its pattern i, counted modulo K, with every sign flipped with the
    probability `corruption`: 0 asks whether patterns are attractors, 1/2 starts from random states.
    Both rules have the same patterns, starts, and random weights, of variance 1/N.

    Args:
        sizes: N.
        patterns: K, at most the smallest N.
        corruptions: probabilities of a flip.
        networks: number of independent networks for each N and K.
        starts: number of starts of each network at each corruption.
        strength: s.
        gain: g.
        duration: τ to settle.
        dt: RK4 step in τ.
        seed: top-level seed.

    Returns:
        Dataset of kind "capacity", over (rule, size, patterns, corruption, network): retrieved, the
        share of starts that end with an overlap above `overlaps.RETRIEVED` with the pattern they
        started from; overlap, the mean final overlap with it; and, with a further axis "state",
        fraction, the share of ends in each of `overlaps.STATES`. Over (rule, size, patterns,
        network): velocity, the rms over patterns and neurons of dh/dt at g = 0 in
        `energy.resting_state`, which is 0 where patterns are fixed points.
    """
    sizes, patterns = sorted(sizes), sorted(patterns)
    shape = (len(RULES), len(sizes), len(patterns), len(corruptions), networks)
    retrieved, overlap = np.empty(shape), np.empty(shape)
    fraction, velocity = np.empty((*shape, len(STATES))), np.empty((*shape[:3], networks))
    grid = list(product(enumerate(sizes), enumerate(patterns), enumerate(RULES)))
    for (size, neurons), (column, count), (place, rule) in track(grid, "capacity", unit="batch"):
        stored, network = networks_of(
            neurons=neurons,
            patterns=count,
            strength=strength,
            random_variance="1/N",
            networks=networks,
            seed=seed,
            rule=rule,
        )
        begin = _corrupted(stored, corruptions, starts, seed)
        ends, codes = _settle(network, stored, begin, gain, duration, dt)
        own = ends[..., np.arange(starts), np.arange(starts) % count]
        at = place, size, column
        retrieved[at] = (own > RETRIEVED).mean(axis=-1).T
        overlap[at] = own.mean(axis=-1).T
        states = (codes[..., None] == np.arange(len(STATES))).mean(axis=-2)
        fraction[at] = states.swapaxes(0, 1)
        # anew, since those of the batch are in single precision
        weights = [STRUCTURES[rule](xi, strength).numpy() for xi in stored]
        velocity[at] = _velocity(resting_state(stored, strength), np.stack(weights))
    found = {"retrieved": retrieved, "overlap": overlap, "fraction": fraction, "velocity": velocity}
    attributes = {"gain": gain, "weights": {"strength": strength}}
    return _dataset(sizes, patterns, corruptions, found, attributes)


def _velocity(states: np.ndarray, structured: np.ndarray) -> np.ndarray:
    """Return the rms of dh/dt at g = 0 for each network, from its states (network, K, N)."""
    slopes = np.tanh(states) @ structured.swapaxes(-1, -2) - states
    return np.sqrt(np.square(slopes).mean(axis=(-2, -1)))


def _corrupted(
    stored: np.ndarray, corruptions: Sequence[float], starts: int, seed: int
) -> np.ndarray:
    """Return states h of ±1, shape (network, corruption, start, N)."""
    networks, count, neurons = stored.shape
    chosen = stored[:, None, np.arange(starts) % count]
    purpose = "corruption of patterns", neurons, count
    draws = [
        seeds.generator(seed, *purpose, index).random((starts, neurons))
        for index in range(networks)
    ]
    flipped = np.stack(draws)[:, None] < np.array(corruptions)[:, None, None]
    return np.where(flipped, -chosen, chosen)


def _settle(
    network: Network,
    stored: np.ndarray,
    begin: np.ndarray,
    gain: float,
    duration: float,
    dt: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return final overlaps (network, corruption, start, K) and codes of states without the K."""
    state = torch.from_numpy(begin).to(network.random).flatten(1, 2)
    state = dynamics.advance(network, state, gain, duration=duration, dt=dt)
    velocity = dynamics.derivative(state, network, gain).numpy().reshape(begin.shape)
    activity = dynamics.rate(state).numpy().reshape(begin.shape)
    overlap = np.stack([overlaps(*pair) for pair in zip(activity, stored, strict=True)])
    ends = heard(overlap, activity)
    return ends, classify(ends, np.sqrt(np.square(velocity).mean(axis=-1)))


def _dataset(
    sizes: Sequence[int],
    patterns: Sequence[int],
    corruptions: Sequence[float],
    found: dict[str, np.ndarray],
    attributes: dict[str, Any],
) -> Dataset:
    load = ("rule", "size", "patterns")
    across = (*load, "corruption", "network")
    measures = {
        "retrieved": (across, "1", "share that ends in its own pattern"),
        "overlap": (across, "1", "final overlap with the own pattern"),
        "fraction": ((*across, "state"), "1", "share that ends in a state"),
        "velocity": ((*load, "network"), "1/τ", "rms of dh/dt in patterns at g = 0"),
    }
    return Dataset(
        "capacity",
        "Retrieval by hybrid networks of growing load",
        {
            "rule": Variable(RULES, ("rule",), "1", "learning rule"),
            "size": Variable(sizes, ("size",), "1", "number of neurons N"),
            "patterns": Variable(patterns, ("patterns",), "1", "number of stored patterns K"),
            "corruption": Variable(corruptions, ("corruption",), "1", "probability of a flip"),
            "state": Variable(STATES, ("state",), "1", "kind of state"),
            **{name: Variable(found[name], *of) for name, of in measures.items()},
        },
        attributes,
    )
