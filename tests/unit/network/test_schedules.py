from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.network.schedules import Piecewise, Ramp, Sinusoid, square_wave, switching_times

RANGES = st.tuples(st.floats(1, 50), st.floats(0, 50)).map(lambda pair: (pair[0], sum(pair)))
GAINS = st.floats(0, 12)
LENGTHS = st.lists(st.floats(0.5, 300), min_size=1, max_size=5)


def marks(lengths, first=10.0):
    """Return times that are these lengths apart."""
    return first + np.concatenate([[0], np.cumsum(lengths)])


# --- constant from switch to switch ---


@given(gains=st.lists(GAINS, min_size=1, max_size=5), length=st.floats(0.1, 50), data=st.data())
def test_piecewise_takes_each_gain_in_turn_and_keeps_the_last(gains, length, data):
    share = data.draw(st.floats(0.01, 0.99))
    schedule = Piecewise(length * np.arange(1, len(gains)), gains)
    assert [schedule((index + share) * length) for index in range(len(gains))] == gains
    assert schedule(-share) == gains[0]
    assert schedule((len(gains) + share) * length) == gains[-1]


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
def test_square_wave_alternates_at_the_switches_of_each_network(time, gains):
    wave = square_wave(np.array([[2.0, 5, 7], [3, 6, 9]]), 1, 8)
    assert wave(time).tolist() == gains


def test_square_wave_without_switches_stays_low():
    assert square_wave(np.empty((3, 0)), 1, 8)(50).tolist() == [1, 1, 1]


# --- ramps and sinusoids ---


@given(LENGTHS, GAINS, GAINS)
def test_ramp_is_straight_between_its_starts(lengths, first, last):
    starts = marks(lengths)
    ramp = Ramp(starts, first, last)
    for begin, length in zip(starts, lengths, strict=False):
        found = [ramp(begin + share * length) for share in (1e-6, 0.25, 0.5, 1 - 1e-6)]
        expected = [first, 0.75 * first + 0.25 * last, (first + last) / 2, last]
        np.testing.assert_allclose(found, expected, atol=1e-4)


@given(LENGTHS, GAINS, GAINS)
def test_sinusoid_is_low_at_its_starts_and_high_between_them(lengths, low, high):
    starts = marks(lengths)
    wave = Sinusoid(starts, low, high)
    for begin, length in zip(starts, lengths, strict=False):
        found = [wave(begin + share * length) for share in (0, 1 / 4, 1 / 3, 1 / 2)]
        expected = low + (high - low) * np.array([0, 1 / 2, 3 / 4, 1])
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(("kind", "rest"), [(Ramp, 8), (Sinusoid, 1)])
@given(LENGTHS, st.floats(0, 100))
def test_gain_rests_before_the_first_start_and_from_the_last_time_on(kind, rest, lengths, apart):
    starts = marks(lengths)
    schedule = kind(starts, 1, 8)
    assert schedule(starts[0] - apart - 1e-3) == rest
    assert schedule(starts[-1] + apart) == pytest.approx(rest)


@pytest.mark.parametrize("kind", [Ramp, Sinusoid])
def test_each_network_has_starts_of_its_own(kind):
    starts = np.array([[0.0, 5, 9], [1, 2, 30], [4, 6, 8]])
    for time in (0.5, 3.3, 5, 7.7, 20):
        alone = [kind(own, 1, 8)(time) for own in starts]
        np.testing.assert_allclose(kind(starts, 1, 8)(time), alone)


# --- switching times ---


@given(RANGES, RANGES, st.integers(1, 9), st.sampled_from([0.05, 0.1, 0.5]), st.integers(0, 99))
def test_phases_stay_within_their_bounds(low, high, count, dt, seed):
    times = switching_times((low, high), count, dt, np.random.default_rng(seed))
    assert times.shape == (count,)
    lengths = np.diff(times, prepend=0)
    for index, (shortest, longest) in enumerate((low, high)):
        # each end of a phase is rounded by at most half a step
        assert (lengths[index::2] >= shortest - dt - 1e-9).all()
        assert (lengths[index::2] <= longest + dt + 1e-9).all()
    np.testing.assert_allclose(times / dt, np.round(times / dt), atol=1e-6)


def test_durations_of_phases_are_uniform():
    times = switching_times(((100, 120), (300, 320)), 2000, 0.05, np.random.default_rng(0))
    lengths = np.diff(times, prepend=0)
    for index, shortest in enumerate((100, 300)):
        phases = lengths[index::2]
        # mean and deviation of a uniform draw, within about 5 standard errors of 1000 phases
        assert phases.mean() == pytest.approx(shortest + 10, abs=1)
        assert phases.std() == pytest.approx(20 / np.sqrt(12), abs=0.6)


def test_phases_of_fixed_length_are_periodic():
    times = switching_times(((1, 1), (2, 2)), 4, 0.5, np.random.default_rng(0))
    assert times.tolist() == [1, 3, 4, 6]
