"""The energy that a symmetric network descends when its gain is 0 (section 3.4, Fig. 4b).

Without torch, since figures use it.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import xlogy


def energy(rates: np.ndarray, structured: np.ndarray) -> np.ndarray:
    """Return the continuous Hopfield energy E(v) = −½ vᵀSv + Σ_i ∫_0^{v_i} artanh(x) dx.

    Its gradient is −dh/dt, so that dE/dt = −Σ_i φ'(h_i) (dh_i/dt)² ≤ 0 (Hopfield 1984).

    Args:
        rates: v = φ(h) in [−1, 1], shape (..., N).
        structured: symmetric weights S, shape (N, N).

    Returns:
        Energies, shape (...,).
    """
    interaction = np.einsum("...i,ij,...j->...", rates, structured, rates)
    cost = xlogy(1 + rates, 1 + rates) + xlogy(1 - rates, 1 - rates)
    return (cost.sum(-1) - interaction) / 2


def resting_state(patterns: np.ndarray, strength: float) -> np.ndarray:
    """Return the states h = x ξ, x = s φ(x), at which patterns rest if they are fixed points.

    Args:
        patterns: ξ, shape (..., N).
        strength: s; up to 1 nothing but h = 0 is at rest.
    """
    if strength <= 1:
        return np.zeros_like(patterns)
    smallest = np.sqrt(1 - 1 / strength)  # φ(x) > x − x³/3
    return brentq(lambda x: strength * np.tanh(x) - x, smallest, strength, xtol=1e-15) * patterns
