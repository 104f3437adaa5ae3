"""Figure 3: gain sets the speed of sampling."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low
from string import ascii_lowercase

import numpy as np
from matplotlib.figure import Figure, SubFigure

from chaos_sampling.datasets.images import pixels
from chaos_sampling.figures import style
from chaos_sampling.figures.tiling import tile
from chaos_sampling.measures.mixing import step_change
from chaos_sampling.store import Dataset

COLUMNS = 12
"""Images in a row."""


@style.styled
def draw(gain_samples: Sequence[Dataset], *, frames: int = 24) -> Figure:
    """Draw Fig. 3: for each gain the first images of a typical trajectory, to be read like text.

    Args:
        gain_samples: datasets of kind "gain_samples", one per panel.
        frames: images of each trajectory, at most; only whole rows are drawn.
    """
    available = min(dataset["trajectories/images"].shape[1] for dataset in gain_samples)
    columns = min(COLUMNS, available)
    rows = min(frames, available) // columns
    height = 6 + rows * 0.96 * style.WIDTH / columns
    figure = style.page(height * len(gain_samples))
    panels = figure.subfigures(len(gain_samples), 1, squeeze=False)[:, 0]
    for letter, panel, dataset in zip(ascii_lowercase, panels, gain_samples, strict=False):
        _strip(panel, dataset, rows * columns, columns)
        style.panel_letter(panel, letter)
    return figure


def _strip(panel: SubFigure, dataset: Dataset, frames: int, columns: int) -> None:
    strips = dataset["trajectories/images"][:, :frames]
    images = strips[typical_trajectory(strips)]
    time = dataset["trajectory/time"][:frames] - dataset["trajectory/time"][0]
    axes = panel.subplots()
    strip = axes.imshow(tile(images, columns), interpolation="none")
    cell = strip.get_size()[1] / columns
    starts = time[::columns]
    axes.set_xticks([])
    axes.set_yticks((np.arange(len(starts)) + 0.5) * cell, [f"{start:g} τ" for start in starts])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    gain, training_gain = dataset.attributes["gain"], dataset.attributes["training_gain"]
    axes.set_title(f"$g$ = {gain:.3g} (trained at {training_gain:.3g})", loc="left")
    above = 1 + 0.16 / len(starts)
    axes.annotate(
        "",
        (1, above),
        (0.19, above),
        "axes fraction",
        arrowprops=style.ARROW,
        annotation_clip=False,
    )
    axes.text(
        0.6,
        above,
        f"time: one image every {time[1]:g} τ",
        transform=axes.transAxes,
        ha="center",
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
    )


def typical_trajectory(strips: np.ndarray) -> int:
    """Return the trajectory to draw: the one whose images change from frame to frame by the median.

    Of an even number, the lower of the two in the middle counts.

    Args:
        strips: (trajectory, frame, y, x, channel) uint8.
    """
    changes = [step_change(pixels(images)) for images in strips]
    return changes.index(median_low(changes))
