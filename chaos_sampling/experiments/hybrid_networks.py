"""The networks that all experiments on stored patterns share, W = W_struct + g(t) W_rand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch

from chaos_sampling import seeds
from chaos_sampling.network.patterns import outer_product, pseudo_inverse, random_patterns
from chaos_sampling.network.readings import RandomVariance
from chaos_sampling.network.weights import Network, random_weights, stack

Rule = Literal["outer_product", "pseudo_inverse"]
"""How W_struct is made from the patterns."""
STRUCTURES: dict[Rule, Callable[[np.ndarray, float], torch.Tensor]] = {
    "outer_product": outer_product,
    "pseudo_inverse": pseudo_inverse,
}
"""The functions of patterns and strength that make it."""


def networks_of(
    *,
    neurons: int,
    patterns: int,
    strength: float,
    random_variance: RandomVariance,
    networks: int,
    seed: int,
    rule: Rule = "outer_product",
    first: int = 0,
) -> tuple[np.ndarray, Network]:
    """Draw the hybrid networks; only `neurons`, `patterns` and `seed` change what is drawn.

    Args:
        neurons: N.
        patterns: K, the number of stored patterns.
        strength: s, that of `patterns.outer_product` or of `patterns.pseudo_inverse`.
        random_variance: of the entries of W_rand.
        networks: number of independent networks.
        seed: top-level seed.
        rule: how W_struct is made from the patterns.
        first: index of the first of them among all that the seed gives.

    Returns:
        The patterns (network, K, N) and the networks as one batch in single precision.
    """
    variance = {"1/N": 1 / neurons, "1": 1.0}[random_variance]
    indices = range(first, first + networks)
    rngs = [seeds.generator(seed, "hybrid network", index) for index in indices]
    stored = np.stack([random_patterns(patterns, neurons, rng) for rng in rngs])
    batch = stack(
        [
            Network(random_weights(neurons, rng, variance=variance), STRUCTURES[rule](xi, strength))
            for rng, xi in zip(rngs, stored, strict=True)
        ]
    )
    return stored, batch.to(dtype=torch.float32)
