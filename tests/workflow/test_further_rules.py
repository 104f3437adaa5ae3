"""Rules that the default run has no use for."""

from __future__ import annotations

import shutil

import numpy as np
from PIL import Image
from snakemake_runs import run

from chaos_sampling.datasets import images
from chaos_sampling.gan.generators import load_generator

MODEL = "avatars-subset-seed1"


def test_a_trained_generator_can_be_published(smoke, tmp_path):
    directory = shutil.copytree(smoke.directory, tmp_path / "run")
    trained, published = f"results/gan/{MODEL}/generator", f"results/pretrained/{MODEL}"
    finished = run(smoke.repository, directory, f"{published}.safetensors")
    assert finished.returncode == 0, finished.stderr
    paths = [directory / f"{name}.safetensors" for name in (trained, published)]
    one, other = (load_generator(path, "cpu") for path in paths)
    assert one.attributes == other.attributes
    np.testing.assert_allclose(one.readout, other.readout, rtol=1e-3)
    assert paths[1].stat().st_size < paths[0].stat().st_size


def test_a_local_copy_of_celeba_becomes_a_data_set(repository, tmp_path):
    folder = tmp_path / "img_align_celeba"
    folder.mkdir()
    numbers = [*range(1, 19), 182_638, 182_639]  # the last two are of the test partition
    for number in numbers:
        grey = np.full((218, 178, 3), number % 200, np.uint8)
        Image.fromarray(grey).save(folder / f"{number:06d}.png")
    overlay = tmp_path / "celeba.yaml"
    overlay.write_text(f"datasets: {{celeba: {{sources: [local], path: '{folder}'}}}}")
    target = "results/data/celeba.h5"
    finished = run(repository, tmp_path, target, overlays=[overlay])
    assert finished.returncode == 0, finished.stderr
    faces = images.load(tmp_path / target)
    assert faces["train"].shape == (18, 64, 64, 3)
    assert faces["test"][:, 0, 0, 0].tolist() == [number % 200 for number in numbers[-2:]]
