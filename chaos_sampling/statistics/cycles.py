"""Which states cycles of gain or noise end in, and how the visits spread (section 3.4, Fig. 4e)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from chaos_sampling import seeds
from chaos_sampling.measures.overlaps import classify
from chaos_sampling.measures.visits import (
    LEVEL,
    pattern_numbers,
    repeat_probability,
    state_numbers,
    stay_probability,
    tally,
    uniform_entropy,
    uniformity,
)
from chaos_sampling.statistics.outcomes import outcome_kinds
from chaos_sampling.statistics.table import of_networks, row, table
from chaos_sampling.store import Dataset

KINDS = ("retrieval_fraction", "negative_fraction", "mixture_fraction", "wandering_fraction")
"""What is told of the ends of cycles, of all that `outcome_kinds` counts."""


def cycles_table(cycles: Dataset, *, seed: int) -> pd.DataFrame:
    """Summarise the ends of cycles under every condition, and of restarts at the low gain.

    Args:
        cycles: kind "cycles".
        seed: top-level seed, of the tests' draws.
    """
    rows = [row("pattern_energy", cycles["pattern_energy"].mean(axis=1))]
    for index in range(len(cycles["protocol"])):
        rows += condition_rows(cycles, index, seed=seed)
    restarts = {"protocol": "restarts", "low_gain": float(cycles["low_gain"][0])}
    ends = (cycles[f"restart_{name}"] for name in ("overlap", "speed", "energy"))
    return table(of_networks([*rows, *_kinds(*ends, restarts)], cycles.attributes["weights"]))


def condition_rows(cycles: Dataset, index: int, *, seed: int) -> list[dict[str, Any]]:
    """Summarise the ends of cycles under one condition, the network being the unit.

    "theory" is what a quantity would be on average if visits were uniform (visit_entropy) or
    independent of each other (switch_probability, repeat_probability), given how many there are.

    Args:
        cycles: kind "cycles".
        index: of the condition; 0 is chaos as in the paper.
        seed: top-level seed, of the tests' draws.
    """
    condition = condition_of(cycles, index)
    ends = (cycles[name][index] for name in ("overlap", "speed", "energy"))
    visited = visited_states(cycles, index)
    patterns = cycles["overlap"].shape[-1]
    counts = [tally(network, 2 * patterns) for network in visited]
    rngs = [seeds.generator(seed, "uniformity", index, network) for network in range(len(counts))]
    rows = [
        *_kinds(*ends, condition),
        *_spread(counts, rngs, condition),
        *_coverage(pattern_tally(visited, patterns), condition),
        *_order(visited, patterns, condition),
    ]
    if condition["low_gain"] == cycles["low_gain"][0]:
        found = correlations(cycles, index) | energy_ratios(cycles, index)
        rows += [row(name, values, condition=condition) for name, values in found.items()]
    return rows


def condition_of(cycles: Dataset, index: int) -> dict[str, Any]:
    """Return what makes up a condition, for the column of that name."""
    names = ("protocol", "low_gain", "high_gain", "low_duration", "high_duration")
    return {name: cycles[name][index].tolist() for name in names}


def visited_states(cycles: Dataset, index: int) -> np.ndarray:
    """Return the states that cycles end in under a condition, (network, copy, cycle)."""
    return state_numbers(cycles["overlap"][index])


def correlations(cycles: Dataset, index: int) -> dict[str, list[float]]:
    """Correlate by ranks, in each network, the visits of patterns with what might explain them.

    The visits of a pattern and of its negative, of equal energy and basin, are added up.

    Args:
        cycles: kind "cycles".
        index: of the condition.

    Returns:
        Spearman's ρ of every network with the energy E(ξ) in the structured weights and in all
        weights at low gain, with the restarts that end in the pattern, of the visits of one half
        of the copies with those of the other, which tells how far their number limits ρ, and,
        under other conditions, with the visits under condition 0.
    """
    patterns = cycles["overlap"].shape[-1]
    visited = visited_states(cycles, index)
    counts, first, second = (
        pattern_tally(part, patterns) for part in (visited, visited[:, ::2], visited[:, 1::2])
    )
    basins = pattern_tally(state_numbers(cycles["restart_overlap"]), patterns)
    pairs = {
        "visits_energy_correlation": (counts, cycles["pattern_energy"]),
        "visits_energy_low_correlation": (counts, cycles["pattern_energy_low"]),
        "visits_basin_correlation": (counts, basins),
        "visits_halves_correlation": (first, second),
    }
    if index > 0:
        chaos = pattern_tally(visited_states(cycles, 0), patterns)
        pairs["visits_chaos_correlation"] = (counts, chaos)
    return {
        name: [_spearman(*networks) for networks in zip(*pair, strict=True)]
        for name, pair in pairs.items()
    }


def energy_ratios(cycles: Dataset, index: int) -> dict[str, np.ndarray]:
    """Compare, in each network, the mean energy at the ends of cycles with two others.

    Args:
        cycles: kind "cycles".
        index: of the condition.

    Returns:
        (networks,) each: its ratio to that of the patterns, and to that of the restarts.
    """
    energy, patterns, restarts = (
        values.reshape(len(values), -1).mean(axis=1)
        for values in (cycles["energy"][index], cycles["pattern_energy"], cycles["restart_energy"])
    )
    return {"energy_over_patterns": energy / patterns, "energy_over_restarts": energy / restarts}


def pattern_tally(visited: np.ndarray, patterns: int) -> np.ndarray:
    """Count the visits of each pattern or its negative in each network, (network, pattern)."""
    return np.array(
        [tally(network, 2 * patterns).reshape(2, -1).sum(axis=0) for network in visited]
    )


def present_mean(values: Sequence[float] | np.ndarray) -> float:
    """Return the mean of the values that are not NaN, or NaN where there are none."""
    values = np.asarray(values)
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else np.nan


def _kinds(
    overlap: np.ndarray, speed: np.ndarray, energy: np.ndarray, condition: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Summarise what kinds of states are reached; axes (network, ...) and the patterns' last."""
    networks = len(overlap)
    kinds = outcome_kinds(classify(overlap, speed), speed)
    kinds = {name: kind.reshape(networks, -1) for name, kind in kinds.items()}
    largest = np.abs(overlap).max(axis=-1).reshape(networks, -1)
    visited = pattern_tally(state_numbers(overlap), overlap.shape[-1])
    energies = energy.reshape(networks, -1)
    mixed = np.where(kinds["mixture_fraction"], energies, np.nan)
    values = {
        **{name: kinds[name].mean(axis=1) for name in KINDS},
        "overlap_final": largest.mean(axis=1),
        "energy_final": energies.mean(axis=1),
        "mixture_energy": [present_mean(network) for network in mixed],
        "patterns_visited": np.count_nonzero(visited, axis=1),
    }
    return [row(name, value, condition=condition) for name, value in values.items()]


def _spread(
    counts: Sequence[np.ndarray],
    rngs: Sequence[np.random.Generator],
    condition: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Summarise how the visits of each network are spread over its states."""
    tests = [uniformity(count, rng) for count, rng in zip(counts, rngs, strict=True)]
    p_values, powers = np.transpose(tests)
    expected = np.array([uniform_entropy(count.sum(), len(count)) for count in counts])
    entropies = [stats.entropy(count) for count in counts]
    theory = present_mean(expected)
    return [
        row("visit_entropy", entropies, condition=condition, theory=theory),
        row("uniformity_p", p_values, condition=condition, ranks=True),
        row("nonuniform_fraction", p_values[p_values >= 0] <= LEVEL, condition=condition),
        row("uniformity_power", powers, condition=condition),
    ]


def _coverage(counts: np.ndarray, condition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Summarise how far visits (network, pattern), either sign, miss patterns or keep to one."""
    counts = counts[counts.any(axis=1)]
    most = counts.max(axis=1) / counts.sum(axis=1)
    return [
        row("most_visited_share", most, condition=condition),
        row("incomplete_fraction", (counts == 0).any(axis=1), condition=condition),
    ]


def _order(
    visited: np.ndarray, patterns: int, condition: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Summarise what one visit tells of the next; states (network, copy, cycle)."""
    pattern = pattern_numbers(visited, patterns)
    stay, stay_pattern, repeat = (
        np.array([measure(network) for network in states]).T
        for measure, states in (
            (stay_probability, visited),
            (stay_probability, pattern),
            (repeat_probability, visited),
        )
    )
    measured = {
        "switch_probability": (1 - stay[0], 1 - present_mean(stay[1])),
        "pattern_switch_probability": (1 - stay_pattern[0], 1 - present_mean(stay_pattern[1])),
        "repeat_probability": (repeat[0], present_mean(repeat[1])),
        "stay_excess": (stay[0] - stay[1], 0),
        "repeat_excess": (repeat[0] - repeat[1], 0),
    }
    return [
        row(name, values, condition=condition, theory=theory)
        for name, (values, theory) in measured.items()
    ]


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    """Return Spearman's ρ; NaN where one of the two is constant, but for single precision."""
    if any(np.ptp(values) <= 1e-6 * np.abs(values).max() for values in (first, second)):
        return np.nan
    return stats.spearmanr(first, second).statistic
