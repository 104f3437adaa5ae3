from __future__ import annotations

import numpy as np
import pytest
import torch
from experiment_settings import ESCAPES
from scipy.linalg import null_space

from chaos_sampling import store
from chaos_sampling.experiments.escapes import (
    descend,
    matched_amplitude,
    own_overlap,
    simulate_escapes,
)
from chaos_sampling.experiments.hybrid_networks import networks_of, variance_outside
from chaos_sampling.measures.overlaps import RETRIEVED
from chaos_sampling.network import dynamics

WEIGHTS, NOISE = 0, 1


@pytest.fixture(scope="module")
def escapes():
    return simulate_escapes(**ESCAPES)


@pytest.fixture(scope="module")
def wandering():
    """Return patterns, network and states between patterns and chaos, (network, state, N)."""
    stored, network = networks_of(
        neurons=200, patterns=10, strength=4, random_variance="1/N", networks=2, seed=1
    )
    xi = torch.from_numpy(stored).float()
    gains = torch.tensor([2.0, 3.0, 4.0]).repeat_interleave(10)[:, None]
    start = descend(xi, xi, 4).repeat(1, 3, 1)
    states = [dynamics.advance(network, start, gains, duration=time, dt=0.1) for time in (3, 6, 12)]
    return xi, network, torch.cat(states, 1)


def test_dataset_is_labelled(escapes, tmp_path):
    store.save(escapes, tmp_path / "escapes.h5")
    loaded = store.load(tmp_path / "escapes.h5", "escapes")
    assert loaded["source"].tolist() == ["random_weights", "noise"]
    assert loaded["escapes"].shape == loaded["checks"].shape == (2, 3, 2, 2)
    assert loaded["basins"].tolist() == [[3, 3], [3, 3]]
    np.testing.assert_allclose(loaded["time"], np.arange(21))
    assert loaded["variance"].shape == (2, 3, 2, 2, 21)
    assert loaded["trace_overlap"].shape == (2, 2, 21, 3)
    assert loaded["trace_descended"].shape == (2, 2, 21)


def test_nothing_escapes_at_gain_zero(escapes):
    assert (escapes["escapes"][:, 0] == 0).all()
    assert (escapes["checks"][:, 0] == 3 * 20).all()


def test_everything_soon_escapes_at_very_high_gain(escapes):
    assert (escapes["escapes"][:, 2] == 3).all()
    # a small overlap decays in little more than 1 τ
    assert (escapes["checks"][:, 2] <= 3 * 10).all()


def test_noise_makes_h_vary_as_much_as_the_random_weights_do(escapes):
    weights, noise = escapes["variance"]
    both = np.isfinite(weights + noise) & (weights > 0.1)
    assert both[1].mean() > 0.5
    assert both[2].mean() > 0.05
    # three runs of 57 or 97 directions: a standard error of 0.11, or 0.08
    assert np.median(noise[both] / weights[both]) == pytest.approx(1, abs=0.05)
    assert (np.abs(np.log(noise[both] / weights[both])) < 0.8).all()


def test_matched_noise_gives_a_neuron_the_variance_it_is_matched_to():
    time, dt = np.arange(31) * 0.1, 0.1
    variance = 4 * (1 - np.exp(-time)) ** 2  # as under a constant random input
    amplitude = matched_amplitude(np.append(variance[:21], np.full(10, np.nan)), dt)
    found = [0.0]
    for one in amplitude:
        kick = one**2 * dt / 2
        found.append((found[-1] + kick) * np.exp(-2 * dt) + kick)
    np.testing.assert_allclose(found[:21], variance[:21], atol=1e-12)
    np.testing.assert_allclose(found[20:], variance[20])


def test_noise_stops_where_the_variance_falls_faster_than_by_the_leak():
    assert matched_amplitude(np.array([[4.0, 1.0]]), 0.1) == 0


def test_variance_is_that_outside_the_span_of_the_patterns(wandering):
    xi, _, states = wandering
    outside = states[0].numpy() @ null_space(xi[0].numpy())
    expected = np.square(outside).mean(axis=-1)
    np.testing.assert_allclose(variance_outside(states[0], xi[0]), expected, rtol=1e-4)


def test_traces_start_in_the_pattern_and_leave_it_at_high_gain(escapes):
    overlap, descended = escapes["trace_overlap"], escapes["trace_descended"]
    np.testing.assert_array_equal(overlap[WEIGHTS, :, 0], overlap[NOISE, :, 0])
    assert (overlap[:, :, 0, 0] > 0.97).all()
    assert (descended[:, :, 0] > RETRIEVED).all()
    assert (np.abs(overlap[:, :, 10:, 0]).mean(axis=-1) < 0.4).all()
    assert (descended[:, :, 10:] < RETRIEVED).any(axis=-1).all()


def test_patterns_without_a_basin_are_left_out():
    found = simulate_escapes(**ESCAPES | {"patterns": 50, "sizes": [60], "networks": 1})
    basins = found["basins"].item()
    assert basins < 10
    assert found["checks"][WEIGHTS, 0].item() == 20 * basins  # at gain 0


def test_descent_is_the_dynamics_at_gain_zero(wandering):
    xi, network, states = wandering
    found = torch.stack(
        [descend(*pair, 4, duration=3, dt=0.05) for pair in zip(states, xi, strict=True)]
    )
    expected = dynamics.advance(network, states, 0.0, duration=3, dt=0.05)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def test_short_coarse_descents_tell_the_basins_as_long_fine_ones_do(wandering):
    xi, _, states = wandering
    for one, stored in zip(states, xi, strict=True):
        home = stored.repeat(9, 1)
        short = own_overlap(descend(one, stored, 4), home) > RETRIEVED
        long = own_overlap(descend(one, stored, 4, duration=100, dt=0.05), home) > RETRIEVED
        assert 0.2 < long.float().mean() < 0.9
        assert (short == long).float().mean() >= 0.97
