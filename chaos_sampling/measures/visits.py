"""Sequences of visits: how they are spread over the states, and what one tells of the next.

A visit is a retrieval of a stored pattern or of its negative. With K patterns there are 2K states,
0 … K − 1 for the patterns and K … 2K − 1 for their negatives; −1 stands for none of them, as for
a mixture. numpy and scipy only.
"""

from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.special import xlogy

from chaos_sampling.measures.overlaps import RETRIEVED, largest_overlap

LEVEL = 0.05
"""Level of the tests against uniform visits."""
DRAWS = 2000
"""Multinomial draws from which a test and its power are computed."""


def state_numbers(overlap: np.ndarray) -> np.ndarray:
    """Return the state of each overlap vector (..., K), by its largest overlap; shape (...)."""
    largest = largest_overlap(overlap)
    number = np.abs(overlap).argmax(axis=-1) + np.where(largest < 0, overlap.shape[-1], 0)
    return np.where(np.abs(largest) > RETRIEVED, number, -1)


def pattern_numbers(visited: np.ndarray, patterns: int) -> np.ndarray:
    """Return which of the patterns each state is, whatever its sign; −1 stays.

    Args:
        visited: states, −1 for none, any shape.
        patterns: K.
    """
    return np.where(visited >= 0, visited % patterns, -1)


def tally(visited: np.ndarray, states: int) -> np.ndarray:
    """Count the visits of each state, shape (states,).

    Args:
        visited: states, −1 for none, any shape.
        states: how many there are.
    """
    return np.bincount(visited[visited >= 0], minlength=states)


def transitions(visited: np.ndarray, states: int) -> np.ndarray:
    """Count the passages between states, from row to column, where both of two ends are visits.

    Args:
        visited: states of successive cycles, −1 for none, shape (copy, cycle).
        states: how many there are.
    """
    before, after = visited[:, :-1], visited[:, 1:]
    both = (before >= 0) & (after >= 0)
    counts = np.zeros((states, states), int)
    np.add.at(counts, (before[both], after[both]), 1)
    return counts


def uniform_entropy(visits: int, states: int) -> float:
    """Return the mean plug-in entropy in nats of uniform independent visits.

    It is below log(states), by about (states − 1) / (2 visits), the bias of the plug-in estimate.
    """
    if visits == 0:
        return np.nan
    counts = np.arange(visits + 1)
    chance = stats.binom.pmf(counts, visits, 1 / states)
    return float(-states * (chance * xlogy(counts / visits, counts / visits)).sum())


def uniformity(counts: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Test whether visits are spread as uniform independent ones would be.

    The statistic is Pearson's chi-square, its distribution that of DRAWS multinomial draws.

    Args:
        counts: visits of each state, shape (states,).
        rng: source of randomness.

    Returns:
        The p-value, and the power at LEVEL against one half of the states being visited twice as
        often as the other; NaN where there are fewer than two visits.
    """
    total, states = counts.sum(), len(counts)
    if total < 2:
        return np.nan, np.nan
    weights = np.where(np.arange(states) < states // 2, 2.0, 1.0)
    null, other = (
        np.square(rng.multinomial(total, shares / shares.sum(), DRAWS)).sum(axis=-1)
        for shares in (np.ones(states), weights)
    )
    found = np.append(np.square(counts).sum(), other)
    beyond = DRAWS - np.searchsorted(np.sort(null), found)
    p_values = (1 + beyond) / (1 + DRAWS)
    return float(p_values[0]), float((p_values[1:] <= LEVEL).mean())


def stay_probability(visited: np.ndarray) -> tuple[float, float]:
    """Return how often the next visit is of the same state, and how often of independent visits.

    Args:
        visited: states of successive cycles, −1 for none, shape (copy, cycle).

    Returns:
        The share among successive visits, and that among pairs of visits of two copies, which are
        independent; NaN where there are no such pairs.
    """
    states = visited.max() + 1
    passages = transitions(visited, states)
    copies = np.array([tally(copy, states) for copy in visited])
    equal = np.square(copies.sum(axis=0)).sum() - np.square(copies).sum()
    pairs = copies.sum() ** 2 - np.square(copies.sum(axis=1)).sum()
    return _ratio(np.trace(passages), passages.sum()), _ratio(equal, pairs)


def repeat_probability(visited: np.ndarray) -> tuple[float, float]:
    """Return how often two visits that follow the same state are equal, and how often any two are.

    Of a deterministic sequence the first is 1; of a Markov chain it exceeds the second as far as a
    state tells of the next; of independent visits both are the same on average.

    Args:
        visited: states of successive cycles, −1 for none, shape (copy, cycle).
    """
    passages = transitions(visited, visited.max() + 1)
    return (
        _ratio(_pairs(passages), _pairs(passages.sum(axis=1))),
        _ratio(_pairs(passages.sum(axis=0)), _pairs(passages.sum())),
    )


def _pairs(counts: np.ndarray) -> int:
    """Return how many ordered pairs of equal visits counts hold."""
    return (counts * (counts - 1)).sum()


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
