from __future__ import annotations

import json

import numpy as np
import pytest
from tables import variables

from chaos_sampling.measures.timescales import half_life
from chaos_sampling.statistics.sampling import sampling_table
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset

STEP = 0.15
MODEL = {"dataset": "avatars", "latents": "subset", "recipe": "ours", "seed": 1}
NAMED = {"model": "one", "latents": "subset"}
TRUTH = half_life(
    np.mean([np.exp(-STEP * np.arange(300) / t) for t in np.linspace(1.5, 2.5, 1001)], axis=0), STEP
)
"""Half-life of the mean of exponentials with time constants uniform from 1.5 to 2.5 τ."""
IMAGES = {"batch_norm": "training"}, {"batch_norm": "reestimated"}
KINDS = ("latents", NAMED), ("images", IMAGES[0]), ("images", IMAGES[1])


def gain_samples(gain, correlations, changes, ensemble=None):
    """Label measures along trajectories (trajectory, lag) and (trajectory,), for all variables."""
    correlations, changes = np.asarray(correlations, float), np.asarray(changes, float)
    ensemble = np.zeros((2, 2, 2, 3), np.uint8) if ensemble is None else ensemble
    arrays = {"autocorrelation/lag": (STEP * np.arange(correlations.shape[1]), ("lag",))}
    for factor, name in enumerate(("latents", "images", "images_reestimated"), start=1):
        arrays[f"autocorrelation/{name}"] = (correlations, ("trajectory", "lag"))
        arrays[f"step_change/{name}"] = (factor * changes, ("trajectory",))
    for factor, name in enumerate(("images", "images_reestimated"), start=1):
        arrays[f"ensemble/{name}"] = (factor * ensemble, ("sample", "y", "x", "channel"))
    attributes = {"gain": gain, "training_gain": 4.0, "model": MODEL}
    return Dataset("gain_samples", "", variables(**arrays), attributes)


def exponentials(time_constants):
    """Return exp(−t/τ) over 300 lags, shape (trajectory, lag)."""
    lag = STEP * np.arange(300)
    return np.exp(-lag / np.array(time_constants)[:, None])


@pytest.mark.parametrize(
    ("quantity", "condition", "factor"),
    [
        ("step_change_latents_0.15", NAMED, 1),
        ("step_change_images_0.15", IMAGES[0], 2),
        ("step_change_images_0.15", IMAGES[1], 3),
    ],
)
def test_changes_in_a_step_add_up_as_squares(quantity, condition, factor):
    found = sampling_table([("one", gain_samples(2.0, exponentials([1, 1]), [3.0, 4.0]))])
    row = only(found, quantity, gain=2, condition=condition)
    assert row["mean"] == pytest.approx(factor * np.sqrt(12.5))
    assert json.loads(row["condition"]) == NAMED | condition


def test_the_deviation_of_images_is_over_the_ensemble():
    ensemble = np.zeros((2, 2, 2, 3), np.uint8)
    ensemble[1] = 51
    samples = gain_samples(2.0, exponentials([1, 1]), [1, 1], ensemble)
    found = sampling_table([("one", samples)])
    for factor, condition in enumerate(IMAGES, start=1):
        row = only(found, "deviation_images", gain=2, condition=condition)
        assert row["mean"] == pytest.approx(0.1 * factor)
        assert np.isnan([row["low"], row["high"]]).all()


def test_every_gain_has_three_speeds_of_latents_and_of_each_kind_of_images():
    both = [("one", gain_samples(gain, exponentials([1, 2]), [1, 2])) for gain in (2.0, 8.0)]
    found = sampling_table(iter(both))
    assert len(found) == 2 * (3 + 2 * 4)
    assert (found["networks"] == 1).all()


@pytest.mark.parametrize("time_constant", [1.0, 3.0])
def test_times_of_ornstein_uhlenbeck_processes_are_those_of_theory(time_constant):
    correlation = exponentials([time_constant] * 3)
    found = sampling_table([("one", gain_samples(4.0, correlation, [1] * 3))])
    for name, condition in KINDS:
        half_life = only(found, f"half_life_{name}", gain=4, condition=condition)
        assert half_life["mean"] == pytest.approx(np.log(2) * time_constant, rel=5e-3)
        correlation_time = only(found, f"T2_{name}", gain=4, condition=condition)
        assert correlation_time["mean"] == pytest.approx(time_constant, rel=0.03)
        # equal trajectories leave no doubt
        assert half_life["low"] == pytest.approx(half_life["high"])


def test_the_interval_is_over_trajectories_and_covers_the_truth():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(200):
        times = rng.uniform(1.5, 2.5, size=8)
        found = sampling_table([("one", gain_samples(4.0, exponentials(times), times))])
        row = only(found, "half_life_images", gain=4, condition=IMAGES[0])
        assert (row["interval"], row["networks"]) == ("trajectories", 1)
        hits += row["low"] < row["mean"] < row["high"] and row["low"] < TRUTH < row["high"]
    assert 0.9 < hits / 200 <= 1


def test_a_time_beyond_the_longest_lag_is_infinite_and_has_no_interval():
    found = sampling_table([("one", gain_samples(1.1, np.ones((3, 40)), np.zeros(3)))])
    for name, condition in KINDS:
        assert only(found, f"step_change_{name}_0.15", gain=1.1, condition=condition)["mean"] == 0
        for quantity in ("half_life", "T2"):
            row = only(found, f"{quantity}_{name}", gain=1.1, condition=condition)
            assert np.isinf(row["median"])
            assert np.isnan([row["mean"], row["low"], row["high"]]).all()
