"""How jobs fail on inputs they cannot use: real jobs, the smallest that meet each input."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from snakemake_runs import run

from chaos_sampling import store
from chaos_sampling.datasets import images

FOLDER = "results/data/folder.h5"
GENERATOR = "results/gan/avatars-subset-seed1/generator.safetensors"
TRAINING_LOG = "results/logs/train_gan/avatars-subset-seed1.log"


@pytest.fixture
def failing(repository, tmp_path):
    """Run one target that must fail, and return what the log of its rule says."""

    def log(target, log, overlay="{}", gpu=0):
        path = tmp_path / "overlay.yaml"
        path.write_text(overlay)
        directory = tmp_path / "run"
        before = files_in(directory)
        failed = run(repository, directory, target, overlays=[path], gpu=gpu)
        assert failed.returncode != 0
        assert files_in(directory) - before == {log}
        text = (directory / log).read_text()
        assert text.splitlines()[-1] in failed.stderr
        return text

    return log


def files_in(directory):
    found = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if path.parts[0] != ".snakemake"}


def put_dataset(path, count=64):
    pixels = np.zeros((count, 64, 64, 3), np.uint8)
    store.save(images.dataset(pixels, images.every_tenth(count), "black squares", {}), path)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            None,
            "expected a folder or a zip of images, found nothing that can be read. "
            "Correct the path",
        ),
        ({}, "found none among 0 files. Put images there"),
        ({"one.png": b"not a picture"}, "one.png (not an image)"),
    ],
    ids=["missing", "empty", "broken image"],
)
def test_pictures_that_cannot_be_used(failing, tmp_path, files, found):
    pictures = tmp_path / "pictures"
    if files is not None:
        pictures.mkdir()
        for name, content in files.items():
            (pictures / name).write_bytes(content)
    overlay = f"datasets: {{folder: {{path: {pictures}}}}}"
    log = failing(FOLDER, "results/logs/read_pictures/folder.log", overlay)
    assert f"DataError: {pictures}: " in log
    assert found in log


def test_training_on_a_file_of_another_kind(failing, tmp_path):
    path = tmp_path / "run" / "results" / "data" / "avatars.h5"
    store.save(store.Dataset("traces", "not images", {}), path)
    log = failing(GENERATOR, TRAINING_LOG)
    assert "results/data/avatars.h5: expected an HDF5 file of kind 'images', found kind" in log
    assert "Delete it and run snakemake again" in log


def test_training_on_a_truncated_file(failing, tmp_path):
    path = tmp_path / "run" / "results" / "data" / "avatars.h5"
    put_dataset(path)
    path.write_bytes(path.read_bytes()[:100_000])
    log = failing(GENERATOR, TRAINING_LOG)
    assert "results/data/avatars.h5: expected an HDF5 file of kind 'images', found" in log
    assert "Delete it and run snakemake again" in log


def test_drawing_from_a_damaged_file(failing, tmp_path):
    folder = tmp_path / "run" / "results" / "chaos"
    folder.mkdir(parents=True)
    (folder / "traces.h5").write_bytes(b"not HDF5")
    with h5py.File(folder / "divergence.h5", "w"):
        pass
    log = failing("results/figures/figure1.png", "results/logs/plot_figure1.log")
    assert "results/chaos/traces.h5: expected an HDF5 file of kind 'traces'" in log


def test_training_with_fewer_images_than_a_batch(failing, tmp_path):
    put_dataset(tmp_path / "run" / "results" / "data" / "avatars.h5", count=20)
    log = failing(GENERATOR, TRAINING_LOG)
    assert "batch: expected at most 18 (the images), found 32" in log


@pytest.mark.parametrize(
    ("gpu", "missing"),
    [
        (0, "this job was granted no GPU (--resources gpu=0)"),
        (1, "torch finds no CUDA device"),
    ],
)
def test_cuda_where_there_is_none(failing, tmp_path, gpu, missing):
    put_dataset(tmp_path / "run" / "results" / "data" / "avatars.h5")
    log = failing(GENERATOR, TRAINING_LOG, "device: cuda", gpu)
    assert f"device: expected a GPU for 'cuda', but {missing}" in log
    assert "set device to 'auto' or 'cpu'" in log
