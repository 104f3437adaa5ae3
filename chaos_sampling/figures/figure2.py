"""Figure 2: a generative adversarial network whose latents come from chaos."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Polygon

from chaos_sampling.figures import style
from chaos_sampling.figures.tiling import tile
from chaos_sampling.latents.names import CONTROLS
from chaos_sampling.store import Dataset

# The schematic is laid out in mm, from the lower left corner of its panel.
SCHEMATIC_HEIGHT = 52.0
MIDDLE = 29.0
CAPTION = 5.0
RADIUS = 20.0
NEURONS = np.array([23.0, MIDDLE])
LATENTS = 62.0
READOUT_TEXT = "#2A7FB8"  # the readout's light blue, darkened until it can be read as text
BLOCKS = (
    # left edge, side of the feature maps, depth (their number), label
    (72.0, 3.5, 13.0, "4×4"),
    (88.0, 6.0, 10.0, "8×8"),
    (104.5, 10.0, 7.0, "16×16"),
    (124.0, 16.0, 4.0, "32×32"),
    (149.0, 26.0, 1.0, "64×64×3\ngenerated image"),
)

COLUMNS = 12
"""Images across panel b."""
ROWS = 5
"""Images down panel b, at most."""
READOUTS = {
    "subset": (1, "readout of a subset\n(random, fixed)"),
    "expander": (2, "sparse readout\n(random, fixed)"),
    "whitened": (1, "readout of a subset,\nwhitened (fixed)"),
    **dict.fromkeys(CONTROLS, (1, "Gaussian latents,\nfitted to a subset")),
}
"""Neurons drawn for each latent, and caption."""


@style.styled
def draw(samples: Dataset) -> Figure:
    """Draw Fig. 2.

    Args:
        samples: dataset of kind "samples"; its first images are drawn, and its model's readout.
    """
    images = samples["images"]
    columns = min(COLUMNS, len(images))
    rows = min(ROWS, len(images) // columns)
    heights = [SCHEMATIC_HEIGHT, 6 + rows * style.WIDTH / columns]
    figure = style.page(sum(heights))
    top, bottom = figure.subfigures(2, 1, height_ratios=heights)
    axes = top.add_axes((0, 0, 1, 1), xlim=(0, style.WIDTH), ylim=(0, SCHEMATIC_HEIGHT))
    axes.set_axis_off()
    readout = READOUTS[samples.attributes["model"]["latents"]]
    _network(axes, np.random.default_rng(2), *readout)
    _generator(axes, images[0])
    style.panel_letter(top, "a")

    grid = bottom.subplots()
    grid.set_axis_off()
    grid.imshow(tile(images[: rows * columns], columns), interpolation="none")
    style.panel_letter(bottom, "b")
    return figure


def _network(axes: Axes, rng: np.random.Generator, degree: int, readout: str) -> None:
    """Draw the circle of neurons, its recurrent connections and the readout of the latents.

    Args:
        axes: where to draw.
        rng: draws the connections.
        degree: neurons that a latent reads, each of which is read once at most.
        readout: caption.
    """
    axes.add_patch(Circle(NEURONS, RADIUS, facecolor="#F4F6FB", edgecolor=style.RECURRENT))
    index = np.arange(26)
    angle = index * np.pi * (3 - np.sqrt(5))  # the golden angle spreads points evenly over a disc
    distance = 0.88 * RADIUS * np.sqrt((index + 0.5) / len(index))
    neurons = NEURONS + (distance * np.array([np.cos(angle), np.sin(angle)])).T
    for source, position in enumerate(neurons):
        for target in rng.choice(np.delete(index, source), 2, replace=False):
            axes.add_patch(_arrow(position, neurons[target], style.RECURRENT, curvature=0.2))
    latents = [(LATENTS, MIDDLE + offset) for offset in np.linspace(-17, 17, 9)]
    for source, latent in zip(rng.permutation(index), degree * latents, strict=False):
        axes.plot(*zip(neurons[source], latent, strict=True), color=style.READOUT, zorder=2)
    for latent in latents:
        axes.plot([LATENTS, BLOCKS[0][0]], [latent[1], MIDDLE], color=style.TRAINED, linewidth=0.5)
    _dots(axes, neurons, style.RECURRENT)
    _dots(axes, latents, style.READOUT)
    axes.text(LATENTS, MIDDLE + 18.5, "latent $z$", ha="center", va="bottom")
    _caption(axes, NEURONS[0], "chaotic recurrent network\n(random, fixed)", style.RECURRENT)
    _caption(axes, 55, readout, READOUT_TEXT)


def _generator(axes: Axes, image: np.ndarray) -> None:
    """Draw the five transposed convolutions as the blocks they make, the last with its image."""
    for number, (left, side, depth, label) in enumerate(BLOCKS):
        _block(axes, left, side, depth)
        axes.text(left + side / 2, MIDDLE - side / 2 - 1.5, label, ha="center", va="top")
        if number > 0:
            before, width, deep, _ = BLOCKS[number - 1]
            start = before + width + 0.55 * deep + 0.8
            axes.add_patch(_arrow((start, MIDDLE), (left - 0.4, MIDDLE), style.TRAINED, size=6))
    left, side, _, _ = BLOCKS[-1]
    low, high = MIDDLE - side / 2, MIDDLE + side / 2
    axes.imshow(
        image, extent=(left, left + side, low, high), aspect="auto", interpolation="none", zorder=4
    )
    _caption(axes, 112, "five transposed convolutions\n(trained)", style.TRAINED)


def _block(axes: Axes, left: float, side: float, depth: float) -> None:
    low, high, right = MIDDLE - side / 2, MIDDLE + side / 2, left + side
    back = np.array([0.55, 0.4]) * depth
    front = np.array([(left, low), (right, low), (right, high), (left, high)])
    faces = (
        (front, "white"),
        ([front[3], front[2], front[2] + back, front[3] + back], "#E6E6E6"),
        ([front[1], front[2], front[2] + back, front[1] + back], "#BFBFBF"),
    )
    for corners, colour in faces:
        axes.add_patch(
            Polygon(corners, facecolor=colour, edgecolor=style.TRAINED, joinstyle="round", zorder=3)
        )


def _arrow(
    start: np.ndarray, end: np.ndarray, colour: str, *, curvature: float = 0.0, size: float = 4
) -> FancyArrowPatch:
    return FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        connectionstyle=f"arc3,rad={curvature}",
        mutation_scale=size,
        shrinkA=0,
        shrinkB=2 if curvature else 0,
        color=colour,
        linewidth=0.45,
    )


def _dots(axes: Axes, positions: np.ndarray, colour: str) -> None:
    axes.plot(
        *np.transpose(positions), "o", color=colour, markersize=4, markeredgecolor="white", zorder=5
    )


def _caption(axes: Axes, centre: float, text: str, colour: str) -> None:
    axes.text(centre, CAPTION, text, color=colour, ha="center", va="center", linespacing=1.3)
