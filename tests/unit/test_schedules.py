from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.schedules import Ramp, Sinusoid, SquareWave, switching_times

RANGES = st.tuples(st.floats(1, 50), st.floats(0, 50)).map(lambda pair: (pair[0], sum(pair)))
GAINS = st.floats(0, 12)
PERIODS = st.floats(1, 500)
PHASES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("time", "gains"),
    [
        (0, [1, 1]),
        (1.99, [1, 1]),
        (2, [8, 1]),
        (3.5, [8, 8]),
        (5, [1, 8]),
        (6.5, [1, 1]),
        (7, [8, 1]),
        (100, [8, 8]),
    ],
)
def test_square_wave_takes_its_values_in_turn(time, gains):
    wave = SquareWave(np.array([[2.0, 5, 7], [3, 6, 9]]), 1, 8)
    assert wave(time).tolist() == gains


def test_square_wave_without_switches_stays_low():
    assert SquareWave(np.empty((3, 0)), 1, 8)(50).tolist() == [1, 1, 1]


@given(GAINS, GAINS, PERIODS)
def test_ramp_is_straight_and_jumps_back(first, last, period):
    ramp = Ramp(first, last, period)
    times = period * np.array([0, 0.25, 0.5, 1 - 1e-9, 1.25])
    expected = [first, 0.75 * first + 0.25 * last, (first + last) / 2, last, ramp(times[1])]
    np.testing.assert_allclose([ramp(time) for time in times], expected, atol=1e-6)


@given(GAINS, GAINS, PERIODS)
def test_sinusoid_starts_low_and_is_high_in_the_middle_of_a_period(low, high, period):
    wave = Sinusoid(low, high, period)
    times = period * np.array([0, 1 / 4, 1 / 3, 1 / 2, 1])
    expected = low + (high - low) * np.array([0, 1 / 2, 3 / 4, 1, 0])
    np.testing.assert_allclose([wave(time) for time in times], expected, atol=1e-9)


@pytest.mark.parametrize("kind", [Ramp, Sinusoid])
@given(GAINS, GAINS, PERIODS, PHASES)
def test_mean_over_a_period_is_the_middle(kind, low, high, period, phase):
    times = period * (np.arange(1000) + 0.5) / 1000
    mean = np.mean([kind(low, high, period, phase)(time) for time in times])
    assert mean == pytest.approx((low + high) / 2, abs=1e-3 * abs(high - low) + 1e-9)


@pytest.mark.parametrize("kind", [Ramp, Sinusoid])
@given(PERIODS, PHASES, st.floats(0, 1000))
def test_phase_is_the_share_that_has_passed_at_time_zero(kind, period, phase, time):
    delayed = kind(1, 8, period, phase)(time)
    # on a circle, where the ramp's jump has no place
    turn = np.exp(2j * np.pi * (kind(1, 8, period)(time + phase * period) - delayed) / 7)
    assert abs(turn - 1) < 1e-6


@pytest.mark.parametrize("kind", [Ramp, Sinusoid])
def test_each_network_has_a_period_and_a_phase_of_its_own(kind):
    periods, phases = np.array([2.0, 5, 9]), np.array([0, 0.3, 0.8])
    expected = [kind(1, 8, *own)(3.3) for own in zip(periods, phases, strict=True)]
    np.testing.assert_allclose(kind(1, 8, periods, phases)(3.3), expected)


@given(RANGES, RANGES, st.floats(0, 500), st.sampled_from([0.05, 0.1, 0.5]), st.integers(0, 99))
def test_phases_stay_within_their_bounds(low, high, duration, dt, seed):
    times = switching_times((low, high), duration, dt, np.random.default_rng(seed))
    lengths = np.diff(times, prepend=0)
    for index, (shortest, longest) in enumerate((low, high)):
        # each end of a phase is rounded by at most half a step
        assert (lengths[index::2] >= shortest - dt - 1e-9).all()
        assert (lengths[index::2] <= longest + dt + 1e-9).all()
    assert times.size == 0 or times[-1] >= duration - dt
    np.testing.assert_allclose(times / dt, np.round(times / dt), atol=1e-6)


@given(RANGES, RANGES, st.floats(0, 500), st.integers(0, 99), st.integers(0, 99))
def test_number_of_switches_does_not_depend_on_the_draws(low, high, duration, first, second):
    lengths = {
        len(switching_times((low, high), duration, 0.1, np.random.default_rng(seed)))
        for seed in (first, second)
    }
    assert len(lengths) == 1


def test_durations_of_phases_are_uniform():
    times = switching_times(((100, 120), (300, 320)), 4e5, 0.05, np.random.default_rng(0))
    lengths = np.diff(times, prepend=0)
    for index, shortest in enumerate((100, 300)):
        phases = lengths[index::2]
        # mean and deviation of a uniform draw, within about 5 standard errors of 1000 phases
        assert phases.mean() == pytest.approx(shortest + 10, abs=1)
        assert phases.std() == pytest.approx(20 / np.sqrt(12), abs=0.6)


@pytest.mark.parametrize("duration", [2, 2.0])
def test_phases_of_fixed_length_are_periodic(duration):
    times = switching_times(((1, 1), (2, 2)), 3 * duration, 0.5, np.random.default_rng(0))
    assert times.tolist() == [1, 3, 4, 6]
