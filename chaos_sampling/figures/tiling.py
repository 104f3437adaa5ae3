"""Many images in one picture, which figures of generated images share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes


def tile(images: np.ndarray, columns: int, margin: int = 1) -> np.ndarray:
    """Return one image that shows all `images`, row by row, with white between them.

    Args:
        images: (rows · columns, y, x, channel) uint8.
        columns: images in a row.
        margin: white pixels around each image.
    """
    edge = (margin, margin)
    framed = np.pad(images, ((0, 0), edge, edge, (0, 0)), constant_values=255)
    _, height, width, channels = framed.shape
    grid = framed.reshape(-1, columns, height, width, channels).swapaxes(1, 2)
    return grid.reshape(-1, columns * width, channels)


def show_rows(axes: Axes, rows: Sequence[np.ndarray], labels: Sequence[str] = ()) -> None:
    """Show rows of images, each with its label at the left.

    Args:
        axes: where to draw; only the images are left of it.
        rows: arrays of equally many images (columns, y, x, channel) uint8.
        labels: one a row, or none.
    """
    picture = tile(np.concatenate(rows), len(rows[0]))
    axes.imshow(picture, interpolation="none")
    middles = (np.arange(len(labels)) + 0.5) * len(picture) / len(rows)
    axes.set_xticks([])
    axes.set_yticks(middles, labels)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
