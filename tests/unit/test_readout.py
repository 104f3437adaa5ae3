from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.readout import expander, subset


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
