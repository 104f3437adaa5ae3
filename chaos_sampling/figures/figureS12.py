"""Figure S12: how many patterns hybrid networks hold, and what drives them out of these."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator

from chaos_sampling.figures import style
from chaos_sampling.measures.overlaps import RETRIEVED, STATES
from chaos_sampling.statistics.capacity import escape_rates, hazard
from chaos_sampling.store import Dataset

RULES = {
    "outer_product": ("outer product", style.BLUE),
    "pseudo_inverse": ("pseudo-inverse", style.ORANGE),
}
SIZES = (("o", "-"), ("s", "--"), ("^", ":"))
"""Marker and line of each size in the panels of the capacity, in turn."""
SOURCES = {"random_weights": style.BLUE, "noise": style.ORANGE}
BESIDE = 1.02
"""Factor that sets dots of different gains side by side."""
BOUND = {"marker": "v", "markersize": 3.5, "markerfacecolor": "none", "linestyle": "none"}
INSIDE = {"color": style.GREEN, "alpha": 0.2, "linewidth": 0}
"""The look of times at which the state lies in the basin."""


@style.styled
def draw(capacity: Dataset, escapes: Dataset) -> Figure:
    """Draw Fig. S12: retrieval against load, rates of escape against N, and two escapes.

    Args:
        capacity: kind "capacity".
        escapes: kind "escapes".
    """
    figure = style.page(116)
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.12, 1])
    flips = capacity["corruption"]
    panels = upper.subplots(1, len(flips), sharey=True, squeeze=False)[0]
    for column, (axes, flip) in enumerate(zip(panels, flips, strict=True)):
        _retrieval(axes, capacity, column, random=flip == 0.5)
    panels[0].set_ylabel(f"share that ends in it ($g$ = {capacity.attributes['gain']:g})")
    upper.legend(handles=_rule_keys(capacity), loc="outside lower center", ncols=4)

    left, right = lower.subfigures(1, 2, width_ratios=[1.9, 1])
    rates = left.subplots(1, len(SOURCES), sharey=True)
    for place, (axes, source) in enumerate(zip(rates, escapes["source"], strict=True)):
        _rates(axes, escapes, place)
        axes.set_title(f"driven by {_name(source)}")
    rates[0].set_ylabel("escapes from a basin per τ")
    left.legend(handles=_gain_keys(escapes), loc="outside lower center", ncols=7)
    traces = right.subplots(len(SOURCES), 1, sharex=True, sharey=True)
    for place, axes in enumerate(traces):
        _trace(axes, escapes, place)
    traces[-1].set_xlabel("time (τ)")
    right.legend(handles=_trace_keys(), loc="outside lower center", ncols=3)
    style.letter_axes([*panels, *rates, traces[0]])
    return figure


def _retrieval(axes: Axes, capacity: Dataset, column: int, *, random: bool) -> None:
    """Draw one dot per network and a line through the means, for one probability of a flip."""
    found = capacity["retrieved"]
    if random:
        codes = [STATES.index(name) for name in ("pattern", "negative")]
        found = capacity["fraction"][..., codes].sum(axis=-1)
    for rule, name in enumerate(capacity["rule"]):
        _, colour = RULES[str(name)]
        for place, _ in enumerate(capacity["size"]):
            marker, line = SIZES[place]
            values = found[rule, place, :, column]
            loads = capacity["patterns"]
            dots = {"markersize": 2.2, "markeredgewidth": 0, "alpha": 0.5}
            axes.plot(loads, values, marker, color=colour, **dots)
            axes.plot(loads, values.mean(axis=-1), line, color=colour)
    flip = capacity["corruption"][column]
    start = "start: the pattern" if flip == 0 else f"start: {100 * flip:g} % of its signs flipped"
    axes.set_title("start: random, end: any pattern, ±" if random else start)
    axes.set(xlabel="number of patterns $K$", ylim=(-0.04, 1.04))


def _rates(axes: Axes, escapes: Dataset, source: int) -> None:
    """Draw rates: a dot per network that has any, a line for all; a triangle bounds a rate of 0."""
    sizes = escapes["size"]
    all_rates, all_bounds = escape_rates(escapes)
    rates, bounds = all_rates[source], all_bounds[source]
    interval = escapes.attributes["interval"]
    single = hazard(escapes["escapes"][source], escapes["checks"][source], interval)
    drawn = np.where((single > 0) & np.isfinite(single), single, np.nan)
    for column, look in enumerate(_gain_looks(escapes)):
        at = sizes * BESIDE ** (column - len(rates) // 2)
        dots = {"markersize": 2.2, "markeredgewidth": 0, "alpha": 0.5, "color": look["color"]}
        axes.plot(at, drawn[column], "o", **dots)
        seen, none = (rates[column] > 0) & np.isfinite(rates[column]), rates[column] == 0
        axes.plot(at[seen], rates[column, seen], **look)
        axes.plot(at[none], bounds[column, none], color=look["color"], **BOUND)
    axes.set(xscale="log", xlabel="number of neurons $N$")
    style.log_ticks(axes.xaxis, sizes)
    if not np.isfinite(np.where(all_rates > 0, all_rates, all_bounds)).any():
        checked = escapes["checks"].any()
        text = "every run leaves before it is checked" if checked else "no run was at risk"
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center")
        axes.set_yticks([])
        return
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def _trace(axes: Axes, escapes: Dataset, source: int) -> None:
    """Draw the overlaps of one run, and whether a descent leads back to its pattern."""
    time, overlap = escapes["time"], escapes["trace_overlap"][source, -1]
    home = escapes["trace_descended"][source, -1] > RETRIEVED
    axes.plot(time, overlap[:, 1:], color=style.GREY, linewidth=0.4, alpha=0.7)
    axes.plot(time, overlap[:, 0], color=list(SOURCES.values())[source])
    axes.fill_between(
        time, 0, 1, where=home, step="mid", transform=axes.get_xaxis_transform(), **INSIDE
    )
    where = f"$N$ = {escapes['size'][-1]}, $g$ = {escapes.attributes['traced_gain']:g}"
    axes.set_title(f"{_name(escapes['source'][source])}, {where}")
    axes.set(ylabel="overlap", ylim=(-1.05, 1.05), xlim=(time[0], time[-1]))


def _name(source: str) -> str:
    return str(source).replace("_", " ")


def _gain_looks(escapes: Dataset) -> list[dict[str, Any]]:
    """Return colour and line of each gain; dashed below the critical one."""
    gains = escapes["gain"]
    colours = mpl.colormaps["viridis_r"](np.linspace(0.1, 1, len(gains)))
    critical = escapes.attributes["critical_gain"]
    return [
        {"color": colour, "linestyle": "-" if gain > critical else "--"}
        for gain, colour in zip(gains, colours, strict=True)
    ]


def _rule_keys(capacity: Dataset) -> list[Line2D]:
    rules = [Line2D([], [], color=colour, label=label) for label, colour in RULES.values()]
    sizes = [
        Line2D([], [], color=style.GREY, marker=marker, markersize=3, linestyle=line, label=label)
        for (marker, line), label in zip(
            SIZES, [f"$N$ = {size}" for size in capacity["size"]], strict=False
        )
    ]
    return rules + sizes


def _gain_keys(escapes: Dataset) -> list[Line2D]:
    looks = zip(escapes["gain"], _gain_looks(escapes), strict=True)
    gains = [Line2D([], [], label=f"$g$ = {gain:g}", **look) for gain, look in looks]
    return [*gains, Line2D([], [], color=style.GREY, label="no escape: bound", **BOUND)]


def _trace_keys() -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=style.BLACK, label="its pattern"),
        Line2D([], [], color=style.GREY, linewidth=0.4, label="others"),
        Patch(label="in the basin", **INSIDE),
    ]
