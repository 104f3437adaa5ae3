from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from chaos_sampling import store, training
from chaos_sampling.latents import ChaosLatents, chaos_latents

SETTINGS = {
    "width": 2,
    "images_shown": 48,
    "advance": 1.0,
    "learning_rate": 1e-3,
    "beta1": 0.5,
    "record_every": 8,
    "grid_every": 16,
    "seed": 1,
    "device": "cpu",
}
OURS = {
    "discriminator": "dcgan",
    "real_label": 0.9,
    "flip": True,
    "decay": 0.4,
    "average": 0.9,
}
PAPER = {
    "discriminator": "text",
    "real_label": 1.0,
    "flip": False,
    "decay": 0.0,
    "average": 0.0,
}
IMAGES = np.random.default_rng(0).integers(0, 256, (10, 64, 64, 3), np.uint8)


def source() -> ChaosLatents:
    return chaos_latents(
        neurons=20,
        gain=4,
        burn_in=5,
        dt=0.1,
        method="euler",
        readout="subset",
        count=6,
        degree=2,
        batch=4,
        seed=1,
        device="cpu",
    )


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


class Noise:
    """The least that training needs to know of a source: latents that know nothing of time."""

    batch, size = 4, 6

    def __init__(self) -> None:
        self.rng = torch.Generator().manual_seed(0)

    def next(self, duration: float) -> torch.Tensor:
        return torch.randn(self.batch, self.size, generator=self.rng)

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {"rng": self.rng.get_state()}

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        self.rng.set_state(state["rng"])


def test_any_source_of_latents_will_do_and_continues(tmp_path):
    whole = train(tmp_path / "whole", Noise())
    train(tmp_path, Noise(), checkpoint_seconds=0.0)
    state = torch.load(tmp_path / "run.checkpoint", weights_only=True)
    assert state["progress"]["step"] == 12
    assert_equal_results(whole, train(tmp_path, Noise()))


def test_a_damaged_checkpoint_is_reported_and_ignored(tmp_path, caplog):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, FailingLatents(8, interrupt), checkpoint_seconds=0.0)
    checkpoint = tmp_path / "run.checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    assert_equal_results(whole, train(tmp_path))
    assert "damaged checkpoint" in caplog.text


def test_a_checkpoint_of_other_code_is_refused(tmp_path):
    train(tmp_path, width=3, checkpoint_seconds=0.0)
    with pytest.raises(store.WrongFileError, match=r"run\.checkpoint: .*does not fit.*Delete it"):
        train(tmp_path)


def test_losses_that_are_not_finite_stop_the_training_and_name_the_step(tmp_path):
    latents = FailingLatents(8, lambda z: z * torch.nan)
    with pytest.raises(FloatingPointError, match="not finite at step 8"):
        train(tmp_path, latents, checkpoint_seconds=0.0)
    kept = torch.load(tmp_path / "run.checkpoint", weights_only=True)
    assert kept["progress"]["step"] == 7


def test_losses_that_are_not_finite_are_found_between_checkpoints_too(tmp_path):
    latents = FailingLatents(7, lambda z: z * torch.nan)
    with pytest.raises(FloatingPointError, match="not finite at step 7"):
        train(tmp_path, latents)


def test_the_course_of_the_training_is_recorded(tmp_path):
    _, history = train(tmp_path)
    assert history["images_seen"].tolist() == [8, 16, 24, 32, 40, 48]
    assert history["snapshot"].tolist() == [16, 32, 48]
    assert history["grids"].shape == (3, 4, 64, 64, 3)
    for name in ("real_probability", "fake_probability"):
        assert ((history[name] > 0) & (history[name] < 1)).all()
    store.save(history, tmp_path / "training.h5")
    assert store.load(tmp_path / "training.h5", "training").kind == "training"


def test_the_discriminator_learns_to_tell_bright_images_from_generated_ones(tmp_path):
    bright = np.full((10, 64, 64, 3), 250, np.uint8)
    arguments = SETTINGS | OURS | {"images_shown": 160, "checkpoint": tmp_path / "checkpoint"}
    _, history = training.train(bright, source(), **arguments)
    assert history["real_probability"][-1] > history["fake_probability"][-1] + 0.2


def test_every_image_is_shown_once_an_epoch():
    order, mirrored = training._shuffle(10, seed=1, epoch=3, device=torch.device("cpu"))
    assert sorted(order.tolist()) == list(range(10))
    assert mirrored.shape == (10,)
    assert not order.equal(training._shuffle(10, 1, 4, torch.device("cpu"))[0])


@pytest.mark.parametrize(
    ("done", "decay", "factor"),
    [(0.0, 0.4, 1), (0.6, 0.4, 1), (0.8, 0.4, 0.5), (1.0, 0.4, 0), (0.99, 0.0, 1)],
)
def test_the_learning_rate_falls_linearly_at_the_end(done, decay, factor):
    assert training._schedule(done, decay) == pytest.approx(factor)


def test_fewer_images_than_a_batch_are_refused(tmp_path):
    arguments = SETTINGS | OURS | {"checkpoint": tmp_path / "checkpoint"}
    with pytest.raises(ValueError, match="batch: expected at most 3"):
        training.train(IMAGES[:3], source(), **arguments)
