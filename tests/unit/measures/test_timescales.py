from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import ornstein_uhlenbeck

from chaos_sampling.measures.autocorrelation import autocorrelation
from chaos_sampling.measures.timescales import correlation_time, divergence_rate, half_life

# --- times read from it ---


@pytest.mark.parametrize("interval", [0.01, 0.1, 0.15])
@pytest.mark.parametrize("constant", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("variance", [1.0, 0.01, 40.0])
def test_half_life_of_an_exponential(interval, constant, variance):
    correlation = variance * np.exp(-np.arange(0, 20, interval) / constant)
    found = half_life(correlation, interval)
    assert found == pytest.approx(constant * np.log(2), abs=interval**2 / constant)


@pytest.mark.parametrize("slope", [0.03, 0.1, 0.15])
def test_half_life_is_met_on_a_straight_line(slope):
    correlation = 2.5 * (1 - slope * np.arange(21))
    assert half_life(correlation, 0.3) == pytest.approx(0.3 * 0.5 / slope)


@given(st.floats(0.01, 10), st.integers(0, 1000))
def test_half_life_lies_between_the_samples_around_it(interval, seed):
    correlation = np.concatenate([[1.0], np.random.default_rng(seed).uniform(-1, 1, 20), [-1.0]])
    found = half_life(correlation, interval) / interval
    before = int(np.ceil(found - 1e-9)) - 1
    assert (correlation[: before + 1] > 0.5).all()
    assert correlation[before + 1] <= 0.5


@pytest.mark.parametrize(
    "correlation",
    [np.zeros(5), -np.ones(3), np.full(3, np.nan)],
)
def test_silence_has_no_half_life(correlation):
    assert np.isnan(half_life(correlation, 0.1))


@pytest.mark.parametrize("correlation", [np.ones(5), np.array([1, 0.9, 0.8])])
def test_half_life_that_is_not_reached_is_infinite(correlation):
    assert half_life(correlation, 0.1) == np.inf


@pytest.mark.parametrize("tail", [1, 0.5, -0.3])
def test_correlation_that_does_not_decay_has_an_infinite_time(tail):
    lag = np.arange(0, 40, 0.1)
    assert correlation_time(tail + (1 - tail) * np.exp(-lag), 0.1) == np.inf


def test_faint_tail_of_a_correlation_is_left_in():
    correlation = 0.02 + 0.98 * np.exp(-np.arange(0, 40, 0.01))
    # ∫ (0.98 e^−t + 0.02)² dt over −40…40
    expected = 2 * (0.98**2 / 2 + 2 * 0.98 * 0.02 + 0.02**2 * 40)
    assert correlation_time(correlation, 0.01) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("constant", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("variance", [1.0, 0.01, 40.0])
def test_correlation_time_of_an_exponential_is_its_constant(constant, variance):
    correlation = variance * np.exp(-np.arange(0, 40, 0.01) / constant)
    assert correlation_time(correlation, 0.01) == pytest.approx(constant, rel=1e-3)


def test_correlation_time_of_a_hyperbolic_secant():
    # ∫ sech² t dt = 2
    correlation = 1 / np.cosh(np.arange(0, 30, 0.1))
    assert correlation_time(correlation, 0.1) == pytest.approx(2, rel=1e-6)


def test_correlation_time_of_an_ornstein_uhlenbeck_process():
    correlation = autocorrelation(ornstein_uhlenbeck(20_000, 50), 80).mean(axis=1)
    # 1e5 τ give the square of each lag to within 1 %
    assert correlation_time(correlation, 0.1) == pytest.approx(1, rel=0.03)


def test_correlation_time_counts_independent_samples():
    # the variance of ⟨x²⟩ over a time T is 2 T2 / T for a Gaussian process
    windows = np.square(ornstein_uhlenbeck(20_000, 50)).reshape(40, 500, 50).mean(axis=1)
    assert windows.var() == pytest.approx(2 * 1 / 50, rel=0.15)  # 5 standard errors


@pytest.mark.parametrize("correlation", [np.zeros(5), -np.ones(5)])
def test_silence_has_no_correlation_time(correlation):
    assert np.isnan(correlation_time(correlation, 0.1))


# --- divergence ---


@pytest.mark.parametrize("rate", [0.05, 0.3, 1.0, 2.5])
@pytest.mark.parametrize("saturation", [10.0, 100.0])
def test_rate_of_an_exponential_that_saturates(rate, saturation):
    time = np.arange(0, 400, 0.1)
    distance = np.minimum(1e-4 * np.exp(np.minimum(rate * time, 100)), saturation)
    assert divergence_rate(time, distance, saturation) == pytest.approx(rate)


@pytest.mark.parametrize("rate", [-2.0, -0.5, 0.0])
def test_converging_pair_has_a_rate_too(rate):
    time = np.arange(0, 50, 0.1)
    assert divergence_rate(time, 1e-4 * np.exp(rate * time), 10) == pytest.approx(rate, abs=1e-9)


def test_what_follows_the_threshold_does_not_matter():
    time = np.arange(0, 40, 0.1)
    distance = 1e-4 * np.exp(0.5 * time)
    end = np.flatnonzero(distance > 10 / 20)[0]
    changed = distance.copy()
    changed[end + 1 :] = 1e-9
    assert divergence_rate(time, changed, 10) == divergence_rate(time, distance, 10)


def test_distances_of_zero_are_left_out():
    time = np.arange(0, 20, 0.1)
    distance = 1e-4 * np.exp(0.3 * time)
    distance[:5] = 0
    assert divergence_rate(time, distance, 10) == pytest.approx(0.3)


@pytest.mark.parametrize("distance", [[0.0, 0, 0], [9.0, 9, 9], [0.1, 9, 0.1], [0.0, 0.1, 0]])
def test_too_few_distances_have_no_rate(distance):
    assert np.isnan(divergence_rate(np.arange(3.0), np.array(distance), 10))
