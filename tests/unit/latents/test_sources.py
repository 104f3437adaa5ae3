from __future__ import annotations

import io

import numpy as np
import pytest
import torch

from chaos_sampling.latents import sources
from chaos_sampling.latents.names import CONTROLS, FITTED, READOUTS, SOURCES
from chaos_sampling.latents.protocol import record
from chaos_sampling.measures.autocorrelation import mean_autocorrelation
from chaos_sampling.measures.timescales import correlation_time

INTERVAL = 0.5


def draw(name: str, **changes):
    settings = {
        "neurons": 60,
        "count": 10,
        "degree": 3,
        "gain": 4,
        "burn_in": 20,
        "dt": 0.1,
        "method": "euler",
        "recording": {"duration": 100, "interval": INTERVAL},
        "batch": 16,
        "seed": 2,  # with so few neurons, other seeds have cycles or several attractors
        "device": "cpu",
    }
    return sources.draw(name, **(settings | changes))


def second_moments(z: np.ndarray) -> np.ndarray:
    return np.einsum("tbi,tbj->ij", z, z) / z[..., 0].size


def recorded(source, duration: float = 200) -> np.ndarray:
    return record(source, duration=duration, interval=INTERVAL).astype(float)


@pytest.mark.parametrize("name", SOURCES)
def test_latents_have_the_shape_that_was_asked_for(name):
    source, chaos = draw(name)
    first, second = source.next(INTERVAL), source.next(INTERVAL)
    assert first.shape == (source.batch, source.size) == (16, 10)
    assert first.dtype == torch.float32
    assert not first.equal(second)
    assert (source is chaos) == (name in {*READOUTS, "whitened"})
    assert (chaos.gain, tuple(chaos.readout.shape)) == (4, (10, 60))


@pytest.mark.parametrize("name", SOURCES)
def test_equal_seeds_give_equal_latents_and_others_do_not(name):
    first, again, other = (draw(name, seed=seed)[0].next(1.0) for seed in (2, 2, 3))
    assert first.equal(again)
    assert not first.equal(other)


@pytest.mark.parametrize("name", SOURCES)
def test_a_restored_source_continues_bitwise(name):
    original, restored = draw(name)[0], draw(name)[0]
    original.next(150.0)  # for the surrogate, past the end of a block
    file = io.BytesIO()
    torch.save(original.state_dict(), file)
    file.seek(0)
    restored.load_state_dict(torch.load(file, weights_only=True))
    for _ in range(3):
        assert restored.next(1.0).equal(original.next(1.0))


def test_all_sources_of_a_seed_belong_to_one_network():
    networks = [draw(name)[1].network.random for name in SOURCES]
    assert all(network.equal(networks[0]) for network in networks)


@pytest.mark.parametrize("name", [*CONTROLS, "whitened"])
def test_controls_and_whitening_are_of_the_subset(name):
    subset, (_, chaos) = draw("subset")[1].readout, draw(name)
    # whitening W' = A W keeps the rows' span
    span = torch.cat([subset, chaos.readout])
    assert torch.linalg.matrix_rank(span) == 10
    assert chaos.readout.equal(subset) == (name != "whitened")


def test_whitened_latents_have_unit_second_moments_while_they_go_on():
    z = recorded(draw("whitened")[0])
    # 100 and 200 τ of 16 trajectories, T2 = 4 τ, are 400 and 800 independent states
    np.testing.assert_allclose(second_moments(z), np.eye(10), atol=0.15)


def test_the_ornstein_uhlenbeck_control_shares_variances_and_correlation_time():
    source, chaos = draw("ornstein_uhlenbeck", recording={"duration": 400, "interval": INTERVAL})
    z, of_chaos = recorded(source), recorded(chaos, 400)
    np.testing.assert_allclose((z**2).mean((0, 1)), (of_chaos**2).mean((0, 1)), rtol=0.15)
    correlation = mean_autocorrelation(of_chaos, 100)
    expected = correlation_time(correlation / correlation[0], INTERVAL)
    assert source.time == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("lag", [0, 2])
def test_the_surrogate_shares_second_moments_at_lags(lag):
    source, chaos = draw("surrogate", recording={"duration": 400, "interval": INTERVAL})
    found, expected = (
        np.einsum("tbi,tbj->ij", z[lag:], z[: len(z) - lag]) / z[lag:, :, 0].size
        for z in (recorded(source, 400), recorded(chaos, 400))
    )
    # 400 τ of 16 trajectories are 1600 independent states: error √(2/1600) of a variance, twice
    np.testing.assert_allclose(found, expected, atol=0.12)


def test_the_gaussian_control_shares_their_number_alone():
    z = recorded(draw("gaussian", recording=None)[0])  # nothing is fitted
    np.testing.assert_allclose(second_moments(z), np.eye(10), atol=0.1)


@pytest.mark.parametrize("name", FITTED)
def test_a_source_without_the_recording_it_is_fitted_to_is_refused(name):
    with pytest.raises(ValueError, match=f"recording: expected duration and interval for '{name}'"):
        draw(name, recording=None)


def test_an_unknown_source_is_refused():
    with pytest.raises(ValueError, match=r"expected one of gaussian, .* found 'white'"):
        draw("white")
