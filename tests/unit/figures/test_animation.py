from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageSequence
from scipy import ndimage

from chaos_sampling.figures import animation
from chaos_sampling.store import Dataset, Variable

AXES = ("time", "y", "x", "channel")


def images(frames: int) -> Variable:
    """Return images that are about as hard to compress as generated ones: smooth, with noise."""
    rng = np.random.default_rng(0)
    smooth = ndimage.zoom(rng.normal(128, 60, (frames, 8, 8, 3)), (1, 8, 8, 1), order=1)
    noisy = smooth + rng.normal(0, 5, smooth.shape)
    return Variable(noisy.clip(0, 255).astype(np.uint8), AXES, "1", "images")


def time(frames: int) -> Variable:
    return Variable(0.15 * np.arange(frames), ("time",), "τ", "time")


@pytest.fixture(scope="module")
def gain_samples() -> list[Dataset]:
    variables = {"trajectory/time": time(200), "trajectory/images": images(200)}
    return [
        Dataset("gain_samples", "", variables, {"gain": gain})
        for gain in (2.0, 2.83, 4.0, 5.66, 8.0)
    ]


@pytest.fixture(scope="module")
def switched() -> Dataset:
    gain = Variable(np.repeat([2.0, 8.0, 2.0], 140), ("time",), "1", "gain")
    return Dataset("switched_samples", "", {"time": time(420), "gain": gain, "images": images(420)})


def shown(picture: Image.Image, left: int, top: int, scale: int) -> np.ndarray:
    """Return the generated image that stands enlarged at a place of a picture."""
    side = 64 * scale
    return np.asarray(picture)[top : top + side : scale, left : left + side : scale]


def test_every_gain_stands_beside_the_others_at_the_same_time(gain_samples):
    pictures = animation.draw_gains(gain_samples, every=3, frames=5)
    assert len(pictures) == 5
    recorded = gain_samples[0]["trajectory/images"]
    for index, picture in enumerate(pictures):
        for column in range(5):
            left = animation.GAP + column * (128 + animation.GAP)
            found = shown(picture, left, animation.LINE, 2)
            np.testing.assert_array_equal(found, recorded[3 * index])


def test_a_short_trajectory_is_shown_to_its_end(gain_samples):
    assert len(animation.draw_gains(gain_samples, every=50, frames=60)) == 4


def test_labels_are_drawn(gain_samples, monkeypatch):
    written = []
    monkeypatch.setattr(animation, "_write", lambda *arguments: written.append(arguments[2]))
    animation.draw_gains(gain_samples, every=2, frames=2)
    gains = ["g = 2", "g = 2.83", "g = 4", "g = 5.66", "g = 8"]
    assert written == [*gains, "t = 0.0 τ", "t = 0.3 τ"]


def marker(picture: Image.Image) -> np.ndarray:
    """Return the centre (x, y) of the pixels below the image that are red."""
    pixels = np.asarray(picture).astype(int)
    below = animation.GAP + 192
    y, x = np.nonzero((pixels[below:] - [0xC8, 0x10, 0x2E] == 0).all(axis=2))
    return np.array([x.mean(), y.mean()])


def test_the_marker_moves_along_the_gain(switched):
    pictures = animation.draw_switched(switched, every=20)
    assert len(pictures) == 21
    places = np.array([marker(picture) for picture in pictures])
    np.testing.assert_allclose(np.diff(places[:, 0]), 191 * 20 / 419, atol=1)
    heights = places[:, 1]
    slow = np.r_[0:7, 14:21]
    assert np.ptp(heights[slow]) == np.ptp(heights[7:14]) == 0
    assert heights[0] - heights[7] == pytest.approx(animation.PLOT, abs=1)
    for index, picture in enumerate(pictures):
        found = shown(picture, 3 * animation.GAP, animation.GAP, 3)
        np.testing.assert_array_equal(found, switched["images"][20 * index])


def test_a_gain_that_stays_is_a_line(switched):
    variables = {**switched.variables, "gain": Variable(np.ones(420), ("time",), "1", "gain")}
    pictures = animation.draw_switched(Dataset("switched_samples", "", variables), every=100)
    assert len({marker(picture)[1] for picture in pictures}) == 1


@pytest.mark.parametrize("name", ["gains", "switched"])
def test_the_files_loop_and_stay_small(gain_samples, switched, name):
    pictures = {
        "gains": lambda: animation.draw_gains(gain_samples),
        "switched": lambda: animation.draw_switched(switched),
    }[name]()
    content = animation.gif(pictures)
    assert len(content) <= 2e6
    with Image.open(BytesIO(content)) as file:
        assert (file.n_frames, file.size) == (len(pictures), pictures[0].size)
        assert file.info["loop"] == 0
        assert {frame.info["duration"] for frame in ImageSequence.Iterator(file)} == {80}


def test_equal_pictures_give_equal_files_in_their_colours():
    flat = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "white")]
    content = animation.gif(flat)
    assert content == animation.gif(flat)
    with Image.open(BytesIO(content)) as file:
        found = [frame.convert("RGB").getpixel((4, 4)) for frame in ImageSequence.Iterator(file)]
    assert found == [(255, 0, 0), (0, 0, 255), (255, 255, 255)]
