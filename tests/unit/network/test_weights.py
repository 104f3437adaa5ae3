from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from chaos_sampling.network.weights import Network, random_weights, stack


@pytest.mark.parametrize("neurons", [50, 200, 400])
@pytest.mark.parametrize("variance", [None, 1.0, 0.3])
def test_weights_have_mean_zero_and_their_variance(neurons, variance):
    weights = random_weights(neurons, default_rng(0), variance=variance).numpy()
    expected = 1 / neurons if variance is None else variance
    # five standard errors of a mean and of a variance over N² Gaussian entries
    assert abs(weights.mean()) < 5 * np.sqrt(expected) / neurons
    assert abs(weights.var() / expected - 1) < 5 * np.sqrt(2) / neurons


def test_eigenvalues_fill_the_unit_disc():
    radius = np.abs(np.linalg.eigvals(random_weights(400, default_rng(0)).numpy()))
    assert 0.95 < radius.max() < 1.15  # edge of the circular law, to finite-size fluctuations
    assert abs((radius < 0.5).mean() - 0.25) < 0.05


def test_weights_are_square_double_and_keep_self_connections():
    weights = random_weights(7, default_rng(0))
    assert weights.shape == (7, 7)
    assert weights.dtype == torch.float64
    assert (weights.diagonal() != 0).all()


@given(st.integers(1, 20), st.floats(0.01, 100), st.integers(0, 1000))
def test_variance_only_rescales_the_draw(neurons, variance, seed):
    plain = random_weights(neurons, default_rng(seed))
    scaled = random_weights(neurons, default_rng(seed), variance=variance)
    torch.testing.assert_close(scaled, plain * np.sqrt(variance * neurons))


@pytest.mark.parametrize("structured", [True, False])
def test_stack_keeps_order_and_parts(structured):
    networks = [
        Network(
            random_weights(6, default_rng(seed)),
            random_weights(6, default_rng(10 + seed)) if structured else None,
        )
        for seed in range(3)
    ]
    batch = stack(networks)
    assert batch.neurons == 6
    assert batch.random.shape == (3, 6, 6)
    assert (batch.structured is not None) == structured
    for index, network in enumerate(networks):
        assert torch.equal(batch.random[index], network.random)
        if structured:
            assert torch.equal(batch.structured[index], network.structured)


@pytest.mark.parametrize("structured", [True, False])
def test_precision_changes_in_both_parts(structured):
    weights = random_weights(5, default_rng(0))
    network = Network(weights, weights.clone() if structured else None).to(dtype=torch.float32)
    assert network.random.dtype == torch.float32
    torch.testing.assert_close(network.random, weights, check_dtype=False)
    if structured:
        assert network.structured.dtype == torch.float32
    else:
        assert network.structured is None
