"""What the figures of the sweep share: networks as dots, one colour per size, theory as a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chaos_sampling.figures import style
from chaos_sampling.store import Dataset

THEORY = {"color": style.BLACK, "linewidth": 0.8, "zorder": 1}
GAIN_TICKS = (0.5, 1, 2, 4, 10)


def colour_of(size: int) -> tuple[float, ...]:
    """Return the colour of networks of N = `size`, the same in every figure."""
    place = np.log(size / 100) / np.log(30)
    return colormaps["viridis"](float(np.clip(place, 0, 0.9)))


def networks(axes: Axes, dataset: Dataset, values: np.ndarray) -> None:
    """Draw one dot per network and gain, and the median over networks as a line.

    Args:
        axes: where to draw.
        dataset: kind "mixing" or "lyapunov", for its gains and size.
        values: (gain, network).
    """
    gains, colour = dataset["gain"], colour_of(dataset.attributes["neurons"])
    shown = np.where(np.isfinite(values), values, np.nan)
    dots = {"color": colour, "markersize": 1.8, "markeredgewidth": 0, "alpha": 0.6}
    axes.plot(gains, shown, "o", zorder=2, **dots)
    known = np.isfinite(shown).any(axis=1)
    # a network beyond what was recorded counts as slower than all others
    medians = np.nanmedian(np.where(known[:, None], values, 0), axis=1)
    line = {"linewidth": 0.7, "marker": "_", "markersize": 3.5, "zorder": 3}
    axes.plot(gains[known], medians[known], color=colour, **line)


def legend(
    place: Axes | Figure, datasets: Sequence[Dataset], more: Sequence[Line2D] = (), **where: object
) -> None:
    """Explain the colours of the sizes and the line of the theory, and what more there is."""
    sizes = [dataset.attributes["neurons"] for dataset in datasets]
    dots = {"marker": "o", "markersize": 3, "linewidth": 0.7}
    handles = [
        Line2D([], [], color=colour_of(size), label=f"$N$ = {size}", **dots) for size in sizes
    ]
    handles.append(Line2D([], [], label="theory, $N$ → ∞", **THEORY))
    place.legend(handles=[*handles, *more], **where)
