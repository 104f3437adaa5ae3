from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaos_sampling.mean_field import solve

RELATIVE = ("T2_phi", "half_life_phi", "efold_phi", "dimension_h", "dimension_phi")


@given(st.floats(0, 1))
def test_network_is_silent_up_to_a_gain_of_one(gain):
    theory = solve(gain)
    assert theory.lyapunov_max == gain - 1
    assert theory.variance_h == theory.variance_phi == theory.step_change(0.15) == 0
    assert not theory.correlation_h.any()
    assert not theory.correlation_phi.any()
    assert np.isnan([getattr(theory, name) for name in RELATIVE]).all()
    assert np.isnan(theory.correlation_rms(250))


@pytest.mark.parametrize("gain", [-2.0, -1e-9, 1.001, 1000.0, np.inf, np.nan])
def test_gain_out_of_range_is_refused(gain):
    with pytest.raises(ValueError, match=f"gain: expected .* to 100, found {gain}"):
        solve(gain)


def test_solution_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        solve(0.5).gain = 2.0


@settings(max_examples=10, deadline=None)
@given(st.floats(1.05, 50))
def test_correlations_decrease_from_the_variances_to_zero(gain):
    theory = solve(gain)
    assert theory.lag[0] == 0
    np.testing.assert_allclose(np.diff(theory.lag), theory.lag[1])
    for correlation, variance in (
        (theory.correlation_h, theory.variance_h),
        (theory.correlation_phi, theory.variance_phi),
    ):
        assert correlation.shape == theory.lag.shape
        assert correlation[0] == variance
        assert (correlation > 0).all()
        assert (np.diff(correlation) < 0).all()
        assert correlation[-1] < 1e-7 * variance


@settings(max_examples=10, deadline=None)
@given(st.floats(1.05, 50))
def test_saturation_shrinks_and_decorrelates(gain):
    theory = solve(gain)
    assert 0 < theory.variance_phi < min(1, theory.variance_h)
    normalised_h = theory.correlation_h / theory.variance_h
    normalised_phi = theory.correlation_phi / theory.variance_phi
    assert (normalised_phi <= normalised_h + 1e-12).all()


@settings(max_examples=10, deadline=None)
@given(st.floats(1.05, 50), st.floats(1.01, 1.5))
def test_gain_excites_speeds_up_and_spreads(gain, factor):
    low, high = solve(gain), solve(gain * factor)
    for name in ("variance_h", "variance_phi", "lyapunov_max", "dimension_h", "dimension_phi"):
        assert getattr(low, name) < getattr(high, name)
    for name in ("T2_phi", "half_life_phi", "efold_phi"):
        assert getattr(low, name) > getattr(high, name)
    assert low.step_change(0.15) < high.step_change(0.15)


@pytest.mark.parametrize("gain", [1.05, 2.0, 10.0])
def test_step_change_is_read_from_the_correlation(gain):
    theory = solve(gain)
    change = np.sqrt(2 * (theory.variance_phi - theory.correlation_phi[7]))
    assert theory.step_change(theory.lag[7]) == pytest.approx(change)
    assert theory.step_change(0) == 0
    # a smooth function changes in proportion to a short interval
    assert theory.step_change(0.002) == pytest.approx(2 * theory.step_change(0.001), rel=1e-2)


def test_pair_correlations_shrink_with_the_root_of_the_size():
    theory = solve(4.0)
    assert theory.correlation_rms(1000) == pytest.approx(theory.correlation_rms(250) / 2)
    assert theory.correlation_rms(250) == pytest.approx(0.2459, rel=5e-3)
