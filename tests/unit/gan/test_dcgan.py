from __future__ import annotations

import pytest
import torch
from torch import nn

from chaos_sampling.gan.dcgan import Discriminator, Generator, initialize, render


def layers(module: nn.Module, *kinds: type[nn.Module]) -> list[nn.Module]:
    return [layer for layer in module.modules() if isinstance(layer, kinds)]


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
    # the text has batch norm after the first convolution as well
    assert isinstance(discriminator.layers[1], nn.BatchNorm2d) == (architecture == "text")
    assert {layer.negative_slope for layer in layers(discriminator, nn.LeakyReLU)} <= {0.2}
    initialize(discriminator, torch.Generator().manual_seed(5))
    weights = torch.cat([layer.weight.flatten() for layer in layers(discriminator, nn.Conv2d)])
    assert weights.std().item() == pytest.approx(0.02, rel=0.1)


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


def test_rendering_maps_the_range_of_tanh_to_bytes_and_keeps_the_statistics():
    generator = Generator(5, 2)
    initialize(generator, torch.Generator().manual_seed(0))
    generator(torch.randn(4, 5, generator=torch.Generator().manual_seed(1)))  # moves its statistics
    z = torch.randn(5, 5, generator=torch.Generator().manual_seed(2))
    whole, in_parts = render(generator, z), render(generator, z, batch=2)
    assert generator.training
    expected = (generator.eval()(z).permute(0, 2, 3, 1) + 1) * 127.5
    assert whole.shape == (5, 64, 64, 3)
    assert whole.dtype == torch.uint8
    assert (whole - expected).abs().max() <= 0.5 + 1e-3
    assert (whole.int() - in_parts.int()).abs().max() <= 1
