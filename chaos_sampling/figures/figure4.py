"""Figure 4: recurrent networks with combined structured and random connectivity."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure, SubFigure
from matplotlib.image import AxesImage
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import MaxNLocator
from scipy.integrate import solve_ivp

from chaos_sampling.figures import style
from chaos_sampling.figures.figure1 import activity
from chaos_sampling.measures.energy import energy
from chaos_sampling.measures.overlaps import AT_REST, low_phase_ends
from chaos_sampling.measures.visits import pattern_numbers, state_numbers, tally
from chaos_sampling.store import Dataset

NETWORK = 0
"""The network of panels b to d; statistics use them all."""
FIXED_OVERLAP = PowerNorm(0.5, 0, 1)
"""Colour scale of the overlaps in panel d: the square root keeps those at high gain visible."""
CYCLED_OVERLAP = Normalize(0, 1)
"""The same in panel e: only almost perfect retrieval is bright."""
LANDSCAPE_STRENGTH = 1.5
"""s of the landscape: at the simulations' s = 4 the wells would lie on the rim, |φ| = 0.999."""


@style.styled
def draw(fixed: Dataset, fixed_overlaps: Dataset, cycled_overlaps: Dataset) -> Figure:
    """Draw Fig. 4: the first network in panels b to d, a typical one in panel e.

    Args:
        fixed: dataset of kind "hybrid" at fixed gain, of at least two patterns.
        fixed_overlaps: dataset of kind "overlaps" of the same simulation.
        cycled_overlaps: dataset of kind "overlaps" of the simulation at cycled gain.
    """
    figure = style.page(178)
    upper, bottom = figure.subfigures(2, 1, height_ratios=[1.75, 1])
    left, right = upper.subfigures(1, 2, width_ratios=[1, 2.9])
    first, second = left.subfigures(2, 1)
    _connectivity(first)
    style.panel_letter(first, "a")
    _landscape(second, fixed["patterns"][NETWORK, :2])
    style.panel_letter(second, "b")

    gains = fixed["gain"]
    axes = right.subplots(4, len(gains), squeeze=False, height_ratios=[1, 1, 1, 1.6])
    activity(axes[:2], fixed["time"], gains, fixed["h"][NETWORK])
    style.panel_letter(right, "c")
    orthogonal = np.abs(fixed_overlaps["orthogonal"][NETWORK])
    directions = Normalize(0, np.quantile(orthogonal, 0.99))
    _fixed_gain(axes[2:], fixed_overlaps, directions)
    right.align_ylabels(axes[:, 0])
    style.panel_letter(axes[2, 0], "d")

    _cycled_gain(bottom, cycled_overlaps, directions)
    style.panel_letter(bottom, "e")
    return figure


def _connectivity(panel: SubFigure) -> None:
    """Draw neurons on a circle: black symmetric and blue random connections, and W in words."""
    axes = panel.add_axes((0, 0.22, 1, 0.78), xlim=(-1.3, 1.3), ylim=(-1.25, 1.25), aspect="equal")
    axes.set_axis_off()
    rng = np.random.default_rng(4)
    angle = 2 * np.pi * np.arange(12) / 12
    neurons = np.array([np.cos(angle), np.sin(angle)]).T
    for first in range(len(neurons)):
        for second in rng.choice(np.delete(np.arange(len(neurons)), first), 2, replace=False):
            _connect(axes, neurons[first], neurons[second], style.RANDOM, "-|>", 0.25)
    for first, second in ((0, 5), (1, 8), (2, 6), (3, 10), (4, 9), (5, 11), (7, 11), (8, 3)):
        _connect(axes, neurons[first], neurons[second], style.STRUCTURED, "<|-|>", 0.0)
    axes.plot(*neurons.T, "o", color="white", markeredgecolor=style.BLACK, markersize=7)
    for x, text, colour in (
        (0.17, "$W$ =", style.BLACK),
        (0.39, "$W_{struct}$", style.STRUCTURED),
        (0.565, "+", style.BLACK),
        (0.78, "$g(t)\\,W_{rand}$", style.RANDOM),
    ):
        panel.text(x, 0.15, text, color=colour, ha="center", va="baseline")
    for y, text, colour in (
        (0.06, "symmetric, low rank", style.STRUCTURED),
        (0.0, "random, high-dimensional", style.RANDOM),
    ):
        panel.text(0.5, y, text, color=colour, ha="center", size=style.SMALL)


def _connect(
    axes: Axes, start: np.ndarray, end: np.ndarray, colour: str, heads: str, curvature: float
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle=heads,
            connectionstyle=f"arc3,rad={curvature}",
            mutation_scale=5,
            shrinkA=4,
            shrinkB=4,
            color=colour,
            linewidth=0.6,
        )
    )


def _landscape(panel: SubFigure, patterns: np.ndarray) -> None:
    """Draw the energy over the plane spanned by two patterns, and a descent to an attractor.

    The plane's coordinates are the rates of the neurons on which the patterns agree and of those
    on which they differ, both relative to the first pattern; the dynamics never leaves it.
    """
    neurons = patterns.shape[1]
    structured = LANDSCAPE_STRENGTH / neurons * patterns.T @ patterns
    agree = patterns[0] == patterns[1]
    rate = np.linspace(-0.99, 0.99, 61)
    x, y = np.meshgrid(rate, rate)
    rates = patterns[0] * np.where(agree, x[..., None], y[..., None])

    start = np.arctanh(patterns[0] * np.where(agree, 0.06, -0.2))
    path = np.tanh(descend(start, structured, np.linspace(0, 40, 801)))
    agreeing, differing = (patterns[0] * path)[:, [np.argmax(agree), np.argmin(agree)]].T
    line = np.stack([agreeing, differing, energy(path, structured) / neurons])

    axes = panel.add_axes((0, 0, 1, 1), projection="3d", computed_zorder=False)
    axes.set_axis_off()
    axes.view_init(elev=48, azim=-60)
    axes.set_box_aspect((1, 1, 0.6), zoom=1.1)
    axes.plot_surface(
        x,
        y,
        energy(rates, structured) / neurons,
        cmap="viridis",
        rcount=len(rate),
        ccount=len(rate),
        antialiased=False,
        rasterized=True,
    )
    axes.plot(*line, color="white", linewidth=1.3)
    axes.plot(*line[:, :1], "o", color="white", markeredgecolor=style.BLACK, markersize=4)
    axes.plot(*line[:, -1:], "*", color=style.ORANGE, markeredgecolor=style.BLACK, markersize=9)
    axes.text(*line[:, -1], "   attractor", va="top")
    panel.text(0.02, 0.81, "energy")
    axes.annotate("", (0.11, 0.79), (0.11, 0.58), "subfigure fraction", arrowprops=style.ARROW)


def _fixed_gain(axes: np.ndarray, measured: Dataset, directions: Normalize) -> None:
    """Draw the first network, and write how many of all come to rest at each gain."""
    for column, gain in enumerate(measured["gain"]):
        top, bottom = axes[:, column]
        heat_map(top, measured["time"], measured["overlap"][NETWORK, column], FIXED_OVERLAP)
        heat_map(bottom, measured["time"], measured["orthogonal"][NETWORK, column], directions)
        resting = measured["speed"][:, column, -1] < AT_REST
        top.set_title(f"$g$ = {gain:g}\n{resting.sum()} of {len(resting)} at rest")
        top.tick_params(labelbottom=False)
        bottom.set_xlabel("time (τ)")
    for inner in axes[:, 1:].flat:
        inner.tick_params(labelleft=False)
    _name_rows(axes, "square-root scale")


def _cycled_gain(panel: SubFigure, measured: Dataset, directions: Normalize) -> None:
    axes = panel.subplots(3, 1, sharex=True, squeeze=False, height_ratios=[0.35, 1, 1.6])
    trace, top, bottom = axes[:, 0]
    network = typical_network(measured)
    gain = measured["gain"][network]
    trace.step(measured["time"], gain, where="pre", color=style.BLACK)
    trace.set(ylabel="$g(t)$", yticks=np.unique(gain))
    trace.spines["bottom"].set_visible(False)
    trace.tick_params(bottom=False)
    heat_map(top, measured["time"], measured["overlap"][network], CYCLED_OVERLAP)
    heat_map(bottom, measured["time"], measured["orthogonal"][network], directions)
    bottom.set_xlabel("time (τ)")
    _name_rows(axes[1:], "linear scale")
    panel.align_ylabels(axes[:, 0])


def heat_map(axes: Axes, time: np.ndarray, values: np.ndarray, norm: Normalize) -> None:
    """Draw |values|, (time, row), time running to the right and the first row on top.

    Args:
        axes: where to draw.
        time: of the records, shape (T,).
        values: shape (T, rows).
        norm: colour scale.
    """
    rows = values.shape[1]
    axes.imshow(
        np.abs(values).T,
        cmap=style.HEAT,
        norm=norm,
        aspect="auto",
        interpolation="nearest",
        extent=(time[0], time[-1], rows + 0.5, 0.5),
    )
    axes.set_yticks([1, rows])
    axes.spines[:].set_visible(False)


def _name_rows(axes: np.ndarray, scale: str) -> None:
    """Label the rows of overlaps and projections, (2, columns), and give each its colour bar.

    Args:
        axes: the rows.
        scale: what to call the colour scale of the overlaps.
    """
    names = (("pattern", f"|overlap|,\n{scale}"), ("orthogonal\ndirection", "|projection|"))
    for row, (name, quantity) in zip(axes, names, strict=True):
        row[0].set_ylabel(name)
        overlap_bar(row[0].images[0], row, quantity, aspect=10, pad=0.01)


def overlap_bar(image: AxesImage, beside: Sequence[Axes], label: str, **look: object) -> None:
    """Explain the colours of a heat map, pointed where values lie beyond; overlaps end at 1."""
    style.colour_bar(
        image,
        beside,
        label=label,
        ticks=MaxNLocator(3, steps=[1, 5, 10]),
        extend="neither" if image.norm.vmax == 1 else "max",
        **look,
    )


def typical_network(cycled: Dataset) -> int:
    """Return the network to draw: the first that visits the median number of patterns.

    A pattern is visited when a phase at low gain ends in it or in its negative; where the median
    over networks falls between two numbers, the lower one counts.

    Args:
        cycled: kind "overlaps", of a simulation at cycled gain.
    """
    patterns = cycled["overlap"].shape[-1]
    visited = [
        pattern_numbers(state_numbers(overlap[low_phase_ends(gain)]), patterns)
        for overlap, gain in zip(cycled["overlap"], cycled["gain"], strict=True)
    ]
    counts = [np.count_nonzero(tally(network, patterns)) for network in visited]
    return counts.index(median_low(counts))


def descend(state: np.ndarray, structured: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Follow dh/dt = −h + Sφ(h), by scipy's Runge-Kutta method of order 5.

    Args:
        state: h at time 0, shape (N,).
        structured: weights S, shape (N, N).
        times: increasing times of the record in τ, from 0 on, shape (T,).

    Returns:
        States h, shape (T, N).
    """
    solution = solve_ivp(
        lambda _, h: structured @ np.tanh(h) - h,
        (0, times[-1]),
        state,
        t_eval=times,
        rtol=1e-8,
        atol=1e-10,
    )
    return solution.y.T
