"""Mean-field theory (N → ∞, few patterns) of stored patterns amid chaos."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from chaos_sampling.theory import mean_field
from chaos_sampling.theory.noisy_mean_field import DEVIATES, WEIGHTS


def critical_gain(strength: float) -> float:
    """Return the gain above which a small overlap with a pattern decays as N → ∞.

    Where h is normal of variance Δ0, an overlap m adds a mean s m to the h of all neurons, along
    the pattern, so that dm/dt = (s ⟨φ'⟩ − 1) m for small m. Below the critical gain the overlap
    grows, and neither chaos nor noise of that variance makes it vanish.

    Args:
        strength: s, from 1.02 to 99, between which `mean_field.solve` has the gains it takes.

    Raises:
        ValueError: at this strength no pattern is stable even at g = 0, or a gain is outside the
            range of the theory.
    """
    if strength <= 1:
        raise ValueError(f"strength: expected more than 1, found {strength}")
    return brentq(lambda gain: growth_rate(gain, strength), 1.0, 1 + strength, xtol=1e-4)


def growth_rate(gain: float, strength: float) -> float:
    """Return s ⟨φ'⟩ − 1, the rate in 1/τ at which a small overlap grows in chaos of gain g."""
    deviation = mean_field.solve(gain).variance_h ** 0.5
    derivative = 1 - np.tanh(DEVIATES * deviation) ** 2
    return float(strength * (WEIGHTS @ derivative) - 1)
