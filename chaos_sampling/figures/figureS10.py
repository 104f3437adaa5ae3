"""Figure S10: Fig. 4c, d with the weights of the four literal readings."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from chaos_sampling.figures import style
from chaos_sampling.figures.figure1 import activity
from chaos_sampling.figures.figure4 import FIXED_OVERLAP, heat_map, overlap_bar
from chaos_sampling.network.readings import READINGS
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset

NETWORK = 0
"""The network of all panels."""


@style.styled
def draw(readings: Sequence[Dataset], table: pd.DataFrame) -> Figure:
    """Draw Fig. S10: the same network in each reading, and r as the mean over all networks.

    Args:
        readings: datasets of kind "reading", at least two.
        table: as made by `statistics.hybrid`, with r of each reading.
    """
    rows = -(-len(readings) // 2)
    figure = style.page(107.5 * rows)
    grid = figure.subfigures(rows, 2, squeeze=False, wspace=0.02, hspace=0.02)
    blocks = grid.flat[: len(readings)]
    orthogonal = np.abs([dataset["orthogonal"] for dataset in readings])
    directions = Normalize(0, np.quantile(orthogonal, 0.99))
    for block, letter, dataset in zip(blocks, ascii_lowercase, readings, strict=False):
        _block(block, dataset, directions)
        name = dataset.attributes["reading"]
        r = only(table, "pooled_r_patterns", condition={"reading": name})["mean"]
        shown = "no $r$" if np.isnan(r) else f"$r$ = {r:.2f}".replace("-", "−")
        title = f"{READINGS[name].label}: {shown}"
        block.suptitle(title, size=style.TEXT_SIZE)
        style.panel_letter(block, letter)
    _bars(blocks[-2:], directions)
    return figure


def _block(block: SubFigure, dataset: Dataset, directions: Normalize) -> None:
    gains = dataset["gain"]
    axes = block.subplots(
        4, len(gains), sharey="row", squeeze=False, height_ratios=[1, 0.7, 0.8, 1.4]
    )
    activity(axes[:2], dataset["time"], gains, dataset["h"])
    for column in range(len(gains)):
        top, bottom = axes[2:, column]
        heat_map(top, dataset["time"], dataset["overlap"][NETWORK, column], FIXED_OVERLAP)
        heat_map(bottom, dataset["time"], dataset["orthogonal"][column], directions)
        for map_axes in (top, bottom):
            map_axes.xaxis.set_major_locator(
                MaxNLocator(2, steps=[1, 2, 5, 10], prune="upper")  # as the columns stand close
            )
        top.tick_params(labelbottom=False)
        bottom.set_xlabel("time (τ)")
        axes[1, column].set_xlabel("")
    for inner in axes[:, 1:].flat:
        inner.tick_params(labelleft=False)
    axes[2, 0].set_ylabel("pattern")
    axes[3, 0].set_ylabel("orthogonal\ndirection")
    block.align_ylabels(axes[:, 0])


def _bars(blocks: np.ndarray, directions: Normalize) -> None:
    """Explain the two colour scales, the same in all blocks, below the last two of them."""
    for block, norm, label in (
        (blocks[0], FIXED_OVERLAP, "|overlap|, square-root scale"),
        (blocks[1], directions, "|projection| on an orthogonal direction"),
    ):
        image = next(
            axes.images[0] for axes in block.axes if axes.images and axes.images[0].norm is norm
        )
        overlap_bar(image, block.axes, label, location="bottom", shrink=0.6, aspect=40)
