from __future__ import annotations

import json

import pytest

from chaos_sampling.statistics.selection import only
from chaos_sampling.statistics.training import DAY, training_table


def test_a_training_lasts_as_long_as_its_records_say():
    condition = {"model": "celeba-subset-seed1", "width": 64, "device": "cuda"}
    records = [
        {"images_seen": 1000, "images_per_second": 10.0},
        {"images_seen": 4000, "images_per_second": 30.0},
    ]
    found = training_table([(condition, records)])
    row = only(found, "training_days")
    assert row["mean"] == pytest.approx(200 / DAY)
    assert row["networks"] == 1
    assert json.loads(row["condition"]) == condition


def test_without_trainings_the_table_is_empty():
    assert training_table([]).empty
