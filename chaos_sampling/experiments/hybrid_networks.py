"""The networks that all experiments on stored patterns share, W = W_struct + g(t) W_rand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NotRequired, TypedDict, Unpack

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.network.patterns import outer_product, pseudo_inverse, random_patterns
from chaos_sampling.network.readings import RandomVariance
from chaos_sampling.network.weights import Network, random_weights, stack

Rule = Literal["outer_product", "pseudo_inverse"]
"""How W_struct is made from the patterns."""
STRUCTURES: dict[Rule, Callable[[np.ndarray, float], Tensor]] = {
    "outer_product": outer_product,
    "pseudo_inverse": pseudo_inverse,
}
"""The functions of patterns and strength that make it."""


class Weights(TypedDict):
    """What the weights of a hybrid network are drawn by.

    Attributes:
        neurons: N.
        patterns: K, the number of stored patterns.
        strength: s, that of `patterns.outer_product` or of `patterns.pseudo_inverse`.
        random_variance: of the entries of W_rand.
        rule: how W_struct is made from the patterns, "outer_product" where none is given.
    """

    neurons: int
    patterns: int
    strength: float
    random_variance: RandomVariance
    rule: NotRequired[Rule]


def networks_of(
    *, networks: int, seed: int, first: int = 0, **weights: Unpack[Weights]
) -> tuple[np.ndarray, Network]:
    """Draw the hybrid networks; only their neurons, patterns and `seed` change what is drawn.

    Args:
        networks: number of independent networks.
        seed: top-level seed.
        first: index of the first of them among all that the seed gives.
        weights: as `Weights` has them.

    Returns:
        The patterns (network, K, N) and the networks as one batch in single precision.
    """
    neurons, strength = weights["neurons"], weights["strength"]
    variance = {"1/N": 1 / neurons, "1": 1.0}[weights["random_variance"]]
    structure = STRUCTURES[weights.get("rule", "outer_product")]
    indices = range(first, first + networks)
    rngs = [seeds.generator(seed, "hybrid network", index) for index in indices]
    stored = np.stack([random_patterns(weights["patterns"], neurons, rng) for rng in rngs])
    batch = stack(
        [
            Network(random_weights(neurons, rng, variance=variance), structure(xi, strength))
            for rng, xi in zip(rngs, stored, strict=True)
        ]
    )
    return stored, batch.to(dtype=torch.float32)


def variance_outside(state: Tensor, stored: Tensor) -> Tensor:
    """Return the mean square of h (..., N) over directions outside the span of patterns (K, N)."""
    span = torch.linalg.qr(stored.mT).Q
    outside = state - state @ span @ span.mT
    return outside.square().sum(-1) / (stored.shape[1] - stored.shape[0])
