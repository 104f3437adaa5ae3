"""Weights of the networks: random ones, and the pair (structured, random) that a gain joins.

The gain itself is not here: it multiplies the random part while the network runs, in `dynamics`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Network:
    """Connectivity W = structured + gain · random of one network or of a batch of networks.

    Attributes:
        random: (..., N, N) weights that the gain multiplies; entry [m, n] leads from n to m.
        structured: (..., N, N) weights that the gain leaves alone, or None for none.
    """

    random: Tensor
    structured: Tensor | None = None

    @property
    def neurons(self) -> int:
        """Number of neurons, N."""
        return self.random.shape[-1]

    def to(
        self, device: torch.device | str | None = None, dtype: torch.dtype | None = None
    ) -> Network:
        """Return the same network on another device or in another precision."""
        structured = None if self.structured is None else self.structured.to(device, dtype)
        return Network(self.random.to(device, dtype), structured)


def random_weights(
    neurons: int, rng: np.random.Generator, *, variance: float | None = None
) -> Tensor:
    """Draw (N, N) iid Gaussian weights of mean 0, self-connections included (eq. 1).

    Args:
        neurons: N.
        rng: source of randomness.
        variance: of each entry; 1/N, the paper's text, when None.
    """
    deviation = np.sqrt(1 / neurons if variance is None else variance)
    return torch.from_numpy(deviation * rng.standard_normal((neurons, neurons)))


def random_states(count: int, neurons: int, rng: np.random.Generator) -> Tensor:
    """Draw (count, N) initial states h, standard normal; the first rows do not depend on `count`.

    Args:
        count: number of states.
        neurons: N.
        rng: source of randomness.
    """
    return torch.from_numpy(rng.standard_normal((count, neurons)))


def stack(networks: list[Network]) -> Network:
    """Join networks of one size into a batch along a new first axis."""
    random = torch.stack([network.random for network in networks])
    if networks[0].structured is None:
        return Network(random)
    return Network(random, torch.stack([network.structured for network in networks]))
