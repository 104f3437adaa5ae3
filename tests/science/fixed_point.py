"""A second route to the mean-field theory: the fixed point of (1 + ω²) Δ(ω) = g² C(ω)."""

from __future__ import annotations

import numpy as np
from scipy import fft


class FixedPoint:
    """Solve for Δ by repeated substitution, with ⟨φφ⟩ as a series of Hermite coefficients."""

    def __init__(self, gain, duration, intervals, order):
        self.gain = gain
        self.lag, self.interval = np.linspace(0, duration, intervals + 1, retstep=True)
        self.frequency = np.pi * np.arange(intervals + 1) / duration
        self.z = np.linspace(-13, 13, 1301)
        self.hermite = np.empty((order, len(self.z)))  # orthonormal functions He_n e^(−z²/4)
        self.hermite[0] = np.exp(-np.square(self.z) / 4) / (2 * np.pi) ** 0.25
        self.hermite[1] = self.z * self.hermite[0]
        for n in range(1, order - 1):
            above = self.z * self.hermite[n] - np.sqrt(n) * self.hermite[n - 1]
            self.hermite[n + 1] = above / np.sqrt(n + 1)
        self.h = gain * (gain - 1) / np.cosh((1 - 1 / gain) * self.lag / np.sqrt(3))
        for _ in range(3000):
            new = gain**2 * self.filtered(self.average(np.tanh, self.h))
            change = np.abs(new - self.h).max() / new[0]
            self.h = new
            if change < 1e-9:
                break
        assert change < 1e-9
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

    def dimensions(self, padding, count=600):
        """Sum ψ of h and of φ over a regular grid of both frequencies, (ω1, ω2) and (ω1, −ω2)."""
        frequency, step = np.pi * np.arange(count) / (padding * self.lag[-1]), self.interval
        both_signs = np.concatenate([-frequency[:0:-1], frequency])
        limits = self.average(lambda h: 1 / np.square(np.cosh(h)), np.array([self.h[0], 0]))
        filters = (1 + 1j * frequency)[:, None] * (1 + 1j * both_signs)
        x = self.gain**2 * limits[1] / filters
        amplification = 1 / np.square(np.abs(1 - x))
        weights = np.full(count, 2.0)
        weights[0] = 1
        for correlation, kernel in (
            (self.h, amplification + 2 * (x / (1 - x)).real),
            (self.phi, amplification - 1),
        ):
            padded = np.pad(correlation, (0, (padding - 1) * (len(self.lag) - 1)))
            spectrum = step * fft.dct(padded, type=1)[:count]
            pairs = (weights * spectrum) @ kernel @ np.concatenate([spectrum[:0:-1], spectrum])
            integral = pairs * (frequency[1] / (2 * np.pi)) ** 2
            yield correlation[0] ** 2 / (correlation[0] ** 2 + integral)


class EulerFixedPoint(FixedPoint):
    """The same for Euler's method, its time step the interval of the lags."""

    def filtered(self, correlation):
        step = self.interval
        passed = 1 + 2 * (1 - step) * (1 - np.cos(self.frequency * step)) / step**2
        return fft.idct(fft.dct(correlation, type=1) / passed, type=1)
