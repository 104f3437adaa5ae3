"""Lyapunov exponents of chaotic networks: the flow, the errors, the precision, the theory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling import dynamics, mean_field, seeds
from chaos_sampling.lyapunov import Spectrum, lyapunov_exponents
from chaos_sampling.network import Network, random_states, random_weights, stack


def measure(
    neurons: int,
    gain: float,
    *,
    networks: int,
    trials: int,
    count: int,
    duration: float,
    blocks: int,
    burn_in: float = 40,
    dtype: torch.dtype = torch.float32,
) -> Spectrum:
    """Return exponents of independent networks from independent initial states."""
    rngs = [seeds.generator(1, "science of the exponents", i) for i in range(networks)]
    network = stack([Network(random_weights(neurons, rng)) for rng in rngs]).to(dtype=dtype)
    state = torch.stack([random_states(trials, neurons, rng) for rng in rngs]).to(dtype)
    return lyapunov_exponents(
        network,
        dynamics.advance(network, state, gain, duration=burn_in, dt=0.1),
        gain,
        count=count,
        dt=0.1,
        burn_in=20,
        duration=duration,
        interval=0.5,
        blocks=blocks,
        rng=rngs[0],
    )


def test_chaotic_flows_have_an_exponent_of_zero():
    settings = dict(networks=10, trials=1, count=8, duration=1000, burn_in=200, blocks=20)
    spectra = measure(80, 6.0, **settings)
    exponents, errors = spectra.exponents[:, 0], spectra.standard_errors[:, 0]
    chaotic = exponents[:, 0] > np.maximum(0.1, 3 * errors[:, 0])
    assert chaotic.sum() >= 3  # of small networks, many come to rest or to a cycle
    nearest = np.sort(np.abs(exponents[chaotic]), axis=-1)
    # displacements along the flow neither grow nor shrink; the other exponents near 0 are about
    # 0.08 apart, so that one of them comes as near as 0.005 by chance in every eighth network
    assert np.median(nearest[:, 0]) < 0.005
    assert nearest[:, 0].max() < 0.02
    assert np.median(nearest[:, 1]) > 0.03


def test_standard_errors_are_the_scatter_of_repeated_measurements():
    settings = dict(networks=1, trials=48, count=2, duration=200, blocks=10)
    spectra = measure(250, 8.0, **settings)
    scatter = spectra.exponents[0].std(axis=0, ddof=1)
    quoted = np.sqrt(np.square(spectra.standard_errors[0]).mean(axis=0))
    # 48 measurements know their scatter to 10 %; the two agree to 5 % here
    np.testing.assert_array_less(np.abs(np.log(scatter / quoted)), np.log(1.5))


def test_single_precision_agrees_with_double_within_the_statistical_error():
    settings = dict(networks=1, trials=16, count=6, duration=200, blocks=10)
    single, double = (
        measure(150, 6.0, **settings, dtype=dtype) for dtype in (torch.float32, torch.float64)
    )
    means = [spectra.exponents[0].mean(axis=0) for spectra in (single, double)]
    errors = [spectra.exponents[0].std(axis=0, ddof=1) / 4 for spectra in (single, double)]
    difference = np.abs(means[0] - means[1])
    np.testing.assert_array_less(difference, 4.5 * np.hypot(*errors))
    assert difference.max() < 0.06  # which is not met by large errors alone


def test_largest_exponent_approaches_mean_field_theory_from_below():
    theory = mean_field.solve(4.0).lyapunov_max
    small, middle, large = (
        measure(neurons, 4.0, networks=networks, trials=2, count=1, duration=duration, blocks=2)
        .exponents.mean()
        .item()
        for neurons, networks, duration in ((100, 10, 100), (350, 5, 80), (1000, 2, 40))
    )
    assert small < middle < large
    # networks of 1000 neurons lie 5 % below theory and two of them scatter by 3 %
    assert large == pytest.approx(0.95 * theory, rel=0.08)
