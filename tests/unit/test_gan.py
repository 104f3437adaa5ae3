from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from chaos_sampling import store
from chaos_sampling.gan import (
    ChaoticGenerator,
    Discriminator,
    Generator,
    initialize,
    load_generator,
    render,
    save_generator,
)
from chaos_sampling.network import Network, random_weights
from chaos_sampling.readout import subset


def layers(module: nn.Module, *kinds: type[nn.Module]) -> list[nn.Module]:
    return [layer for layer in module.modules() if isinstance(layer, kinds)]


@pytest.fixture
def model() -> ChaoticGenerator:
    rng = np.random.default_rng(0)
    generator = Generator(5, 2)
    initialize(generator, torch.Generator().manual_seed(0))
    generator(torch.randn(4, 5, generator=torch.Generator().manual_seed(1)))  # moves its statistics
    network = Network(random_weights(8, rng).float())
    readout = torch.from_numpy(subset(8, 5, rng))
    return ChaoticGenerator(generator.eval(), network, readout, 4.0, {"dataset": "test", "seed": 3})


def test_generator_is_five_transposed_convolutions():
    generator = Generator(7, 3)
    images = generator(torch.randn(2, 7))
    assert images.shape == (2, 3, 64, 64)
    assert images.abs().max() <= 1
    channels = [layer.out_channels for layer in layers(generator, nn.ConvTranspose2d)]
    assert channels == [24, 12, 6, 3, 3]
    assert len(layers(generator, nn.BatchNorm2d)) == len(layers(generator, nn.ReLU)) == 4


@pytest.mark.parametrize(
    ("architecture", "norms", "activation"), [("dcgan", 3, nn.LeakyReLU), ("text", 4, nn.ReLU)]
)
def test_discriminator_is_five_convolutions_to_one_logit(architecture, norms, activation):
    discriminator = Discriminator(2, architecture)
    assert discriminator(torch.randn(3, 3, 64, 64)).shape == (3,)
    assert len(layers(discriminator, nn.Conv2d)) == 5
    assert len(layers(discriminator, nn.BatchNorm2d)) == norms
    assert len(layers(discriminator, activation)) == 4


def test_initial_weights_have_the_stated_distribution_and_follow_the_generator():
    first, second = Generator(100, 16), Generator(100, 16)
    for generator in (first, second):
        initialize(generator, torch.Generator().manual_seed(5))
    weights = torch.cat([x.weight.detach().flatten() for x in layers(first, nn.ConvTranspose2d)])
    scales = torch.cat([x.weight.detach() for x in layers(first, nn.BatchNorm2d)])
    assert weights.mean().abs() < 1e-3
    assert weights.std() == pytest.approx(0.02, rel=0.02)
    assert scales.mean() == pytest.approx(1, abs=0.01)
    assert scales.std() == pytest.approx(0.02, rel=0.3)
    assert all(a.equal(b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_rendering_maps_the_range_of_tanh_to_bytes_and_keeps_the_statistics(model):
    z = torch.randn(5, 5, generator=torch.Generator().manual_seed(2))
    model.generator.train()
    whole, in_parts = render(model.generator, z), render(model.generator, z, batch=2)
    assert model.generator.training
    expected = (model.generator.eval()(z).permute(0, 2, 3, 1) + 1) * 127.5
    assert whole.shape == (5, 64, 64, 3)
    assert whole.dtype == torch.uint8
    assert (whole - expected).abs().max() <= 0.5 + 1e-3
    assert (whole.int() - in_parts.int()).abs().max() <= 1


def test_a_saved_generator_comes_back_whole(model, tmp_path):
    path = tmp_path / "generator.safetensors"
    save_generator(path, model)
    found = load_generator(path, "cpu")
    z = torch.randn(3, 5, generator=torch.Generator().manual_seed(2))
    assert not found.generator.training
    torch.testing.assert_close(found.generator(z), model.generator(z))
    assert found.network.random.equal(model.network.random)
    assert found.readout.equal(model.readout)
    assert (found.gain, found.attributes) == (model.gain, model.attributes)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_equal_generators_give_equal_files(model, tmp_path):
    paths = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    for path in paths:
        save_generator(path, model)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def flip_last_bit(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[: len(content) // 2], "found a damaged file"),
        (lambda _: b"not tensors at all", "found a damaged file"),
        (flip_last_bit, "checksum is wrong"),
    ],
    ids=["truncated", "other format", "one bit flipped"],
)
def test_a_damaged_file_is_refused(model, tmp_path, damage, message):
    path = tmp_path / "generator.safetensors"
    save_generator(path, model)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(store.WrongFileError, match=message):
        load_generator(path, "cpu")


def test_a_file_of_other_tensors_or_none_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    with pytest.raises(store.WrongFileError, match="found no file"):
        load_generator(path, "cpu")
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(store.WrongFileError, match="found other tensors"):
        load_generator(path, "cpu")
