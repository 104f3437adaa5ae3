from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from chaos_sampling.statistics.regression import (
    block_bootstrap,
    corrected_p,
    effective_samples,
    pooled_regression,
    time_points,
)

GAINS = np.array([0, 3, 5, 8.0])


def autoregressive(coefficient, shape, seed=0):
    """Return AR(1) series x_t = a x_(t−1) + e_t of unit innovations, stationary from the start."""
    noise = np.random.default_rng(seed).standard_normal((*shape[:-1], shape[-1] + 200))
    return signal.lfilter([1], [1, -coefficient], noise)[..., 200:]


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


# --- the effective number of samples ---


@pytest.mark.parametrize("coefficient", [0.0, 0.5, 0.9])
def test_effective_samples_of_an_autoregressive_series(coefficient):
    series = autoregressive(coefficient, (20, 5000))
    found = np.mean([effective_samples(one) for one in series])
    # n / (1 + 2 Σ a^k); the sum stops early in noise: 10 %
    assert found == pytest.approx(5000 * (1 - coefficient) / (1 + coefficient), rel=0.1)


@pytest.mark.parametrize("series", [np.ones(50), 1 + 1e-7 * np.random.default_rng(0).random(50)])
def test_run_at_rest_is_one_sample(series):
    assert effective_samples(series.astype(np.float32)) == 1


@given(st.integers(0, 1000), st.integers(3, 40), st.floats(-0.99, 0.99))
def test_effective_samples_are_from_one_to_all(seed, count, coefficient):
    series = autoregressive(coefficient, (count,), seed)
    assert 1 <= effective_samples(series) <= count
    assert effective_samples(7 - 2 * series) == pytest.approx(effective_samples(series))


def test_repeating_every_sample_adds_none():
    series = autoregressive(0.8, (4000,))
    assert effective_samples(np.repeat(series, 4)) == pytest.approx(
        effective_samples(series), rel=0.1
    )


@given(st.integers(0, 1000), st.integers(3, 30))
def test_p_of_independent_samples_is_that_of_linregress(seed, times):
    norms = np.random.default_rng(seed).normal(size=(4, times)) - 0.1 * GAINS[:, None]
    fit = pooled_regression(GAINS, norms)
    assert corrected_p(fit.rvalue, norms.size) == pytest.approx(fit.pvalue, rel=1e-6)


def test_p_needs_more_than_two_samples():
    assert corrected_p(-0.99, 2) == 1
    assert corrected_p(-1, 10) == 0


# --- the block bootstrap ---


@pytest.mark.parametrize(("coefficient", "length"), [(0.0, 1), (0.8, 100)])
def test_interval_of_the_slope_has_the_width_of_theory(coefficient, length):
    times = 5000
    norms = autoregressive(coefficient, (4, times)) - 0.1 * GAINS[:, None]
    low, high = block_bootstrap(GAINS, norms, length, np.random.default_rng(1))["slope"]
    error = np.sqrt(1 / (1 - coefficient) ** 2 / times / np.square(GAINS - GAINS.mean()).sum())
    # 50 blocks a run and 1000 resamples: 10 %
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert low < pooled_regression(GAINS, norms).slope < high


def test_blocks_of_one_sample_are_too_narrow_for_correlated_ones():
    norms = autoregressive(0.9, (4, 2000)) - 0.1 * GAINS[:, None]
    widths = {
        length: np.ptp(block_bootstrap(GAINS, norms, length, np.random.default_rng(1))["r"])
        for length in (1, 100)
    }
    assert widths[100] > 2 * widths[1]


def test_blocks_as_long_as_the_run_repeat_the_data():
    norms = autoregressive(0.5, (4, 60)) - GAINS[:, None]
    found = block_bootstrap(GAINS, norms, 60, np.random.default_rng(0))
    fit = pooled_regression(GAINS, norms)
    assert found["r"] == pytest.approx((fit.rvalue, fit.rvalue))
    assert found["slope"] == pytest.approx((fit.slope, fit.slope))


@pytest.mark.parametrize("length", [0, 61])
def test_block_longer_than_the_run_is_refused(length):
    with pytest.raises(ValueError, match="length: expected from 1 to 60 samples, found"):
        block_bootstrap(GAINS, np.ones((4, 60)), length, np.random.default_rng(0))
