from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file
from small_gan import untrained

from chaos_sampling import store
from chaos_sampling.gan.generators import ChaoticGenerator, load_generator, save_generator


@pytest.fixture
def model() -> ChaoticGenerator:
    model = untrained({"dataset": "test", "seed": 3}, neurons=8)
    z = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    model.generator(z)  # moves its statistics
    model.generator.eval()
    return model


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


def test_the_length_of_its_attributes_does_not_move_the_weights_in_memory(model, tmp_path):
    # how a product rounds may depend on the alignment, which in the file follows the attributes
    path = tmp_path / "generator.safetensors"
    for length in range(0, 64, 8):
        save_generator(path, replace(model, attributes={"note": length * "a"}))
        assert load_generator(path, "cpu").network.random.data_ptr() % 64 == 0


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


@pytest.mark.parametrize("key", ["gain", "attributes", "width"])
def test_a_file_without_a_key_is_refused(model, tmp_path, key):
    path = tmp_path / "generator.safetensors"
    save_generator(path, model)
    damaged = path.read_bytes().replace(f'{key}\\"'.encode(), f'{key[:-1]}_\\"'.encode(), 1)
    path.write_bytes(damaged)
    with pytest.raises(store.WrongFileError, match=r"did not write\. Delete it"):
        load_generator(path, "cpu")


def test_a_file_of_other_code_is_refused(model, tmp_path, monkeypatch):
    path = tmp_path / "generator.safetensors"
    with monkeypatch.context() as other:
        other.setattr(model.generator, "width", 3)
        save_generator(path, model)
    with pytest.raises(store.WrongFileError, match=r"did not write\. Delete it"):
        load_generator(path, "cpu")


def test_half_precision_halves_the_file_and_comes_back_as_single(model, tmp_path):
    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    save_generator(whole, model)
    save_generator(half, model, torch.float16)
    found = load_generator(half, "cpu")
    assert half.stat().st_size < 0.75 * whole.stat().st_size  # names and metadata stay
    assert {value.dtype for value in found.generator.state_dict().values()} == {
        torch.float32,
        torch.int64,
    }
    assert found.network.random.dtype == found.readout.dtype == torch.float32
    z = torch.randn(3, 5, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(found.generator(z), model.generator(z), atol=2e-3, rtol=0)


def test_batch_norm_statistics_are_not_rounded(model, tmp_path):
    save_generator(tmp_path / "half.safetensors", model, torch.float16)
    found = load_generator(tmp_path / "half.safetensors", "cpu").generator.state_dict()
    for name, value in model.generator.state_dict().items():
        if "running" in name:
            assert found[name].equal(value)


@pytest.mark.parametrize("value", [float("nan"), 1e6])
def test_values_that_a_file_cannot_hold_are_refused(model, tmp_path, value):
    with torch.no_grad():
        model.generator.layers[0].weight[0, 0, 0, 0] = value
    with pytest.raises(ValueError, match=r"layers\.0\.weight: expected finite values"):
        save_generator(tmp_path / "half.safetensors", model, torch.float16)
    assert list(tmp_path.iterdir()) == []
