from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from processes import ornstein_uhlenbeck

from chaos_sampling.measures.autocorrelation import autocorrelation, mean_autocorrelation
from chaos_sampling.measures.mixing import step_change

SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=6)
SERIES = hnp.arrays(np.float64, SHAPES, elements=st.floats(-100, 100))


@given(SERIES, st.data())
def test_autocorrelation_is_the_direct_sum(series, data):
    lags = data.draw(st.integers(1, len(series)))
    found = autocorrelation(series, lags)
    assert found.shape == (lags, *series.shape[1:])
    for lag in range(lags):
        expected = (series[lag:] * series[: len(series) - lag]).mean(axis=0)
        np.testing.assert_allclose(found[lag], expected, atol=1e-9)


@pytest.mark.parametrize("length", [7, 64, 101, 1000])
@pytest.mark.parametrize("lags", [1, 3, 7])
def test_autocorrelation_of_long_series(length, lags):
    series = np.random.default_rng(length).normal(size=(length, 3))
    expected = [(series[lag:] * series[: length - lag]).mean(axis=0) for lag in range(lags)]
    np.testing.assert_allclose(autocorrelation(series, lags), expected, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0])
def test_mean_is_not_subtracted(value):
    np.testing.assert_allclose(autocorrelation(np.full(50, value), 50), value**2)


@pytest.mark.parametrize("period", [20, 50, 125])
def test_autocorrelation_of_a_sinusoid_is_a_cosine(period):
    time = np.arange(200_000)
    found = autocorrelation(np.sin(2 * np.pi * time / period), 300)
    np.testing.assert_allclose(found, np.cos(2 * np.pi * time[:300] / period) / 2, atol=1e-3)


def test_autocorrelation_of_an_ornstein_uhlenbeck_process():
    found = autocorrelation(ornstein_uhlenbeck(20_000, 50), 50).mean(axis=1)
    # five standard errors: 50 × 2000 τ hold 1e5 independent samples
    np.testing.assert_allclose(found, np.exp(-0.1 * np.arange(50)), atol=5 * np.sqrt(2e-5))


def test_single_precision_is_enough():
    series = np.random.default_rng(0).normal(size=(5000, 3))
    found = autocorrelation(series.astype(np.float32), 100)
    np.testing.assert_allclose(found, autocorrelation(series, 100), atol=1e-5)


@pytest.mark.parametrize(("length", "lags"), [(1, 2), (10, 11), (10, 100)])
def test_more_lags_than_samples_are_refused(length, lags):
    with pytest.raises(ValueError, match=f"at most the {length} samples, found {lags}"):
        autocorrelation(np.ones((length, 2)), lags)


def test_mean_autocorrelation_averages_trials_and_channels():
    series = np.array([[[1.0, 2.0], [0.0, 0.0]], [[3.0, 0.0], [2.0, 0.0]]])  # (T, trial, K)
    expected = [(5 + 2 + 2 + 0) / 4, (3 + 0 + 0 + 0) / 4]
    np.testing.assert_allclose(mean_autocorrelation(series, 2), expected, atol=1e-12)


def test_step_change_follows_from_the_autocorrelation():
    series = ornstein_uhlenbeck(20_000, 50)
    # ⟨(x(t + s) − x(t))²⟩ = 2 (C(0) − C(s)), and 1 − exp(−s) for this process
    assert step_change(series) ** 2 == pytest.approx(2 - 2 * np.exp(-0.1), rel=0.01)
