"""One tree of random streams: (seed, purpose, indices) → generator.

No two purposes share a stream. Runs that are compared share one, as the same networks and initial
states at several gains do.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def sequence(seed: int, purpose: str, *indices: int) -> np.random.SeedSequence:
    """Return the seed sequence of one purpose.

    Args:
        seed: the top-level seed of the run.
        purpose: what the numbers are for, in words; different words give independent streams.
        indices: which network, trial or gain, where there are several.
    """
    digest = hashlib.sha256(purpose.encode()).digest()
    words = tuple(int.from_bytes(digest[start : start + 4], "big") for start in range(0, 16, 4))
    return np.random.SeedSequence(entropy=seed, spawn_key=(*words, *indices))


def generator(seed: int, purpose: str, *indices: int) -> np.random.Generator:
    """Return a numpy generator for one purpose; arguments as for `sequence`."""
    return np.random.default_rng(sequence(seed, purpose, *indices))


def integer(seed: int, purpose: str, *indices: int) -> int:
    """Return a 63-bit seed for generators of other libraries; arguments as for `sequence`."""
    return int(sequence(seed, purpose, *indices).generate_state(1, np.uint64)[0] >> np.uint64(1))


def torch_generator(
    seed: int, purpose: str, *indices: int, device: torch.device | str = "cpu"
) -> torch.Generator:
    """Return a torch generator for one purpose on a device; arguments as for `sequence`."""
    import torch  # here, since statistics and figures do without it

    return torch.Generator(device).manual_seed(integer(seed, purpose, *indices))
