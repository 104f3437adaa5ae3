"""Animations of sampling: every gain side by side, and a gain that is switched in mid-run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from chaos_sampling.figures import style
from chaos_sampling.store import Dataset

# Sizes in pixels.
GAP = 8
LINE = 20
TEXT = 13
PLOT = 56
MARKER = 4

# Side of a pixel of an image, of those side by side and of one alone.
BESIDE = 2
ALONE = 3

MILLISECONDS = 80
"""Time that a frame is shown, a multiple of 10."""
COLOURS = 64
"""Size of the palette that all frames of an animation share."""


def draw_gains(
    gain_samples: Sequence[Dataset], *, every: int = 2, frames: int = 50
) -> list[Image.Image]:
    """Draw trajectories at several gains side by side over the same time, each below its gain.

    Args:
        gain_samples: datasets of kind "gain_samples", with the same times.
        every: one image of so many is shown.
        frames: number of frames, at most.
    """
    time = gain_samples[0]["trajectory/time"][::every][:frames]
    trajectories = [dataset["trajectory/images"][::every] for dataset in gain_samples]
    side = BESIDE * trajectories[0].shape[1]
    lefts = [GAP + (side + GAP) * column for column in range(len(trajectories))]
    width, bottom = lefts[-1] + side + GAP, LINE + side
    background = Image.new("RGB", (width, bottom + LINE), "white")
    for left, dataset in zip(lefts, gain_samples, strict=True):
        label = f"g = {dataset.attributes['gain']:.3g}"
        _write(background, (left + side / 2, LINE / 2), label, "mm")
    pictures = []
    for index, now in enumerate(time):
        picture = background.copy()
        for left, images in zip(lefts, trajectories, strict=True):
            picture.paste(_enlarged(images[index], BESIDE), (left, LINE))
        _write(picture, (GAP, bottom + LINE / 2), f"t = {now:.1f} τ", "lm")
        pictures.append(picture)
    return pictures


def draw_switched(switched: Dataset, *, every: int = 3) -> list[Image.Image]:
    """Draw the trajectory whose gain is switched, above its gain with a marker that moves along.

    Args:
        switched: dataset of kind "switched_samples".
        every: one image of so many is shown.
    """
    time, gain = switched["time"], switched["gain"]
    side = ALONE * switched["images"].shape[1]
    left, top = 3 * GAP, GAP + side
    low, high = gain.min(), gain.max()
    x = left + (side - 1) * time / time[-1]
    y = top + LINE + PLOT * (1 - (gain - low) / max(high - low, 1e-9))
    background = Image.new("RGB", (left + side + GAP, top + 2 * LINE + PLOT + GAP), "white")
    ImageDraw.Draw(background).line(np.stack([x, y], 1).ravel().tolist(), style.BLACK, width=2)
    for level in sorted({low, high}):
        _write(background, (left - GAP, y[gain == level][0]), f"{level:.3g}", "rm")
    pictures = []
    for index in range(0, len(time), every):
        picture = background.copy()
        picture.paste(_enlarged(switched["images"][index], ALONE), (left, GAP))
        marker = (x[index] - MARKER, y[index] - MARKER, x[index] + MARKER, y[index] + MARKER)
        ImageDraw.Draw(picture).ellipse(marker, fill=style.PERTURBED)
        caption = (left, background.height - LINE / 2)
        _write(picture, caption, f"g(t) = {gain[index]:.3g}, t = {time[index]:.1f} τ", "lm")
        pictures.append(picture)
    return pictures


def gif(pictures: Sequence[Image.Image]) -> bytes:
    """Encode pictures as a GIF that loops for ever.

    Args:
        pictures: RGB, of one size.
    """
    # One palette for all keeps colours from flickering; dithering would swell the file.
    colours = np.concatenate([np.asarray(picture)[::2, ::2] for picture in pictures])
    palette = Image.fromarray(colours).quantize(COLOURS, Image.Quantize.MEDIANCUT)
    first, *others = (
        picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures
    )
    content = BytesIO()
    first.save(content, "GIF", save_all=True, append_images=others, duration=MILLISECONDS, loop=0)
    return content.getvalue()


def _enlarged(image: np.ndarray, scale: int) -> Image.Image:
    return Image.fromarray(image.repeat(scale, axis=0).repeat(scale, axis=1))


def _write(picture: Image.Image, place: tuple[float, float], text: str, anchor: str) -> None:
    ImageDraw.Draw(picture).text(place, text, "black", _font(), anchor)


@cache
def _font() -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans, which comes with matplotlib and has a τ."""
    return ImageFont.truetype(Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), TEXT)
