"""Random processes whose statistics are known."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter


def ornstein_uhlenbeck(*shape: int, seed: int = 0) -> np.ndarray:
    """Sample processes of time constant 1 and variance 1, exactly, every 0.1 τ along axis 0."""
    noise = np.random.default_rng(seed).normal(size=shape)
    noise[1:] *= np.sqrt(1 - np.exp(-0.2))
    return lfilter([1], [1, -np.exp(-0.1)], noise, axis=0)
