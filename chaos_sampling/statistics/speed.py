"""How fast activity changes, in four senses, and how gain changes that (section 3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from chaos_sampling.measures import timescales
from chaos_sampling.statistics.table import row
from chaos_sampling.store import Dataset

SENSES = ("step_change", "velocity", "half_life_phi", "T2_phi")
"""Senses of speed: the rms change of φ in one interval; the same over the rms of φ, which leaves
out that gain also widens the distribution; the inverse half-life and the inverse T2 of φ."""


def times_of(dataset: Dataset) -> dict[str, np.ndarray]:
    """Return the half-life and T2 of φ of each network, (gain, network) each, in τ.

    Args:
        dataset: kind "mixing".
    """
    measures = {
        "half_life_phi": timescales.half_life,
        "T2_phi": timescales.correlation_time,
    }
    return {
        name: np.apply_along_axis(measure, -1, dataset["autocorrelation"], dataset["lag"][1])
        for name, measure in measures.items()
    }


def speed(dataset: Dataset, sense: str) -> np.ndarray:
    """Return how fast the activity changes at each gain, larger for faster, up to a factor.

    Args:
        dataset: kind "mixing", with values (gain, network), or "mean_field", with values (gain,).
        sense: one of `SENSES`.
    """
    simulated = dataset.kind == "mixing"
    if sense == "step_change":
        return dataset["step_change"]
    if sense == "velocity":
        variance = dataset["autocorrelation"][..., 0] if simulated else dataset["variance_phi"]
        with np.errstate(invalid="ignore"):
            return dataset["step_change"] / np.sqrt(variance)
    return 1 / (times_of(dataset)[sense] if simulated else dataset[sense])


def speedup(dataset: Dataset, sense: str, reference: float, gain: float) -> np.ndarray:
    """Return speed(gain)/speed(reference) of each network.

    It is infinite where only the reference is slower than what was recorded, and NaN where a gain
    was not simulated or both speeds are 0.

    Args:
        dataset: as for `speed`.
        sense: as for `speed`.
        reference: gain in the denominator.
        gain: gain in the numerator.
    """
    values = speed(dataset, sense)
    missing = np.full(values.shape[1:], np.nan)
    found = [
        values[dataset["gain"] == g][0] if g in dataset["gain"] else missing
        for g in (gain, reference)
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.divide(*found)


def speedup_rows(
    dataset: Dataset, theory: Dataset, pairs: Iterable[tuple[float, float]]
) -> list[dict[str, Any]]:
    """Compare each network at one gain with itself at another one, in every sense of speed.

    Args:
        dataset: kind "mixing".
        theory: kind "mean_field"; it says nothing of gains that it was not solved at.
        pairs: (reference, gain).
    """
    step = dataset["lag"][1]
    return [
        row(
            f"speedup_{sense}" + (f"_{step:g}" if sense in ("step_change", "velocity") else ""),
            speedup(dataset, sense, reference, gain),
            gain=gain,
            size=dataset.attributes["neurons"],
            condition={"reference_gain": reference},
            theory=float(speedup(theory, sense, reference, gain))
            if reference > 1 < gain
            else np.nan,
            ranks=True,
        )
        for reference, gain in pairs
        for sense in SENSES
    ]
