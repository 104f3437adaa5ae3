"""A data set that needs no download: drawn faces, from attributes that a seeded generator draws."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from ctypes import Array
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from multiprocessing.sharedctypes import RawArray

import numpy as np
import python_avatars as parts
import resvg_py
from PIL import Image

from chaos_sampling import seeds, store
from chaos_sampling.datasets import images
from chaos_sampling.progress import track

WIDTH, HEIGHT = 76, 80
"""Pixels at which a whole drawing (264×280 units) is rendered, before its margins are cut off."""
LEFT, TOP = 6, 4
"""Where the square that is kept begins: all of the face and most of the hair."""


@dataclass(frozen=True)
class Attribute:
    """One way in which faces differ, drawn independently of the others.

    Attributes:
        keyword: what python_avatars.Avatar calls it.
        values: the type of what Avatar takes.
        names: the values in use, all equally likely.
        long_name: what it is.
        absent: probability of "none" instead.
    """

    keyword: str
    values: type[Enum]
    names: str
    long_name: str
    absent: float = 0.0

    def draw(self, generator: np.random.Generator, count: int) -> np.ndarray:
        """Return `count` names, shape (count,)."""
        present = generator.choice(self.names.split(), count)
        return np.where(generator.random(count) < self.absent, "none", present)


# Left out: hats and costumes; what hides the eyes or the outline of the face; hair that ignores the
# hair colour or the beard; expressions that are jokes rather than faces.
ATTRIBUTES = {
    "hair": Attribute(
        "top",
        parts.HairType,
        "big_hair bob bun buzzcut caesar caesar_side_part cornrows curly curvy dreadlocks dreads "
        "elvis fro long_not_too_long mia_wallace mowgli pixie pompadour quiff shaggy "
        "shaggy_mullet short_curly short_dreads_1 short_dreads_2 short_flat short_round "
        "short_waved sides straight_1 straight_strand twist_long_hair twist_long_hair_2 wick wild",
        "hair style",
        absent=0.04,
    ),
    "hair_color": Attribute(
        "hair_color",
        parts.HairColor,
        "auburn black blonde blonde_golden brown brown_dark pastel_pink platinum red silver_gray",
        "colour of hair and facial hair",
    ),
    "skin": Attribute(
        "skin_color", parts.SkinColor, "pale light brown dark_brown black", "skin colour"
    ),
    "eyebrows": Attribute(
        "eyebrows",
        parts.EyebrowType,
        "angry_natural default_natural flat_natural frown_natural raised_excited_natural "
        "sad_concerned_natural unibrow_natural up_down_natural",
        "eyebrow shape",
    ),
    "eyes": Attribute(
        "eyes",
        parts.EyeType,
        "closed default eye_roll happy side squint surprised wink",
        "eye expression",
    ),
    "nose": Attribute("nose", parts.NoseType, "default small wide", "nose shape"),
    "mouth": Attribute(
        "mouth",
        parts.MouthType,
        "big_smile concerned default disbelief sad serious smile tongue twinkle",
        "mouth expression",
    ),
    "facial_hair": Attribute(
        "facial_hair",
        parts.FacialHairType,
        "beard_light beard_medium einstein_moustache moustache_fancy moustache_magnum wick_beard",
        "facial hair",
        absent=0.7,
    ),
    "glasses": Attribute(
        "accessory",
        parts.AccessoryType,
        "prescription_1 prescription_2 round sunglasses wayfarers",
        "glasses",
        absent=0.7,
    ),
    "clothing": Attribute(
        "clothing",
        parts.ClothingType,
        "blazer_shirt blazer_sweater bond_suit collar_sweater hoodie overall shirt_crew_neck "
        "shirt_scoop_neck shirt_v_neck shirt_wick",
        "clothing",
    ),
    "clothing_color": Attribute(
        "clothing_color",
        parts.ClothingColor,
        "black blue_01 blue_02 blue_03 gray_01 gray_02 heather pastel_blue pastel_green "
        "pastel_orange pastel_yellow pink red white",
        "colour of the clothing",
    ),
}


def render(*, count: int, seed: int, workers: int = 1) -> store.Dataset:
    """Draw faces of 64×64 pixels; equal arguments give equal images, whatever `workers` is.

    Args:
        count: number of faces.
        seed: the top-level seed of the run.
        workers: processes that draw.

    Returns:
        A data set of kind "images" with one string variable (image,) for each attribute.

    Raises:
        RuntimeError: a process that draws was killed.
    """
    faces = _draw_attributes(seeds.generator(seed, "avatars"), count)
    values = zip(*(found.tolist() for found in faces.values()), strict=True)
    rows = [dict(zip(faces, row, strict=True)) for row in values]
    # Faces come in shared memory, and rows go out as plain strings, few enough for a pipe to hold:
    # when a process is killed, Python (before 3.11.7) waits forever for what is stuck in one.
    shared = RawArray("B", count * images.SIZE**2 * 3)
    steps = track(range(count), "drawing", unit="image")
    try:
        with ProcessPoolExecutor(workers, initializer=_share, initargs=(shared,)) as pool:
            for _ in zip(steps, pool.map(_draw, range(count), rows, chunksize=32), strict=True):
                pass
    except BrokenProcessPool as error:
        raise RuntimeError(
            "avatars: a process that draws was killed, perhaps for want of memory. Run snakemake "
            "again, with fewer --cores if that recurs."
        ) from error
    labels = {name: (faces[name], ATTRIBUTES[name].long_name) for name in ATTRIBUTES}
    labels["background"] = (faces["background"], "background colour, red green blue in hexadecimal")
    return images.dataset(
        _as_images(shared), images.every_tenth(count), "Drawn faces with random attributes", labels
    )


def _draw_attributes(generator: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    faces = {name: attribute.draw(generator, count) for name, attribute in ATTRIBUTES.items()}
    colours = generator.integers(64, 256, (count, 3))
    faces["background"] = np.array([f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colours])
    return faces


def _share(shared: Array) -> None:
    """Tell a process where to put what it draws."""
    global _faces
    _faces = _as_images(shared)


def _as_images(shared: Array) -> np.ndarray:
    """Return shared memory as an array (count, 64, 64, 3) of uint8."""
    return np.frombuffer(shared, np.uint8).reshape(-1, images.SIZE, images.SIZE, 3)


def _draw(index: int, face: Mapping[str, str]) -> None:
    _faces[index] = _rasterise(face)


def _rasterise(face: Mapping[str, str]) -> np.ndarray:
    """Return one face as (64, 64, 3) uint8."""
    values = {
        attribute.keyword: attribute.values[face[name].upper()]
        for name, attribute in ATTRIBUTES.items()
    }
    drawing = parts.Avatar(**values, facial_hair_color=values["hair_color"])
    png = resvg_py.svg_to_bytes(
        svg_string=drawing.render(),
        width=WIDTH,
        height=HEIGHT,
        background=face["background"],
        skip_system_fonts=True,
    )
    box = (LEFT, TOP, LEFT + images.SIZE, TOP + images.SIZE)
    with Image.open(BytesIO(png)) as image:
        return np.asarray(image.convert("RGB").crop(box))
