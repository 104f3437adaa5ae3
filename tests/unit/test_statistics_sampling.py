from __future__ import annotations

import json

import numpy as np
import pytest
from tables import find, variables

from chaos_sampling.statistics.sampling import sampling_table
from chaos_sampling.statistics.table import COLUMNS
from chaos_sampling.store import Dataset, Variable


def gain_samples(gain, slope):
    """Build a data set whose pixels and latents grow by `slope` in each frame."""
    frames = np.arange(40)
    images = np.broadcast_to((slope * frames)[:, None, None, None], (40, 2, 2, 3))
    ensemble = np.zeros((2, 2, 2, 3), np.uint8)
    ensemble[1] = 51
    return Dataset(
        "gain_samples",
        "",
        {
            "trajectory/time": Variable(0.15 * frames, ("time",), "τ", "time"),
            **variables(
                **{
                    "trajectory/images": (images.astype(np.uint8), ("time", "y", "x", "channel")),
                    "trajectory/latents": (
                        np.broadcast_to(0.1 * slope * frames[:, None], (40, 5)),
                        ("time", "latent"),
                    ),
                    "ensemble/images": (ensemble, ("sample", "y", "x", "channel")),
                }
            ),
        },
        {"gain": gain, "training_gain": 4, "model": {"dataset": "avatars", "seed": 1}},
    )


@pytest.fixture(scope="module")
def sampling():
    return sampling_table([gain_samples(2, 1), gain_samples(8, 5)])


@pytest.mark.parametrize(
    ("quantity", "gain", "value"),
    [
        ("step_change_latents_0.15", 2, 0.1),
        ("step_change_latents_0.15", 8, 0.5),
        ("step_change_images_0.15", 2, 1 / 255),
        ("step_change_images_0.15", 8, 5 / 255),
        ("deviation_images", 2, 0.1),
        ("deviation_images", 8, 0.1),
    ],
)
def test_sampling_table_gives_the_one_network_without_interval(sampling, quantity, gain, value):
    found = find(sampling, quantity, gain=gain)
    assert found["mean"] == pytest.approx(value, rel=1e-5)
    assert found["networks"] == 1
    assert np.isnan([found["se"], found["low"], found["high"]]).all()
    assert json.loads(found["condition"]) == {"dataset": "avatars", "seed": 1}


def test_half_life_of_images_does_not_depend_on_contrast(sampling):
    slow, fast = (find(sampling, "half_life_images", gain=gain)["median"] for gain in (2, 8))
    assert slow == pytest.approx(fast, rel=1e-4)
    assert 0 < slow < 40 * 0.15 / 4


def test_sampling_table_has_its_columns(sampling):
    assert list(sampling.columns) == COLUMNS
    assert len(sampling) == 2 * 4


GAINS = np.array([0, 3, 5, 8.0])
TIME = np.arange(0, 30.25, 0.25)
