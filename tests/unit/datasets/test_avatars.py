from __future__ import annotations

import random

import numpy as np
import pytest

from chaos_sampling import store
from chaos_sampling.datasets import avatars, images


@pytest.fixture(scope="module")
def dataset():
    return avatars.render(count=40, seed=3)


def test_same_seed_same_faces_whatever_the_workers(dataset):
    random.seed(1)  # the global generator must not matter
    again = avatars.render(count=40, seed=3, workers=2)
    for name in dataset.variables:
        np.testing.assert_array_equal(dataset[name], again[name])


def test_other_seed_other_faces(dataset):
    other = avatars.render(count=40, seed=4)
    assert not np.array_equal(dataset["images"], other["images"])


def test_faces_differ_from_one_another(dataset):
    assert len(np.unique(dataset["images"].reshape(40, -1), axis=0)) == 40


def test_images_and_attributes_survive_a_file(dataset, tmp_path):
    path = tmp_path / "avatars.h5"
    store.save(dataset, path)
    found = store.load(path, "images")
    kept = images.load(path)
    together = np.empty_like(dataset["images"])
    held_out = images.every_tenth(len(together))
    together[held_out], together[~held_out] = kept["test"], kept["train"]
    np.testing.assert_array_equal(together, dataset["images"])
    for name in (*avatars.ATTRIBUTES, "background"):
        assert found.variables[name].dims == ("image",)
        assert list(found[name]) == list(dataset[name])


def test_corner_shows_the_background(dataset):
    short = np.isin(dataset["hair"], ["none", "buzzcut", "caesar", "short_flat", "short_round"])
    colours = [tuple(bytes.fromhex(colour[1:])) for colour in dataset["background"][short]]
    assert short.any()
    assert [tuple(pixels) for pixels in dataset["images"][short, 0, 0].tolist()] == colours


@pytest.mark.parametrize("name", avatars.ATTRIBUTES)
def test_every_value_can_be_drawn(name):
    attribute = avatars.ATTRIBUTES[name]
    known = {value.name.lower() for value in attribute.values}
    drawn = set(attribute.draw(np.random.default_rng(5), 2000))
    expected = set(attribute.names.split()) | ({"none"} if attribute.absent else set())
    assert drawn == expected
    assert drawn <= known


def test_absent_is_as_frequent_as_stated():
    attribute = avatars.ATTRIBUTES["glasses"]
    drawn = attribute.draw(np.random.default_rng(6), 10_000)
    spread = np.sqrt(attribute.absent * (1 - attribute.absent) / len(drawn))
    assert abs(np.mean(drawn == "none") - attribute.absent) < 5 * spread


@pytest.mark.parametrize("name", avatars.ATTRIBUTES)
def test_every_attribute_changes_the_picture(name):
    face = {key: attribute.names.split()[0] for key, attribute in avatars.ATTRIBUTES.items()}
    face |= {"hair": "short_flat", "background": "#808080"}
    pictures = {
        value: avatars._rasterise({**face, name: value}).tobytes()
        for value in avatars.ATTRIBUTES[name].names.split()
    }
    assert len(set(pictures.values())) == len(pictures)
