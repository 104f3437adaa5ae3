from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from chaos_sampling.theory import mean_field
from chaos_sampling.theory.noisy_mean_field import (
    driven_deviation,
    driven_variance,
    noise_amplitude,
    quenching_amplitude,
)


@given(st.floats(0, 0.95), st.floats(0.01, 0.03))
def test_weak_noise_is_amplified_linearly(gain, amplitude):
    # the spectrum σ²/(1 − g² + ω²) of a linear network integrates to σ²/(2 √(1 − g²)); the next
    # term is smaller by the variance over 1 − g²
    expected = amplitude**2 / (2 * np.sqrt(1 - gain**2))
    assert driven_variance(gain, amplitude) == pytest.approx(
        expected, rel=1e-6 + 2 * expected / (1 - gain**2)
    )


@given(st.floats(0.01, 20))
def test_uncoupled_neurons_are_ornstein_uhlenbeck(amplitude):
    assert driven_variance(0, amplitude) == pytest.approx(amplitude**2 / 2)


@given(st.floats(0, 10), st.floats(0.1, 10))
def test_amplitude_and_variance_are_inverse(gain, amplitude):
    found = noise_amplitude(gain, driven_variance(gain, amplitude))
    assert found == pytest.approx(amplitude, rel=1e-4)


@pytest.mark.parametrize("gain", [1.5, 4, 10])
def test_chaos_has_its_variance_without_noise(gain):
    alone = mean_field.solve(gain).variance_h
    assert driven_variance(gain, 0.01) == pytest.approx(alone, rel=1e-6)
    with pytest.raises(ValueError, match=f"without noise at gain {gain}"):
        noise_amplitude(gain, 0.99 * alone)


def squared_rate(variance: float) -> float:
    """Return ⟨φ²⟩ of Gaussian h of this variance."""
    deviation = np.sqrt(variance)
    density = stats.norm(scale=deviation).pdf
    return 2 * quad(lambda h: np.tanh(h) ** 2 * density(h), 0, 8 * deviation)[0]


@pytest.mark.parametrize("gain", [1.5, 4, 10])
def test_chaos_ends_where_neurons_receive_as_much_variance_as_they_have(gain):
    variance = driven_variance(gain, quenching_amplitude(gain))
    assert gain**2 * squared_rate(variance) == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize("gain", [0.5, 4.0])
def test_driven_deviation_is_the_rms_of_rates(gain):
    expected = np.sqrt(squared_rate(driven_variance(gain, 1.0)))
    assert driven_deviation(gain, 1.0) == pytest.approx(expected, rel=1e-4)
