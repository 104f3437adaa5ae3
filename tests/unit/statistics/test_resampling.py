from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.statistics.resampling import jackknife

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=9).map(np.array)


@given(VALUES)
def test_jackknife_of_a_mean_is_the_values(values):
    np.testing.assert_allclose(jackknife(np.mean, values), values, atol=1e-9)


@given(VALUES)
def test_the_mean_of_jackknifed_values_is_the_estimate(values):
    def rms(some):
        return np.sqrt(np.square(some).mean())

    assert jackknife(rms, values).mean() == pytest.approx(rms(values), abs=1e-9)


def test_samples_of_one_index_are_left_out_together():
    counts, checks = np.array([[1.0, 2.0, 3.0]] * 2), np.array([[4.0, 5.0, 6.0]] * 2)
    seen = []

    def estimate(some, others):
        assert some.shape == others.shape
        seen.append((some - others).tolist())
        return 0.0

    jackknife(estimate, counts, checks)
    assert seen == [[[-3.0] * 2] * 2] * 3 + [[[-3.0] * 3] * 2]


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0, np.inf], [1.0, np.nan]])
def test_too_few_or_unbounded_values_have_no_jackknife(values):
    found = jackknife(np.mean, np.array(values))
    assert len(found) == len(values)
    assert np.isnan(found).all()


def test_jackknifed_values_of_a_ratio_scatter_as_the_ratio_does():
    rng = np.random.default_rng(0)
    pairs = rng.normal((2.0, 4.0), 0.2, size=(500, 30, 2))

    def ratio(some):
        return some[0].mean() / some[1].mean()

    errors = [jackknife(ratio, pair.T).std(ddof=1) / np.sqrt(30) for pair in pairs]
    assert np.mean(errors) == pytest.approx(np.std([ratio(pair.T) for pair in pairs]), rel=0.1)
