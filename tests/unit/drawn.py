"""What tests of figures find in what is drawn."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.lines import Line2D


def lines_in(axes: Axes, colour: str, marker: str | None = None) -> list[Line2D]:
    """Return the lines of one colour, or those of them that have a marker, which may be "None"."""
    return [
        line
        for line in axes.lines
        if same_color(line.get_color(), colour) and marker in (None, line.get_marker())
    ]
