"""What the figures that compare generators share: colours, lines, and values against gain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chaos_sampling.figures import style
from chaos_sampling.statistics.table import row

LINES = {
    "training": ("-", "batch norm of training"),
    "reestimated": ((0, (4, 1.5)), "batch norm re-estimated"),
    "real": ((0, (1, 1.5)), "real images"),
}
"""Line and name of what is measured."""
COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.SKY, style.PERTURBED, style.BLACK)
MARKERS = "os^D"
"""Taken in turn when the colours have all been used."""


def kind(model: str) -> str:
    """Return the name of a model without its training seed, under which seeds are drawn as one."""
    return re.sub(r"-seed\d+", "", model)


def looks(kinds: Sequence[str]) -> dict[str, dict[str, object]]:
    """Return the colour and the marker of each of several kinds of models."""
    return {
        name: {
            "color": COLOURS[index % len(COLOURS)],
            "marker": MARKERS[index // len(COLOURS) % len(MARKERS)],
            "markersize": 2.5,
        }
        for index, name in enumerate(kinds)
    }


def over_seeds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return mean, low and high per gain, in its order.

    Args:
        rows: of one quantity of one kind of model in one state of batch norm, with the columns
            quantity, gain, mean, median, low and high. Where several seeds were trained, the
            interval is that of a table over these; of a single one it is the row's own. There is no
            mean where a seed is beyond what was recorded, whose median is infinite.
    """
    found = []
    for gain, of_gain in rows.groupby("gain"):
        source, values = of_gain.iloc[0], of_gain["median"].to_numpy()
        if len(values) > 1:
            known = values if np.isfinite(values).all() else []
            source = row(source["quantity"], known)
        found.append({"gain": gain, **{name: source[name] for name in ("mean", "low", "high")}})
    return pd.DataFrame(found, columns=["gain", "mean", "low", "high"])


def against_gain(axes: Axes, rows: pd.DataFrame, looks: dict[str, object]) -> None:
    """Draw one kind of model: a line for each state of batch norm, with intervals as bars.

    Args:
        axes: where to draw.
        rows: as for `over_seeds`, with the column batch_norm.
        looks: of this kind.
    """
    for batch_norm, of_state in rows.groupby("batch_norm"):
        values = over_seeds(of_state)
        bars = np.abs(values[["low", "high"]].to_numpy().T - values["mean"].to_numpy())
        face = looks["color"] if batch_norm == "training" else "white"
        line = {"linestyle": LINES[batch_norm][0], "markerfacecolor": face, "elinewidth": 0.5}
        axes.errorbar(values["gain"], values["mean"], bars, **line, **looks, zorder=3)


def legend(figure: Figure, kinds: Sequence[str], lines: Iterable[str]) -> None:
    """Explain the colours of the kinds of models, and the lines that are drawn."""
    handles = [Line2D([], [], label=name, **look) for name, look in looks(kinds).items()]
    handles += [
        Line2D([], [], color=style.GREY, linestyle=LINES[line][0], label=LINES[line][1])
        for line in lines
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, handlelength=2.6)
