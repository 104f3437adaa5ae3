from __future__ import annotations

import json
import logging

import numpy as np
import pytest
import torch
from PIL import Image
from small_gan import grid

from chaos_sampling.gan.history import History
from chaos_sampling.gan.journal import Journal

SHOWN = torch.zeros(64, 5)
HEALTHY = [1.0, 2.0, 0.8, 0.2]
WON = [0.01, 8.0, 0.999, 0.001]
"""Losses of both, D(x) and D(G(z)), in the order of `history.MEANS`."""


def journal(history: History, lines=None, **changes) -> Journal:
    settings = {"total": 40, "batch": 4, "real_label": 1.0} | changes
    return Journal(history, lines=lines, **settings)


def run(history: History, telling: Journal, *steps: list[float]) -> None:
    """Add steps and close the interval."""
    for values in steps:
        history.add(torch.tensor(values))
    history.collect()
    telling.record(2.0, {"data": 0.1, "latents": 0.2})


def test_records_hold_rate_time_left_and_shares():
    history = History(SHOWN)
    telling = journal(history)
    run(history, telling, HEALTHY, HEALTHY)
    run(history, telling, HEALTHY)
    assert [record["images_per_second"] for record in history.records] == [4, 2]
    assert [record["seconds_left"] for record in history.records] == [8, 14]
    assert (history.records[0]["data_share"], history.records[0]["latents_share"]) == (0.1, 0.2)


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


def test_the_last_grid_lies_as_a_picture_beside_the_lines(tmp_path):
    telling = journal(History(SHOWN), tmp_path / "training.jsonl")
    for level in (10, 200):
        telling.show(grid(*[level] * 64))
        with Image.open(tmp_path / "training.png") as picture:
            pixels = np.asarray(picture)
        assert pixels.shape == (34, 34, 3)  # 8 × 8 images of 2 pixels, with 2 around each
        assert (pixels == level).all(axis=2).sum() == 64 * 4
    assert len(list(tmp_path.iterdir())) == 2


def test_the_picture_of_a_continued_training_stays_and_that_of_another_goes(tmp_path):
    picture = tmp_path / "training.png"
    picture.write_bytes(b"before")
    continued = History(SHOWN)
    continued.add_grid(4, grid(*[1] * 64), 1.0)
    journal(continued, picture.with_suffix(".jsonl"))
    assert picture.exists()
    journal(History(SHOWN), picture.with_suffix(".jsonl"))
    assert not picture.exists()


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
