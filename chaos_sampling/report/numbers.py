"""Numbers as prose and tables have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def number(found: float, places: int) -> str:
    """Return a number with so many decimal places, as prose has it."""
    if np.isinf(found):
        return "∞" if found > 0 else "−∞"
    return f"{round(found, places) + 0.0:.{places}f}".replace("-", "−")


def significant(found: float) -> str:
    """Return a number with three significant digits, as tables have it."""
    return f"{found:.3g}".replace("-", "−").replace("inf", "∞")


def probability(p: float) -> str:
    """Return a p-value as text: "< 1e-300" where it underflows, "–" where there is none."""
    if np.isnan(p):
        return "–"
    return "< 1e-300" if p < 1e-300 else f"{p:.1g}"


def measured(line: Mapping[str, Any]) -> str:
    """Return the value of a line of claims or of evidence with its interval; of a p-value, alone.

    Args:
        line: with "label", "measured", "low" and "high"; the label of a p-value begins with
            "median p", since the unit is the network.
    """
    if line["label"].startswith("median p"):
        return probability(line["measured"])
    value, low, high = (significant(line[name]) for name in ("measured", "low", "high"))
    return f"{value} ({low} to {high})"
