"""Networks and states that the tests of the integrator share."""

from __future__ import annotations

import numpy as np
import torch

from chaos_sampling.network.patterns import outer_product, random_patterns
from chaos_sampling.network.weights import Network, random_weights

METHODS = ["rk4", "euler"]


def network(neurons=20, seed=0, structured=True):
    rng = np.random.default_rng(seed)
    patterns = random_patterns(2, neurons, rng)
    return Network(
        random_weights(neurons, rng), outer_product(patterns, 2.0) if structured else None
    )


def initial(*shape, seed=1):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def silent(neurons):
    return Network(torch.zeros(neurons, neurons, dtype=torch.float64))


def single(weight):
    return Network(torch.tensor([[float(weight)]], dtype=torch.float64))
