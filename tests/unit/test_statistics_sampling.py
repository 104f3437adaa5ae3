from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from tables import variables

from chaos_sampling.statistics.sampling import sampling_table
from chaos_sampling.statistics.table import COLUMNS
from chaos_sampling.store import Dataset, Variable

STEP = 0.15
MODEL = {"dataset": "avatars", "latents": "subset", "recipe": "ours", "seed": 1}
NAMED = {"model": "one", "latents": "subset"}
IMAGES = {"batch_norm": "training"}, {"batch_norm": "reestimated"}


def gain_samples(gain, latents, trajectories, ensembles):
    """Label latents (T, K) and images (T or E, y, x, channel), of both kinds of batch norm."""
    arrays = {"trajectory/latents": (latents, ("time", "latent"))}
    for name, path, ensemble in zip(
        ("images", "images_reestimated"), trajectories, ensembles, strict=True
    ):
        arrays[f"trajectory/{name}"] = (path, ("time", "y", "x", "channel"))
        arrays[f"ensemble/{name}"] = (ensemble, ("sample", "y", "x", "channel"))
    time = Variable(STEP * np.arange(len(latents)), ("time",), "τ", "time")
    attributes = {"gain": gain, "training_gain": 4.0, "model": MODEL}
    return Dataset("gain_samples", "", {"trajectory/time": time, **variables(**arrays)}, attributes)


def ramps(gain, slope):
    """Build a data set whose latents and pixels grow by `slope`, re-estimated ones by twice it."""
    frames = np.arange(40)
    latents = np.broadcast_to(0.1 * slope * frames[:, None], (40, 5))
    images = np.broadcast_to((slope * frames)[:, None, None, None], (40, 2, 2, 3))
    ensemble = np.zeros((2, 2, 2, 3), np.uint8)
    ensemble[1] = 51
    trajectories = [(factor * images).astype(np.uint8) for factor in (1, 2)]
    return gain_samples(gain, latents, trajectories, [ensemble, 2 * ensemble])


def processes(gain, time_constant):
    """Build latents and images that are Ornstein-Uhlenbeck processes about a grey image.

    Pixels are 64×64×3 independent processes of standard deviation 30 and mean 128.
    """
    rng = np.random.default_rng(0)
    kept = np.exp(-STEP / time_constant)
    z = rng.standard_normal((600, 64 * 64 * 3), np.float32)
    for previous, current in pairwise(z):
        current *= np.sqrt(1 - kept**2)
        current += kept * previous
    pixels, ensemble = (
        (128 + 30 * values).clip(0, 255).astype(np.uint8).reshape(-1, 64, 64, 3)
        for values in (z, rng.standard_normal((400, 64 * 64 * 3), np.float32))
    )
    return gain_samples(gain, z[:, :2000], [pixels] * 2, [ensemble] * 2)


def value(found, quantity, gain, condition=None):
    expected = json.dumps({**NAMED, **(condition or {})}, sort_keys=True)
    chosen = found[
        (found["quantity"] == quantity) & (found["gain"] == gain) & (found["condition"] == expected)
    ]
    assert len(chosen) == 1, (quantity, gain, condition)
    return chosen.iloc[0]


@pytest.fixture(scope="module")
def table_of_ramps():
    return sampling_table(iter([("one", ramps(2.0, 1)), ("one", ramps(8.0, 3))]))


@pytest.mark.parametrize(
    ("quantity", "gain", "condition", "expected"),
    [
        ("step_change_latents_0.15", 2, None, 0.1),
        ("step_change_latents_0.15", 8, None, 0.3),
        ("step_change_images_0.15", 2, IMAGES[0], 1 / 255),
        ("step_change_images_0.15", 8, IMAGES[0], 3 / 255),
        ("step_change_images_0.15", 8, IMAGES[1], 6 / 255),
        ("deviation_images", 2, IMAGES[0], 0.1),
        ("deviation_images", 8, IMAGES[1], 0.2),
    ],
)
def test_one_network_has_a_value_and_no_interval(
    table_of_ramps, quantity, gain, condition, expected
):
    found = value(table_of_ramps, quantity, gain, condition)
    assert found["mean"] == pytest.approx(expected, rel=1e-5)
    assert found["networks"] == 1
    assert np.isnan([found["se"], found["low"], found["high"]]).all()


def test_every_gain_has_three_speeds_of_latents_and_of_each_kind_of_images(table_of_ramps):
    assert list(table_of_ramps.columns) == COLUMNS
    assert len(table_of_ramps) == 2 * (3 + 2 * 4)


@pytest.mark.parametrize("time_constant", [1.0, 3.0])
def test_times_of_ornstein_uhlenbeck_processes_are_those_of_theory(time_constant):
    found = sampling_table([("one", processes(4.0, time_constant))])
    for name, condition in (("latents", None), ("images", IMAGES[0]), ("images", IMAGES[1])):
        half_life = value(found, f"half_life_{name}", 4.0, condition)["median"]
        assert half_life == pytest.approx(np.log(2) * time_constant, rel=0.03)
        correlation_time = value(found, f"T2_{name}", 4.0, condition)["median"]
        assert correlation_time == pytest.approx(time_constant, rel=0.03)


def test_times_do_not_come_out_shorter_in_short_runs():
    whole = processes(4.0, 3.0)
    parts = {
        name: Variable(
            variable.values[:200] if name.startswith("trajectory") else variable.values,
            *(variable.dims, variable.units, variable.long_name),
        )
        for name, variable in whole.variables.items()
    }
    found = sampling_table([("one", Dataset("gain_samples", "", parts, whole.attributes))])
    half_life = value(found, "half_life_images", 4.0, IMAGES[0])["median"]
    # a mean over the trajectory would take off 2 · 3 τ of 30 τ: half-life 1.5 instead of 2.1
    assert half_life == pytest.approx(np.log(2) * 3.0, rel=0.05)


def test_images_that_stand_still_have_no_end_of_correlation():
    still = np.full((40, 2, 2, 3), 100, np.uint8)
    ensemble = np.zeros((2, 2, 2, 3), np.uint8)
    found = sampling_table(
        [("one", gain_samples(1.1, np.ones((40, 5)), [still] * 2, [ensemble] * 2))]
    )
    for name, condition in (("latents", None), ("images", IMAGES[0])):
        assert value(found, f"step_change_{name}_0.15", 1.1, condition)["mean"] == 0
        assert np.isinf(value(found, f"half_life_{name}", 1.1, condition)["median"])
        assert np.isinf(value(found, f"T2_{name}", 1.1, condition)["median"])
