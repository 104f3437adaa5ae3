"""The course of a training: losses, what the discriminator says, and images as they come about."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from chaos_sampling.figures import style
from chaos_sampling.figures.tiling import show_rows
from chaos_sampling.store import Dataset

ROWS, COLUMNS = 6, 16
"""Grids that are shown, the first and the last among them, and images of each."""
CURVES = {
    "cross-entropy": {"discriminator_loss": "of D", "generator_loss": "of G"},
    "mean answer of D": {"real_probability": "D(x)", "fake_probability": "D(G(z))"},
}
"""Label of each panel of curves, with the names of its curves by their quantity."""


@style.styled
def draw(training: Dataset) -> Figure:
    """Draw how a training went.

    a: losses of the discriminator D and the generator G. b: the probability that D gives to real
    images x and to generated ones G(z). c: how far apart the images of a grid are, over that of
    real ones. d: images of the same latents, a row for each of several times.

    Args:
        training: of kind "training".
    """
    snapshots, grids = training["snapshot"], training["grids"]
    shown = np.unique(np.linspace(0, len(snapshots) - 1, ROWS).round().astype(int))
    upper, lower = 42, 8 + 0.94 * style.WIDTH / COLUMNS * len(shown)
    figure = style.page(upper + lower)
    curves, images = figure.subfigures(2, 1, height_ratios=[upper, lower])
    panels = curves.subplots(1, len(CURVES) + 1)
    for axes, (label, names) in zip(panels, CURVES.items(), strict=False):
        for (quantity, name), colour in zip(names.items(), (style.BLUE, style.ORANGE), strict=True):
            axes.plot(training["images_seen"], training[quantity], color=colour, label=name)
        axes.set_ylabel(label)
        axes.legend()
    panels[1].set_ylim(0, 1)
    dots = {"color": style.GREEN, "marker": "o", "markersize": 2, "clip_on": False}
    panels[2].plot(snapshots, training["diversity"], **dots)
    panels[2].set(ylabel="diversity (real: 1)", ylim=(0, None))
    for axes in panels:
        axes.set(xlabel="real images shown", xlim=(0, training["images_seen"][-1]))
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    style.letter_axes(panels)
    rows = images.subplots()
    show_rows(rows, grids[shown, :COLUMNS], [f"{seen:,}" for seen in snapshots[shown]])
    rows.set_title("images of the same latents, after so many real ones")
    style.panel_letter(images, "d")
    return figure
