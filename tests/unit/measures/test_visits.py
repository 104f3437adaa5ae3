from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chaos_sampling.measures.overlaps import overlaps
from chaos_sampling.measures.visits import (
    LEVEL,
    pattern_numbers,
    repeat_probability,
    state_numbers,
    stay_probability,
    tally,
    transitions,
    uniform_entropy,
    uniformity,
)

SEEDS = st.integers(0, 10_000)
STATES = 20


def chain(matrix, copies, cycles, rng):
    """Draw copies of a Markov chain with this matrix of transition probabilities."""
    states = [rng.integers(len(matrix), size=copies)]
    for _ in range(cycles - 1):
        states.append(np.array([rng.choice(len(matrix), p=matrix[state]) for state in states[-1]]))
    return np.stack(states, axis=1)


# --- spread ---


def test_states_are_counted_and_none_is_not():
    visited = np.array([[0, 3, -1], [3, 3, 1]])
    assert tally(visited, 5).tolist() == [1, 1, 0, 3, 0]


@pytest.mark.parametrize("visits", [1, 10, 50, 400])
def test_entropy_of_uniform_visits_has_the_stated_bias(visits):
    rng = np.random.default_rng(visits)
    counts = rng.multinomial(visits, np.full(STATES, 1 / STATES), 2000)
    found = [stats.entropy(count) for count in counts]
    tolerance = 5 * stats.sem(found) + 1e-9
    assert uniform_entropy(visits, STATES) == pytest.approx(np.mean(found), abs=tolerance)


def test_entropy_of_many_uniform_visits_tends_to_its_limit():
    bias = (STATES - 1) / (2 * 5000)
    assert uniform_entropy(5000, STATES) == pytest.approx(np.log(STATES) - bias, rel=1e-5)


def test_p_values_of_uniform_visits_are_uniform():
    rng = np.random.default_rng(0)
    counts = rng.multinomial(60, np.full(STATES, 1 / STATES), 200)
    p_values = [uniformity(count, rng)[0] for count in counts]
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_power_is_the_share_of_rejections_under_its_alternative():
    rng = np.random.default_rng(1)
    shares = np.where(np.arange(STATES) < STATES // 2, 2, 1) / (1.5 * STATES)
    found = [uniformity(count, rng) for count in rng.multinomial(150, shares, 100)]
    p_values, powers = np.transpose(found)
    deviation = np.sqrt(0.25 / 100)
    assert (p_values <= LEVEL).mean() == pytest.approx(powers.mean(), abs=4 * deviation)
    assert 0.3 < powers.mean() < 0.9


def test_test_of_one_state_rejects_and_of_one_visit_says_nothing():
    rng = np.random.default_rng(0)
    assert uniformity(np.array([50, *[0] * 19]), rng)[0] < 0.001
    assert np.isnan(uniformity(np.array([1, *[0] * 19]), rng)).all()


# --- order ---


def test_passages_leave_out_what_is_no_visit_and_do_not_join_copies():
    found = transitions(np.array([[0, 1, -1, 2], [2, 2, 0, 1]]), 3)
    assert found.tolist() == [[0, 2, 0], [0, 0, 0], [1, 0, 1]]


def test_matrix_of_a_known_chain_is_recovered():
    matrix = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]])
    visited = chain(matrix, 20, 500, np.random.default_rng(0))
    counts = transitions(visited, 3)
    np.testing.assert_allclose(counts / counts.sum(1, keepdims=True), matrix, atol=0.04)
    shares = tally(visited, 3) / visited.size
    stay, chance = stay_probability(visited)
    assert stay == pytest.approx(shares @ np.diag(matrix), abs=0.03)
    assert chance == pytest.approx(np.square(shares).sum(), abs=0.01)
    repeat, _ = repeat_probability(visited)
    assert repeat == pytest.approx(shares @ np.square(matrix).sum(1), abs=0.03)


def test_independent_visits_stay_and_repeat_by_chance():
    rng = np.random.default_rng(3)
    shares = np.array([0.5, 0.2, 0.2, 0.1])
    found = [
        (*stay_probability(visited), *repeat_probability(visited))
        for visited in rng.choice(4, p=shares, size=(400, 10, 5))
    ]
    # about five standard errors of 400 networks of 50 visits
    np.testing.assert_allclose(np.mean(found, axis=0), np.square(shares).sum(), atol=0.02)


def test_deterministic_sequence_repeats_without_staying():
    visited = (np.arange(6)[:, None] + np.arange(5)) % 3
    assert stay_probability(visited)[0] == 0
    assert repeat_probability(visited)[0] == 1


@pytest.mark.parametrize("measure", [stay_probability, repeat_probability])
def test_without_visits_there_is_no_order(measure):
    assert np.isnan(measure(np.full((3, 4), -1))).all()


@given(SEEDS)
def test_order_of_copies_does_not_matter(seed):
    visited = np.random.default_rng(seed).integers(-1, 4, size=(5, 6))
    mixed = np.random.default_rng(seed + 1).permutation(visited)
    for measure in (stay_probability, repeat_probability):
        np.testing.assert_allclose(measure(visited), measure(mixed))


# --- names of states ---


@pytest.mark.parametrize(
    ("overlap", "state"),
    [
        ([0.95, 0.1, 0.0], 0),
        ([0.0, 0.1, 1.0], 2),
        ([0.1, -0.99, 0.3], 4),
        ([-1.0, 0, 0], 3),
        ([0.577, 0.577, 0.577], -1),
        ([0.89, 0.0, 0.0], -1),
        ([-0.89, 0.0, 0.0], -1),
        ([0.0, 0.0, 0.0], -1),
        ([0.91, -0.93, 0.0], 4),
    ],
)
def test_state_is_that_of_the_largest_overlap(overlap, state):
    assert state_numbers(np.array(overlap)) == state


@given(SEEDS, st.integers(0, 2))
def test_patterns_and_negatives_are_recognised(seed, index):
    xi = np.random.default_rng(seed).choice([-1.0, 1.0], size=(3, 200))
    found = state_numbers(overlaps(np.stack([xi[index], -2 * xi[index], xi.sum(0)]), xi))
    assert found.tolist() == [index, index + 3, -1]


def test_states_keep_leading_axes():
    found = state_numbers(np.zeros((2, 5, 3)))
    assert found.shape == (2, 5)
    assert found.dtype.kind == "i"


def test_a_pattern_and_its_negative_are_one_pattern():
    visited = np.array([[0, 3, -1], [2, 5, 4]])
    assert pattern_numbers(visited, 3).tolist() == [[0, 0, -1], [2, 2, 1]]
