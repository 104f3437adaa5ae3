"""Mean-field theory (N → ∞) of the random network under independent white noise σ dW/dt.

After Schuecker, Goedeke & Helias (2018). Without noise the theory is that of `mean_field`.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from chaos_sampling.theory import mean_field

DEVIATES = np.linspace(-9, 9, 2001)
"""Nodes of averages over a standard normal variable, by the trapezoidal rule."""
WEIGHTS = np.exp(-np.square(DEVIATES) / 2)
WEIGHTS /= WEIGHTS.sum()


def noise_amplitude(gain: float, variance: float) -> float:
    """Return the σ of white noise with which h has a given variance Δ0 as N → ∞.

    With noise, dΔ/dt = −σ²/2 at t = 0⁺ in the mean-field theory, and its conserved energy becomes
    σ⁴ = 4 (Δ0² − 2 g² Var ln cosh h), h normal of variance Δ0.

    Args:
        gain: g.
        variance: Δ0.

    Raises:
        ValueError: the network has a larger variance without any noise.
    """
    fourth_power = 4 * _excess(gain, variance)
    if fourth_power < 0:
        raise ValueError(
            f"variance: expected at least that without noise at gain {gain}, found {variance}"
        )
    return fourth_power**0.25


def driven_variance(gain: float, amplitude: float) -> float:
    """Return the variance Δ0 of h under white noise as N → ∞; the inverse of `noise_amplitude`.

    Args:
        gain: g.
        amplitude: σ, above 0.
    """
    largest = gain**2 + amplitude**2  # above that of saturated neurons and half of σ²
    return brentq(lambda variance: _excess(gain, variance) - amplitude**4 / 4, 0, largest)


def quenching_amplitude(gain: float) -> float:
    """Return the σ above which white noise ends the chaos as N → ∞.

    There the variance g²⟨φ²⟩ of what neurons receive falls below the variance Δ0 of h.

    Args:
        gain: g, above 1.
    """
    alone = mean_field.solve(gain).variance_h
    received = brentq(lambda h: h - gain**2 * _mean_square(h), alone, gain**2)
    return noise_amplitude(gain, received)


def driven_deviation(gain: float, amplitude: float) -> float:
    """Return the root mean square of φ under noise as N → ∞.

    Args:
        gain: g.
        amplitude: σ, above 0.
    """
    return _mean_square(driven_variance(gain, amplitude)) ** 0.5


def _mean_square(variance: float) -> float:
    """Return ⟨φ²⟩ where h is normal."""
    return WEIGHTS @ np.square(np.tanh(DEVIATES * variance**0.5))


def _excess(gain: float, variance: float) -> float:
    """Return Δ0² − 2 g² Var ln cosh h, which is 0 without noise and σ⁴/4 with it."""
    inputs = DEVIATES * variance**0.5
    potential = np.logaddexp(inputs, -inputs)  # ln cosh h, up to a constant
    return variance**2 - 2 * gain**2 * (WEIGHTS @ np.square(potential) - (WEIGHTS @ potential) ** 2)
