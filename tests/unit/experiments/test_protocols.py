from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.experiments.protocols import PROTOCOLS, Condition, conditions

LOW, HIGH = (100, 120), (300, 320)
SWITCHES = np.array([110.0, 420, 530, 840, 950])
"""Ends of a low phase and of two cycles."""


def condition(protocol):
    return Condition(protocol, 1, 8, LOW, HIGH)


@pytest.mark.parametrize(
    ("protocol", "gains"),
    [
        ("chaos", [1, 8, 8, 1, 8, 1]),
        ("regular", [1, 8, 8, 1, 8, 1]),
        ("noise", [1, 0, 0, 1, 0, 1]),
        ("frozen", [8, 8, 8, 8, 8, 8]),
        ("ramp", [1, 8, 4.5, 1, 4.5, 1]),
        ("sinusoid", [1, 1, 8, 1, 8, 1]),
    ],
)
def test_gain_follows_the_protocol(protocol, gains):
    schedule = condition(protocol).schedule(SWITCHES)
    # in the first low phase, at the start of a cycle, in its middle, at its end, and so again
    times = [50, 110.001, 320, 529.999, 740, 949.999]
    np.testing.assert_allclose([schedule(time) for time in times], gains, atol=1e-3)
    assert condition(protocol).final_gain == (8 if protocol == "frozen" else 1)


def test_an_unknown_protocol_is_refused():
    with pytest.raises(ValueError, match=r"protocol: expected one of chaos, .*, found 'sawtooth'"):
        condition("sawtooth").schedule(SWITCHES)


def test_all_protocols_come_first_then_gains_then_durations():
    found = conditions([1, 0], [8, 4], [LOW, (10, 12)], [HIGH])
    assert [each.protocol for each in found] == [*PROTOCOLS, *["chaos"] * 4]
    pairs = [(each.low_gain, each.high_gain) for each in found]
    assert pairs == [*[(1, 8)] * len(PROTOCOLS), (1, 4), (0, 8), (0, 4), (1, 8)]
    assert [each.low_duration for each in found[-2:]] == [LOW, (10, 12)]
    assert found[0] == condition("chaos")


def test_phases_of_regular_cycles_last_the_mean():
    found = conditions([1], [8], [LOW], [HIGH])
    regular = found[PROTOCOLS.index("regular")]
    assert (regular.low_duration, regular.high_duration) == ((110, 110), (310, 310))


def test_lists_from_a_configuration_give_each_condition_once():
    found = conditions([1, 1], [8], [list(LOW), list(LOW)], [list(HIGH)])
    assert len(found) == len(PROTOCOLS)
