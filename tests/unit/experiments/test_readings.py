from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.experiments.hybrid import simulate_fixed_gain
from chaos_sampling.experiments.readings import simulate_reading
from chaos_sampling.measures.overlaps import measure

FIXED = dict(
    neurons=30, patterns=2, networks=3, gains=[0, 1, 8], duration=4, dt=0.1, interval=0.5, seed=1
)


@pytest.mark.parametrize(
    ("reading", "strength", "variance"),
    [("sum_1", 30, "1"), ("sum_1N", 30, "1/N"), ("mean_1", 1, "1"), ("mean_1N", 1, "1/N")],
)
def test_reading_is_a_strength_and_a_variance(reading, strength, variance):
    found = simulate_reading(**FIXED, reading=reading, activity="phi")
    simulated = simulate_fixed_gain(
        **FIXED, rule="outer_product", strength=strength, random_variance=variance
    )
    measured = measure(simulated, activity="phi")
    for name in ("overlap", "projection_patterns", "projection_orthogonal", "speed"):
        np.testing.assert_array_equal(found[name], measured[name])
        assert found.variables[name].dims == measured.variables[name].dims
    np.testing.assert_array_equal(found["h"], simulated["h"][0])
    np.testing.assert_array_equal(found["orthogonal"], measured["orthogonal"][0])
    assert found.kind == "reading"
    assert found.attributes["reading"] == reading
    assert found.attributes["weights"]["strength"] == strength
    assert found.attributes["weights"]["random_variance"] == variance


def test_unknown_reading_is_refused():
    with pytest.raises(ValueError, match=r"reading: expected one of sum_1, .*; found 'median'"):
        simulate_reading(**FIXED, reading="median", activity="phi")
