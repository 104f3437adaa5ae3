from __future__ import annotations

import numpy as np
import pytest
import torch
from experiment_settings import CYCLED_NETWORKS, CYCLES

from chaos_sampling.experiments.cycles import measured_amplitude, simulate_cycles, states_at
from chaos_sampling.experiments.hybrid_networks import networks_of
from chaos_sampling.experiments.protocols import PROTOCOLS
from chaos_sampling.measures.energy import energy
from chaos_sampling.measures.overlaps import STATES, classify
from chaos_sampling.network import dynamics
from chaos_sampling.network.dynamics import Noise
from chaos_sampling.network.patterns import random_patterns
from chaos_sampling.network.weights import Network, random_states, random_weights

GAIN_0, SHORT = len(PROTOCOLS), len(PROTOCOLS) + 1


@pytest.fixture(scope="module")
def cycles():
    return simulate_cycles(**CYCLES)


def test_ends_of_all_cycles_are_labelled(cycles):
    across = ("condition", "network", "copy", "cycle")
    shape = (len(PROTOCOLS) + 2, 3, 4, 2)
    for name in ("speed", "energy"):
        assert cycles.variables[name].dims == across
        assert cycles[name].shape == shape
        assert cycles[f"restart_{name}"].shape == (3, 5)
    assert cycles.variables["overlap"].dims == (*across, "pattern")
    assert cycles["overlap"].shape == (*shape, 2)
    assert cycles["restart_overlap"].shape == (3, 5, 2)
    assert np.abs(cycles["overlap"]).max() <= 1 + 1e-5


def test_conditions_are_told(cycles):
    assert cycles["protocol"].tolist() == [*PROTOCOLS, "chaos", "chaos"]
    assert cycles["low_gain"][[0, GAIN_0, SHORT]].tolist() == [0.5, 0, 0.5]
    assert cycles["low_duration"][[0, GAIN_0, SHORT]].tolist() == [[15, 18], [15, 18], [2, 3]]


def test_networks_are_the_hybrid_ones_whatever_else_changes(cycles):
    stored, network = networks_of(**CYCLED_NETWORKS)
    for name, gain in (("pattern_energy", 0), ("pattern_energy_low", 0.5)):
        weights = (network.structured + gain * network.random).numpy()
        expected = [energy(xi, w) / 100 for xi, w in zip(stored, weights, strict=True)]
        np.testing.assert_allclose(cycles[name], expected, rtol=1e-5)
    fewer = simulate_cycles(**{**CYCLES, "networks": 2, "copies": 2, "low_gains": [0.5]})
    np.testing.assert_array_equal(fewer["pattern_energy"], cycles["pattern_energy"][:2])


def test_a_network_by_itself_is_the_same_network(cycles):
    alone = simulate_cycles(**{**CYCLES, "networks": 1, "first": 2})
    np.testing.assert_array_equal(alone["pattern_energy"][0], cycles["pattern_energy"][2])
    # what relaxes forgets differences of rounding, which chaos amplifies
    np.testing.assert_allclose(alone["restart_overlap"][0], cycles["restart_overlap"][2], atol=1e-3)
    ends, all_ends = (np.abs(found["overlap"][0]).max(axis=-1) for found in (alone, cycles))
    assert ends.shape == (1, 4, 2)
    assert np.median(ends[0]) == pytest.approx(np.median(all_ends[2]), abs=0.1)


def test_low_phases_come_to_rest_and_a_frozen_gain_does_not(cycles):
    speed = cycles["speed"]
    assert np.median(speed[GAIN_0]) < 1e-3
    assert np.median(speed[SHORT]) > 1e-3
    assert np.median(speed[PROTOCOLS.index("frozen")]) > 0.1


def test_noise_acts_in_the_high_phases_alone(cycles):
    noise = PROTOCOLS.index("noise")
    assert np.median(cycles["speed"][noise]) < 0.1  # low phases are quiet
    first, second = np.moveaxis(cycles["overlap"][noise], -2, 0)  # (network, copy, pattern)
    assert (np.abs(first - second).max(axis=-1) > 0.5).any()  # and high ones are not


def test_end_of_a_cycle_is_lower_in_energy_than_high_gain(cycles):
    energies = cycles["energy"].mean(axis=(1, 2, 3))
    assert energies[PROTOCOLS.index("chaos")] < energies[PROTOCOLS.index("frozen")] - 0.1


@pytest.mark.parametrize("strength", [0, 0.3])
def test_structure_too_weak_to_hold_patterns_falls_silent(strength):
    low = {"low_gains": [0], "low_durations": [[30, 36]]}
    found = simulate_cycles(**{**CYCLES, **low, "strength": strength})
    for overlap, speed in (
        (found["overlap"][0], found["speed"][0]),
        (found["restart_overlap"], found["restart_speed"]),
    ):
        assert (classify(overlap, speed) == STATES.index("silent")).all()


def test_one_copy_is_refused():
    with pytest.raises(ValueError, match=r"copies: expected at least 2, found 1"):
        simulate_cycles(**{**CYCLES, "copies": 1})


# --- reading of states ---


def test_states_are_read_at_times_of_each_trajectory():
    _, network = networks_of(**CYCLED_NETWORKS)
    state = torch.randn(3, 2, 100, generator=torch.Generator().manual_seed(0))
    times = np.array([[[0.4, 1.0], [0.2, 1.2]], [[0.0, 0.2], [1.0, 1.0]], [[0.8, 1.2], [0.4, 1]]])
    found = states_at(times, network, state, lambda time: 1 + time, 0.2, None)
    assert found.shape == (3, 2, 2, 100)
    _, states = dynamics.trajectory(network, state, lambda t: 1 + t, duration=1.2, dt=0.2)
    for index in np.ndindex(times.shape):
        record = round(times[index] / 0.2)
        torch.testing.assert_close(found[index], states[(record, *index[:2])])


# --- matching of the noise ---


@pytest.mark.parametrize("dt", [0.1, 0.2])
def test_all_that_varies_without_structure_comes_from_the_random_part(dt):
    rng = np.random.default_rng(0)
    network = Network(random_weights(80, rng)[None].float(), torch.zeros(1, 80, 80))
    stored = random_patterns(2, 80, rng)[None]
    state = random_states(20, 80, rng)[None].float()
    amplitude = measured_amplitude(network, stored, state, 4.0, duration=60, dt=dt)
    assert amplitude.shape == (1, 1, 1)
    noise = Noise(amplitude.item(), torch.Generator().manual_seed(0))
    silent = Network(torch.zeros(1, 80, 80))
    under_noise = dynamics.advance(silent, state, 0.0, duration=20, dt=dt, noise=noise)
    _, chaotic = dynamics.trajectory(network, state, 4.0, duration=60, dt=dt, interval=1)
    expected = chaotic[20:].square().mean().item()
    # 1600 independent draws of noise have a standard error of 3.5 %; 2 of 80 directions lack
    assert under_noise.square().mean().item() == pytest.approx(expected, rel=0.15)


def test_what_patterns_do_is_not_taken_for_noise():
    stored = random_patterns(2, 40, np.random.default_rng(0))[None]
    structured = 4 / 40 * torch.from_numpy(stored[0].T @ stored[0]).float()[None]
    network = Network(torch.zeros(1, 40, 40), structured)
    state = torch.from_numpy(stored).float()
    amplitude = measured_amplitude(network, stored, state, 8.0, duration=30, dt=0.1)
    assert amplitude.item() == pytest.approx(0, abs=1e-4)
