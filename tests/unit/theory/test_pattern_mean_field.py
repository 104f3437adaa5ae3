from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.theory import mean_field
from chaos_sampling.theory.pattern_mean_field import critical_gain, growth_rate


def test_growth_rate_is_an_average_over_neurons():
    deviation = mean_field.solve(3.0).variance_h ** 0.5
    h = deviation * np.random.default_rng(0).standard_normal(1_000_000)
    # the standard error of the mean of φ' is below 4e-4
    assert growth_rate(3.0, 4.0) == pytest.approx(4 * (1 - np.tanh(h) ** 2).mean() - 1, abs=8e-3)


@pytest.mark.parametrize("strength", [1.02, 1.5, 4.0, 99.0])
def test_small_overlaps_neither_grow_nor_decay_at_the_critical_gain(strength):
    assert growth_rate(critical_gain(strength), strength) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_strengths_without_stable_patterns_are_refused(strength):
    with pytest.raises(ValueError, match=f"strength: expected more than 1, found {strength}"):
        critical_gain(strength)
