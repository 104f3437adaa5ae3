from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.statistics.regression import pooled_regression, time_points

GAINS = np.array([0, 3, 5, 8.0])


@given(st.integers(0, 1000), st.integers(2, 6), st.integers(2, 30))
def test_regression_agrees_with_numpy(seed, gains, times):
    g = np.arange(gains) * 1.5
    norms = np.random.default_rng(seed).normal(size=(gains, times)) - 0.3 * g[:, None]
    found = pooled_regression(g, norms)
    x, y = np.broadcast_to(g[:, None], norms.shape).ravel(), norms.ravel()
    slope, intercept = np.polyfit(x, y, 1)
    assert (found.slope, found.intercept) == pytest.approx((slope, intercept))
    assert found.rvalue == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_regression_of_a_line_is_exact():
    found = pooled_regression(GAINS, np.repeat(1 - 0.1 * GAINS[:, None], 7, axis=1))
    assert (found.slope, found.rvalue) == pytest.approx((-0.1, -1))


def test_time_points_begin_after_the_transient():
    assert time_points(np.arange(0, 6.5, 0.5), 1, 1 / 3).tolist() == [4, 6, 8, 10, 12]
