"""Data sets from pictures: a folder, a zip, or a local copy of CelebA, reduced to 64×64."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from chaos_sampling import store
from chaos_sampling.images import SIZE, dataset, every_tenth
from chaos_sampling.progress import track

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
LISTED = 10
LAST_OF_VALIDATION = 182_637
"""Number of the last image before CelebA's test partition (list_eval_partition.txt)."""


class DataError(ValueError):
    """A user's images cannot be used; the message says which, why, and what to do."""


def from_folder(*, path: str, crop: int | None = None, workers: int = 1) -> store.Dataset:
    """Read all images of a folder or zip, centre-cropped to a square and resized to 64×64.

    Folders inside it are searched too; hidden files are passed over. The order is that of the
    names, so a folder and a zip of it give the same data set.

    Args:
        path: a folder or a zip file; its members are read without being extracted.
        crop: side of the square in pixels; the largest that fits in each image when None.
        workers: threads that decode.

    Raises:
        DataError: there is no folder or zip at `path`, or no image in it, or some image is
            broken or smaller than the crop.
    """
    images, names = _read(path, crop, workers)
    return _dataset(images, names, every_tenth(len(names)), f"Images of {Path(path).name}")


def from_celeba(*, path: str, crop: int, workers: int = 1) -> store.Dataset:
    """Read CelebA's aligned images (Liu et al. 2015) from a local copy.

    Args:
        path: img_align_celeba.zip as distributed, or the folder it unpacks to.
        crop: side of the centre square in pixels, of images of 178×218.
        workers: threads that decode.

    Raises:
        DataError: the copy is missing, or as for `from_folder`.
    """
    if not Path(path).exists():
        raise DataError(
            f"{path}: expected CelebA's aligned images, found nothing. Download "
            "img_align_celeba.zip (202,599 JPEG files of 178×218 pixels, 1.34 GiB) from "
            "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html and save it there, "
            "or give the path of a copy. The licence allows non-commercial research only."
        )
    images, names = _read(path, crop, workers)
    test = np.array([_number(name) > LAST_OF_VALIDATION for name in names])
    return _dataset(images, names, test, "CelebA: aligned photographs of faces")


def _number(name: str) -> int:
    """Return the number of an image of CelebA, by which it belongs to a partition."""
    stem = PurePosixPath(name).stem
    if not stem.isdecimal():
        raise DataError(
            f"{name}: expected a file named by its number in CelebA, such as 000001.jpg. Use the "
            "data set 'folder' for other pictures."
        )
    return int(stem)


def _dataset(
    images: np.ndarray, names: list[str], test: np.ndarray, title: str
) -> store.Dataset:
    return dataset(images, test, title, {"name": (np.array(names), "file name inside the source")})


def _read(path: str, crop: int | None, workers: int) -> tuple[np.ndarray, list[str]]:
    with _opened(Path(path)) as (names, read), ThreadPoolExecutor(workers) as pool:
        images = np.empty((len(names), SIZE, SIZE, 3), np.uint8)

        def decode(index: int) -> str | None:
            try:
                images[index] = _square(read(names[index]), crop)
            except UnidentifiedImageError:
                return f"{names[index]} (not an image)"
            except Exception as error:  # decoders raise many types, and one report names them all
                return f"{names[index]} ({error})"
            return None

        steps = track(range(len(names)), "decoding", unit="image")
        outcomes = [
            found for _, found in zip(steps, pool.map(decode, range(len(names))), strict=True)
        ]
    _refuse(path, [outcome for outcome in outcomes if outcome is not None], len(names))
    return images, names


@contextmanager
def _opened(path: Path) -> Iterator[tuple[list[str], Callable[[str], bytes]]]:
    """Yield the sorted names of the images in a folder or zip, and how to read one."""
    if path.is_dir():
        found = [file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()]
        yield _images_among(found, path), lambda name: (path / name).read_bytes()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found = [member.filename for member in archive.infolist() if not member.is_dir()]
            yield _images_among(found, path), archive.read
    else:
        state = "a file that is neither" if path.exists() else "nothing"
        raise DataError(
            f"{path}: expected a folder or a zip of images, found {state}. "
            "Correct the path, or put the images there."
        )


def _images_among(files: list[str], path: Path) -> list[str]:
    names = sorted(name for name in files if _is_image(PurePosixPath(name)))
    if not names:
        raise DataError(
            f"{path}: expected images ({', '.join(sorted(SUFFIXES))}), "
            f"found none among {len(files)} files. Put images there, or correct the path."
        )
    return names


def _is_image(name: PurePosixPath) -> bool:
    # Zips made on macOS carry a hidden companion "__MACOSX/._photo.jpg" of every "photo.jpg".
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return name.suffix.lower() in SUFFIXES and not hidden


def _square(content: bytes, crop: int | None) -> np.ndarray:
    """Decode one image, upright, and return its central square as (64, 64, 3) uint8."""
    with Image.open(BytesIO(content)) as file:
        image = ImageOps.exif_transpose(file).convert("RGB")
    width, height = image.size
    side = min(width, height) if crop is None else crop
    if side > min(width, height):
        raise ValueError(f"{width}×{height} pixels, smaller than the crop of {crop}")
    left, top = (width - side) // 2, (height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    # Pillow widens the filter with the reduction: fine detail is averaged rather than aliased.
    return np.asarray(square.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def _refuse(path: str, unusable: list[str], total: int) -> None:
    if not unusable:
        return
    listed = "; ".join(unusable[:LISTED])
    more = f"; and {len(unusable) - LISTED} more" if len(unusable) > LISTED else ""
    raise DataError(
        f"{path}: {len(unusable)} of {total} images cannot be used: {listed}{more}. "
        "Remove or replace them; where an image is smaller than the crop, lower the crop instead."
    )
