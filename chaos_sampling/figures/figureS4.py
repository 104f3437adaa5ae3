"""Figure S4: convergence with the time step of the integrator."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from chaos_sampling.figures import style
from chaos_sampling.store import Dataset

METHODS = {"rk4": ("RK4", style.BLUE, 4), "euler": ("Euler", style.ORANGE, 1)}
"""Name, colour and order of each method."""
OFFSET = {"rk4": 0.96, "euler": 1.04}
"""Factors that set the dots of the two methods side by side."""


@style.styled
def draw(convergence: Dataset) -> Figure:
    """Draw Fig. S4: the error of states, and half-life and variance in long runs, against dt.

    Args:
        convergence: dataset of kind "convergence".
    """
    figure = style.page(62)
    grid = figure.add_gridspec(1, 3)
    errors, times = (figure.add_subplot(grid[column]) for column in (0, 1))
    variances = figure.add_subplot(grid[2], sharey=times)
    _errors(errors, convergence)
    steps = _fine(convergence["dt"])
    _relative(times, convergence, "half_life_phi", "half-life of φ", np.sqrt(1 - steps))
    _relative(variances, convergence, "variance_phi", "variance of φ", np.ones_like(steps))
    lines = [
        Line2D([], [], color=colour, label=f"theory, {name}: {law}")
        for (name, colour, _), law in zip(METHODS.values(), ("1", r"$\sqrt{1-dt/τ}$"), strict=True)
    ]
    grey = {"color": style.GREY, "linestyle": "none"}
    marks = [
        Line2D([], [], marker="o", markersize=2.2, label="one network", **grey),
        Line2D([], [], marker="_", markersize=7, label="mean of networks", **grey),
    ]
    times.legend(handles=lines, loc="lower left")
    variances.legend(handles=marks, loc="lower left")
    panels = (errors, times, variances)
    style.letter_axes(panels)
    for axes in panels:
        _step_axis(axes, convergence["dt"])
    return figure


def _errors(axes: Axes, convergence: Dataset) -> None:
    dt, handles = convergence["dt"], []
    steps = _fine(dt)
    for method, error in zip(convergence["method"], convergence["error"], strict=True):
        name, colour, order = METHODS[method]
        _dots(axes, dt, error, colour)
        scale = np.exp(np.mean(np.log(error / dt[:, None] ** order)))
        axes.plot(steps, scale * steps**order, color=colour, zorder=1)
        power = f"$dt^{order}$" if order > 1 else "$dt$"
        label = f"{name}, line: slope of {power}"
        handles.append(Line2D([], [], color=colour, marker="o", markersize=3, label=label))
    horizon = convergence.attributes["horizon"]
    axes.set(yscale="log", ylabel=f"relative error of $h$ after {horizon:g} τ")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.legend(handles=handles, loc="lower right")


def _relative(axes: Axes, convergence: Dataset, name: str, label: str, euler: np.ndarray) -> None:
    """Draw a statistic relative to that of RK4 with the finest step, network by network."""
    dt, methods = convergence["dt"], list(convergence["method"])
    values = convergence[name]  # (method, dt, network)
    ratios = values / values[methods.index("rk4"), dt.argmin()]
    for method, ratio in zip(methods, ratios, strict=True):
        _, colour, _ = METHODS[method]
        beside = dt * OFFSET[method]
        _dots(axes, beside, ratio, colour)
        axes.plot(beside, ratio.mean(axis=1), "_", color=colour, markersize=7, zorder=3)
    axes.plot(_fine(dt), np.ones_like(euler), color=METHODS["rk4"][1], zorder=1)
    axes.plot(_fine(dt), euler, color=METHODS["euler"][1], zorder=1)
    axes.set_ylabel(f"{label},\nrelative to RK4, $dt$ = {dt.min():g} τ")


def _dots(axes: Axes, dt: np.ndarray, values: np.ndarray, colour: str) -> None:
    axes.plot(dt, values, "o", color=colour, markersize=2.2, markeredgewidth=0, alpha=0.6)


def _fine(dt: np.ndarray) -> np.ndarray:
    """Return steps close to each other, for the lines."""
    return np.geomspace(dt.min() / 1.15, dt.max() * 1.15, 100)


def _step_axis(axes: Axes, dt: np.ndarray) -> None:
    axes.set(xscale="log", xlabel="time step $dt$ (τ)", xlim=(dt.min() / 1.2, dt.max() * 1.2))
    style.log_ticks(axes.xaxis, dt)
