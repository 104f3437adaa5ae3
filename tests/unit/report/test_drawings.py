from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.report.drawings import WIDTH, forest, rule_graph
from chaos_sampling.report.estimates import Estimate


def parse(svg):
    return ElementTree.fromstring(str(svg))


def of_class(drawn, name, tag="*"):
    return [part for part in drawn.iter() if part.get("class") == name and tag in ("*", part.tag)]


def test_what_lies_in_the_allowed_range_is_drawn_in_it():
    drawn = parse(forest([Estimate(2, 1, 3, 5)], 0, np.inf))
    [allowed], [bound] = of_class(drawn, "allowed"), of_class(drawn, "bound")
    [line] = of_class(drawn, "interval", "line")
    start = float(allowed.get("x"))
    assert start == float(bound.get("x1")) < float(line.get("x1")) < float(line.get("x2"))
    assert start + float(allowed.get("width")) == WIDTH


def test_a_trend_has_a_line_for_each_estimate_and_no_range():
    drawn = parse(
        forest([Estimate(gain, gain - 1, gain + 1, 5) for gain in (2, 4, 8)], np.nan, np.nan)
    )
    assert len(of_class(drawn, "interval", "circle")) == 3
    assert of_class(drawn, "allowed") == []


numbers = st.floats(allow_nan=False, min_value=-1e6, max_value=1e6) | st.just(np.inf)


@given(st.lists(numbers, min_size=3, max_size=3), numbers)
def test_everything_is_inside_the_drawing(values, end):
    low, value, high = sorted(values)
    drawn = parse(forest([Estimate(value, low, high, 2)], -np.inf, end))
    for part in drawn.iter():
        places = [part.get(name) for name in ("x", "x1", "x2", "cx")]
        assert all(0 <= float(place) <= WIDTH for place in places if place is not None)


def test_rules_stand_to_the_right_of_those_that_they_read():
    drawn = parse(
        rule_graph({"simulate": [], "measure": ["simulate"], "report": ["measure", "simulate"]})
    )
    links = {link.get("href"): int(link[0].get("x")) for link in drawn.iter("a")}
    assert links["#rule-simulate"] < links["#rule-measure"] < links["#rule-report"]
    assert len(list(drawn.iter("path"))) == 3


@pytest.mark.parametrize("count", [1, 4])
def test_rules_of_one_column_do_not_overlap(count):
    drawn = parse(rule_graph({f"simulate_{index}": [] for index in range(count)}))
    assert len({link[0].get("y") for link in drawn.iter("a")}) == count
