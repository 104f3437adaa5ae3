"""Stored patterns, and the structured weights that hold them."""

from __future__ import annotations

import numpy as np
import torch
from scipy.linalg import orth
from torch import Tensor


def random_patterns(patterns: int, neurons: int, rng: np.random.Generator) -> np.ndarray:
    """Draw (K, N) linearly independent patterns with entries ±1, each with probability 1/2.

    Raises:
        ValueError: K > N.
    """
    if patterns > neurons:
        raise ValueError(f"patterns: expected at most {neurons} (the neurons), found {patterns}")
    while True:  # few neurons may well give dependent ones
        drawn = rng.choice([-1.0, 1.0], size=(patterns, neurons))
        if np.linalg.matrix_rank(drawn) == patterns:
            return drawn


def outer_product(patterns: np.ndarray, strength: float) -> Tensor:
    """Return the (N, N) outer-product weights (strength / N) Σ_k ξ_k ξ_kᵀ (section 3.4).

    Args:
        patterns: (K, N).
        strength: s; s = N gives the paper's literal Σ ξ ξᵀ.
    """
    return torch.from_numpy(strength / patterns.shape[1] * patterns.T @ patterns)


def pseudo_inverse(patterns: np.ndarray, strength: float) -> Tensor:
    """Return (N, N) weights s times the projection onto the span of the patterns (section 3.4).

    This is s ξᵀ(ξξᵀ)⁻¹ξ, the rule of Personnaz, Guyon & Dreyfus (1985). Every pattern, and every
    mixture of patterns, is an eigenvector of eigenvalue s, which is what the outer product gives to
    orthogonal patterns: equal s make the rules comparable. At s > 1 and g = 0 each pattern is an
    exact attractor for any K, at h = x ξ with x = s φ(x), and its overlap is 1.

    Args:
        patterns: (K, N); linearly dependent ones count once.
        strength: s.
    """
    basis = orth(patterns.T)
    return torch.from_numpy(strength * (basis @ basis.T))
