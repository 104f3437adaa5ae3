"""Figure S9: what hybrid networks do, over the strength of their structure and the gain."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator
from matplotlib.transforms import ScaledTranslation

from chaos_sampling.figures import style
from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.network.readings import READINGS
from chaos_sampling.statistics.outcomes import outcome_kinds
from chaos_sampling.statistics.selection import only
from chaos_sampling.statistics.structure import COLUMN_GAINS, CRITERIA, LOW_GAIN, measures
from chaos_sampling.store import Dataset

GAINS = np.unique([*COLUMN_GAINS, LOW_GAIN])
"""Gains of Fig. 4, marked in the maps."""
COLOURS = {
    "default": "white",
    "mean_1N": style.SKY,
    "mean_1": style.GREEN,
    "sum_1N": style.GREY,
    "sum_1": style.PURPLE,
}
"""Colour of the marks of each reading."""
EDGE = {"markeredgecolor": style.BLACK, "markeredgewidth": 0.4}
Marker = str | tuple[int, int, float]
INSET = 3 / 72
"""Inches between an arrow and the border of the map at which it stands."""
TICKS = (0.5, 1, 2, 4, 10, 20)
CORRELATIONS = (-0.99, -0.98, -0.97, -0.95, -0.93, -0.9, -0.8, -0.6, -0.3, 0, 0.5)
PAPER = -0.95
"""The r that the paper reports."""


@style.styled
def draw(structure: Dataset, table: pd.DataFrame, *, strength: float) -> Figure:
    """Draw Fig. S9.

    Args:
        structure: dataset of kind "structure_map".
        table: as made by `statistics.structure` of it, with the window of strengths.
        strength: s of the default reading.
    """
    figure = style.page(125)
    panels = figure.subplots(2, 3)
    for axes, (title, values) in zip(panels.flat, _maps(structure).items(), strict=False):
        bound = np.abs(values).max()
        exponent = "λ" in title
        norm = Normalize(-bound, bound) if exponent else Normalize(0, 1)
        _map(axes, structure, values, colormaps["RdBu_r"] if exponent else style.HEAT, norm)
        shapes = _mark_readings(axes, structure, strength)
        axes.set_title(title)
    _correlation(panels[1, 2], structure, table, strength)
    for axes in panels[:, 0]:
        axes.set_ylabel("gain $g$")
    style.letter_axes(panels.flat)
    figure.legend(
        handles=_keys(strength, shapes), loc="outside lower center", ncols=5, handlelength=1
    )
    return figure


def _maps(structure: Dataset) -> Mapping[str, np.ndarray]:
    """Return the means over networks and trials that are drawn, (strength, gain) by title.

    Runs whose activity has died out have no projection; it is masked where none is left.
    """
    projection = structure["projection_patterns"].mean(axis=-1)
    silent = structure["outcome"] == STATES.index("silent")
    kinds = {
        name: values.mean(axis=(-2, -1))
        for name, values in outcome_kinds(structure["outcome"], structure["speed"]).items()
    }
    return {
        "projection on patterns": np.ma.masked_where(silent, projection).mean(axis=(-2, -1)),
        "in a pattern or negative": kinds["retrieval_fraction"],
        "at rest elsewhere": kinds["mixture_fraction"],
        "wandering": kinds["wandering_fraction"],
        "exponent λ$_1$ (1/τ)": structure["lyapunov_max"].mean(axis=-1),
    }


def _map(
    axes: Axes, structure: Dataset, values: np.ndarray, colours: Colormap, norm: Normalize
) -> None:
    image = axes.pcolormesh(
        np.exp(_edges(np.log(structure["strength"]))),
        _edges(structure["gain"]),
        values.T,
        cmap=colours,
        norm=norm,
        rasterized=True,
    )
    style.colour_bar(image, axes, pad=0.03, aspect=15)
    _strength_axis(axes)


def _edges(centres: np.ndarray) -> np.ndarray:
    """Return the borders halfway between neighbours, the outer ones as far out as the next in."""
    middles = (centres[1:] + centres[:-1]) / 2
    return np.array([2 * centres[0] - middles[0], *middles, 2 * centres[-1] - middles[-1]])


def _strength_axis(axes: Axes) -> None:
    axes.set(xscale="log", xlabel="strength $s$")
    style.log_ticks(axes.xaxis, TICKS)


def _mark_readings(axes: Axes, structure: Dataset, strength: float) -> dict[str, Marker]:
    """Mark Fig. 4's gains in each reading; those beyond the map stand at its border as arrows.

    Returns:
        The mark of each reading at its highest gain.
    """
    neurons = structure.attributes["weights"]["neurons"]
    places = {"default": (strength, GAINS)}
    for name, reading in READINGS.items():
        places[name] = reading.strength(neurons), GAINS * reading.gain_factor(neurons)
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    shapes: dict[str, Marker] = {}
    for name, (x, gains) in places.items():
        for y in gains:
            beyond, above = x > right, y > top
            inwards = ScaledTranslation(
                -INSET * beyond, -INSET * above, axes.figure.dpi_scale_trans
            )
            shapes[name] = _shape(beyond, above)
            axes.plot(
                min(x, right),
                min(y, top),
                marker=shapes[name],
                markersize=4.5 if beyond or above else 3,
                color=COLOURS[name],
                transform=axes.transData + inwards,
                zorder=5,
                **EDGE,
            )
    return shapes


def _shape(beyond: bool, above: bool) -> Marker:
    """Return a dot, or an arrow to where a strength lies beyond, or a gain above, the map."""
    if beyond and above:
        return (3, 0, -45)
    return ">" if beyond else "^" if above else "o"


def _correlation(axes: Axes, structure: Dataset, table: pd.DataFrame, strength: float) -> None:
    """Draw r against s, a dot per network, the band around the paper's r, and the window."""
    strengths, r = structure["strength"], measures(structure)["r"]
    ends = [only(table, f"window_{name}") for name in ("low", "high")]
    axes.axvspan(*(end["mean"] for end in ends), color=style.ORANGE, alpha=0.35)
    for height, end in zip((0.03, 0.06), ends, strict=True):
        across = axes.get_xaxis_transform()  # x in strengths, y as a share of the panel
        look = {"color": style.ORANGE, "linewidth": 2, "transform": across}
        axes.hlines(height, end["low"], end["high"], **look)
    axes.axhspan(*CRITERIA["r"], color=style.GREY, alpha=0.3, linewidth=0)
    axes.axhline(PAPER, color=style.BLACK, linewidth=0.5)
    axes.plot(strengths, r, "o", color=style.SKY, markersize=2, markeredgewidth=0)
    axes.plot(strengths, np.ma.masked_invalid(r).mean(axis=1), color=style.BLUE)
    axes.axvline(strength, color=style.BLACK, linewidth=0.5, linestyle=":")
    axes.set_xlim(strengths[0] / 1.2, strengths[-1] * 1.2)
    # where nothing varies with gain there is no r
    heights = _fisher_z(np.append(r[np.isfinite(r)], CRITERIA["r"]))
    lowest = max(heights.min() - 0.1, _fisher_z(CORRELATIONS[0]))
    axes.set_ylim(np.tanh(lowest), np.tanh(heights.max() + 0.1))
    axes.set_yscale("function", functions=(_fisher_z, np.tanh))
    axes.yaxis.set_major_locator(FixedLocator(CORRELATIONS))
    axes.set_title("$r$ over $g$ = 0, 3, 5, 8")
    axes.set_ylabel("$r$, spaced by Fisher's $z$")
    _strength_axis(axes)


def _fisher_z(r: np.ndarray) -> np.ndarray:
    """Return Fisher's z of correlations, a scale that is wide near ±1, which it leaves out."""
    return np.arctanh(np.clip(r, -0.9999, 0.9999))


def _keys(strength: float, shapes: Mapping[str, Marker]) -> list[Line2D]:
    labels = {"default": f"default, $s$ = {strength:g}"}
    labels |= {name: reading.label for name, reading in READINGS.items()}
    look = {"markersize": 4, "linestyle": "none", **EDGE}
    return [
        Line2D([], [], color=colour, marker=shapes[name], label=labels[name], **look)
        for name, colour in COLOURS.items()
    ]
