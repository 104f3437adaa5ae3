from __future__ import annotations

import numpy as np
import pytest
import torch
from experiment_settings import ESCAPES

from chaos_sampling import store
from chaos_sampling.experiments.escapes import descend, own_overlap, simulate_escapes
from chaos_sampling.experiments.hybrid_networks import networks_of
from chaos_sampling.measures.overlaps import RETRIEVED
from chaos_sampling.network import dynamics
from chaos_sampling.theory.pattern_mean_field import matched_amplitude

CHAOS, NOISE = 0, 1


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
    assert loaded["source"].tolist() == ["chaos", "noise"]
    assert loaded["escapes"].shape == loaded["checks"].shape == (2, 3, 2, 2)
    assert loaded["basins"].tolist() == [[3, 3], [3, 3]]
    np.testing.assert_allclose(loaded["trace/time"], np.arange(21))
    assert loaded["trace/overlap"].shape == (2, 21, 3)
    assert loaded["trace/descended"].shape == (2, 21)


def test_nothing_escapes_at_gain_zero(escapes):
    assert (escapes["escapes"][:, 0] == 0).all()
    assert (escapes["checks"][:, 0] == 3 * 20).all()


def test_everything_soon_escapes_at_very_high_gain(escapes):
    assert (escapes["escapes"][:, 2] == 3).all()
    # a small overlap decays in little more than 1 τ
    assert (escapes["checks"][:, 2] <= 3 * 10).all()


def test_noise_is_matched_to_chaos(escapes):
    assert escapes["amplitude"].tolist() == [0, matched_amplitude(3), matched_amplitude(12)]


def test_traces_start_in_the_pattern_and_leave_it_at_high_gain(escapes):
    overlap, descended = escapes["trace/overlap"], escapes["trace/descended"]
    np.testing.assert_array_equal(overlap[CHAOS, 0], overlap[NOISE, 0])
    assert (overlap[:, 0, 0] > 0.97).all()
    assert (descended[:, 0] > RETRIEVED).all()
    assert (np.abs(overlap[:, 10:, 0]).mean(axis=-1) < 0.4).all()
    assert (descended[:, 10:] < RETRIEVED).any(axis=-1).all()


def test_patterns_without_a_basin_are_left_out():
    found = simulate_escapes(**ESCAPES | {"patterns": 60, "sizes": [60], "networks": 1})
    basins = found["basins"].item()
    assert basins < 10
    assert found["checks"][CHAOS, 0].item() == 20 * basins  # at gain 0


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
