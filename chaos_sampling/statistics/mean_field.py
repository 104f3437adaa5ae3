"""The mean-field theory under the names that simulations have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset
from chaos_sampling.theory.mean_field import correlation_rms

THEORETICAL = (
    *("variance_h", "variance_phi", "lyapunov_max", "T2_phi", "half_life_phi"),
    *("dimension_phi", "dimension_h"),
)
"""Quantities that a row takes from the dataset of the same name."""


def predicted(theory: Dataset, quantity: str, gain: float) -> float:
    """Return what the theory says of a quantity at a gain.

    Args:
        theory: kind "mean_field".
        quantity: name of one of its variables of the gain alone.
        gain: g, one of those that the theory was solved at.
    """
    return theory[quantity][theory["gain"] == gain].item()


def mean_field_table(theory: Dataset, sizes: Sequence[int]) -> pd.DataFrame:
    """Tabulate the mean-field theory under the names that simulations have in `chaos_table`.

    There are no networks: every number stands in the column `theory`. What is not defined in a
    silent network has no row, and neither has a pair correlation at sizes too small for the theory.

    Args:
        theory: kind "mean_field".
        sizes: N for which the pair correlation is given.
    """
    rows = []
    for index, gain in enumerate(theory["gain"]):
        values = {
            **{name: theory[name][index] for name in THEORETICAL},
            f"step_change_{theory.attributes['interval']:g}": theory["step_change"][index],
            "fraction_chaotic": float(theory["lyapunov_max"][index] > 0),
        }
        rows += [
            row(name, [], gain=gain, theory=value)
            for name, value in values.items()
            if not np.isnan(value)
        ]
        for size in sizes:
            correlation = correlation_rms(theory["dimension_phi"][index], size)
            if not np.isnan(correlation):
                rows.append(row("correlation_rms", [], gain=gain, size=size, theory=correlation))
    return table(rows)
