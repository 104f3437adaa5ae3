"""What happens in a cycle of a hybrid network, and under which conditions cycles are compared.

numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from chaos_sampling.network.schedules import Piecewise, Ramp, Schedule, Sinusoid, square_wave

PROTOCOLS = ("chaos", "noise", "regular", "frozen", "ramp", "sinusoid")
"""What happens in a cycle: a high phase, then a low phase, at whose end the state is read.

"chaos": the gain is high, then low (Fig. 4e). "noise": white noise takes the place of the random
part in the high phase. "regular": as chaos, with phases that all have the same length. "frozen":
the gain is high all the time. "ramp": over both phases the gain falls from high to low in a
straight line. "sinusoid": over both it swings from low to high and back.
"""


@dataclass(frozen=True)
class Condition:
    """One protocol between two gains, with phases of two kinds.

    Attributes:
        protocol: one of PROTOCOLS.
        low_gain: gain of the low phases.
        high_gain: gain of the high phases.
        low_duration: shortest and longest low phase in τ.
        high_duration: the same for high phases.
    """

    protocol: str
    low_gain: float
    high_gain: float
    low_duration: tuple[float, float]
    high_duration: tuple[float, float]

    @property
    def final_gain(self) -> float:
        """Gain at the end of a cycle."""
        return self.high_gain if self.protocol == "frozen" else self.low_gain

    def schedule(self, switches: np.ndarray) -> Schedule:
        """Return the gain over a first low phase and the cycles after it.

        Args:
            switches: ends of the phases in τ, low and high in turn, the last one low; shape
                (..., 1 + 2 · cycle).

        Raises:
            ValueError: there is no such protocol.
        """
        low, high = self.low_gain, self.high_gain
        match self.protocol:
            case "frozen":
                return Piecewise(np.empty(0), [high])
            case "noise":
                return square_wave(switches, low, 0)
            case "ramp":
                return Ramp(switches[..., ::2], high, low)
            case "sinusoid":
                return Sinusoid(switches[..., ::2], low, high)
            case "chaos" | "regular":
                return square_wave(switches, low, high)
        raise ValueError(
            f"protocol: expected one of {', '.join(PROTOCOLS)}, found '{self.protocol}'"
        )


def conditions(
    low_gains: Sequence[float],
    high_gains: Sequence[float],
    low_durations: Sequence[tuple[float, float]],
    high_durations: Sequence[tuple[float, float]],
) -> list[Condition]:
    """List all protocols, then chaos between all pairs of gains and with all pairs of durations.

    What is not varied has its first value, and no condition is listed twice.

    Args:
        low_gains: gains of the low phases.
        high_gains: gains of the high phases.
        low_durations: shortest and longest low phase in τ.
        high_durations: the same for high phases.
    """
    lows, highs = ([tuple(pair) for pair in pairs] for pairs in (low_durations, high_durations))
    first = Condition("chaos", low_gains[0], high_gains[0], lows[0], highs[0])
    protocols = [replace(first, protocol=name) for name in PROTOCOLS]
    protocols[PROTOCOLS.index("regular")] = replace(
        first, protocol="regular", low_duration=_middle(lows[0]), high_duration=_middle(highs[0])
    )
    gains = [
        replace(first, low_gain=low, high_gain=high)
        for low, high in itertools.product(low_gains, high_gains)
    ]
    durations = [
        replace(first, low_duration=low, high_duration=high)
        for low, high in itertools.product(lows, highs)
    ]
    return list(dict.fromkeys([*protocols, *gains, *durations]))


def _middle(bounds: tuple[float, float]) -> tuple[float, float]:
    return (sum(bounds) / 2,) * 2
