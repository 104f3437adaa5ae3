"""Figure 1: chaotic dynamics in a randomly connected recurrent network of neurons."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d.axes3d import Axes3D

from chaos_sampling.figures import style
from chaos_sampling.store import Dataset

STATE_SPACE = 20.0
"""τ of the trajectories in the state space, as the caption says."""
DURATION = 40.0
"""τ of the traces of h and φ(h), here and in Figs. 4 and S10."""


@style.styled
def draw(
    traces: Dataset, divergence: Dataset, *, duration: float = DURATION, diverging: float = 30.0
) -> Figure:
    """Draw Fig. 1.

    Args:
        traces: dataset of kind "traces".
        divergence: dataset of kind "divergence".
        duration: τ of each trace in panel a.
        diverging: τ of the traces in panel b.
    """
    figure = style.page(92)
    left, right = figure.subfigures(1, 2, width_ratios=[1.7, 1])
    axes = left.subplots(2, len(traces["gain"]), squeeze=False)
    activity(axes, traces["time"], traces["gain"], traces["h"], duration)
    left.align_ylabels(axes[:, 0])
    style.panel_letter(left, "a")
    _sensitivity(right, divergence, diverging)
    style.panel_letter(right, "b")
    return figure


def activity(
    axes: np.ndarray,
    time: np.ndarray,
    gains: np.ndarray,
    h: np.ndarray,
    duration: float = DURATION,
) -> None:
    """Draw h above φ(h), one column per gain and one colour per neuron (Figs. 1a and 4c).

    Args:
        axes: (2, gain) axes to draw into.
        time: (time,) in τ.
        gains: (gain,).
        h: inputs to the neurons, (gain, time, neuron).
        duration: τ to draw, from the first time on, at most.
    """
    elapsed = time - time[0]
    window = elapsed <= duration
    limits = (0, elapsed[window][-1])
    for (top, bottom), gain, inputs in zip(axes.T, gains, h[:, window], strict=True):
        for trace, colour in zip(inputs.T, style.NEURONS, strict=False):
            top.plot(elapsed[window], trace, color=colour)
            bottom.plot(elapsed[window], np.tanh(trace), color=colour)
        top.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
        top.set(title=f"$g$ = {gain:g}", xlim=limits)
        top.tick_params(labelbottom=False)
        bottom.set(xlabel="time (τ)", xlim=limits, ylim=(-1.1, 1.1), yticks=[-1, 0, 1])
    axes[0, 0].set_ylabel("input $h$")
    axes[1, 0].set_ylabel("output $φ(h)$")


def _sensitivity(panel: SubFigure, divergence: Dataset, duration: float) -> None:
    grid = panel.add_gridspec(2, 1, height_ratios=[1, 1.7])
    time = divergence["time"] - divergence["time"][0]
    original, perturbed = divergence["original"], divergence["perturbed"]

    axes = panel.add_subplot(grid[0])
    window = time <= duration
    for neuron, colour in enumerate(style.NEURONS):
        axes.plot(time[window], original[window, neuron], color=colour)
        axes.plot(time[window], perturbed[window, neuron], color=colour, linestyle=(0, (2.5, 1.2)))
    axes.set(xlabel="time (τ)", ylabel="input $h$", xlim=(0, time[window][-1]))
    axes.legend(
        handles=[
            Line2D([], [], color=style.BLACK, label="original"),
            Line2D([], [], color=style.BLACK, linestyle=(0, (2.5, 1.2)), label="perturbed"),
        ],
        loc="lower center",
        bbox_to_anchor=(0.5, 1),
        ncols=2,
    )
    early = time <= STATE_SPACE
    _state_space(panel.add_subplot(grid[1], projection="3d"), original[early], perturbed[early])


def _state_space(axes: Axes3D, original: np.ndarray, perturbed: np.ndarray) -> None:
    # The thin red line on the wide blue one leaves both in sight while they coincide.
    axes.plot(*original.T, color=style.ORIGINAL, linewidth=1.6, label="original")
    axes.plot(*perturbed.T, color=style.PERTURBED, linewidth=0.7, label="perturbed")
    axes.plot(*original[:1].T, "o", color=style.BLACK, markersize=4, label="start", zorder=10)
    for path, colour in ((original, style.ORIGINAL), (perturbed, style.PERTURBED)):
        axes.plot(*path[-1:].T, "s", color=colour, markersize=4, zorder=10)
    end = Line2D([], [], color=style.GREY, marker="s", markersize=4, linestyle="none", label="end")
    axes.legend(
        handles=[*axes.lines[:3], end],
        loc="lower center",
        bbox_to_anchor=(0.5, 0.98),
        ncols=4,
        columnspacing=1,
        handlelength=1.2,
    )
    for index, axis in enumerate((axes.xaxis, axes.yaxis, axes.zaxis), start=1):
        axis.set_label_text(f"$h_{index}$")
        axis.set_pane_color("white")
        axis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
        axis.set_tick_params(pad=-3)
        axis.labelpad = -9.5
    axes.set_box_aspect(None, zoom=1.05)
