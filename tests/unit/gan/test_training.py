from __future__ import annotations

import copy
import itertools
import json
import logging
import os
import signal
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from small_gan import IMAGES, OURS, SETTINGS, source

from chaos_sampling import store
from chaos_sampling.gan import training
from chaos_sampling.gan.checkpoint import load_checkpoint
from chaos_sampling.gan.history import MEANS, History
from chaos_sampling.latents.chaos import ChaosLatents
from chaos_sampling.latents.names import CONTROLS

PAPER = {
    "discriminator": "text",
    "real_label": 1.0,
    "flip": False,
    "learning_rate_decay": 0.0,
    "ema_decay": 0.0,
}


class FailingLatents(ChaosLatents):
    """Latents that act `fault` when they are drawn for the `after`-th batch."""

    def __init__(self, after: int, fault) -> None:
        healthy = source()
        super().__init__(
            healthy.network,
            healthy.readout,
            healthy.state,
            gain=healthy.gain,
            dt=healthy.dt,
            method=healthy.method,
        )
        self.left, self.fault = after, fault

    def next(self, duration: float) -> torch.Tensor:
        if duration > 0:
            self.left -= 1
        z = super().next(duration)
        return self.fault(z) if self.left == 0 else z


def interrupt(z: torch.Tensor) -> torch.Tensor:
    raise KeyboardInterrupt


def train(tmp_path, latents=None, recipe=OURS, **changes):
    arguments = {"checkpoint": tmp_path / "run.checkpoint"} | SETTINGS | recipe | changes
    return training.train(IMAGES, latents or source(), **arguments)


def steps_saved(path) -> int:
    """Return after how many steps a checkpoint was written."""
    history = History(torch.empty(0))
    load_checkpoint(path, {"history": history})
    return history.step


def weights(generator: torch.nn.Module) -> list[torch.Tensor]:
    return list(generator.state_dict().values())


def assert_equal_results(first, second) -> None:
    for one, other in zip(weights(first[0]), weights(second[0]), strict=True):
        assert one.equal(other)
    for name in first[1].variables:
        np.testing.assert_array_equal(first[1][name], second[1][name])


@pytest.mark.parametrize("done", [6, 7], ids=["at a record", "between two records"])
@pytest.mark.parametrize("recipe", [OURS, PAPER], ids=["ours", "paper"])
def test_an_interrupted_training_gives_what_an_uninterrupted_one_gives(
    recipe, done, tmp_path, caplog
):
    whole = train(tmp_path / "whole", recipe=recipe)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(done + 1, interrupt), recipe, checkpoint_seconds=0.0)
    with caplog.at_level(logging.INFO):
        resumed = train(tmp_path, recipe=recipe)
    assert f"after {done} steps" in caplog.text
    assert_equal_results(whole, resumed)


@pytest.mark.parametrize("name", CONTROLS)
def test_an_interrupted_training_on_a_control_continues_bitwise(name, tmp_path, monkeypatch):
    whole = train(tmp_path / "whole", source(name))
    failing = source(name)
    batches = iter([failing.next] * 8 + [interrupt])  # the first is of the grids' latents
    monkeypatch.setattr(failing, "next", lambda duration: next(batches)(duration))
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, failing, checkpoint_seconds=0.0)
    assert steps_saved(tmp_path / "run.checkpoint") == 7
    assert_equal_results(whole, train(tmp_path, source(name)))


def test_a_training_begun_in_float32_keeps_it(tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: False)
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(8, interrupt), checkpoint_seconds=0.0)
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: True)
    assert_equal_results(whole, train(tmp_path))
    assert "continuing in float32, in which the training was saved" in caplog.text
    assert caplog.messages.count("training on cpu in float32") == 3


def test_a_training_begun_in_bfloat16_goes_on_in_float32_where_bfloat16_is_slow(
    tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: True)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(8, interrupt), checkpoint_seconds=0.0)
    assert "training on cpu in bfloat16 and float32" in caplog.messages
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: False)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(3, interrupt), checkpoint_seconds=0.0)
    warnings = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert any("continuing in float32: the training began in bf" in line for line in warnings)
    assert "training on cpu in float32" in caplog.messages
    caplog.clear()
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: True)
    train(tmp_path)
    assert "training on cpu in float32" in caplog.messages  # and not back again


def test_compiled_networks_learn_the_same_and_share_checkpoints(tmp_path, monkeypatch):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(8, interrupt), checkpoint_seconds=0.0)
    compiled = torch.nn.Module.compile
    monkeypatch.setattr(training, "can_compile", lambda device: True)
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: compiled(self, backend="eager"))
    assert_equal_results(whole, train(tmp_path))


def test_compiled_players_learn_as_plain_ones_do(monkeypatch):
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: False)
    compiled = partial(torch.nn.Module.compile, backend="aot_eager")
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self: compiled(self))
    settings = dict(beta1=0.5, seed=0, device=torch.device("cpu"))
    real = torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    losses, changes = [], []
    for compiling in (False, True):
        monkeypatch.setattr(training, "can_compile", lambda device, answer=compiling: answer)
        players = training.Players(5, 4, "dcgan", **settings)
        players.set_learning_rate(2e-4)
        networks = (players.generator, players.discriminator)
        losses.append([])
        for step in range(4):
            before = [copy.deepcopy(network.state_dict()) for network in networks]
            z = torch.randn(4, 5, generator=torch.Generator().manual_seed(step))
            losses[-1].append(players.step(real, z, 0.9).tolist())
            changes += [
                [not value.equal(state[name]) for name, value in network.named_parameters()]
                for network, state in zip(networks, before, strict=True)
            ]
    assert np.all(np.concatenate(changes))
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-2)


def test_lines_hold_every_record_once_however_often_the_training_stops(tmp_path):
    lines = tmp_path / "training.jsonl"
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(8, interrupt), checkpoint_seconds=0.0, lines=lines)
    assert len(lines.read_text().splitlines()) == 3
    lines.write_text("torn", "utf-8")
    _, history = train(tmp_path, lines=lines)
    records = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [record["images_seen"] for record in records] == history["images_seen"].tolist()
    for name in MEANS:
        np.testing.assert_array_equal(np.float32([line[name] for line in records]), history[name])
    for record in records:
        assert record["images_per_second"] > 0
        assert 0 < record["latents_share"] + record["data_share"] < 1
        assert record["seconds_left"] >= 0
    assert [record["diversity"] is None for record in records] == [True] + [False] * 5
    assert records[-1]["seconds_left"] == 0


def test_memory_that_does_not_suffice_names_a_batch_to_try(tmp_path, monkeypatch):
    def forward(self, latents):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(training.Generator, "forward", forward)
    with pytest.raises(
        torch.OutOfMemoryError,
        match=r"a step with a batch of 4, found .* Lower gan\.batch, to 2 for example\. \(CUDA",
    ):
        train(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_training_when_the_step_is_saved(number, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    whole = train(tmp_path / "whole")

    def send(z):
        os.kill(os.getpid(), number)
        return z

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(8, send))  # far too fast for a checkpoint of its own accord
    assert "stopping, saved after 8 steps" in caplog.text
    assert_equal_results(whole, train(tmp_path))
    assert "run.checkpoint after 8 steps" in caplog.text


def test_what_follows_the_last_step_may_be_interrupted_too(tmp_path, monkeypatch, caplog):
    whole = train(tmp_path / "whole")
    monkeypatch.setattr(training, "update_bn", lambda *_: interrupt(None))
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path)
    monkeypatch.undo()
    caplog.set_level(logging.INFO)
    assert_equal_results(whole, train(tmp_path))
    assert "after 12 steps" in caplog.text


def test_instead_of_a_damaged_checkpoint_the_previous_one_is_continued(tmp_path, caplog):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(8, interrupt), checkpoint_seconds=0.0)
    checkpoint = tmp_path / "run.checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    caplog.set_level(logging.INFO)
    assert_equal_results(whole, train(tmp_path))
    assert "damaged checkpoint" in caplog.text
    assert "run.checkpoint.previous after 6 steps" in caplog.text


@pytest.mark.parametrize(
    ("taken", "steps"),
    [(0.0625, [2, 4, 6, 8, 10, 12]), (0.25, [2, 7, 12]), (60, [2, 12])],
    ids=["as often as asked", "a twentieth of the time", "never ten times as rarely"],
)
def test_checkpoints_that_take_long_are_written_more_rarely(taken, steps, tmp_path, monkeypatch):
    now, saved = 0.0, []

    def save(path, parts):
        nonlocal now
        now += taken
        saved.append(parts["history"].step)

    def second(*_):
        nonlocal now
        now += 1

    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(training, "save_checkpoint", save)
    monkeypatch.setattr(training.Players, "move_average", second)
    train(tmp_path, checkpoint_seconds=2.0, recipe=PAPER)
    assert saved == steps


def test_a_checkpoint_of_other_code_is_refused(tmp_path):
    train(tmp_path, width=3, checkpoint_seconds=0.0)
    with pytest.raises(
        store.WrongFileError, match=r"run\.checkpoint: .*does not fit.*Delete run\.checkpoint"
    ):
        train(tmp_path)


def test_losses_that_are_not_finite_stop_the_training_and_name_the_step(tmp_path):
    latents = FailingLatents(8, lambda z: z * torch.nan)
    with pytest.raises(FloatingPointError, match="not finite at step 8"):
        train(tmp_path, latents, checkpoint_seconds=0.0)
    assert steps_saved(tmp_path / "run.checkpoint") == 7


def test_losses_that_are_not_finite_are_found_between_checkpoints_too(tmp_path):
    latents = FailingLatents(7, lambda z: z * torch.nan)
    with pytest.raises(FloatingPointError, match="not finite at step 7"):
        train(tmp_path, latents)


def overflow_at(step, monkeypatch):
    """Let a gradient of the generator overflow, after the losses of this step are known."""
    update, updates = training._update, itertools.count(1)  # two a step, the generator's second

    def overflowing(optimizer, loss):
        update(optimizer, loss * torch.inf if next(updates) == 2 * step else loss)

    monkeypatch.setattr(training, "_update", overflowing)


def test_weights_that_are_not_finite_are_not_saved(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        overflow_at(7, patch)
        with pytest.raises(FloatingPointError, match="generator is not finite after step 7"):
            train(tmp_path, checkpoint_seconds=0.0)
    assert steps_saved(tmp_path / "run.checkpoint") == 6
    assert_equal_results(train(tmp_path / "whole"), train(tmp_path))  # it goes on from there


def test_weights_that_are_not_finite_in_the_end_are_no_result(tmp_path, monkeypatch):
    overflow_at(12, monkeypatch)
    with pytest.raises(FloatingPointError, match="generator is not finite after step 12"):
        train(tmp_path)


def test_the_course_of_the_training_is_recorded(tmp_path):
    _, history = train(tmp_path)
    assert history["images_seen"].tolist() == [8, 16, 24, 32, 40, 48]
    assert history["snapshot"].tolist() == [16, 32, 48]
    assert history["grids"].shape == (3, 4, 64, 64, 3)
    assert history["diversity"].shape == (3,)
    for name in ("real_probability", "fake_probability"):
        assert ((history[name] > 0) & (history[name] < 1)).all()
    store.save(history, tmp_path / "training.h5")
    store.load(tmp_path / "training.h5", "training")  # which refuses other kinds


def test_the_discriminator_learns_to_tell_bright_images_from_generated_ones(tmp_path):
    bright = np.full((10, 64, 64, 3), 250, np.uint8)
    arguments = SETTINGS | OURS | {"images_shown": 160, "checkpoint": tmp_path / "checkpoint"}
    _, history = training.train(bright, source(), **arguments)
    assert history["real_probability"][-1] > history["fake_probability"][-1] + 0.2


@pytest.fixture
def players(monkeypatch) -> training.Players:
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: False)
    return training.Players(5, 2, "dcgan", beta1=0.5, seed=0, device=torch.device("cpu"))


def test_losses_are_those_of_the_game(players):
    players.set_learning_rate(1e-3)
    real = torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    z = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    G, D = copy.deepcopy(players.generator), copy.deepcopy(players.discriminator)
    found = players.step(real, z, 0.9)
    with torch.no_grad():
        fake = G(z)
        p, q = D(real).sigmoid(), D(fake).sigmoid()
        answer = players.discriminator(fake).sigmoid()  # which has learned, before G does
    D_loss = -(0.9 * p.log() + 0.1 * (1 - p).log()).mean() - (1 - q).log().mean()
    expected = torch.stack([D_loss, -answer.log().mean(), p.mean(), q.mean()])
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("step", "ema_decay", "moved"),
    [(0, 0.9, 0.9), (10**6, 0.9, 0.1), (5, 0.0, 1.0)],
    ids=["faster at first", "by its decay", "all the way without an average"],
)
@pytest.mark.parametrize("restored", [False, True], ids=["begun", "continued"])
def test_the_average_moves_towards_weights_and_statistics(
    players, step, ema_decay, moved, restored
):
    if restored:
        players.load_state_dict(copy.deepcopy(players.state_dict()))
    before = copy.deepcopy(players.averaged.state_dict())
    with torch.no_grad():
        for value in players.generator.state_dict().values():
            value.add_(1)
    players.move_average(step, ema_decay)
    for name, value in players.averaged.state_dict().items():
        change = moved if value.is_floating_point() else 0
        torch.testing.assert_close(value, before[name] + change)


@pytest.mark.parametrize(
    ("learning_rate_decay", "factors"),
    [(0.4, np.minimum(1, (1 - np.arange(12) / 12) / 0.4)), (0.0, np.ones(12))],
    ids=["falls linearly at the end", "stays"],
)
def test_every_step_has_its_learning_rate(tmp_path, monkeypatch, learning_rate_decay, factors):
    rates = []
    monkeypatch.setattr(training.Players, "set_learning_rate", lambda _, rate: rates.append(rate))
    train(tmp_path, learning_rate_decay=learning_rate_decay)
    np.testing.assert_allclose(rates, 1e-3 * factors)


def batches(count: int, **changes) -> torch.Tensor:
    """Return the first batches of six images of which each is of one grey level."""
    levels = torch.arange(0, 240, 40, dtype=torch.uint8)  # (6,)
    images = levels[:, None, None, None].repeat(1, 64, 64, 3)
    images[:, :, 0] = 255  # what is left and what right shows which are mirrored
    settings = {"batch": 3, "flip": False, "seed": 1, "first": 0} | changes
    source = training.shuffled_batches(images, **settings)
    return torch.stack([next(source) for _ in range(count)])  # (count, 3, 3, 64, 64)


def test_every_image_is_shown_once_an_epoch_in_another_order_each():
    levels = ((batches(6)[..., 0, 1] + 1) * 127.5).round()  # (6, 3, 3)
    epochs = levels[..., 0].reshape(3, 6).tolist()
    assert [sorted(epoch) for epoch in epochs] == [[0, 40, 80, 120, 160, 200]] * 3
    assert epochs[0] != epochs[1]


def test_batches_do_not_depend_on_where_one_begins():
    for flip in (True, False):
        assert batches(7, flip=flip)[4:].equal(batches(3, flip=flip, first=4))


def test_pixels_are_scaled_to_the_range_of_the_generator():
    pixels = batches(2)
    assert (pixels.min(), pixels.max()) == (-1, 1)
    assert pixels[0].is_contiguous(memory_format=torch.channels_last)


def test_half_of_the_images_are_mirrored():
    left, right = (batches(200, flip=True)[..., 1, x] == 1 for x in (0, -1))
    assert (left ^ right).all()
    assert left[:, :, 0].float().mean() == pytest.approx(0.5, abs=0.07)  # error √(1/4/600) = 0.02
    assert not batches(20)[..., 1, -1].eq(1).any()


def test_fewer_images_than_a_batch_are_refused(tmp_path):
    arguments = SETTINGS | OURS | {"checkpoint": tmp_path / "checkpoint"}
    with pytest.raises(ValueError, match="batch: expected at most 3"):
        training.train(IMAGES[:3], source(), **arguments)
