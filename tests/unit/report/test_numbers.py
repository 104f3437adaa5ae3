from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.report.numbers import measured, number, probability, significant


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (0.2596, 3, "0.260"),
        (-0.47, 1, "−0.5"),
        (-0.001, 2, "0.00"),
        (np.inf, 1, "∞"),
        (7.4, 0, "7"),
    ],
)
def test_number_has_fixed_places(value, places, expected):
    assert number(value, places) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, "< 1e-300"), (1e-310, "< 1e-300"), (3.2e-17, "3e-17")]
)
def test_a_p_value_that_underflows_is_a_bound(value, expected):
    assert probability(value) == expected


def test_significant_digits():
    assert [significant(value) for value in (0.25961, -1234.0, np.inf)] == [
        "0.26",
        "−1.23e+03",
        "∞",
    ]


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [("rate at g = 4", -0.001, "−0.001 (−∞ to 3)"), ("median p over runs", 0.02, "0.02")],
)
def test_a_p_value_is_told_without_an_interval(label, value, expected):
    line = {"label": label, "measured": value, "low": -np.inf, "high": 3.0}
    assert measured(line) == expected
