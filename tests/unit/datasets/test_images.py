from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling import store
from chaos_sampling.datasets import images

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), np.uint8)
SPLITS = {
    "test at the end": [False, False, False, False, True, True],
    "test in between": [False, True, False, False, True, False],
}


def save(path, values=PIXELS, test=None, **labels) -> None:
    test = np.arange(len(values)) % 2 == 1 if test is None else np.array(test)
    store.save(images.dataset(values, test, "noise", labels), path)


@pytest.mark.parametrize("test", SPLITS.values(), ids=SPLITS)
def test_each_split_is_read_back_in_order(test, tmp_path):
    save(tmp_path / "images.h5", test=test)
    held_out = np.array(test)
    np.testing.assert_array_equal(images.load(tmp_path / "images.h5")["test"], PIXELS[held_out])
    np.testing.assert_array_equal(images.load(tmp_path / "images.h5")["train"], PIXELS[~held_out])


def test_labels_are_kept(tmp_path):
    names = np.array(["a", "ä", "b/c", "d", "e", "f"])
    save(tmp_path / "images.h5", name=(names, "file name"))
    kept = store.load(tmp_path / "images.h5", "images")
    assert list(kept["name"]) == list(names)
    assert list(kept["split"]) == ["train", "test"] * 3


@given(st.integers(0, 1000))
def test_one_image_of_every_ten_is_held_out(count):
    test = images.every_tenth(count)
    assert test.shape == (count,)
    assert test.sum() == count // 10
    assert not test[:9].any()


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((2, 64, 64, 3), np.float32),
        np.zeros((2, 32, 64, 3), np.uint8),
        np.zeros((2, 3, 64, 64), np.uint8),
    ],
    ids=["type", "size", "order of axes"],
)
def test_images_of_another_form_are_refused(tmp_path, values):
    save(tmp_path / "wrong.h5", values)
    with pytest.raises(store.WrongFileError, match=r"wrong\.h5: expected 'images' of shape"):
        images.load(tmp_path / "wrong.h5")


@pytest.mark.parametrize("missing", ["images", "split"])
def test_a_file_without_images_or_split_is_refused(tmp_path, missing):
    variables = dict(images.dataset(PIXELS, np.ones(6, bool), "noise", {}).variables)
    del variables[missing]
    store.save(store.Dataset("images", "incomplete", variables), tmp_path / "incomplete.h5")
    with pytest.raises(store.WrongFileError, match=r"incomplete\.h5: expected 'images'"):
        images.load(tmp_path / "incomplete.h5")


def test_another_split_than_the_two_is_refused(tmp_path):
    variables = dict(images.dataset(PIXELS, np.ones(6, bool), "noise", {}).variables)
    split = np.array(["train"] * 5 + ["valid"])
    variables["split"] = store.Variable(split, ("image",), "1", "split")
    store.save(store.Dataset("images", "odd", variables), tmp_path / "odd.h5")
    with pytest.raises(store.WrongFileError, match=r"'split' of shape .* saying train or test"):
        images.load(tmp_path / "odd.h5")


@pytest.mark.parametrize("held_out", [True, False])
def test_an_empty_split_is_refused(tmp_path, held_out):
    save(tmp_path / "images.h5", test=[held_out] * 6)
    with pytest.raises(store.WrongFileError, match="and some of each"):
        images.load(tmp_path / "images.h5")


@given(st.integers(1, 4), st.integers(0, 255))
def test_pixels_are_rows_between_0_and_1(count, value):
    found = images.pixels(np.full((count, 2, 3, 3), value, np.uint8))
    assert (found.shape, found.dtype) == ((count, 18), np.float32)
    np.testing.assert_allclose(found, value / 255, rtol=1e-6)
