from __future__ import annotations

import logging

import numpy as np
import pytest
from torch import nn

from chaos_sampling import store
from chaos_sampling.checkpoint import checkpoint_path, load_checkpoint, save_checkpoint

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)


def parts(**sizes) -> dict[str, nn.Module]:
    return {name: nn.Linear(size, 1) for name, size in sizes.items()}


def test_checkpoints_are_named_after_images_and_parameters(tmp_path):
    names = {
        checkpoint_path(tmp_path / "generator.safetensors", images, {"width": width})
        for images in (IMAGES, 255 - IMAGES)
        for width in (32, 64)
    }
    assert len(names) == 4
    assert {name.parent for name in names} == {tmp_path}


@pytest.mark.parametrize("name", ["it.checkpoint", "checkpoint"])
def test_what_was_saved_is_put_back(name, tmp_path):
    saved, restored = parts(a=2, b=3), parts(a=2, b=3)
    save_checkpoint(tmp_path / name, saved)
    assert load_checkpoint(tmp_path / name, restored)
    for name in saved:
        assert saved[name].weight.equal(restored[name].weight)


def test_no_checkpoint_leaves_everything_as_it_is(tmp_path):
    assert not load_checkpoint(tmp_path / "it.checkpoint", {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage",
    [lambda content: content[: len(content) // 2], lambda _: b"", lambda _: b"not a checkpoint"],
    ids=["truncated", "empty", "other content"],
)
def test_a_damaged_checkpoint_is_reported_and_put_aside(tmp_path, caplog, damage):
    path = tmp_path / "it.checkpoint"
    save_checkpoint(path, parts(a=2))
    content = damage(path.read_bytes())
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert not load_checkpoint(path, parts(a=2))
    assert f"{path}: damaged checkpoint, renamed to it.checkpoint.damaged" in caplog.text
    assert [file.name for file in tmp_path.iterdir()] == ["it.checkpoint.damaged"]
    assert (tmp_path / "it.checkpoint.damaged").read_bytes() == content


@pytest.mark.parametrize("found", [parts(a=3), parts(b=2)], ids=["another shape", "another part"])
def test_a_checkpoint_of_other_code_is_refused_and_kept(tmp_path, found):
    path = tmp_path / "it.checkpoint"
    save_checkpoint(path, found)
    with pytest.raises(store.WrongFileError, match=r"it\.checkpoint: .*'a' does not fit .*Delete"):
        load_checkpoint(path, parts(a=2))
    assert path.is_file()
