from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.latents.readout import draw_readout, expander, subset, whiten


@given(neurons=st.integers(1, 40), data=st.data(), seed=st.integers(0, 2**32))
def test_subset_reads_distinct_neurons(neurons, data, seed):
    count = data.draw(st.integers(1, neurons))
    readout = subset(neurons, count, np.random.default_rng(seed))
    assert readout.shape == (count, neurons)
    assert (readout.sum(axis=1) == 1).all()
    assert readout.sum(axis=0).max() == 1


@given(
    neurons=st.integers(1, 40), count=st.integers(1, 40), data=st.data(), seed=st.integers(0, 99)
)
def test_expander_is_binary_with_given_degree_and_even_use(neurons, count, data, seed):
    degree = data.draw(st.integers(1, neurons))
    readout = expander(neurons, count, degree, np.random.default_rng(seed))
    assert readout.shape == (count, neurons)
    assert np.isin(readout, (0, 1)).all()
    assert (readout.sum(axis=1) == degree).all()
    assert np.ptp(readout.sum(axis=0)) <= 1


def test_readouts_are_random():
    first, second = (expander(50, 20, 4, np.random.default_rng(seed)) for seed in (0, 1))
    assert (first != second).any()


def test_more_latents_than_neurons_are_refused():
    with pytest.raises(ValueError, match=r"count: expected at most 10 .*found 11"):
        subset(10, 11, np.random.default_rng(0))


@pytest.mark.parametrize("degree", [0, 11])
def test_impossible_degree_is_refused(degree):
    with pytest.raises(ValueError, match=rf"degree: expected 1 to 10 .*found {degree}"):
        expander(10, 5, degree, np.random.default_rng(0))


def test_an_expander_needs_a_degree():
    with pytest.raises(ValueError, match=r"degree: expected .* of the expander, found None"):
        draw_readout("expander", 10, 5, degree=None, rng=np.random.default_rng(0))


def test_an_unknown_readout_is_refused():
    with pytest.raises(ValueError, match="readout: expected 'subset' or 'expander', found 'all'"):
        draw_readout("all", 10, 5, degree=None, rng=np.random.default_rng(0))


def correlated(trials: int, samples: int, mixing: np.ndarray) -> np.ndarray:
    """Return normal latents (T, B, K) whose second moments are about M Mᵀ."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((samples, trials, len(mixing))) @ mixing.T


@given(count=st.integers(1, 6), seed=st.integers(0, 99))
def test_whitened_latents_have_unit_second_moments(count, seed):
    rng = np.random.default_rng(seed)
    readout = rng.standard_normal((count, 8))
    rates = rng.standard_normal((40, 3, 8)) * rng.uniform(0.5, 2, 8)
    whitened = rates @ whiten(readout, rates @ readout.T).T
    found = np.einsum("tbi,tbj->ij", whitened, whitened) / 120
    np.testing.assert_allclose(found, np.eye(count), atol=1e-6)


def test_whitening_changes_latents_least():
    # of all matrices that whiten, the symmetric positive one (ZCA) is nearest to no change
    mixing = np.array([[2.0, 0.0], [1.0, 0.5]])
    matrix = whiten(np.eye(2), correlated(4, 500, mixing))
    np.testing.assert_allclose(matrix, matrix.T)
    assert (np.linalg.eigvalsh(matrix) > 0).all()


def test_whitening_divides_uncorrelated_latents_by_their_deviations():
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], np.float32)
    matrix = whiten(np.eye(2, dtype=np.float32), signs * np.float32([4, 0.5]))
    np.testing.assert_allclose(matrix, [[0.25, 0], [0, 2]], atol=1e-6)
    assert matrix.dtype == np.float32


def test_a_recording_too_short_to_whiten_is_refused():
    latents = np.random.default_rng(0).standard_normal((4, 2, 10))
    with pytest.raises(ValueError, match=r"variance in all 10 directions .* found 8 samples"):
        whiten(np.eye(10), latents)


@pytest.mark.parametrize(("smallest", "refused"), [(1e-9, True), (1e-2, False)])
def test_directions_that_hardly_vary_are_refused(smallest, refused):
    latents = correlated(4, 500, np.diag([1.0, smallest]))
    if refused:
        with pytest.raises(ValueError, match="expected variance in all 2 directions"):
            whiten(np.eye(2), latents)
    else:
        assert whiten(np.eye(2), latents)[1, 1] == pytest.approx(1 / smallest, rel=0.1)
