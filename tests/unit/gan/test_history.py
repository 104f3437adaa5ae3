from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_gan import grid

from chaos_sampling import store
from chaos_sampling.gan.history import MEANS, History, nearest_distance

SHOWN = torch.zeros(64, 5)
BATCH = 4


def run(history: History, *steps: list[float]) -> None:
    """Add steps and close the interval."""
    for values in steps:
        history.add(torch.tensor(values))
    history.collect()
    history.close_interval(BATCH * history.step, images_per_second=2.0)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((5, 5, 5), 0), ((0, 100), 100), ((0, 10, 11, 50, 52), 2), ((7, 7, 7, 90, 200), 0)],
)
def test_nearest_distance_is_the_median_to_the_most_similar_image(levels, expected):
    assert nearest_distance(grid(*levels)) == pytest.approx(expected, abs=1e-3)


def test_many_equal_images_are_at_no_distance():
    assert nearest_distance(grid(*[235] * 64)) == 0


@given(seed=st.integers(0, 99), count=st.integers(2, 20))
def test_nearest_distance_ignores_the_order_and_scales_with_contrast(seed, count):
    images = np.random.default_rng(seed).integers(0, 128, (count, 4, 4, 3), np.uint8)
    expected = nearest_distance(torch.from_numpy(images))
    assert nearest_distance(torch.from_numpy(images[::-1].copy())) == pytest.approx(expected)
    assert nearest_distance(torch.from_numpy(2 * images)) == pytest.approx(2 * expected, rel=1e-5)


def test_diversity_is_told_in_units_of_real_images_one_grey_level_apart_at_least():
    history = History(SHOWN)
    for real in (50.0, 0.0):
        history.add_grid(4, grid(0, 20), real)
    assert history.diversity == pytest.approx([0.4, 20])


def test_records_are_means_over_intervals_with_the_last_diversity():
    history = History(SHOWN)
    run(history, [1, 2, 0.5, 0.3], [3, 4, 0.7, 0.5])
    history.add_grid(12, grid(0, 10), 20.0)
    run(history, [1, 2, 0.8, 0.2])
    first, second = history.records
    assert list(first) == ["images_seen", *MEANS, "diversity", "images_per_second"]
    assert list(first.values()) == pytest.approx([8, 2, 3, 0.6, 0.4, None, 2])
    assert list(second.values()) == pytest.approx([12, 1, 2, 0.8, 0.2, 0.5, 2])


@pytest.mark.parametrize("broken", [0, 2])
def test_values_that_are_not_finite_are_named_with_their_step(broken):
    history = History(SHOWN, step=10)
    for index in range(3):
        history.add(torch.tensor([1.0, torch.nan if index == broken else 1.0, 0.5, 0.5]))
    with pytest.raises(FloatingPointError, match=f"not finite at step {11 + broken}: .*_loss"):
        history.collect()


def test_a_history_continues_from_its_state(tmp_path):
    history, restored = History(SHOWN), History(SHOWN)
    run(history, [1.0, 2.0, 0.8, 0.2])
    history.add(torch.tensor([0.01, 8.0, 0.999, 0.001]))
    history.collect()
    torch.save(history.state_dict(), tmp_path / "state")
    restored.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert restored.step == 2
    for copy in (history, restored):
        run(copy, [1.0, 2.0, 0.8, 0.2])
    assert len(restored.records) == 2
    assert history.records[-1] == pytest.approx(restored.records[-1])
    assert history.records[-1]["generator_loss"] == 5


def test_a_state_with_other_fields_is_refused():
    with pytest.raises(ValueError, match=r"history: expected .*'step'.*, found .*'steps'"):
        History(SHOWN).load_state_dict({"steps": 1})


def test_the_dataset_holds_nothing_of_the_clock(tmp_path):
    history = History(SHOWN)
    history.add_grid(4, grid(0, 10), 20.0)
    run(history, [1.0, 2.0, 0.8, 0.2])
    dataset = history.dataset()
    assert {*dataset.variables} == {"images_seen", "snapshot", "grids", "diversity", *MEANS}
    assert dataset["images_seen"].tolist() == dataset["snapshot"].tolist() == [4]
    assert dataset["diversity"].tolist() == [0.5]
    store.save(dataset, tmp_path / "training.h5")
    assert store.load(tmp_path / "training.h5", "training")["real_probability"] == np.float32(0.8)
