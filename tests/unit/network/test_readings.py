from __future__ import annotations

import pytest

from chaos_sampling.network.readings import READINGS


@pytest.mark.parametrize(
    ("name", "strength", "factor", "label"),
    [
        ("sum_1", 100, 10, "Σξξᵀ, variance 1"),
        ("sum_1N", 100, 1, "Σξξᵀ, variance 1/N"),
        ("mean_1", 1, 10, "Σξξᵀ/N, variance 1"),
        ("mean_1N", 1, 1, "Σξξᵀ/N, variance 1/N"),
    ],
)
def test_reading_is_a_strength_and_a_factor_of_the_gain(name, strength, factor, label):
    reading = READINGS[name]
    assert reading.strength(100) == strength
    assert reading.gain_factor(100) == pytest.approx(factor)
    assert reading.label == label
