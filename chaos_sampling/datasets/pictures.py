"""Data sets from pictures: the images of a folder or a zip, reduced to 64×64."""

from __future__ import annotations

import logging
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from chaos_sampling import store
from chaos_sampling.datasets.images import SIZE, TEST_EVERY, dataset, every_tenth
from chaos_sampling.progress import track

logger = logging.getLogger("chaos_sampling")

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
DRAFT = 6 * SIZE
"""Least side that a JPEG is decoded to; of less, rounding it to whole pixels would be seen."""
LISTED = 10
BATCH = 512
"""Images whose decoding is queued at a time, which bounds the memory that waits."""

Encoded = tuple[int, Callable[[], bytes]]
"""The place of an image in its data set, and how to read the bytes of its file."""


class DataError(ValueError):
    """A user's images cannot be used; the message says which, why, and what to do."""


def from_folder(*, path: str, crop: int | None = None, workers: int = 1) -> store.Dataset:
    """Read all images of a folder or zip, centre-cropped to a square and resized to 64×64.

    Folders inside it are searched too, links to folders as well; hidden files are passed over. The
    order is that of the names, so a folder and a zip of it give the same data set.

    Args:
        path: a folder or a zip file; its members are read without being extracted.
        crop: side of the square in pixels; the largest that fits in each image when None.
        workers: threads that decode.

    Raises:
        DataError: there is no folder or zip at `path`, a folder in it cannot be read, there is no
            image in it, or some image is broken or smaller than the crop.
    """
    with opened(Path(path)) as (names, read):
        images, unreadable = decode(len(names), batches(names, read), crop, workers)
    if unreadable:
        raise DataError(
            f"{path}: {len(unreadable)} of {len(names)} images cannot be used: "
            f"{listed(names, unreadable)}. Remove or replace them; where an image is smaller than "
            "the crop, lower the crop instead."
        )
    labels = {"name": (np.array([label(name) for name in names]), "file name inside the source")}
    return dataset(images, every_tenth(len(names)), f"Images of {Path(path).name}", labels)


def require_both_splits(images: store.Dataset) -> None:
    """Refuse a data set that nothing can be trained on, or compared with.

    Raises:
        DataError: no image is held out, or all are.
    """
    held_out = images["split"] == "test"
    if held_out.all() or not held_out.any():
        raise DataError(
            f"{images.title}: expected at least {TEST_EVERY} images, every tenth of which is held "
            f"out of the training, found {len(held_out)}. Add some."
        )


@contextmanager
def opened(path: Path) -> Iterator[tuple[list[str], Callable[[str], bytes]]]:
    """Yield the sorted names of the images in a folder or zip, and how to read one.

    Raises:
        DataError: there is no folder or zip at `path`, a folder in it cannot be read, or there is
            no image in it.
    """
    # of os.path, since those of pathlib raise where a path cannot be looked at
    if os.path.isdir(path):
        yield _images_among(list(_files(path)), path), lambda name: (path / name).read_bytes()
    elif zipfile.is_zipfile(path):
        with _archive(path) as archive:
            found = [member.filename for member in archive.infolist() if not member.is_dir()]
            yield _images_among(found, path), archive.read
    else:
        if path.suffix.lower() == ".zip" and os.path.isfile(path):
            raise DataError(
                f"{path}: expected a zip of images, found a damaged or incomplete one of "
                f"{path.stat().st_size:,} bytes. Download or copy it again."
            )
        state = "a file that is neither" if os.path.exists(path) else "nothing that can be read"
        raise DataError(
            f"{path}: expected a folder or a zip of images, found {state}. "
            "Correct the path, or put the images there."
        )


def state(path: Path) -> list[tuple[str, int, int]]:
    """Return what tells whether the images at a path are still the same.

    Returns:
        Name, size in bytes and time in ns of every image that would be read from a folder, sorted
        by name; of a zip, its own; nothing where nothing can be seen.

    Raises:
        DataError: a folder cannot be read.
    """
    if os.path.isdir(path):
        files = {name: file for name, file in _files(path).items() if _is_image(name)}
    else:
        files = {path.name: path.stat()} if os.path.exists(path) else {}
    return sorted((name, file.st_size, file.st_mtime_ns) for name, file in files.items())


def label(name: str) -> str:
    r"""Return a file name as text: bytes of it that are not UTF-8 are written as in \udcff."""
    return name.encode("utf-8", "backslashreplace").decode()


def batches(names: Sequence[str], read: Callable[[str], bytes]) -> Iterator[list[Encoded]]:
    """Yield the images of an opened folder or zip, each with its place in `names`."""
    for start in range(0, len(names), BATCH):
        chosen = names[start : start + BATCH]
        yield [(start + offset, partial(read, name)) for offset, name in enumerate(chosen)]


def decode(
    count: int, batches: Iterable[Sequence[Encoded]], crop: int | None, workers: int
) -> tuple[np.ndarray, dict[int, str]]:
    """Decode `count` images in parallel, upright, each cut to its central square at 64×64.

    Args:
        count: how many images there are.
        batches: all of them, in batches that may be waiting in memory.
        crop: side of the square in pixels; the largest that fits in each image when None.
        workers: threads that decode.

    Returns:
        The images, shape (count, 64, 64, 3), uint8, and for each that cannot be used its place
        and the reason; what the array holds there has no meaning.
    """
    images = np.empty((count, SIZE, SIZE, 3), np.uint8)

    def put(encoded: Encoded) -> tuple[int, str | None]:
        index, read = encoded
        try:
            images[index] = _square(read(), crop)
        except UnidentifiedImageError:
            return index, "not an image"
        except Exception as error:  # decoders raise many types, and one report names them all
            return index, str(error) or type(error).__name__
        return index, None

    with ThreadPoolExecutor(workers) as pool:
        outcomes = chain.from_iterable(pool.map(put, batch) for batch in batches)
        steps = track(range(count), "decoding", unit="image")
        reasons = dict(outcome for _, outcome in zip(steps, outcomes, strict=True))
    return images, {index: reason for index, reason in sorted(reasons.items()) if reason}


def listed(names: Sequence[str], unreadable: Mapping[int, str]) -> str:
    """Name the first of the images that cannot be used, and count the rest."""
    first = [f"{label(names[index])} ({reason})" for index, reason in unreadable.items()][:LISTED]
    more = f"; and {len(unreadable) - LISTED} more" if len(unreadable) > LISTED else ""
    return "; ".join(first) + more


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise DataError(
            f"{path}: expected a zip of images, found a damaged one ({error}). Replace it."
        ) from error


def _files(
    folder: Path, inside: str = "", above: frozenset[tuple[int, int]] = frozenset()
) -> dict[str, os.stat_result]:
    """Return the state of each file in a folder and in those in it, hidden ones left out, by name.

    Args:
        folder: where to look.
        inside: what names begin with.
        above: the folders that this one is in, so that a link to one of them is not followed.

    Raises:
        DataError: a folder cannot be read.
    """
    files = {}
    try:
        own = folder.stat()
        above |= {(own.st_dev, own.st_ino)}
        with os.scandir(folder) as entries:
            for entry in entries:
                if _is_hidden(entry.name):
                    continue
                name = f"{inside}{entry.name}"
                if entry.is_dir():
                    state = entry.stat()
                    if (state.st_dev, state.st_ino) not in above:
                        files |= _files(Path(entry.path), f"{name}/", above)
                elif entry.is_file():
                    files[name] = entry.stat()
    except OSError as error:
        raise DataError(
            f"{label(str(folder))}: expected a folder of images that can be read, found "
            f"{error.strerror}. Mend its permissions, or take it away."
        ) from error
    return files


def _is_image(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def _images_among(files: list[str], path: Path) -> list[str]:
    suffixes = {name: PurePosixPath(name).suffix.lower() for name in files if not _is_hidden(name)}
    names = sorted(filter(_is_image, suffixes))
    if not names:
        raise DataError(
            f"{path}: expected images ({', '.join(sorted(SUFFIXES))}), "
            f"found none among {len(files)} files. Put images there, or correct the path."
        )
    others = Counter(suffix for suffix in suffixes.values() if suffix not in SUFFIXES)
    if others:
        counts = (f"{count} {suffix or 'without suffix'}" for suffix, count in others.items())
        logger.warning("%s: files that are not read as images: %s", path, ", ".join(counts))
    return names


def _is_hidden(name: str) -> bool:
    # Zips made on macOS carry a hidden companion "__MACOSX/._photo.jpg" of every "photo.jpg".
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _square(content: bytes, crop: int | None) -> np.ndarray:
    """Return the central square of an image, upright and on white, as (64, 64, 3) uint8."""
    with Image.open(BytesIO(content)) as image:
        if crop is None:
            image.draft(None, (DRAFT, DRAFT))  # decodes a JPEG at 1/2, 1/4 or 1/8 of its size
        ImageOps.exif_transpose(image, in_place=True)
        width, height = image.size
        side = min(width, height) if crop is None else crop
        if side > min(width, height):
            raise ValueError(f"{width}×{height} pixels, smaller than the crop of {crop}")
        left, top = (width - side) // 2, (height - side) // 2
        square = _rgb(image.crop((left, top, left + side, top + side)))
    # Pillow widens the filter with the reduction: fine detail is averaged rather than aliased. Of
    # squares from six times the size on it first averages blocks, which is faster.
    return np.asarray(square.resize((SIZE, SIZE), Image.Resampling.LANCZOS, reducing_gap=3))


def _rgb(image: Image.Image) -> Image.Image:
    """Return an image in 8 bits a channel, on white."""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode.startswith(("I", "F")):
        raise ValueError(f"pixels of mode {image.mode}, not of 8 or 16 bits")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
