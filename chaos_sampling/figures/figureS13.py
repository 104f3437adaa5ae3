"""Figure S13: how fast latents and generated images change at each gain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from chaos_sampling.figures import models, style
from chaos_sampling.statistics.selection import find, with_conditions
from chaos_sampling.store import Dataset

SPEEDS = {
    "step_change_images_*": "rms change of the image\nin {step:g} τ",
    "half_life_images": "half-life of the image (τ)",
    "T2_images": "$T_2$ of the image (τ)",
}
"""Label of each measure of speed, by its quantity."""
GAINS = "RdPu"
"""Colours of gains, from low to high, none of which is a model's."""


@style.styled
def draw(gain_samples: Sequence[Dataset], table: pd.DataFrame, *, model: str) -> Figure:
    """Draw Fig. S13: autocorrelations of one model, and the speed of images of all models.

    Args:
        gain_samples: datasets of kind "gain_samples" of one model, one per gain.
        table: of `statistics.sampling`.
        model: its name.
    """
    figure = style.page(112)
    panels = list(figure.subplot_mosaic("aaabbb;ccddee").values())
    for axes, name in zip(panels, ("latents", "images"), strict=False):
        _autocorrelations(axes, gain_samples, name)
        axes.set_title(model)
    panels[0].legend()
    rows = with_conditions(table, ["model", "batch_norm"])
    rows = rows.assign(kind=rows["model"].map(models.kind))
    looks = models.looks(rows["kind"].unique())
    step, gains = gain_samples[0]["autocorrelation/lag"][1], np.unique(table["gain"])
    for axes, (quantity, label) in zip(panels[2:], SPEEDS.items(), strict=True):
        of_quantity = find(rows, quantity)
        for kind, look in looks.items():
            models.against_gain(axes, of_quantity[of_quantity["kind"] == kind], look)
        style.gain_axis(axes, gains, gains)
        axes.set(xlabel="gain $g$", ylabel=label.format(step=step), ylim=(0, None))
        if of_quantity["mean"].isna().all():
            axes.text(0.5, 0.5, "longer than recorded", transform=axes.transAxes, ha="center")
            axes.set_yticks([])
    style.letter_axes(panels)
    models.legend(figure, list(looks), ("training", "reestimated"))
    return figure


def _autocorrelations(axes: Axes, gain_samples: Sequence[Dataset], name: str) -> None:
    """Draw the mean over trajectories for each gain, with its 95 % interval."""
    colours = colormaps[GAINS](np.linspace(0.35, 1, len(gain_samples)))
    for samples, colour in zip(gain_samples, colours, strict=True):
        lag, correlation = samples["autocorrelation/lag"], samples[f"autocorrelation/{name}"]
        correlation = correlation / correlation[:, 0].mean()
        mean = correlation.mean(axis=0)
        error = stats.t.ppf(0.975, len(correlation) - 1) * stats.sem(correlation)
        axes.fill_between(lag, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
        axes.plot(lag, mean, color=colour, label=f"$g$ = {samples.attributes['gain']:g}")
    axes.axhline(0, color=style.GREY, linewidth=0.5, zorder=0)
    low, high = axes.get_ylim()
    axes.set(xlabel="lag (τ)", ylabel=f"autocorrelation of {name}", xlim=(0, min(15, lag[-1])))
    axes.set_ylim(max(low, -1), min(high, 1.2))  # intervals over few trajectories are wide
