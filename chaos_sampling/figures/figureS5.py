"""Figure S5: what noise and chaos leave of themselves in population readouts (discussion)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chaos_sampling.figures import style
from chaos_sampling.store import Dataset

COLOURS = {"noise": style.ORANGE, "chaos": style.BLUE, "both": style.GREEN}
MARKERS = {"noise": "s", "chaos": "o", "both": "^"}
TITLES = {
    "coherent": "along an own state",
    "random": "random unit vector",
    "shared": "population mean",
}
SWEPT = ("noise", "both")
"""The sources to which the sweep of amplitudes belongs, at the stable and the chaotic gain."""
WEAK = 0.3
"""Amplitude up to which the half-lives for weak noise are drawn."""
MATCHED = {"color": style.GREY, "linestyle": ":"}
QUENCHED = {"color": style.GREY, "linestyle": "--"}


@style.styled
def draw(noise: Dataset) -> Figure:
    """Draw Fig. S5.

    Args:
        noise: dataset of kind "noise".
    """
    figure = style.page(112)
    panels = figure.subplots(2, 3)
    readouts = list(noise["readout"])
    for axes, readout in zip(panels[0], TITLES, strict=True):
        _scaling(axes, noise, 0, readouts.index(readout))
        axes.set_title(TITLES[readout])
    _scaling(panels[1, 0], noise, 1, readouts.index("shared"))
    panels[1, 0].set_title(f"mean, shared coupling {noise['coupling'][1]:g}/$N$")
    limits = noise["deviation"].min() / 1.5, noise["deviation"].max() * 1.5
    for axes in panels.flat[:4]:
        axes.set_ylim(limits)
    panels[0, 0].set_ylabel("deviation of the readout")
    panels[1, 0].set_ylabel("deviation of the readout")
    _swept_deviation(panels[1, 1], noise)
    _swept_half_life(panels[1, 2], noise)
    style.letter_axes(panels.flat)
    figure.legend(handles=_keys(noise), loc="outside lower center", ncols=6)
    return figure


def _scaling(axes: Axes, noise: Dataset, coupling: int, readout: int) -> None:
    """Draw one dot per network against N; theory, where there is one, as a line."""
    sizes = noise["size"]
    deviation = noise["deviation"][coupling, :, readout]
    for place, source in enumerate(noise["source"]):
        beside = 1.07 ** (place - 1)  # so that no source hides another
        _dots(axes, sizes * beside, deviation[place], source)
        if coupling == 0:
            axes.plot(sizes, noise["theory"][place, readout], color=COLOURS[source])
    if coupling != 0:
        guide = 2 * deviation[0, 0].mean() * np.sqrt(sizes[0] / sizes)
        axes.plot(sizes, guide, color=style.GREY)
        middle = len(sizes) // 2
        axes.text(sizes[middle], 1.2 * guide[middle], "$N^{-1/2}$", color=style.GREY, ha="left")
    axes.set(xscale="log", yscale="log", xlabel="number of neurons $N$")
    style.log_ticks(axes.xaxis, sizes)
    axes.yaxis.set_major_formatter("{x:g}")


def _swept_deviation(axes: Axes, noise: Dataset) -> None:
    _swept(axes, noise, noise["swept_deviation"])
    for theory, source in zip(noise["swept_theory"], SWEPT, strict=True):
        axes.plot(noise["amplitude"], theory, color=COLOURS[source])
    axes.set(yscale="log", ylabel="deviation of the random readout")
    axes.yaxis.set_major_formatter("{x:g}")


def _swept_half_life(axes: Axes, noise: Dataset) -> None:
    """Draw the half-lives of the random readout; in theory those for weak noise are known."""
    _swept(axes, noise, noise["swept_half_life"])
    # under weak noise Δ decays as exp(−√(1 − g²) |t|) in a stable network
    stable = np.log(2) / np.sqrt(1 - noise.attributes["stable_gain"] ** 2)
    weak = noise["amplitude"][noise["amplitude"] <= WEAK]
    for theory, source in zip((stable, noise.attributes["half_life_chaos"]), SWEPT, strict=True):
        axes.plot(weak, np.full(len(weak), theory), color=COLOURS[source])
    axes.set(ylabel="half-life of that readout (τ)", ylim=(0, None))


def _swept(axes: Axes, noise: Dataset, values: np.ndarray) -> None:
    """Draw one dot per network against the amplitude of the noise, and where chaos ends."""
    for networks, source in zip(values, SWEPT, strict=True):
        _dots(axes, noise["amplitude"], networks, source)
    axes.axvline(noise.attributes["quenching_amplitude"], **QUENCHED)
    axes.axvline(noise.attributes["matched_amplitude"], **MATCHED)
    axes.set(xscale="log", xlabel="noise amplitude σ (τ$^{-1/2}$)")
    axes.xaxis.set_major_formatter("{x:g}")


def _dots(axes: Axes, x: np.ndarray, values: np.ndarray, source: str) -> None:
    marks = {"markersize": 3, "markeredgewidth": 0, "alpha": 0.7}
    axes.plot(x, values, MARKERS[source], color=COLOURS[source], **marks)


def _keys(noise: Dataset) -> list[Line2D]:
    stable, chaotic = noise.attributes["stable_gain"], noise.attributes["chaotic_gain"]
    labels = {
        "noise": f"noise, $g$ = {stable:g}",
        "chaos": f"chaos, $g$ = {chaotic:g}",
        "both": f"both, $g$ = {chaotic:g}",
    }
    sources = [
        Line2D([], [], color=COLOURS[name], marker=MARKERS[name], markersize=3, label=label)
        for name, label in labels.items()
    ]
    return [
        *sources,
        Line2D([], [], label="σ of a to d", **MATCHED),
        Line2D([], [], label="chaos ends", **QUENCHED),
    ]
