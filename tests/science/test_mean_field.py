from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from fixed_point import EulerFixedPoint, FixedPoint
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from chaos_sampling.measures.timescales import correlation_time, half_life
from chaos_sampling.theory.mean_field import correlation_rms, solve

TOLERANCES = {
    "variance_h": {"rel": 1e-4},
    "variance_phi": {"rel": 1e-4},
    "lyapunov_max": {"abs": 5e-4},
    "T2_phi": {"rel": 5e-3},
    "half_life_phi": {"rel": 5e-3},
    "dimension_phi": {"rel": 1e-2},
}
REFERENCE = {
    2.0: (1.92480, 0.5132, 0.11245, 7.436, 4.913, 0.01974),
    4.0: (10.4675, 0.7624, 0.34140, 4.436, 2.951, 0.06206),
}
# D. G. Clark, "Lyapunov spectrum of random neural networks" (github.com/davidclark1/rnn-lyapunov):
# λ1 from the Schrödinger problem, and participation ratios of h and φ of one network of 16384
# neurons simulated for 20 000 τ, whose standard errors are 0.4 %
PUBLISHED_EXPONENTS = {1.25: 0.01696, 1.5: 0.04675, 3.0: 0.23546, 8.0: 0.65544, 20.0: 1.1907}
PUBLISHED_DIMENSIONS = {4.0: (0.03958, 0.06109), 8.0: (0.05289, 0.09354), 20.0: (0.05808, 0.11332)}
GAINS = st.floats(1.05, 50)
few_examples = settings(max_examples=6, deadline=None)
RELATIVE = ("T2_phi", "half_life_phi", "dimension_h", "dimension_phi")


@pytest.mark.parametrize("gain", REFERENCE)
def test_reference_values(gain):
    theory = solve(gain)
    for (name, tolerance), value in zip(TOLERANCES.items(), REFERENCE[gain], strict=True):
        assert getattr(theory, name) == pytest.approx(value, **tolerance), name


@pytest.mark.parametrize(("gain", "exponent"), PUBLISHED_EXPONENTS.items())
def test_published_exponents(gain, exponent):
    assert solve(gain).lyapunov_max == pytest.approx(exponent, abs=5e-4)


@pytest.mark.parametrize(("gain", "dimensions"), PUBLISHED_DIMENSIONS.items())
def test_published_dimensions(gain, dimensions):
    theory = solve(gain)
    assert (theory.dimension_h, theory.dimension_phi) == pytest.approx(dimensions, rel=0.025)


# --- properties at any gain above 1 ---


@few_examples
@given(GAINS)
def test_correlations_decrease_from_the_variances_to_zero(gain):
    theory = solve(gain)
    assert theory.lag[0] == 0
    np.testing.assert_allclose(np.diff(theory.lag), theory.lag[1])
    for correlation, variance in (
        (theory.correlation_h, theory.variance_h),
        (theory.correlation_phi, theory.variance_phi),
    ):
        assert correlation.shape == theory.lag.shape
        assert correlation[0] == variance
        assert (correlation > 0).all()
        assert (np.diff(correlation) < 0).all()
        assert correlation[-1] < 1e-7 * variance


@few_examples
@given(GAINS)
def test_saturation_shrinks_and_decorrelates(gain):
    theory = solve(gain)
    assert 0 < theory.variance_phi < min(1, theory.variance_h)
    normalised_h = theory.correlation_h / theory.variance_h
    normalised_phi = theory.correlation_phi / theory.variance_phi
    assert (normalised_phi <= normalised_h + 1e-12).all()


@few_examples
@given(GAINS, st.floats(1.01, 1.5))
def test_gain_excites_speeds_up_and_spreads(gain, factor):
    low, high = solve(gain), solve(gain * factor)
    for name in ("variance_h", "variance_phi", "lyapunov_max", "dimension_h", "dimension_phi"):
        assert getattr(low, name) < getattr(high, name)
    for name in ("T2_phi", "half_life_phi"):
        assert getattr(low, name) > getattr(high, name)
    assert low.step_change(0.15) < high.step_change(0.15)


@pytest.mark.parametrize("gain", [1.05, 2.0, 10.0])
def test_step_change_is_read_from_the_correlation(gain):
    theory = solve(gain)
    change = np.sqrt(2 * (theory.variance_phi - theory.correlation_phi[7]))
    assert theory.step_change(theory.lag[7]) == pytest.approx(change)
    assert theory.step_change(0) == 0
    # a smooth function changes in proportion to a short interval
    assert theory.step_change(0.002) == pytest.approx(2 * theory.step_change(0.001), rel=1e-3)


def test_pair_correlations_shrink_with_the_root_of_the_size():
    dimension = solve(4.0).dimension_phi
    assert correlation_rms(dimension, 1000) == pytest.approx(correlation_rms(dimension, 250) / 2)
    assert correlation_rms(dimension, 250) == pytest.approx(0.2459, rel=5e-3)


@given(st.floats(1e-4, 1), st.integers(1, 5000))
def test_pair_correlations_lie_between_0_and_1_or_are_undefined(dimension, size):
    found = correlation_rms(dimension, size)
    assert np.isnan(found) == (dimension * size < 1)
    assert np.isnan(found) or 0 <= found <= 1


# --- equations that the solution must meet ---


def gaussian_average(function, variance):
    """Average an even function over a Gaussian, by the trapezoidal rule."""
    h = np.linspace(0, 10 * np.sqrt(variance), 5001)
    weights = np.exp(-np.square(h) / (2 * variance))
    weights[0] /= 2
    return (function(h) @ weights) / weights.sum()


def log_cosh(h):
    return np.logaddexp(h, -h) - np.log(2)


@few_examples
@given(GAINS)
def test_variances_are_self_consistent(gain):
    theory = solve(gain)
    mean = gaussian_average(log_cosh, theory.variance_h)
    variance = gaussian_average(lambda h: np.square(log_cosh(h) - mean), theory.variance_h)
    # V(Δ0) = 0; near g = 1 the ratio depends on Δ0 only weakly, in proportion to it
    accuracy = 1e-5 * min(1, theory.variance_h)
    assert 2 * gain**2 * variance / theory.variance_h**2 == pytest.approx(1, rel=accuracy)
    expected = gaussian_average(lambda h: np.square(np.tanh(h)), theory.variance_h)
    assert theory.variance_phi == pytest.approx(expected, rel=1e-6)


@few_examples
@given(GAINS)
def test_correlations_obey_the_equation_of_motion(gain):
    theory = solve(gain)
    interval = theory.lag[1]
    even = np.concatenate([theory.correlation_h[1:2], theory.correlation_h])
    acceleration = np.diff(even, 2) / interval**2
    expected = (theory.correlation_h - gain**2 * theory.correlation_phi)[:-1]
    np.testing.assert_allclose(acceleration, expected, atol=2e-3 * np.abs(expected).max())


@few_examples
@given(GAINS)
def test_time_derivative_of_the_correlation_is_the_first_excited_level(gain):
    assert solve(gain).excited_level == pytest.approx(0, abs=1e-5)


# --- silence, and the limits of chaos ---


@given(st.floats(0, 1))
def test_network_is_silent_up_to_a_gain_of_one(gain):
    theory = solve(gain)
    assert theory.lyapunov_max == gain - 1
    assert theory.variance_h == theory.variance_phi == theory.step_change(0.15) == 0
    assert not theory.correlation_h.any()
    assert not theory.correlation_phi.any()
    assert np.isnan([getattr(theory, name) for name in RELATIVE]).all()
    assert np.isnan(correlation_rms(theory.dimension_phi, 250))


@pytest.mark.parametrize("gain", [-2.0, -1e-9, 1.001, 1000.0, np.inf, np.nan])
def test_gain_out_of_range_is_refused(gain):
    with pytest.raises(ValueError, match=f"gain: expected .* to 100, found {gain}"):
        solve(gain)


@pytest.mark.parametrize(
    ("name", "power", "factor"),
    [("variance_h", 1, 1), ("T2_phi", -1, 2 * np.sqrt(3)), ("lyapunov_max", 2, 1 / 2)],
)
def test_onset_of_chaos(name, power, factor):
    near, far = (getattr(solve(1 + excess), name) / excess**power for excess in (0.01, 0.02))
    assert near == pytest.approx(factor, rel=0.05)
    assert 2 * near - far == pytest.approx(factor, rel=5e-3)


def test_correlation_at_the_onset_is_a_hyperbolic_secant():
    excess = 0.01
    theory = solve(1 + excess)
    expected = excess / np.cosh(excess * theory.lag / np.sqrt(3))
    np.testing.assert_allclose(theory.correlation_h, expected, atol=0.02 * excess)


def test_speeding_up_by_gain_saturates():
    low, high = solve(50.0), solve(100.0)
    assert high.variance_h / 100**2 == pytest.approx(0.72676, rel=1e-3)
    assert 2 * high.T2_phi - low.T2_phi == pytest.approx(2.70, abs=0.005)  # of order 1/g to 0


# --- a second route ---

# duration, intervals and order of the second route, and how far to pad for the dimensions
SECOND_ROUTE = {
    1.2: (200, 600, 40, 8),
    2.83: (60, 600, 240, 2),
    8.0: (30, 600, 800, 2),
    20.0: (30, 1000, 4000, 2),
}


@cache
def fixed_point(gain):
    return FixedPoint(gain, *SECOND_ROUTE[gain][:3])


@pytest.mark.parametrize("gain", SECOND_ROUTE)
class TestFixedPoint:
    def test_correlations(self, gain):
        theory, second = solve(gain), fixed_point(gain)
        near = second.lag < 20
        for expected, found in (
            (second.h, theory.correlation_h),
            (second.phi, theory.correlation_phi),
        ):
            interpolated = CubicSpline(theory.lag, found)(second.lag[near])
            np.testing.assert_allclose(interpolated, expected[near], atol=1e-5 * expected[0])

    def test_timescales(self, gain):
        theory, second = solve(gain), fixed_point(gain)
        expected = correlation_time(second.phi, second.interval)
        assert theory.T2_phi == pytest.approx(expected, rel=1e-4)
        expected = half_life(second.phi, second.interval)
        assert theory.half_life_phi == pytest.approx(expected, rel=1e-4)

    def test_lyapunov_exponent(self, gain):
        assert solve(gain).lyapunov_max == pytest.approx(fixed_point(gain).lyapunov_max(), abs=2e-4)

    def test_dimensions(self, gain):
        theory = solve(gain)
        expected = tuple(fixed_point(gain).dimensions(SECOND_ROUTE[gain][3]))
        assert (theory.dimension_h, theory.dimension_phi) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("dt", [0.1, 0.2])
def test_euler_multiplies_times_and_leaves_variances(dt):
    theory, euler = solve(4.0), EulerFixedPoint(4.0, 60, round(60 / dt), 240)
    assert euler.phi[0] == pytest.approx(theory.variance_phi, rel=1e-4)
    shortened = theory.half_life_phi * np.sqrt(1 - dt)
    assert half_life(euler.phi, dt) == pytest.approx(shortened, rel=2e-3)


# --- simulation ---


def simulated_dimensions(gain, size, seed, *, trials=64, duration=60, dt=0.1):
    """Return the participation ratios of h and φ per neuron, from two halves of the trials."""
    rng = np.random.default_rng(seed)
    weights = gain * rng.normal(size=(size, size)) / np.sqrt(size)
    h = rng.normal(scale=gain, size=(size, trials))
    covariance = np.zeros((2, 2, size, size))
    for step in range(round(duration / dt)):
        middle = h + dt / 2 * (weights @ np.tanh(h) - h)
        h = h + dt * (weights @ np.tanh(middle) - middle)
        if step * dt > 20 and step % 20 == 0:
            for kind, activity in enumerate((h, np.tanh(h))):
                for half in (0, 1):
                    covariance[kind, half] += activity[:, half::2] @ activity[:, half::2].T
    traces = np.trace(covariance, axis1=2, axis2=3).prod(axis=1)
    return traces / (covariance[:, 0] * covariance[:, 1]).sum(axis=(1, 2)) / size


def test_dimensions_of_simulated_networks():
    theory = solve(10.0)
    found = np.mean([simulated_dimensions(10.0, 250, seed) for seed in range(6)], axis=0)
    assert found == pytest.approx([theory.dimension_h, theory.dimension_phi], rel=0.25)
    # both vary between networks, but together
    ratio = theory.dimension_h / theory.dimension_phi
    assert found[0] / found[1] == pytest.approx(ratio, rel=0.08)
