from __future__ import annotations

import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from small_gan import untrained

from chaos_sampling import store
from chaos_sampling.gan.dcgan import render
from chaos_sampling.gan.generators import ChaoticGenerator
from chaos_sampling.gan.sampling import (
    _speeds,
    initial_states,
    reestimate,
    sample_gain,
    sample_grid,
    sample_schedule,
    sample_switched,
)
from chaos_sampling.latents.chaos import ChaosLatents, read
from chaos_sampling.latents.names import CONTROLS
from chaos_sampling.latents.protocol import record
from chaos_sampling.measures import mixing, timescales
from chaos_sampling.measures.autocorrelation import mean_autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.schedules import Ramp, Sinusoid

TIMES = {"burn_in": 2.0, "dt": 0.05, "interval": 0.15}
SIZES = {"frames": 6, "trajectories": 3, "ensemble": 8, "reestimation": 64}


def model_of(latents: str) -> ChaoticGenerator:
    """Return an untrained generator whose batch-norm statistics are those of its chaos at g = 4."""
    model = untrained({"latents": latents, "seed": 1})
    states = initial_states(50, 2048, seed=99, trajectories="sampled")
    states = dynamics.advance(model.network, states, 4.0, duration=20.0, dt=0.05)
    generator = reestimate(model.generator, read(states, model.readout)).eval()
    return replace(model, generator=generator)


@pytest.fixture(scope="module")
def model() -> ChaoticGenerator:
    return model_of("subset")


def test_a_trajectory_and_an_ensemble_come_with_their_latents(model, tmp_path):
    dataset = sample_gain(model, gain=8.0, **TIMES, **SIZES, seed=1)
    assert dataset.kind == "gain_samples"
    assert (dataset.attributes["gain"], dataset.attributes["training_gain"]) == (8.0, 4.0)
    np.testing.assert_allclose(dataset["trajectory/time"], 0.15 * np.arange(6))
    for part, count in (("trajectory", 6), ("ensemble", 8)):
        latents, images = dataset[f"{part}/latents"], dataset[f"{part}/images"]
        assert latents.shape == (count, 5)
        assert images.shape == dataset[f"{part}/images_reestimated"].shape == (count, 64, 64, 3)
        assert (render(model.generator, torch.from_numpy(latents)).numpy() == images).all()
    store.save(dataset, tmp_path / "gain.h5")
    loaded = store.load(tmp_path / "gain.h5", "gain_samples")
    assert loaded["ensemble/images_reestimated"].dtype == np.uint8


@pytest.mark.parametrize("gain", [2.0, 8.0])
def test_at_every_gain_the_trajectory_starts_from_the_same_state(model, gain):
    dataset = sample_gain(model, gain=gain, **TIMES, **SIZES, seed=1)
    state = dynamics.advance(
        model.network, initial_states(50, 1, 1, "sampled"), gain, duration=2.3, dt=0.05
    )
    expected = read(state, model.readout).numpy()
    np.testing.assert_allclose(dataset["trajectory/latents"][[2]], expected, atol=1e-4)


def test_statistics_are_estimated_from_whole_batches(model):
    whole, few = torch.randn(2, 128, 5, generator=torch.Generator().manual_seed(1))
    expected = reestimate(model.generator, whole)
    for latents in (torch.cat([whole, 9 * few[:5]]), whole):
        found = reestimate(model.generator, latents)
        for one, other in zip(found.buffers(), expected.buffers(), strict=True):
            assert one.equal(other)


def test_a_control_adds_independent_images_to_a_grid():
    # more than it draws at a time, so that some are of one trajectory, burn_in apart
    times = {"burn_in": 40.0, "dt": 0.05}
    images = sample_grid(model_of("ornstein_uhlenbeck"), samples=128, **times, seed=1)["images"]
    first, second = images.reshape(2, 64, -1).astype(float)
    related = np.abs(first - second).mean()
    unrelated = np.abs(first - second[::-1]).mean()
    # 0.7 of it in a network this small, whose chaos is slow; 0.1 of it one step apart
    assert related > unrelated / 2


def chaos_at(model: ChaoticGenerator, gain: float, duration: float = 15.0) -> np.ndarray:
    """Return latents of 100 trajectories every 0.15 τ, on the attractor."""
    states = initial_states(50, 100, 5, "sampled")
    chaos = ChaosLatents(model.network, model.readout, states, gain=gain, dt=0.05, method="rk4")
    chaos.next(30.0)
    return record(chaos, duration=duration, interval=0.15)


@pytest.mark.parametrize("latents", ["subset", *CONTROLS])
def test_latents_have_the_second_moments_of_chaos_at_the_gain_asked_for(latents):
    model = model_of(latents)
    sizes = {"frames": 3000, "trajectories": 2, "ensemble": 400, "reestimation": 2}
    dataset = sample_gain(model, gain=8.0, **TIMES | {"burn_in": 30.0}, **sizes, seed=1)
    independent = dataset["ensemble/latents"]
    chaos = chaos_at(model, 8.0)
    moments = np.einsum("tmi,tmj->ij", chaos, chaos) / (100 * 100)
    expected = {"gaussian": np.eye(5), "ornstein_uhlenbeck": np.diag(np.diag(moments))}
    # a moment of 400 samples is off by 1/√400 of the variances, √2 times that on the diagonal
    found = independent.T @ independent / 400
    np.testing.assert_allclose(found, expected.get(latents, moments), atol=0.25)
    # neighbours are as far from each other as independent samples are: variances add up
    distances = np.square(np.diff(independent, axis=0)).mean() / np.square(independent).mean()
    assert distances == pytest.approx(2, abs=0.25)


def test_speed_is_measured_along_each_trajectory_and_about_the_mean_of_the_ensemble(model):
    sizes = SIZES | {"frames": 40}
    dataset = sample_gain(model, gain=8.0, **TIMES, **sizes, seed=1)
    np.testing.assert_allclose(dataset["autocorrelation/lag"], 0.15 * np.arange(10))
    means = {
        name: dataset[f"ensemble/{name}"].mean(axis=0) / 255
        for name in ("images", "images_reestimated")
    }
    latents = dataset["trajectories/latents"]
    assert latents.shape == (3, 40, 5)
    np.testing.assert_array_equal(latents[0], dataset["trajectory/latents"])
    strips = dataset["trajectories/images"]
    assert strips.shape == (3, 24, 64, 64, 3)
    for path, strip in zip(latents, strips, strict=True):
        expected = render(model.generator, torch.from_numpy(path[:24])).numpy()
        np.testing.assert_array_equal(strip, expected)
    changes = [mixing.step_change(path) for path in latents]
    np.testing.assert_allclose(dataset["step_change/latents"], changes)
    for name in ("latents", *means):
        path = dataset[f"trajectory/{name}"]
        path = path if name == "latents" else path / 255 - means[name]
        path = path.reshape(40, -1)
        expected = [(path[: 40 - lag] * path[lag:]).mean() for lag in range(10)]
        found = dataset[f"autocorrelation/{name}"]
        assert found.shape == (3, 10)
        np.testing.assert_allclose(found[0], expected, rtol=1e-3, atol=1e-6)
        changes = dataset[f"step_change/{name}"]
        assert changes[0] == pytest.approx(np.sqrt(np.square(np.diff(path, axis=0)).mean()), 1e-3)
        # the others are trajectories of their own
        assert len(np.unique(changes)) == len(np.unique(found[:, 0])) == 3


@pytest.mark.parametrize("latents", ["subset", *CONTROLS])
def test_speeds_are_those_of_the_source(latents):
    model = model_of(latents)
    sizes = {"frames": 400, "trajectories": 20, "ensemble": 8, "reestimation": 2}
    dataset = sample_gain(model, gain=8.0, **TIMES | {"burn_in": 30.0}, **sizes, seed=1)
    if latents == "gaussian":
        expected = np.sqrt(2)
    elif latents == "ornstein_uhlenbeck":  # the variance and T2 of chaos in C(t) = C(0) exp(−t/T2)
        correlation = mean_autocorrelation(chaos_at(model, 8.0, duration=201.0), 600)
        T2 = 2 * np.trapezoid(np.square(correlation / correlation[0]), dx=0.15)
        expected = np.sqrt(2 * correlation[0] * (1 - np.exp(-0.15 / T2)))
    else:
        expected = mixing.step_change(chaos_at(model, 8.0)).mean()
    assert dataset["step_change/latents"].mean() == pytest.approx(expected, rel=0.1)


def test_one_trajectory_is_refused(model):
    with pytest.raises(ValueError, match="trajectories: expected 2 to 65, found 1"):
        sample_gain(model, gain=8.0, **TIMES, **SIZES | {"trajectories": 1}, seed=1)


def test_times_do_not_come_out_shorter_in_short_runs():
    """The mean of the trajectory itself would take off what changes slowly."""
    rng = np.random.default_rng(0)
    kept = np.exp(-0.15 / 3.0)
    z = rng.standard_normal((200, 5000))
    for previous, current in pairwise(z):
        current *= np.sqrt(1 - kept**2)
        current += kept * previous
    correlation = _speeds("latents", [z], 0.15)["autocorrelation/latents"].values.mean(axis=0)
    half_life = timescales.half_life(correlation, 0.15)
    assert half_life == pytest.approx(np.log(2) * 3.0, rel=0.05)


def test_reestimation_changes_statistics_and_nothing_else(model):
    before = copy.deepcopy(model.generator.state_dict())
    latents = 3 * torch.randn(256, 5, generator=torch.Generator().manual_seed(2))
    adapted = reestimate(model.generator, latents)
    for name, value in adapted.state_dict().items():
        if "running" in name or "tracked" in name:
            assert not value.equal(before[name]), name
        else:
            assert value.equal(before[name]), name
    for name, value in model.generator.state_dict().items():
        assert value.equal(before[name]), name
    # the first layer is linear, so that its statistics are known
    first = model.generator.layers[0](latents[:, :, None, None])
    found = adapted.layers[1]
    torch.testing.assert_close(found.running_mean, first.mean((0, 2, 3)), atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(found.running_var, first.var((0, 2, 3)), rtol=0.05, atol=0)
    assert not adapted.training


def test_sampling_leaves_the_model_as_it_was(model):
    before = copy.deepcopy(model.generator.state_dict())
    sample_gain(model, gain=2.0, **TIMES, **SIZES, seed=1)
    assert all(value.equal(before[name]) for name, value in model.generator.state_dict().items())
    assert not model.generator.training


def test_statistics_are_those_of_training_only_at_its_gain(model):
    difference = {}
    for gain in (2.0, 4.0):
        times = TIMES | {"burn_in": 20.0}
        sizes = {"frames": 8, "trajectories": 2, "ensemble": 256, "reestimation": 2048}
        dataset = sample_gain(model, gain=gain, **times, **sizes, seed=1)
        kept, anew = (
            dataset[f"ensemble/{name}"] / 255 for name in ("images", "images_reestimated")
        )
        difference[gain] = np.sqrt(np.square(kept - anew).mean()) / anew.std(axis=0).mean()
    assert difference[4.0] < 0.15 < 0.4 < difference[2.0]


def test_a_grid_holds_independent_images_at_the_training_gain(model):
    dataset = sample_grid(model, samples=4, burn_in=2.0, dt=0.05, seed=1)
    assert dataset.kind == "samples"
    assert dataset.attributes == {"model": dict(model.attributes), "gain": 4.0}
    assert dataset["images"].shape == (4, 64, 64, 3)
    states = initial_states(50, 4, 1, "sampled")
    states = dynamics.advance(model.network, states, 4.0, duration=2.0, dt=0.05)
    expected = render(model.generator, read(states, model.readout)).numpy()
    np.testing.assert_array_equal(dataset["images"], expected)
    assert len(np.unique(expected, axis=0)) == 4


def test_a_grid_of_a_control_is_drawn_from_it():
    chaotic, drawn = (
        sample_grid(model_of(name), samples=70, burn_in=2.0, dt=0.05, seed=1)["images"]
        for name in ("subset", "ornstein_uhlenbeck")
    )
    assert len(np.unique(drawn, axis=0)) == 70
    assert not (chaotic == drawn).all(axis=(1, 2, 3)).any()


def test_a_switched_trajectory_follows_each_gain_in_its_phase(model):
    phases = {"gains": [2.0, 8.0], "duration": 0.3}
    dataset = sample_switched(model, **phases, **TIMES, seed=1)
    assert dataset.kind == "switched_samples"
    np.testing.assert_allclose(dataset["time"], [0, 0.15, 0.3, 0.45, 0.6], atol=1e-12)
    # the image at the switch was reached under the first gain
    np.testing.assert_array_equal(dataset["gain"], [2, 2, 2, 8, 8])
    unswitched = sample_gain(model, gain=2.0, **TIMES, **SIZES, seed=1)["trajectory/latents"]
    np.testing.assert_array_equal(dataset["latents"][:3], unswitched[:3])
    state = initial_states(50, 1, 1, "sampled")
    for gain, duration in ((2.0, 2.3), (8.0, 0.3)):
        state = dynamics.advance(model.network, state, gain, duration=duration, dt=0.05)
    expected = read(state, model.readout).numpy()
    np.testing.assert_allclose(dataset["latents"][[4]], expected, atol=1e-4)
    shown = render(model.generator, torch.from_numpy(dataset["latents"])).numpy()
    np.testing.assert_array_equal(dataset["images"], shown)


def test_a_switch_between_two_images_counts_from_the_next_one_on(model):
    dataset = sample_switched(model, gains=[2.0, 8.0, 2.0], duration=0.2, **TIMES, seed=1)
    np.testing.assert_array_equal(dataset["gain"], [2, 2, 8, 2, 2])


@pytest.mark.parametrize("latents", CONTROLS)
def test_the_gain_of_a_control_cannot_be_switched(latents):
    with pytest.raises(ValueError, match=f"model: expected latents read from chaos.*'{latents}'"):
        sample_switched(model_of(latents), gains=[2, 8], duration=0.3, **TIMES, seed=1)


@pytest.mark.parametrize("shape", [Sinusoid, Ramp])
def test_gain_may_follow_any_schedule(model, shape):
    wave = shape(np.array([0.0, 0.6]), 2.0, 8.0)
    dataset = sample_schedule(model, wave, duration=0.6, **TIMES, seed=1)
    expected = [wave(max(time - 0.025, 0)) for time in dataset["time"]]
    np.testing.assert_allclose(dataset["gain"], expected)
    assert dataset["gain"][0] == 2
    state = dynamics.advance(
        model.network, initial_states(50, 1, 1, "sampled"), 2.0, duration=2, dt=0.05
    )
    state = dynamics.advance(model.network, state, wave, duration=0.6, dt=0.05)
    expected = read(state, model.readout).numpy()
    np.testing.assert_allclose(dataset["latents"][[-1]], expected, atol=1e-4)
