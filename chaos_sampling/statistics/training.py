"""How long the generators of a run took to train (appendix A.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling.statistics.table import row, table

DAY = 24 * 60 * 60
"""Seconds in a day."""


def training_table(
    trainings: Iterable[tuple[Mapping[str, Any], list[dict[str, Any]]]],
) -> pd.DataFrame:
    """Tell how many days each training took, by the rates that it recorded on its way.

    Time between interruption and continuation does not count, and neither does what lies outside
    the loop, such as reading the images.

    Args:
        trainings: of each the condition that tells it apart, and the records of its JSON lines.
    """
    rows = []
    for condition, records in trainings:
        seen = np.diff([record["images_seen"] for record in records], prepend=0)
        rates = [record["images_per_second"] for record in records]
        rows.append(row("training_days", [(seen / rates).sum() / DAY], condition=condition))
    return table(rows)
