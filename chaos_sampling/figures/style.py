"""The look that all figures share, and how they are written to files.

Figures are made with `matplotlib.figure.Figure` directly, so that no global state is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import ascii_lowercase

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import blended_transform_factory

from chaos_sampling.files import replacing

MILLIMETRE = 1 / 25.4
"""One millimetre in inches."""
WIDTH = 180.0
"""Width of a double column in mm."""

# Okabe & Ito's palette, told apart with any colour vision.
BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
PURPLE = "#CC79A7"
GREY = "#7F7F7F"

NEURONS = (BLUE, ORANGE, GREEN)
"""Traces of the three neurons shown in Figs. 1 and 4c."""
RECURRENT = "#1F3A93"
"""Recurrent connections, dark blue (Fig. 2a)."""
READOUT = SKY
"""Readout, light blue (Fig. 2a)."""
TRAINED = BLACK
"""Trained connections (Fig. 2a)."""
ORIGINAL = BLUE
"""Trajectory from the original initial state, blue (Fig. 1b)."""
PERTURBED = "#C8102E"
"""Trajectory from the perturbed initial state, red (Fig. 1b)."""
STRUCTURED = BLACK
"""Symmetric low-rank connections (Fig. 4a)."""
RANDOM = BLUE
"""High-dimensional random connections, blue (Fig. 4a)."""

HEAT = mpl.colormaps["inferno"].resampled(32)
"""Colours of heat maps; more levels would swell the files of noisy maps without being seen."""

ARROW = {"arrowstyle": "-|>", "color": BLACK, "linewidth": 0.6, "mutation_scale": 7}
"""Properties of the straight arrows of annotations."""

# Sizes in points.
TEXT_SIZE = 7
SMALL = 6
LETTER_SIZE = 9

RC = {
    # Ships with matplotlib: the same text on every machine.
    "font.family": "DejaVu Sans",
    "font.size": TEXT_SIZE,
    "mathtext.fontset": "dejavusans",
    "axes.titlesize": TEXT_SIZE,
    "axes.labelsize": TEXT_SIZE,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelpad": 2,
    "axes.titlepad": 4,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2,
    "ytick.major.size": 2,
    "xtick.major.pad": 2,
    "ytick.major.pad": 2,
    "lines.linewidth": 0.8,
    "patch.linewidth": 0.6,
    "grid.linewidth": 0.3,
    "grid.color": "#D0D0D0",
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "svg.fonttype": "path",
    "svg.hashsalt": "chaos_sampling",
}

METADATA = {".png": {"Software": None}, ".svg": {"Creator": None, "Date": None}}

styled = mpl.rc_context(RC)
"""Decorator of the functions that draw a figure: inside them the shared style holds."""


def page(height: float) -> Figure:
    """Return an empty figure, a double column wide and `height` mm high."""
    return Figure(figsize=(WIDTH * MILLIMETRE, height * MILLIMETRE))


def panel_letter(panel: Axes | SubFigure, letter: str) -> None:
    """Write the bold letter of a panel at its left edge, level with its titles.

    Args:
        panel: a subfigure, or the upper left axes of the panel where it shares a subfigure with
            another; the letter then stands at the left edge of that subfigure.
        letter: as in "a".
    """
    if isinstance(panel, Axes):
        place = blended_transform_factory(panel.get_figure().transSubfigure, panel.transAxes)
        side = "bottom"
    else:
        place = panel.transSubfigure
        side = "top"
    text = panel.text(
        0, 1, letter, transform=place, size=LETTER_SIZE, weight="bold", ha="left", va=side
    )
    text.set_in_layout(False)


def letter_axes(panels: Iterable[Axes]) -> None:
    """Write the bold letters a, b, c, … at the left of the titles of axes."""
    for letter, axes in zip(ascii_lowercase, panels, strict=False):
        axes.set_title(letter, loc="left", weight="bold", fontsize=LETTER_SIZE)


def log_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Put ticks at these values only, written as plain numbers, on a logarithmic axis."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def gain_axis(axes: Axes, gains: Sequence[float], ticks: Sequence[float]) -> None:
    """Give axes a logarithmic axis of the gain that just holds `gains`, with ticks at `ticks`."""
    axes.set(xscale="log", xlim=(min(gains) / 1.1, max(gains) * 1.1))
    log_ticks(axes.xaxis, ticks)


def colour_bar(image: ScalarMappable, beside: Axes | Sequence[Axes], **look: object) -> None:
    """Explain the colours of `image` in a bar that takes its room from axes.

    Args:
        image: with the colours.
        beside: the axes.
        look: what else `Figure.colorbar` takes.
    """
    bar = image.figure.colorbar(image, ax=beside, **look)
    bar.outline.set_visible(False)
    bar.solids.set_edgecolor("face")  # otherwise some viewers of SVG show seams


def save(figure: Figure, *paths: str | Path) -> None:
    """Write `figure` to each path, as PNG or SVG by its suffix, atomically.

    Equal figures give equal files: no date and no version goes into them.

    Raises:
        KeyError: a suffix is neither ".png" nor ".svg".
    """
    for path in map(Path, paths):
        with replacing(path) as temporary, mpl.rc_context(RC):
            figure.savefig(temporary, metadata=METADATA[path.suffix])
