from __future__ import annotations

import numpy as np
import pytest
import torch

from chaos_sampling import dynamics, store
from chaos_sampling.gan import Generator, initialize, render
from chaos_sampling.generators import ChaoticGenerator
from chaos_sampling.latents import initial_states, read
from chaos_sampling.network import Network, random_weights
from chaos_sampling.readout import subset
from chaos_sampling.sampling import sample_gain, sample_grid

TIMES = {"burn_in": 2.0, "dt": 0.05, "interval": 0.15}


@pytest.fixture(scope="module")
def model() -> ChaoticGenerator:
    rng = np.random.default_rng(0)
    generator = Generator(5, 2)
    initialize(generator, torch.Generator().manual_seed(0))
    network = Network(random_weights(30, rng).float())
    readout = torch.from_numpy(subset(30, 5, rng))
    return ChaoticGenerator(generator.eval(), network, readout, 4.0, {"dataset": "test"})


def test_a_trajectory_and_an_ensemble_come_with_their_latents(model, tmp_path):
    dataset = sample_gain(model, gain=8.0, **TIMES, frames=6, ensemble=3, seed=1)
    assert dataset.kind == "gain_samples"
    assert (dataset.attributes["gain"], dataset.attributes["training_gain"]) == (8.0, 4.0)
    np.testing.assert_allclose(dataset["trajectory/time"], 0.15 * np.arange(6))
    for part, count in (("trajectory", 6), ("ensemble", 3)):
        latents, images = dataset[f"{part}/latents"], dataset[f"{part}/images"]
        assert latents.shape == (count, 5)
        assert images.shape == (count, 64, 64, 3)
        assert (render(model.generator, torch.from_numpy(latents)).numpy() == images).all()
    store.save(dataset, tmp_path / "gain.h5")
    assert store.load(tmp_path / "gain.h5", "gain_samples")["ensemble/images"].dtype == np.uint8


def test_the_gain_acts_in_the_burn_in_and_in_the_trajectory(model):
    dataset = sample_gain(model, gain=2.0, **TIMES, frames=3, ensemble=1, seed=1)
    state = dynamics.advance(
        model.network, initial_states(30, 1, seed=1)[0], 2.0, duration=2.3, dt=0.05
    )
    expected = read(state, model.readout).numpy()
    np.testing.assert_allclose(dataset["trajectory/latents"][2], expected, atol=1e-4)


def test_the_trajectory_does_not_depend_on_the_size_of_the_ensemble(model):
    few, many = (
        sample_gain(model, gain=4.0, **TIMES, frames=3, ensemble=size, seed=1) for size in (1, 9)
    )
    np.testing.assert_allclose(few["trajectory/latents"], many["trajectory/latents"], atol=1e-4)


def test_a_grid_holds_independent_images_at_the_training_gain(model):
    dataset = sample_grid(model, samples=4, burn_in=2.0, dt=0.05, seed=1)
    assert dataset.kind == "samples"
    assert dataset.attributes == {"model": {"dataset": "test"}, "gain": 4.0}
    assert dataset["images"].shape == (4, 64, 64, 3)
    assert len(np.unique(dataset["images"], axis=0)) == 4
