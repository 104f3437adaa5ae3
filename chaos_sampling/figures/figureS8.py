"""Figure S8: how near images at each gain are to real ones, the generator not retrained."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from chaos_sampling.figures import models, style
from chaos_sampling.statistics.selection import with_conditions

METRICS = {
    "frechet": "Fréchet distance",
    "kernel": "kernel distance",
    "sliced_wasserstein": "sliced Wasserstein distance",
    "precision": "precision",
    "recall": "recall",
    "diversity": "diversity",
}
"""Panels, in their order."""
COLUMNS = 3
FEATURES = {"efficientnet_lite0": "EfficientNet-Lite0", "inception": "Inception v3"}


@style.styled
def draw(tables: Iterable[pd.DataFrame]) -> Figure:
    """Draw Fig. S8: each metric against gain, kinds of models in colours.

    Real images against real ones are drawn where they are as many as the model's.

    Args:
        tables: of `comparison.measure`, one of each model; what was not computed has the mean NaN.
    """
    rows = -(-len(METRICS) // COLUMNS)
    figure = style.page(12 + 50 * rows)
    grid = figure.subplots(rows, COLUMNS, squeeze=False).flat
    for unused in grid[len(METRICS) :]:
        unused.remove()
    panels = dict(zip(METRICS, grid, strict=False))
    found = pd.concat([_read(table) for table in tables])
    looks = models.looks(found["kind"].unique())
    for metric, axes in panels.items():
        of_metric = found[found["metric"] == metric].dropna(subset="mean")
        for kind, look in looks.items():
            _kind(axes, of_metric[of_metric["kind"] == kind], look)
        _axes(axes, metric, of_metric, np.unique(found["gain"].dropna()))
    style.letter_axes(panels.values())
    models.legend(figure, list(looks), models.LINES)
    return figure


def _read(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their conditions as columns, and quantities as metric and features."""
    rows = with_conditions(table, ["model", "compared", "batch_norm", "images"])
    names = "|".join(METRICS)
    quantities = table["quantity"].str.extract(rf"^(?P<metric>{names})(?:_(?P<features>.+))?$")
    return rows.join(quantities).assign(kind=rows["model"].map(models.kind))


def _kind(axes: Axes, rows: pd.DataFrame, looks: dict[str, object]) -> None:
    generated, real = rows[rows["compared"].isna()], rows[rows["compared"] == "real"]
    models.against_gain(axes, generated, looks)
    equal = real[real["images"].isin(generated["images"])]  # metrics depend on the number of images
    if len(equal):
        dotted = {"linestyle": models.LINES["real"][0], "color": looks["color"], "linewidth": 0.8}
        axes.axhline(equal["mean"].mean(), **dotted)


def _axes(axes: Axes, metric: str, rows: pd.DataFrame, gains: np.ndarray) -> None:
    style.gain_axis(axes, gains, gains)
    axes.set(xlabel="gain $g$", ylabel=METRICS[metric])
    if rows.empty:
        axes.text(0.5, 0.5, "not computed", transform=axes.transAxes, ha="center")
        axes.set_yticks([])
        return
    features = [FEATURES[name] for name in rows["features"].dropna().unique()] or ["pixels"]
    counts = [f"{count:g}" for count in rows["images"][rows["compared"].isna()].unique()]
    axes.set_title(f"{' or '.join(features)}, {' or '.join(counts)} images", fontsize=style.SMALL)
    if metric == "frechet":
        axes.set_yscale("log")
        axes.set_ylabel(f"{METRICS[metric]}, log scale")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    elif metric in ("precision", "recall"):
        axes.set_ylim(0, 1.02)
    else:
        axes.set_ylim(min(0, axes.get_ylim()[0]), None)
