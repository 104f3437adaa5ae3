from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import fft

from chaos_sampling.mean_field import solve

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


@pytest.mark.parametrize("gain", REFERENCE)
def test_reference_values(gain):
    theory = solve(gain)
    for (name, tolerance), value in zip(TOLERANCES.items(), REFERENCE[gain], strict=True):
        assert getattr(theory, name) == pytest.approx(value, **tolerance), name


# --- equations that the solution must meet ---


def gaussian_average(function, variance):
    """Average over one Gaussian, on a grid much finer than tanh."""
    h = np.linspace(0, 10 * np.sqrt(variance), 200_001)
    weights = np.exp(-np.square(h) / (2 * variance))
    return (function(h) @ weights) / weights.sum()


def log_cosh(h):
    return np.logaddexp(h, -h) - np.log(2)


@settings(max_examples=10, deadline=None)
@given(st.floats(1.05, 50))
def test_variances_are_self_consistent(gain):
    theory = solve(gain)
    mean = gaussian_average(log_cosh, theory.variance_h)
    variance = gaussian_average(lambda h: np.square(log_cosh(h) - mean), theory.variance_h)
    # V(Δ0) = 0; near g = 1 both sides agree for any small Δ0, up to a share of order Δ0
    accuracy = 1e-4 * min(1, theory.variance_h)
    assert 2 * gain**2 * variance / theory.variance_h**2 == pytest.approx(1, rel=accuracy)
    expected = gaussian_average(lambda h: np.square(np.tanh(h)), theory.variance_h)
    assert theory.variance_phi == pytest.approx(expected, rel=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.floats(1.05, 50))
def test_correlations_obey_the_equation_of_motion(gain):
    theory = solve(gain)
    interval = theory.lag[1]
    even = np.concatenate([theory.correlation_h[1:2], theory.correlation_h])
    acceleration = np.diff(even, 2) / interval**2
    expected = (theory.correlation_h - gain**2 * theory.correlation_phi)[:-1]
    np.testing.assert_allclose(acceleration, expected, atol=2e-3 * np.abs(expected).max())


@settings(max_examples=10, deadline=None)
@given(st.floats(1.05, 50))
def test_time_derivative_of_the_correlation_is_the_first_excited_level(gain):
    assert solve(gain).excited_level == pytest.approx(0, abs=1e-5)


# --- limits ---


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


# --- a second route: fixed point of (1 + ω²) Δ(ω) = g² C(ω) ---


class FixedPoint:
    """Solve for Δ by repeated substitution, with ⟨φφ⟩ as a series of Hermite coefficients."""

    def __init__(self, gain, duration=60.0, intervals=1200, order=240):
        self.gain = gain
        self.lag, self.interval = np.linspace(0, duration, intervals + 1, retstep=True)
        self.frequency = np.pi * np.arange(intervals + 1) / duration
        self.z = np.linspace(-40, 40, 8001)
        self.hermite = np.empty((order, len(self.z)))  # orthonormal functions He_n e^(−z²/4)
        self.hermite[0] = np.exp(-np.square(self.z) / 4) / (2 * np.pi) ** 0.25
        self.hermite[1] = self.z * self.hermite[0]
        for n in range(1, order - 1):
            above = self.z * self.hermite[n] - np.sqrt(n) * self.hermite[n - 1]
            self.hermite[n + 1] = above / np.sqrt(n + 1)
        self.h = gain**2 / 2 / np.cosh(self.lag / 3)
        for _ in range(400):
            new = gain**2 * self.filtered(self.average(np.tanh, self.h))
            change = np.abs(new - self.h).max()
            self.h = new
            if change < 1e-9 * self.h[0]:
                break
        self.phi = self.average(np.tanh, self.h)

    def filtered(self, correlation):
        spectrum = fft.dct(correlation, type=1) / (1 + np.square(self.frequency))
        return fft.idct(spectrum, type=1)

    def average(self, function, h):
        values = function(np.sqrt(h[0]) * self.z) * self.hermite[0]
        coefficients = self.hermite @ values * (self.z[1] - self.z[0])
        return np.polynomial.Polynomial(np.square(coefficients))(np.clip(h / h[0], -1, 1))

    def lyapunov_max(self):
        """Diagonalise the Schrödinger operator in the basis cos ωt."""
        slope = self.average(lambda h: 1 / np.square(np.cosh(h)), self.h)
        count = len(self.lag)
        modes = np.cos(np.outer(self.lag, self.frequency)) * np.sqrt(2 / (count - 1))
        modes[:, [0, -1]] /= np.sqrt(2)
        modes[[0, -1]] /= np.sqrt(2)
        operator = (modes * np.square(self.frequency)) @ modes.T
        operator[np.diag_indices(count)] += 1 - self.gain**2 * slope
        return np.sqrt(1 - np.linalg.eigvalsh(operator)[0]) - 1

    def dimension(self):
        """Sum ψ over a regular grid of both frequencies, (ω1, ω2) and (ω1, −ω2)."""
        spectrum = self.interval * fft.dct(self.phi, type=1)
        first, second = spectrum[:600], np.concatenate([spectrum[599:0:-1], spectrum[:600]])
        frequency = self.frequency[:600]
        both_signs = np.concatenate([-frequency[:0:-1], frequency])
        slope = np.sqrt(self.average(lambda h: 1 / np.square(np.cosh(h)), np.array([self.h[0], 0])))
        response = slope[1] / (1 + 1j * frequency)[:, None], slope[1] / (1 + 1j * both_signs)
        amplification = 1 / np.square(np.abs(1 - self.gain**2 * response[0] * response[1]))
        weights = np.full(600, 2.0)
        weights[0] = 1
        pairs = (weights * first) @ (amplification - 1) @ second
        integral = pairs * (frequency[1] / (2 * np.pi)) ** 2
        return self.phi[0] ** 2 / (self.phi[0] ** 2 + integral)


@cache
def fixed_point(gain):
    return FixedPoint(gain)


@pytest.mark.parametrize("gain", [2.0, 2.83, 4.0])
class TestFixedPoint:
    def test_correlations(self, gain):
        theory, second = solve(gain), fixed_point(gain)
        chosen = second.lag < 20
        for expected, found in (
            (second.h, theory.correlation_h),
            (second.phi, theory.correlation_phi),
        ):
            assert found[0] == pytest.approx(expected[0], rel=1e-4)
            interpolated = np.interp(second.lag, theory.lag, found)
            np.testing.assert_allclose(
                interpolated[chosen], expected[chosen], atol=2e-3 * expected[0]
            )

    def test_timescale(self, gain):
        second = fixed_point(gain)
        normalised = np.square(second.phi / second.phi[0])
        expected = 2 * np.trapezoid(normalised, second.lag)
        assert solve(gain).T2_phi == pytest.approx(expected, rel=5e-3)

    def test_lyapunov_exponent(self, gain):
        assert solve(gain).lyapunov_max == pytest.approx(fixed_point(gain).lyapunov_max(), abs=5e-4)

    def test_dimension(self, gain):
        assert solve(gain).dimension_phi == pytest.approx(fixed_point(gain).dimension(), rel=1e-2)
