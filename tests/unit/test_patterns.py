from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.patterns import outer_product, random_patterns


def rng(seed=0):
    return np.random.default_rng(seed)


@given(st.integers(1, 10), st.integers(10, 40), st.integers(0, 1000))
def test_patterns_are_signs(patterns, neurons, seed):
    found = random_patterns(patterns, neurons, rng(seed))
    assert found.shape == (patterns, neurons)
    assert set(np.unique(found)) <= {-1.0, 1.0}


def test_both_signs_are_equally_likely():
    patterns = random_patterns(100, 1000, rng())
    assert abs(patterns.mean()) < 5 / np.sqrt(patterns.size)
    assert not np.array_equal(patterns[0], patterns[1])


@pytest.mark.parametrize(("patterns", "neurons"), [(2, 1), (11, 10), (300, 200)])
def test_more_patterns_than_neurons_are_refused(patterns, neurons):
    with pytest.raises(ValueError, match=f"at most {neurons} .* found {patterns}"):
        random_patterns(patterns, neurons, rng())


def test_as_many_patterns_as_neurons_are_allowed():
    assert random_patterns(5, 5, rng()).shape == (5, 5)


@pytest.mark.parametrize("strength", [0, 1, 4, -2.5, 30])
@pytest.mark.parametrize(("patterns", "neurons"), [(1, 5), (3, 30), (10, 30)])
def test_outer_product_is_the_sum_over_patterns(strength, patterns, neurons):
    xi = random_patterns(patterns, neurons, rng())
    weights = outer_product(xi, strength).numpy()
    expected = strength / neurons * sum(np.outer(pattern, pattern) for pattern in xi)
    np.testing.assert_allclose(weights, expected, atol=1e-12)
    np.testing.assert_allclose(weights, weights.T)
    assert np.isclose(np.trace(weights), strength * patterns)


def test_outer_product_has_the_rank_of_the_patterns():
    xi = random_patterns(4, 30, rng())
    repeated = np.vstack([xi, -xi[:2]])
    assert np.linalg.matrix_rank(outer_product(repeated, 3.0).numpy()) == 4


def test_orthogonal_patterns_are_eigenvectors():
    xi = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]], float)
    np.testing.assert_allclose(outer_product(xi, 4.0).numpy() @ xi.T, 4 * xi.T)


def test_strength_n_is_the_literal_sum():
    xi = random_patterns(3, 20, rng())
    np.testing.assert_allclose(outer_product(xi, 20).numpy(), xi.T @ xi)
