"""CelebA's aligned faces (Liu et al. 2015) at 64×64, from a local copy or from the web."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Literal

import huggingface_hub
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chaos_sampling import store
from chaos_sampling.datasets import download, images, pictures
from chaos_sampling.datasets.download import DownloadError, RemoteFile
from chaos_sampling.datasets.pictures import DataError, Encoded
from chaos_sampling.files import replacing

logger = logging.getLogger("chaos_sampling")
Source = Literal["local", "huggingface", "torchvision"]

COUNT = 202_599
LAST_OF_VALIDATION = 182_637
"""Number of the last image before the test partition, as list_eval_partition.txt has it."""
UNREADABLE = 0.001
"""Share of unreadable images above which a copy is refused."""

ARCHIVE = RemoteFile(  # the identifier and md5 are those of torchvision.datasets.CelebA
    url="https://drive.google.com/uc?id=0B7EVK8r0v71pZjFTYXZWM3FlRnM",
    size=1_443_490_838,
    algorithm="md5",
    checksum="00d2c5bc6d35e252742224ab0c1e8fcb",
)
MIRROR = "flwrlabs/celeba"
MIRROR_REVISION = "2d738f56e0e7f925ea36ae7c808ea925264aacec"
MIRROR_SIZE = 11_734_694_689
"""Bytes of the mirror's parquet files, which hold the pictures as PNG."""
PARTITIONS = ("train", "valid", "test")
TITLE = "CelebA: aligned photographs of faces"


def retrieve(
    *, sources: Sequence[Source], path: str, downloads: str, crop: int, workers: int = 1
) -> store.Dataset:
    """Read CelebA from the first of `sources` that has it; a local copy must then be usable.

    Images are in the order of their numbers. `split` is "test" for CelebA's test partition
    (numbers above 182,637) and "train" for the others: its validation partition is trained on.
    Up to 0.1 % of unreadable images are left out; the attribute `unreadable` names them, and
    `source` says which source it was.

    Args:
        sources: where to look, in this order: "local" reads `path`, "huggingface" downloads the
            parquet files of the mirror flwrlabs/celeba (11.7 GB), "torchvision" the archive from
            Google Drive, as torchvision does (1.44 GB).
        path: img_align_celeba.zip, or the folder it unpacks to, or such a zip or folder with
            some of the images; read without being extracted.
        downloads: folder in which downloads are kept, and from which they are continued.
        crop: side of the centre square in pixels, of images of 178×218.
        workers: threads that decode.

    Raises:
        DataError: no source has usable images; the message says why, and what to do.
    """
    reading = {"crop": crop, "workers": workers}
    readers = {
        "local": lambda: read_local(Path(path), **reading),
        "huggingface": lambda: read_parquet(fetch_mirror(Path(downloads)), **reading),
        "torchvision": lambda: read_archive(fetch_archive(Path(downloads)), **reading),
    }
    failures = {}
    for source in sources:
        logger.info("CelebA: trying the source '%s'", source)
        try:
            dataset = readers[source]()
        except (DataError, DownloadError, OSError) as error:
            if source == "local" and os.path.exists(path):
                raise  # its owner would rather mend it than download another copy
            logger.warning("CelebA: the source '%s' failed: %s", source, error)
            failures[source] = error
        else:
            return replace(dataset, attributes={**dataset.attributes, "source": source})
    raise DataError(_what_to_do(failures, path))


def read_local(path: Path, *, crop: int, workers: int) -> store.Dataset:
    """Read a user's copy, and log which one it is."""
    if os.path.isfile(path):  # which a path that is too long, or must not be seen, does not stop
        found = download.digest(path, ARCHIVE.algorithm)
        kind = "the complete archive" if found == ARCHIVE.checksum else "not the complete archive"
        logger.info("%s: %s %s, %s", path, ARCHIVE.algorithm, found, kind)
    return read_archive(path, crop=crop, workers=workers)


def read_archive(path: Path, *, crop: int, workers: int) -> store.Dataset:
    """Read a zip or folder of images that are named by their numbers, as in 000001.jpg.

    Raises:
        DataError: there are no such images, or too many are unreadable.
    """
    with pictures.opened(path) as (found, read):
        order, test = _by_number(found)
        names = [found[index] for index in order]
        return _dataset(str(path), names, test, pictures.batches(names, read), crop, workers)


def read_parquet(files: Sequence[Path], *, crop: int, workers: int) -> store.Dataset:
    """Read parquet files named by their partition, with a column `image` of `bytes` and `path`.

    Where the paths do not give the images' numbers, images keep the order of the files, train,
    valid, test, and belong to the partition that their file is named by.

    Raises:
        DataError: a file has no such column or name, or too many images are unreadable.
    """
    files = sorted(files, key=lambda file: (_partition(file), file.name))
    paths = {file: _paths(file) for file in files}
    names = [name for found in paths.values() for name in found]
    if all(_is_number(name) for name in names):
        order, test = _by_number(names)
        names = [names[index] for index in order]
    else:
        names = [f"{file.name}/{row}" for file, found in paths.items() for row in range(len(found))]
        order = np.arange(len(names))
        test = np.array([name.startswith("test") for name in names])
    batches = _parquet_batches(files, places=np.argsort(order))
    return _dataset(str(files[0].parent), names, test, batches, crop, workers)


def fetch_archive(downloads: Path) -> Path:
    """Download img_align_celeba.zip from Google Drive, and return where it is.

    Raises:
        DownloadError: as for `download.fetch`.
    """
    path = downloads / "img_align_celeba.zip"
    download.fetch(ARCHIVE, path)
    return path


def fetch_mirror(downloads: Path) -> list[Path]:
    """Download the mirror's parquet files, and return where they are.

    What the mirror declares of them, size and sha256, is kept beside them, so that a complete
    set is recognised without the network.

    Raises:
        DownloadError: the mirror does not list such files, or as for `download.fetch`.
    """
    folder = downloads / MIRROR.replace("/", "-")
    listing = folder / f"{MIRROR_REVISION}.json"
    if not listing.exists():
        declared = download.retrying(_declared_files, f"the list of files of {MIRROR}")
        with replacing(listing) as temporary:
            temporary.write_text(json.dumps(declared, indent=1))
    paths = []
    for name, declared in json.loads(listing.read_text()).items():
        url = huggingface_hub.hf_hub_url(
            MIRROR, name, repo_type="dataset", revision=MIRROR_REVISION
        )
        paths.append(folder / PurePosixPath(name).name)
        download.fetch(RemoteFile(url, declared["size"], "sha256", declared["sha256"]), paths[-1])
    return paths


def _declared_files() -> dict[str, dict[str, int | str]]:
    """Ask the mirror for the size and sha256 of each of its parquet files."""
    info = huggingface_hub.HfApi().dataset_info(
        MIRROR, revision=MIRROR_REVISION, files_metadata=True, timeout=download.TIMEOUT
    )
    large = [file for file in info.siblings or [] if file.rfilename.endswith(".parquet")]
    files = {
        file.rfilename: {"size": file.lfs.size, "sha256": file.lfs.sha256}
        for file in large
        if file.lfs is not None
    }
    total = sum(file["size"] for file in files.values())
    if not files or total > download.EXCESS * MIRROR_SIZE:
        raise DownloadError(
            f"{MIRROR}: expected parquet files of {MIRROR_SIZE} bytes with their sha256, "
            f"found {len(files)} of {total} bytes; refused"
        )
    return files


def _number(name: str) -> int:
    """Return the number of an image of CelebA, by which it belongs to a partition."""
    if not _is_number(name):
        raise DataError(
            f"{name}: expected a file named by its number in CelebA, such as 000001.jpg. For other "
            "pictures, name a data set of your own in `datasets`."
        )
    return int(PurePosixPath(name).stem)


def _is_number(name: str) -> bool:
    stem = PurePosixPath(name).stem
    return stem.isdecimal() and 1 <= int(stem) <= COUNT


def _by_number(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the order of images by their numbers, and which in that order are for testing."""
    numbers = np.array([_number(name) for name in names])
    order = np.argsort(numbers)
    twice = np.flatnonzero(np.diff(numbers[order]) == 0)
    if len(twice):
        first, second = sorted(names[index] for index in order[twice[0] : twice[0] + 2])
        raise DataError(
            f"{first} and {second}: expected one image of each number. Give the path of the one "
            "folder that has the images."
        )
    return order, numbers[order] > LAST_OF_VALIDATION


def _partition(file: Path) -> int:
    """Return which of the partitions a parquet file such as test-00000-of-00003.parquet is of."""
    name = file.name.split("-")[0]
    if name not in PARTITIONS:
        raise DataError(f"{file}: expected a file named by its partition, {PARTITIONS}")
    return PARTITIONS.index(name)


@contextmanager
def _parquet(file: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(file, pre_buffer=False) as opened:
            yield opened
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{file}: expected a parquet file, found a damaged one ({error})"
        ) from error


def _paths(file: Path) -> list[str]:
    """Return the paths of the images in a parquet file, which may be empty."""
    with _parquet(file) as opened:
        columns = {column.path for column in opened.schema}
        if "image.bytes" not in columns:
            raise DataError(
                f"{file}: expected a column 'image' with the field 'bytes', found the columns "
                f"{', '.join(opened.schema_arrow.names)}. Remove {file.parent} and the source."
            )
        if "image.path" not in columns:
            return [""] * opened.metadata.num_rows
        image = opened.read(["image.path"])["image"].combine_chunks()
        return [path or "" for path in image.field("path").to_pylist()]


def _parquet_batches(files: Iterable[Path], places: np.ndarray) -> Iterator[list[Encoded]]:
    """Yield the images of parquet files; `places` says where each stands in the data set."""
    rows = iter(places)
    for file in files:
        with _parquet(file) as opened:
            for batch in opened.iter_batches(pictures.BATCH, columns=["image.bytes"]):
                contents = batch["image"].field("bytes")
                yield [(next(rows), content.as_py) for content in contents]


def _dataset(
    where: str,
    names: Sequence[str],
    test: np.ndarray,
    batches: Iterable[Sequence[Encoded]],
    crop: int,
    workers: int,
) -> store.Dataset:
    """Decode the images, and leave out the unreadable ones if they are few."""
    pixels, unreadable = pictures.decode(len(names), batches, crop, workers)
    if unreadable:
        found = (
            f"{where}: {len(unreadable)} of {len(names)} images cannot be used: "
            f"{pictures.listed(names, unreadable)}"
        )
        if len(unreadable) > UNREADABLE * len(names):
            raise DataError(
                f"{found}. Expected at most {UNREADABLE:.1%}. Replace them; where images are "
                f"smaller than the crop of {crop}, lower the crop."
            )
        logger.warning("%s; left out", found)
    kept = [index for index in range(len(names)) if index not in unreadable]
    for place, index in enumerate(kept):  # in place, since a copy would need the memory twice
        if place != index:
            pixels[place] = pixels[index]
    labelled = np.array([pictures.label(names[index]) for index in kept])
    labels = {"name": (labelled, "file name inside the source")}
    held_out = test[kept]
    if held_out.all() or not held_out.any():
        logger.warning("%s has one side of CelebA's partition only; every tenth is held out", where)
        held_out = images.every_tenth(len(kept))
    dataset = images.dataset(pixels[: len(kept)], held_out, TITLE, labels)
    return replace(
        dataset, attributes={"unreadable": [pictures.label(names[index]) for index in unreadable]}
    )


def _what_to_do(failures: Mapping[str, Exception], path: str) -> str:
    tried = "\n".join(f"- {source}: {error}" for source, error in failures.items())
    return (
        f"no source has CelebA.\n{tried}\n"
        f"Download img_align_celeba.zip ({COUNT:,} JPEG files of 178×218 pixels, "
        f"{ARCHIVE.size / 2**30:.2f} GiB, md5 {ARCHIVE.checksum}) from "
        f"https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html and save it as {path}, or give the "
        "path of a copy. The same images as parquet files "
        f"({MIRROR_SIZE / 1e9:.1f} GB): https://huggingface.co/datasets/{MIRROR}. "
        "The licence allows non-commercial research only, and no redistribution."
    )
