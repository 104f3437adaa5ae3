from __future__ import annotations

import json
import logging

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling import store
from chaos_sampling.history import MEANS, History, diversity
from chaos_sampling.journal import Journal

SHOWN = torch.zeros(64, 5)
HEALTHY = [1.0, 2.0, 0.8, 0.2]
WON = [0.01, 8.0, 0.999, 0.001]
"""Losses of both, D(x) and D(G(z)), in the order of MEANS."""


def grid(*levels: int) -> torch.Tensor:
    """Return images (n, 2, 2, 3), each of one grey level."""
    return torch.tensor(levels, dtype=torch.uint8)[:, None, None, None].repeat(1, 2, 2, 3)


def journal(history: History, lines=None, **changes) -> Journal:
    settings = {"total": 40, "batch": 4, "real_label": 1.0} | changes
    return Journal(history, lines=lines, **settings)


def run(history: History, telling: Journal, *steps: list[float]) -> None:
    """Add steps and close the interval."""
    for values in steps:
        history.add(torch.tensor(values))
    history.collect()
    telling.record(2.0, {"data": 0.1, "latents": 0.2})


# --- diversity ---


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((5, 5, 5), 0), ((0, 100), 100), ((0, 10, 11, 50, 52), 2), ((7, 7, 7, 90, 200), 0)],
)
def test_diversity_is_the_median_distance_to_the_most_similar_image(levels, expected):
    assert diversity(grid(*levels)) == pytest.approx(expected, abs=1e-3)


@given(seed=st.integers(0, 99), count=st.integers(2, 20))
def test_diversity_does_not_depend_on_the_order_and_scales_with_contrast(seed, count):
    images = np.random.default_rng(seed).integers(0, 128, (count, 4, 4, 3), np.uint8)
    expected = diversity(torch.from_numpy(images))
    assert diversity(torch.from_numpy(images[::-1].copy())) == pytest.approx(expected)
    assert diversity(torch.from_numpy(2 * images)) == pytest.approx(2 * expected, rel=1e-5)


def test_diversity_is_told_in_units_of_real_images_one_grey_level_apart_at_least():
    history = History(SHOWN)
    for real in (50.0, 0.0):
        history.add_grid(4, grid(0, 20), real)
    assert history.diversity == pytest.approx([0.4, 20])


# --- what is recorded ---


def test_records_are_means_over_intervals_with_the_last_diversity():
    history = History(SHOWN)
    telling = journal(history)
    run(history, telling, [1, 2, 0.5, 0.3], [3, 4, 0.7, 0.5])
    history.add_grid(12, grid(0, 10), 20.0)
    run(history, telling, HEALTHY)
    first, second = history.records
    assert list(first)[:6] == ["images_seen", *MEANS, "diversity"]
    assert list(first.values())[:6] == pytest.approx([8, 2, 3, 0.6, 0.4, None])
    assert list(second.values())[:6] == pytest.approx([12, *HEALTHY, 0.5])
    assert [record["images_per_second"] for record in history.records] == [4, 2]
    assert [record["seconds_left"] for record in history.records] == [8, 14]
    assert (first["data_share"], first["latents_share"]) == (0.1, 0.2)


@pytest.mark.parametrize("broken", [0, 2])
def test_values_that_are_not_finite_are_named_with_their_step(broken):
    history = History(SHOWN, step=10)
    for index in range(3):
        history.add(torch.tensor([1.0, torch.nan if index == broken else 1.0, 0.5, 0.5]))
    with pytest.raises(FloatingPointError, match=f"not finite at step {11 + broken}: .*_loss"):
        history.collect()


def test_a_history_continues_from_its_state(tmp_path):
    history, restored = History(SHOWN), History(SHOWN)
    for copy in (history, restored):
        run(copy, journal(copy), HEALTHY)
        copy.add(torch.tensor(WON))
        copy.collect()
    torch.save(history.state_dict(), tmp_path / "state")
    restored.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert restored.step == 2
    for copy in (history, restored):
        run(copy, journal(copy), HEALTHY)
    assert history.records[-1] == pytest.approx(restored.records[-1])
    assert history.records[-1]["generator_loss"] == 5


def test_a_state_with_other_fields_is_refused():
    with pytest.raises(ValueError, match=r"history: expected .*'step'.*, found .*'steps'"):
        History(SHOWN).load_state_dict({"steps": 1})


def test_the_dataset_holds_nothing_of_the_clock(tmp_path):
    history = History(SHOWN)
    telling = journal(history)
    history.add_grid(4, grid(0, 10), 20.0)
    run(history, telling, HEALTHY)
    dataset = history.dataset()
    assert {*dataset.variables} == {"images_seen", "snapshot", "grids", "diversity", *MEANS}
    assert dataset["images_seen"].tolist() == dataset["snapshot"].tolist() == [4]
    assert dataset["diversity"].tolist() == [0.5]
    store.save(dataset, tmp_path / "training.h5")
    assert store.load(tmp_path / "training.h5", "training")["real_probability"] == np.float32(0.8)


# --- what is told ---


def test_lines_are_appended_as_it_happens(tmp_path):
    lines = tmp_path / "training.jsonl"
    lines.write_text("of an earlier run")
    history = History(SHOWN)
    telling = journal(history, lines)
    assert lines.read_text() == ""
    for count in (1, 2):
        run(history, telling, HEALTHY)
        assert [json.loads(line) for line in lines.read_text().splitlines()] == history.records
        assert len(history.records) == count


def test_lines_of_a_continued_training_are_those_that_its_history_holds(tmp_path):
    lines = tmp_path / "training.jsonl"
    history = History(SHOWN)
    run(history, journal(history, lines), HEALTHY)
    kept = lines.read_text()
    lines.write_text(kept + "recorded after the checkpoint, or torn")
    journal(history, lines)
    assert lines.read_text() == kept


def test_the_log_line_holds_what_a_record_does(caplog):
    caplog.set_level(logging.INFO)
    history = History(SHOWN)
    history.add_grid(4, grid(0, 10), 20.0)
    run(history, journal(history, total=4), HEALTHY)
    for part in (
        "training: 100%",
        "4/4 [",
        "2.00 image/s",
        "loss of D 1.000, of G 2.000, D(x) 0.800, D(G(z)) 0.200, diversity 0.50",
        "latents take 20.0% and data 10.0% of the time",
    ):
        assert part in caplog.text


@pytest.mark.parametrize("real_label", [1.0, 0.9])
def test_a_discriminator_that_wins_is_named_each_time_it_begins_to(real_label, caplog):
    history = History(SHOWN)
    telling = journal(history, real_label=real_label)
    won = [*WON[:2], 0.99 * real_label, 0.005]
    for values in (HEALTHY, won, won, HEALTHY, won):
        run(history, telling, values)
    messages = [message for message in caplog.messages if "discriminator wins" in message]
    assert [message.split(" the ")[0] for message in messages] == [
        "training: after 8 images",
        "training: after 20 images",
    ]
    assert "real_label" in messages[0]


@pytest.mark.parametrize("values", [HEALTHY, [1, 1, 0.999, 0.2], [1, 1, 0.6, 0.001]])
def test_a_discriminator_that_is_not_sure_of_both_has_not_won(values, caplog):
    history = History(SHOWN)
    run(history, journal(history), values)
    assert "wins" not in caplog.text


def test_a_generator_that_collapses_is_named_when_it_begins_to(caplog):
    history = History(SHOWN)
    telling = journal(history)
    run(history, telling, HEALTHY)
    for levels in ((0, 40), (7, 7), (7, 7)):
        history.add_grid(8, grid(*levels), 50.0)
        run(history, telling, HEALTHY)
    messages = [message for message in caplog.messages if "generator collapses" in message]
    assert len(messages) == 1
    assert messages[0].startswith("training: after 12 images")
    assert "learning_rate" in messages[0]
