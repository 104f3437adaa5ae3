from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng
from scipy.optimize import brentq

from chaos_sampling.network.patterns import outer_product, pseudo_inverse, random_patterns


@given(st.integers(1, 10), st.integers(10, 40), st.integers(0, 1000))
def test_patterns_are_signs(patterns, neurons, seed):
    found = random_patterns(patterns, neurons, default_rng(seed))
    assert found.shape == (patterns, neurons)
    assert set(np.unique(found)) <= {-1.0, 1.0}


def test_both_signs_are_equally_likely():
    patterns = random_patterns(100, 1000, default_rng(0))
    assert abs(patterns.mean()) < 5 / np.sqrt(patterns.size)
    assert not np.array_equal(patterns[0], patterns[1])


@pytest.mark.parametrize(("patterns", "neurons"), [(2, 1), (11, 10), (300, 200)])
def test_more_patterns_than_neurons_are_refused(patterns, neurons):
    with pytest.raises(ValueError, match=f"at most {neurons} .* found {patterns}"):
        random_patterns(patterns, neurons, default_rng(0))


@given(st.integers(0, 1000))
def test_patterns_are_independent_even_if_there_are_few_neurons(seed):
    assert np.linalg.matrix_rank(random_patterns(9, 10, default_rng(seed))) == 9


def test_as_many_patterns_as_neurons_are_allowed():
    assert random_patterns(5, 5, default_rng(0)).shape == (5, 5)


@pytest.mark.parametrize("strength", [0, 1, 4, -2.5, 30])
@pytest.mark.parametrize(("patterns", "neurons"), [(1, 5), (3, 30), (10, 30)])
def test_outer_product_is_the_sum_over_patterns(strength, patterns, neurons):
    xi = random_patterns(patterns, neurons, default_rng(0))
    weights = outer_product(xi, strength).numpy()
    expected = strength / neurons * sum(np.outer(pattern, pattern) for pattern in xi)
    np.testing.assert_allclose(weights, expected, atol=1e-12)
    np.testing.assert_allclose(weights, weights.T)
    assert np.isclose(np.trace(weights), strength * patterns)


def test_outer_product_has_the_rank_of_the_patterns():
    xi = random_patterns(4, 30, default_rng(0))
    repeated = np.vstack([xi, -xi[:2]])
    assert np.linalg.matrix_rank(outer_product(repeated, 3.0).numpy()) == 4


def test_orthogonal_patterns_are_eigenvectors():
    xi = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]], float)
    np.testing.assert_allclose(outer_product(xi, 4.0).numpy() @ xi.T, 4 * xi.T)


def test_strength_n_is_the_literal_sum():
    xi = random_patterns(3, 20, default_rng(0))
    np.testing.assert_allclose(outer_product(xi, 20).numpy(), xi.T @ xi)


sizes = st.integers(1, 40).flatmap(
    lambda neurons: st.tuples(st.integers(1, neurons), st.just(neurons))
)


@given(sizes, st.floats(0.1, 30), st.integers(0, 1000))
def test_pseudo_inverse_is_symmetric_with_two_eigenvalues(size, strength, seed):
    xi = random_patterns(*size, default_rng(seed))
    weights = pseudo_inverse(xi, strength).numpy()
    np.testing.assert_array_equal(weights, weights.T)
    np.testing.assert_allclose(weights @ xi.T, strength * xi.T, atol=1e-10 * strength)
    rank = np.linalg.matrix_rank(xi)
    expected = np.repeat([0, strength], [size[1] - rank, rank])
    np.testing.assert_allclose(np.linalg.eigvalsh(weights), expected, atol=1e-10 * strength)


@given(sizes, st.floats(1.1, 20), st.integers(0, 1000))
def test_patterns_are_exact_minima_of_the_pseudo_inverse_rule(size, strength, seed):
    xi = random_patterns(*size, default_rng(seed))
    weights = pseudo_inverse(xi, strength).numpy()
    depth = brentq(lambda x: x - strength * np.tanh(x), 1e-3, strength)
    states = depth * xi
    np.testing.assert_allclose(np.tanh(states) @ weights, states, atol=1e-9 * strength)
    curvature = weights * (1 - np.tanh(depth) ** 2) - np.eye(size[1])
    assert np.linalg.eigvalsh(curvature)[-1] < 0


def test_the_rules_agree_on_orthogonal_patterns():
    xi = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]], float)
    np.testing.assert_allclose(pseudo_inverse(xi, 4.0), outer_product(xi, 4.0), atol=1e-12)


def test_pseudo_inverse_counts_dependent_patterns_once():
    xi = random_patterns(4, 30, default_rng(0))
    repeated = np.vstack([xi, -xi[:2]])
    np.testing.assert_allclose(pseudo_inverse(repeated, 4.0), pseudo_inverse(xi, 4.0), atol=1e-12)
