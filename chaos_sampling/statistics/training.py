"""How long the generators of a run took to train (appendix A.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from chaos_sampling.statistics.table import row, table

DAY = 24 * 60 * 60
"""Seconds in a day."""


def training_table(
    trainings: Iterable[tuple[str, Mapping[str, Any], list[dict[str, Any]]]],
) -> pd.DataFrame:
    """Tell how many days each training took, by the rates that it recorded on its way.

    Time between interruption and continuation does not count, and neither does what lies outside
    the loop, such as reading the images.

    Args:
        trainings: name of the model, attributes of its file of kind "training", and the records of
            its JSON lines.
    """
    rows = []
    for model, attributes, records in trainings:
        seen = pd.Series([0] + [record["images_seen"] for record in records]).diff().iloc[1:]
        rates = [record["images_per_second"] for record in records]
        width = attributes["config"]["settings"]["training"]["width"]
        condition = {"model": model, "width": width, "device": attributes["device"]}
        rows.append(row("training_days", [(seen / rates).sum() / DAY], condition=condition))
    return table(rows)
