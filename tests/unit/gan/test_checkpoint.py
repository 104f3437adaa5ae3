from __future__ import annotations

import hashlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from chaos_sampling import store
from chaos_sampling.files import replacing
from chaos_sampling.gan.checkpoint import (
    checkpoint_path,
    discard_checkpoint,
    load_checkpoint,
    postponing_signals,
    save_checkpoint,
)

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


DAMAGE = {
    "truncated": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "other content": lambda _: b"not a checkpoint",
    "a flipped bit": lambda content: content[:900] + bytes([content[900] ^ 1]) + content[901:],
}


@pytest.fixture
def two(tmp_path):
    """Save two checkpoints after one another, and return their path and what they hold."""
    path, saved = tmp_path / "it.checkpoint", (parts(a=2), parts(a=2))
    for each in saved:
        save_checkpoint(path, each)
    return path, *saved


def damage(path: Path, change) -> None:
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE)
def test_instead_of_a_damaged_checkpoint_the_previous_one_is_used(two, caplog, change):
    path, before, _ = two
    damage(path, change)
    content, restored = path.read_bytes(), parts(a=2)
    found = load_checkpoint(path, restored)
    assert found.name == "it.checkpoint.previous"
    assert restored["a"].weight.equal(before["a"].weight)
    assert f"{path}: damaged checkpoint, renamed to it.checkpoint.damaged" in caplog.text
    assert path.with_name("it.checkpoint.damaged").read_bytes() == content


def test_where_both_checkpoints_are_damaged_there_is_none(two, caplog):
    path = two[0]
    for file in list(path.parent.iterdir()):
        damage(file, DAMAGE["a flipped bit"])
    assert load_checkpoint(path, parts(a=2)) is None
    assert len(caplog.records) == 2
    assert {file.name for file in path.parent.iterdir()} == {
        "it.checkpoint.damaged",
        "it.checkpoint.previous.damaged",
    }


def test_a_kill_between_the_two_renames_costs_one_checkpoint(two):
    path, before, _ = two
    path.unlink()
    restored = parts(a=2)
    assert load_checkpoint(path, restored)
    assert restored["a"].weight.equal(before["a"].weight)


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed(tmp_path_factory, place, bit):
    path = tmp_path_factory.mktemp("flipped") / "it.checkpoint"
    save_checkpoint(path, parts(a=2))
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    assert load_checkpoint(path, parts(a=2)) is None


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_two(two, monkeypatch):
    path = two[0]
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}

    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"it\.checkpoint: cannot be written .*No space left"):
        save_checkpoint(path, parts(a=2))
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_discarding_leaves_nothing(two):
    path = two[0]
    killed = replacing(path)
    killed.__enter__().write_bytes(b"half a checkpoint")
    discard_checkpoint(path)
    discard_checkpoint(path)
    assert list(path.parent.iterdir()) == []


def interrupted(number: int, seen: list[list[int]], error: Exception | None = None) -> None:
    """Send a signal to a block that postpones it, and let it end, with an error if one is given."""
    with postponing_signals() as received:
        os.kill(os.getpid(), number)
        seen.append(list(received))
        if error:
            raise error


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_waits_until_the_block_ends(number):
    before, seen = signal.getsignal(number), []
    with pytest.raises(KeyboardInterrupt):
        interrupted(number, seen)
    assert seen == [[number]]
    assert signal.getsignal(number) is before


def test_an_error_in_the_block_comes_before_a_signal():
    with pytest.raises(ValueError, match="its own"):
        interrupted(signal.SIGTERM, [], ValueError("its own"))


def test_without_a_signal_a_block_ends_as_it_does():
    with postponing_signals() as received:
        pass
    assert not received


def test_outside_the_main_thread_signals_are_left_alone():
    def block():
        with postponing_signals() as received:
            return signal.getsignal(signal.SIGTERM), received

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(block).result() == (signal.getsignal(signal.SIGTERM), [])


@pytest.mark.parametrize("found", [parts(a=3), parts(b=2)], ids=["another shape", "another part"])
def test_a_checkpoint_of_other_code_is_refused_and_kept(tmp_path, found):
    path = tmp_path / "it.checkpoint"
    save_checkpoint(path, found)
    message = (
        r"it\.checkpoint: .*'a' does not fit .*Delete it\.checkpoint and it\.checkpoint\.previous"
    )
    with pytest.raises(store.WrongFileError, match=message):
        load_checkpoint(path, parts(a=2))
    assert path.is_file()


UNREADABLE = {"other content": b"whole, but nothing of torch's", "nothing": b""}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_whole_file_that_torch_cannot_read_is_refused_and_kept(tmp_path, content):
    path = tmp_path / "it.checkpoint"
    path.write_bytes(hashlib.sha256(content).digest() + content)
    with pytest.raises(store.WrongFileError, match=r"it\.checkpoint: expected .*Delete"):
        load_checkpoint(path, parts(a=2))
    assert path.is_file()


def part_with(value) -> SimpleNamespace:
    return SimpleNamespace(state_dict=lambda: {"kept": [1, {"value": value}]})


PLAIN = [None, True, 1, 2.5, "text", b"bytes", (1, [2]), torch.ones(2), {1: torch.Size([3])}]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_states_survive(tmp_path, value):
    restored = {}
    into = SimpleNamespace(load_state_dict=restored.update)
    save_checkpoint(tmp_path / "it.checkpoint", {"part": part_with(value)})
    assert load_checkpoint(tmp_path / "it.checkpoint", {"part": into})
    found = restored["kept"][1]["value"]
    assert found.equal(value) if isinstance(value, torch.Tensor) else found == value


@pytest.mark.parametrize("value", [np.ones(2), np.float64(1), Path("x")], ids=repr)
def test_what_could_not_be_read_again_is_not_saved(tmp_path, value):
    message = rf"part\.kept\.1\.value: expected .* found {type(value).__name__}"
    with pytest.raises(TypeError, match=message):
        save_checkpoint(tmp_path / "it.checkpoint", {"part": part_with(value)})
    content = BytesIO()
    torch.save({"part": value}, content)
    with pytest.raises(Exception, match="Weights only load failed"):
        torch.load(BytesIO(content.getvalue()), weights_only=True)
    assert list(tmp_path.iterdir()) == []
