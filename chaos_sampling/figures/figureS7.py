"""Figure S7: one trajectory at every gain over the same time, with two kinds of batch norm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from chaos_sampling.figures import style
from chaos_sampling.figures.tiling import show_rows
from chaos_sampling.store import Dataset

STATISTICS = {"images": "of training", "images_reestimated": "re-estimated at each gain"}
"""Where the batch-norm statistics of images come from, by their name in a dataset."""
COLUMNS = 9
"""Images in a row of each half, at most."""


@style.styled
def draw(gain_samples: Sequence[Dataset]) -> Figure:
    """Draw Fig. S7: a row per gain, consecutive images on the left and one per τ on the right.

    Args:
        gain_samples: datasets of kind "gain_samples", one per row, at the same times.
    """
    time = gain_samples[0]["trajectory/time"]
    consecutive = np.arange(min(COLUMNS, len(time)))
    whole = np.arange(min(COLUMNS, int(time[-1]) + 1))
    spaced = np.abs(time - whole[:, None]).argmin(axis=1)
    titles = {f"one image every {time[1]:g} τ": consecutive, "one image every τ": spaced}

    side = 0.94 * style.WIDTH / (len(consecutive) + len(spaced))
    figure = style.page(len(STATISTICS) * (9 + side * len(gain_samples)))
    widths = {"width_ratios": [len(consecutive), len(spaced)]}
    panels = figure.subplots(len(STATISTICS), 2, squeeze=False, gridspec_kw=widths)
    gains = [f"$g$ = {dataset.attributes['gain']:.3g}" for dataset in gain_samples]
    for row, name in zip(panels, STATISTICS, strict=True):
        for axes, (title, frames), labels in zip(row, titles.items(), (gains, ()), strict=True):
            images = [dataset[f"trajectory/{name}"][frames] for dataset in gain_samples]
            show_rows(axes, images, labels)
            axes.set_title(title)
            axes.set_xlabel(f"batch-norm statistics {STATISTICS[name]}")
    style.letter_axes(panels.ravel())
    return figure
