"""Mean-field theory (N → ∞) of the random network τ dh/dt = −h + Wφ(h), φ = tanh, τ = 1.

The autocorrelations Δ(t) = ⟨h(0)h(t)⟩ and C(t) = ⟨φφ⟩ and the largest Lyapunov exponent follow
Sompolinsky, Crisanti & Sommers (1988), the dimension Clark, Abbott & Litwin-Kumar (2023).

All averages come from one function, C′(Δ) = ⟨φ′φ′⟩, since d⟨φφ⟩/dΔ = ⟨φ′φ′⟩ (Price's theorem).
It and all that is made of it are smooth functions of y = √(1 − Δ/Δ0), also at high gain, where φ
is nearly a step, and are interpolated there by Chebyshev polynomials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import fft
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq

from chaos_sampling.measures import timescales

SMALLEST, LARGEST = 1.01, 100.0
"""Gains above 1 between which the discretisation was checked."""

DEGREE = 100  # of the Chebyshev polynomials
LAGS = 4096
DECAY = 20.0  # logarithm of the factor by which Δ has decayed at the last lag
LEVELS_MESH = 6000
FREQUENCIES = 400

NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2  # from [−1, 1] to [0, 1]


@dataclass(frozen=True)
class MeanField:
    """Statistics of an infinitely large network at one gain; times in τ.

    At g ≤ 1 the network is silent: variances and correlations are 0, and timescales and dimensions,
    which are relative to them, NaN.

    Attributes:
        gain: g, the standard deviation of the weights times √N.
        variance_h: Δ(0), the Δ0 of the equations.
        variance_phi: C(0).
        lag: equally spaced from 0 until Δ has decayed by about e²⁰, shape (T,); only 0 in silence.
        correlation_h: Δ at each lag, shape (T,).
        correlation_phi: C at each lag, shape (T,).
        lyapunov_max: λ1, the largest Lyapunov exponent, in 1/τ.
        excited_level: first excited level of the Schrödinger problem whose ground state gives λ1;
            it is 0 in theory, as Δ′(t) solves that problem, and here the numerical error.
        T2_phi: ∫ (C/C(0))² dt over −∞…∞.
        half_life_phi: lag at which C has fallen to half.
        dimension_h: participation ratio of the covariance of h, per neuron.
        dimension_phi: the same of φ.
    """

    gain: float
    variance_h: float
    variance_phi: float
    lag: np.ndarray
    correlation_h: np.ndarray
    correlation_phi: np.ndarray
    lyapunov_max: float
    excited_level: float
    T2_phi: float
    half_life_phi: float
    dimension_h: float
    dimension_phi: float

    def step_change(self, interval: float) -> float:
        """Return the root-mean-square change of φ over `interval` τ, √(2(C(0) − C(interval)))."""
        if self.gain <= 1:
            return 0.0
        later = CubicSpline(self.lag, self.correlation_phi, bc_type="clamped")(interval)
        return float(np.sqrt(2 * (self.variance_phi - later)))


def correlation_rms(dimension: np.ndarray | float, size: int) -> np.ndarray:
    """Return the root-mean-square correlation √((N/D − 1)/N) of φ of two neurons.

    Args:
        dimension: participation ratio of φ per neuron, D/N.
        size: N.

    Returns:
        The correlation; NaN where there is less than one dimension, and N too small for the theory.
    """
    dimension = np.asarray(dimension, float)
    valid = dimension * size >= 1
    return np.sqrt((1 / np.where(valid, dimension, np.nan) - 1) / size)


class _Solution(NamedTuple):
    """Functions of y = √(1 − Δ/Δ0) in [0, 1] at one gain."""

    gain: float
    variance: float  # Δ0
    slope: Chebyshev  # C′(Δ)
    ratio: Chebyshev  # C(Δ)/Δ
    speed: Chebyshev  # du/dt, where y = tanh u and hence Δ = Δ0 sech² u


def solve(gain: float) -> MeanField:
    """Solve the mean-field theory of the random network at one gain.

    Args:
        gain: g, from 0 to 1 or from 1.01 to 100. Just above 1 all times diverge.

    Raises:
        ValueError: the gain is outside the range in which the numerical error was checked.
    """
    if 0 <= gain <= 1:
        return _silence(gain)
    if not SMALLEST <= gain <= LARGEST:
        raise ValueError(
            f"gain: expected from 0 to 1 or from {SMALLEST} to {LARGEST:g}, found {gain}"
        )
    solution = _self_consistent(gain)
    lag = np.linspace(0, DECAY / _decay_rate(solution), LAGS)
    y, h = _trajectory(solution, lag)
    phi = solution.ratio(y) * h
    interval = lag[1]
    ground, excited = _levels(solution, lag[-1])
    dimension_h, dimension_phi = _dimensions(solution, phi, interval)
    return MeanField(
        gain=gain,
        variance_h=h[0],
        variance_phi=phi[0],
        lag=lag,
        correlation_h=h,
        correlation_phi=phi,
        lyapunov_max=np.sqrt(1 - ground) - 1,
        excited_level=excited,
        T2_phi=timescales.correlation_time(phi, interval),
        half_life_phi=timescales.half_life(phi, interval),
        dimension_h=dimension_h,
        dimension_phi=dimension_phi,
    )


def _silence(gain: float) -> MeanField:
    zero = np.zeros(1)
    times = ("T2_phi", "half_life_phi")
    undefined = ("excited_level", *times, "dimension_h", "dimension_phi")
    return MeanField(
        gain=gain,
        variance_h=0.0,
        variance_phi=0.0,
        lag=zero,
        correlation_h=zero,
        correlation_phi=zero,
        lyapunov_max=gain - 1,
        **dict.fromkeys(undefined, np.nan),
    )


def _pair_slope(covariance: np.ndarray, variance: float) -> np.ndarray:
    """Return ⟨φ′(x)φ′(y)⟩ of two Gaussians of equal variance, by the trapezoidal rule.

    With a = (x + y)/2 and b = (x − y)/2, which are independent, the integrand is
    4/(cosh 2a + cosh 2b)². It is analytic for |Im a| < π/2 and negligible for |a| > 9, so that a
    fixed number of nodes serves at any gain.
    """
    nodes = np.linspace(0, 1, 33)

    def rule(deviation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        standard = np.minimum(8.5, 9 / np.maximum(deviation, 1))[..., None] * nodes
        weights = np.exp(-np.square(standard) / 2) * np.sqrt(2 / np.pi) * standard[..., 1:2]
        weights[..., 0] /= 2
        return np.cosh(2 * deviation[..., None] * standard), weights

    sums, sum_weights = rule(np.sqrt((variance + covariance) / 2))
    differences, difference_weights = rule(np.sqrt((variance - covariance) / 2))
    products = 4 / np.square(sums[..., :, None] + differences[..., None, :])
    return np.einsum("...a,...ab,...b", sum_weights, products, difference_weights)


def _moments(slope: Chebyshev, y: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return C/Δ and (⟨ΦΦ⟩ − ⟨Φ⟩²)/Δ², Φ = ln cosh: ∫ C′ and ∬ C′ from 0 to Δ."""
    y = np.asarray(y)[..., None]
    slopes = slope(np.sqrt(np.square(y) + np.square(NODES) * (1 - np.square(y))))
    return slopes @ (2 * WEIGHTS * NODES), slopes @ (2 * WEIGHTS * NODES**3)


def _self_consistent(gain: float) -> _Solution:
    """Find the Δ0 at which the potential V(Δ) = −Δ²/2 + g²(⟨ΦΦ⟩ − ⟨Φ⟩²) returns to 0.

    Energy is conserved: (dΔ/dt)² = −2V(Δ), and with Δ = Δ0 sech² u, du/dt = √(−2V) / (2Δ tanh u).
    """

    def interpolate(function: Callable[[np.ndarray], np.ndarray]) -> Chebyshev:
        return Chebyshev.interpolate(function, DEGREE, domain=[0, 1])

    def slope_at(variance: float) -> Chebyshev:
        return interpolate(lambda y: _pair_slope(variance * (1 - np.square(y)), variance))

    def depth(slope: Chebyshev, y: np.ndarray | float) -> np.ndarray:  # −2V/Δ²
        return 1 - 2 * gain**2 * _moments(slope, y)[1]

    # to the last digit: `speed` divides what is left of the depth at y = 0 by y²
    variance = brentq(lambda variance: depth(slope_at(variance), 0.0), 0, gain**2, xtol=1e-16)
    slope = slope_at(variance)
    return _Solution(
        gain=gain,
        variance=variance,
        slope=slope,
        ratio=interpolate(lambda y: _moments(slope, y)[0]),
        speed=interpolate(lambda y: np.sqrt(depth(slope, y)) / (2 * y)),
    )


def _decay_rate(solution: _Solution) -> float:
    """Return √(1 − g²⟨φ′⟩²), the rate at which Δ decays in the end."""
    return 2 * solution.speed(1.0)


def _trajectory(solution: _Solution, lag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return y and Δ at the given lags, the first of them 0."""
    u = solve_ivp(
        lambda _, u: solution.speed(np.tanh(u)),
        (0, lag[-1]),
        [0.0],
        method="DOP853",
        t_eval=lag,
        rtol=1e-10,
        atol=1e-10,
    ).y[0]
    return np.tanh(u), solution.variance / np.square(np.cosh(u))


def _levels(solution: _Solution, end: float) -> tuple[float, float]:
    """Return the two lowest levels of −d²/dt² + 1 − g² C′(Δ(t)), the even and the odd one.

    Linear finite elements with lumped masses from 0 to `end`; the mesh is dense at 0, where the
    potential at high gain has a narrow well, as wide as 1/√−Δ″(0).
    """
    well = 1 / np.sqrt(solution.variance * (solution.gain**2 * solution.ratio(0.0) - 1))
    time = well * np.sinh(np.linspace(0, np.arcsinh(end / well), LEVELS_MESH))
    y, _ = _trajectory(solution, time)
    step = np.diff(time)
    mass = np.convolve(step, [0.5, 0.5])
    diagonal = np.convolve(1 / step, [1, 1]) / mass + 1 - solution.gain**2 * solution.slope(y)
    coupling = -1 / (step * np.sqrt(mass[1:] * mass[:-1]))

    def lowest(first: int) -> float:
        chain = diagonal[first:], coupling[first:]
        return eigh_tridiagonal(*chain, eigvals_only=True, select="i", select_range=(0, 0)).item()

    return lowest(0), lowest(1)  # an odd function is 0 at the first node


def _dimensions(solution: _Solution, phi: np.ndarray, interval: float) -> tuple[float, float]:
    """Return the participation ratios of h and φ per neuron, C(0)² / (C(0)² + ψ(0, 0)).

    ψ(0, 0) is the integral over both frequencies of N⟨C_ij(ω1) C_ij(ω2)⟩, i ≠ j. With
    x = g² S(ω1) S(ω2) and S = ⟨φ′⟩/(1 + iω) it has two parts: 2 Re x/(1−x) from the response of one
    neuron to the other and |x/(1−x)|² from their common input. For φ they add to |1−x|⁻² − 1, in
    units of C(ω1) C(ω2). For h, in units of Δ(ω1) Δ(ω2), the common part is |1−x|⁻² instead, as
    common input is passed from h to φ by ⟨φ′⟩ while a response is to φ itself.
    """
    highest = np.pi / interval
    decay = _decay_rate(solution)
    # ψ has a ridge along ω1 + ω2 = 0, much narrower than the spectrum when the gain is near 1
    middle, middle_weights = _half_line(decay, highest / 2)
    total, total_weights = _half_line(decay**2, highest)
    first, second = total / 2 + middle[:, None], total / 2 - middle[:, None]
    spectrum = _power_spectrum(phi, interval)
    pairs_phi = spectrum(first) * spectrum(np.abs(second))
    filters = 1 / ((1 + 1j * first) * (1 + 1j * second))
    pairs_h = pairs_phi * solution.gain**4 * np.square(np.abs(filters))
    x = (1 - decay**2) * filters
    response = 2 * (x / (1 - x)).real
    common_h = 1 / np.square(np.abs(1 - x))

    def dimension(variance: float, pairs: np.ndarray) -> float:
        integral = middle_weights @ pairs @ total_weights / np.pi**2  # 4 quadrants / (2π)²
        return variance**2 / (variance**2 + integral)

    return (
        dimension(solution.variance, pairs_h * (response + common_h)),
        dimension(phi[0], pairs_phi * (common_h - 1)),
    )


def _power_spectrum(correlation: np.ndarray, interval: float) -> CubicSpline:
    """Return ∫ C(t) cos ωt dt over −∞…∞ as a function of ω from 0 to π/interval."""
    padded = np.pad(correlation, (0, 7 * len(correlation) + 1))
    frequency = np.linspace(0, np.pi / interval, len(padded))
    return CubicSpline(frequency, interval * fft.dct(padded, type=1))


def _half_line(scale: float, end: float) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes from 0 to `end`, dense below `scale`, and weights that integrate even functions.

    It is the trapezoidal rule in arsinh(node / scale).
    """
    stretched, step = np.linspace(0, np.arcsinh(end / scale), FREQUENCIES, retstep=True)
    weights = step * scale * np.cosh(stretched)
    weights[0] /= 2
    return scale * np.sinh(stretched), weights
