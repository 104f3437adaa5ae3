from __future__ import annotations

import logging
import re

import pytest

from chaos_sampling.progress import Meter, track

NEVER = float("inf")


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="chaos_sampling")
    return lambda: [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("items", [[], [3], [3, 1, 2], range(5), "abc", (None, None)])
def test_items_pass_unchanged(items):
    assert list(track(items, "working", unit="item")) == list(items)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_interval_sets_the_number_of_lines(lines, count):
    list(track(range(count), "working", unit="item", interval=0))
    assert len(lines()) == count + 2


@pytest.mark.parametrize("count", [0, 1, 4])
def test_first_and_last_line_are_always_there(lines, count):
    list(track(range(count), "working", unit="item", interval=NEVER))
    assert len(lines()) == 2
    assert all(line.startswith("working") for line in lines())


def test_lines_count_up_to_the_total(lines):
    list(track(range(4), "working", unit="item", interval=0))
    done = [re.search(r"([\d.]+)/([\d.]+)", line).groups() for line in lines()]
    assert [float(now) for now, _ in done] == [0, 1, 2, 3, 4, 4]
    assert {float(total) for _, total in done} == {4}
    assert "100%" in lines()[-1]


@pytest.mark.parametrize(("scale", "total"), [(128, 512), (0.25, 1), (0.1, 0.4)])
def test_scale_counts_in_units(lines, scale, total):
    list(track(range(4), "working", unit="τ", scale=scale, interval=NEVER))
    assert f"{float(total)}/{total}" in lines()[-1]
    assert "τ/s" in lines()[-1]


def test_unknown_length_is_counted_without_total(lines):
    assert list(track(iter("abc"), "working", unit="item", interval=NEVER)) == ["a", "b", "c"]
    assert "3.0 item" in lines()[-1]
    assert "%" not in lines()[-1]


def test_items_are_taken_one_at_a_time():
    taken = []
    items = track((taken.append(index) or index for index in range(5)), "working", unit="item")
    next(items)
    next(items)
    assert taken == [0, 1]


def test_error_inside_the_loop_passes():
    def failing():
        yield 1
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        list(track(failing(), "working", unit="item"))


def test_a_meter_speaks_when_it_is_time_and_at_the_end(lines):
    quiet, chatty = (
        Meter("training", 8, unit="image", interval=interval) for interval in (NEVER, 0)
    )
    for done in (2, 4, 8):
        quiet.report(done, "quiet", rate=2)
        chatty.report(done, f"loss {done}", rate=2)
    assert [line.split(", ")[-1] for line in lines()] == ["loss 2]", "loss 4]", "quiet]", "loss 8]"]
    assert " 8/8 [" in lines()[-1]


def test_a_meter_tells_the_rate_and_the_time_left_by_it(lines):
    Meter("training", 800, unit="image", interval=0).report(200, "", rate=10)
    assert "10.00 image/s" in lines()[0]
    assert "<01:00," in lines()[0]
