from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling import images, store


def test_saved_images_are_read_back(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    names = np.array(["a", "ä", "b/c"])
    dataset = images.dataset(pixels, "noise", {"name": (names, "file name")})
    store.save(dataset, tmp_path / "images.h5")
    np.testing.assert_array_equal(images.load(tmp_path / "images.h5"), pixels)
    assert list(store.load(tmp_path / "images.h5", "images")["name"]) == list(names)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((2, 64, 64, 3), np.float32),
        np.zeros((2, 32, 64, 3), np.uint8),
        np.zeros((2, 3, 64, 64), np.uint8),
        np.zeros((0, 64, 64, 3), np.uint8),
    ],
)
def test_images_of_another_form_are_refused(tmp_path, values):
    store.save(images.dataset(values, "wrong", {}), tmp_path / "wrong.h5")
    with pytest.raises(store.WrongFileError, match=r"wrong\.h5: expected 'images' of shape"):
        images.load(tmp_path / "wrong.h5")


def test_a_file_without_images_is_refused(tmp_path):
    store.save(store.Dataset("images", "empty", {}), tmp_path / "empty.h5")
    with pytest.raises(store.WrongFileError, match=r"empty\.h5: expected 'images'"):
        images.load(tmp_path / "empty.h5")
