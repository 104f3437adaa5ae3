from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling.latents.chaos import ChaosLatents, initial_states, read
from chaos_sampling.latents.protocol import record
from chaos_sampling.latents.sources import draw
from chaos_sampling.network.weights import Network


def source(name="subset", **changes) -> ChaosLatents:
    settings = {
        "neurons": 50,
        "gain": 4,
        "burn_in": 10,
        "dt": 0.1,
        "method": "euler",
        "count": 20,
        "degree": 3,
        "batch": 4,
        "seed": 1,
        "device": "cpu",
    }
    return draw(name, **(settings | changes))[1]


def test_unconnected_network_decays_as_known():
    state = torch.tensor([[1.0, -2.0]])
    still = Network(torch.zeros(2, 2))
    latents = ChaosLatents(still, torch.eye(2), state, gain=3, dt=0.05, method="rk4")
    expected = torch.tanh(state * torch.exp(torch.tensor(-2.0)))
    torch.testing.assert_close(latents.next(2), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "largest"), [("subset", 1), ("expander", 3)])
def test_latents_are_varied_and_bounded_by_the_degree(name, largest):
    latents = source(name)
    z = latents.next(2)
    assert z.shape == (latents.batch, latents.size) == (4, 20)
    assert z.dtype == torch.float32
    assert z.abs().max() <= largest
    assert z.std() > 0.3


def test_trajectories_of_a_batch_differ_and_change():
    latents = source()
    first, second = latents.next(2), latents.next(2)
    assert (first[0] - first[1]).norm() > 1
    assert (first - second).norm() > 1


def test_trajectories_run_before_the_first_latent_is_read():
    burnt, fresh = source(), source(burn_in=0)
    assert fresh.state.equal(initial_states(50, 4, 1, "latent"))
    fresh.next(10)
    assert burnt.state.equal(fresh.state)


def test_a_state_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"state: expected shape \(4, 50\), found \(3, 50\)"):
        source().load_state_dict(source(batch=3).state_dict())


def test_a_restored_source_reads_as_the_one_that_was_saved():
    original, restored = source(), source()
    original.readout = 2 * original.readout  # as a fit may, which is not exact on every device
    restored.load_state_dict(original.state_dict())
    assert restored.next(1).equal(original.next(1))


def test_initial_states_do_not_depend_on_how_many_are_drawn():
    more, fewer = (initial_states(30, count, 1, "latent") for count in (5, 2))
    assert more[:2].equal(fewer)


def test_trajectories_for_another_purpose_have_other_initial_states():
    latent, sampled = (initial_states(30, 5, 1, name) for name in ("latent", "sampled"))
    assert not latent.eq(sampled).any()


def test_reading_sums_the_rates_of_the_chosen_neurons():
    readout = torch.tensor([[1.0, 0.0, 1.0]])
    state = torch.tensor([0.5, 9.0, -0.2])
    torch.testing.assert_close(read(state, readout), torch.tanh(state[[0, 2]]).sum()[None])


def test_recording_draws_at_equal_intervals():
    recorded, walking = source(), source()
    z = record(recorded, duration=3, interval=0.5)
    assert z.shape == (6, 4, 20)
    for now in z:
        np.testing.assert_array_equal(now, walking.next(0.5))
