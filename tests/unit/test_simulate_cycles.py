from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling import dynamics
from chaos_sampling.dynamics import Noise
from chaos_sampling.energy import energy
from chaos_sampling.experiments.cycles import (
    PROTOCOLS,
    filtered_variances,
    matched_amplitude,
    simulate_cycles,
)
from chaos_sampling.experiments.hybrid import networks_of
from chaos_sampling.network import Network, random_weights

NETWORKS = dict(
    neurons=40,
    patterns=2,
    strength=4,
    random_variance="1/N",
    rule="outer_product",
    networks=3,
    seed=1,
)
SETTINGS = dict(
    **NETWORKS,
    copies=4,
    cycles=2,
    low_gain=0.5,
    high_gain=6,
    low_duration=[15, 18],
    high_duration=[20, 25],
    low_gains=[0, 0.5],
    high_gains=[6],
    low_durations=[[15, 18], [2, 3]],
    high_durations=[[20, 25]],
    restarts=5,
    dt=0.1,
)


@pytest.fixture(scope="module")
def cycles():
    return simulate_cycles(**SETTINGS)


def test_conditions_are_protocols_then_gains_then_durations(cycles):
    count = len(PROTOCOLS)
    assert cycles["protocol"].tolist() == [*PROTOCOLS, "chaos", "chaos"]
    assert cycles["low_gain"].tolist() == [*[0.5] * count, 0, 0.5]
    assert cycles["high_gain"].tolist() == [6] * (count + 2)
    assert cycles["low_duration"][-1].tolist() == [2, 3]
    regular = PROTOCOLS.index("regular")
    assert cycles["low_duration"][regular].tolist() == [16.5, 16.5]
    assert cycles["high_duration"][regular].tolist() == [22.5, 22.5]


def test_ends_of_all_cycles_are_labelled(cycles):
    across = ("condition", "network", "copy", "cycle")
    shape = (len(PROTOCOLS) + 2, 3, 4, 2)
    for name in ("speed", "energy"):
        assert cycles.variables[name].dims == across
        assert cycles[name].shape == shape
    assert cycles.variables["overlap"].dims == (*across, "pattern")
    assert cycles["overlap"].shape == (*shape, 2)
    assert cycles["restart_overlap"].shape == (3, 5, 2)
    assert cycles["restart_speed"].shape == (3, 5)
    assert np.abs(cycles["overlap"]).max() <= 1 + 1e-5


def test_equal_seeds_give_equal_data_and_others_do_not(cycles):
    again, other = simulate_cycles(**SETTINGS), simulate_cycles(**{**SETTINGS, "seed": 2})
    for name, variable in cycles.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)
    for name in ("overlap", "restart_overlap", "pattern_energy"):
        assert not np.array_equal(other[name], cycles[name])


def test_networks_are_the_hybrid_ones_whatever_else_changes(cycles):
    stored, network = networks_of(**NETWORKS)
    for index, weights in enumerate(network.structured.numpy()):
        expected = energy(stored[index], weights) / 40
        np.testing.assert_allclose(cycles["pattern_energy"][index], expected)
    fewer = simulate_cycles(**{**SETTINGS, "networks": 2, "copies": 2, "low_gains": [0]})
    np.testing.assert_array_equal(fewer["pattern_energy"], cycles["pattern_energy"][:2])


def test_low_phases_come_to_rest_and_a_frozen_gain_does_not(cycles):
    assert np.median(cycles["speed"][len(PROTOCOLS)]) < 0.01  # g = 0
    assert np.median(cycles["speed"][PROTOCOLS.index("frozen")]) > 0.5


def test_cycles_forget_what_they_began_with_in_a_way_of_their_own(cycles):
    # equal initial states, so that only the protocols tell the ends apart
    ends = cycles["overlap"][: len(PROTOCOLS)].reshape(len(PROTOCOLS), -1)
    assert len(np.unique(ends.round(4), axis=0)) == len(PROTOCOLS)


def test_one_copy_is_refused():
    with pytest.raises(ValueError, match=r"copies: expected at least 2, found 1"):
        simulate_cycles(**{**SETTINGS, "copies": 1})


# --- matching of the noise ---


@pytest.mark.parametrize("dt", [0.05, 0.2])
def test_matched_noise_gives_a_neuron_without_input_the_variance(dt):
    silent = Network(torch.zeros(2, 100, 100))
    variance = torch.tensor([4.0, 25.0])[:, None, None]
    noise = Noise(matched_amplitude(variance, dt), torch.Generator().manual_seed(0))
    state = torch.zeros(2, 100, 100)
    found = []
    for _ in range(20):
        state = dynamics.advance(silent, state, 0.0, duration=4, dt=dt, method="euler", noise=noise)
        found.append(state.square().mean(dim=(-2, -1)))
    # 20 · 10⁴ nearly independent draws: 1.5 % is about five standard errors
    expected = variance.flatten().numpy()
    np.testing.assert_allclose(torch.stack(found[1:]).mean(0), expected, rtol=0.015)


def test_without_structure_all_of_h_comes_from_the_random_part():
    rng = np.random.default_rng(0)
    network = Network(random_weights(60, rng)[None].float(), torch.zeros(1, 60, 60))
    state = torch.from_numpy(rng.standard_normal((1, 8, 60))).float()
    found = filtered_variances(network, state, 4.0, duration=60, dt=0.1)
    assert found["input"].shape == (1, 1, 1)
    torch.testing.assert_close(found["input"], found["h"], rtol=1e-3, atol=0)


def test_without_random_part_nothing_is_left_of_its_share():
    network = Network(torch.zeros(1, 20, 20), 3 * torch.eye(20)[None])
    found = filtered_variances(network, torch.ones(1, 2, 20), 4.0, duration=60, dt=0.1)
    assert found["input"].item() == 0
    # dh/dt = −h + 3 φ(h) rests at h = 2.98470, where h = 3 tanh h
    assert found["h"].item() == pytest.approx(2.98470**2, rel=1e-3)
