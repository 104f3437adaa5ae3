"""Figure S8: how near images at each gain are to real ones, the generator not retrained."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogFormatter, NullLocator

from chaos_sampling.figures import style

METRICS = {
    "frechet": "Fréchet distance",
    "kernel": "kernel distance",
    "sliced_wasserstein": "sliced Wasserstein distance",
    "precision": "precision",
    "recall": "recall",
    "diversity": "diversity",
}
"""Panels, in their order."""
FEATURES = {"efficientnet_lite0": "EfficientNet-Lite0", "inception": "Inception v3"}
LINES = {
    "training": ("-", "batch norm of training"),
    "reestimated": ((0, (4, 1.5)), "batch norm re-estimated"),
    "real": ((0, (1, 1.5)), "real images"),
}
"""Line and name of what is measured."""
COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.SKY, style.PERTURBED, style.BLACK)
MARKERS = "os^D"
"""Taken in turn when the colours have all been used."""


@style.styled
def draw(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw Fig. S8: each metric against gain, models in colours.

    Real images against real ones are drawn at the number of images nearest to the model's.

    Args:
        tables: of `comparison.measure` by the model's name; what was not computed has the mean NaN.
    """
    figure = style.page(112)
    panels = dict(zip(METRICS, figure.subplots(2, 3).flat, strict=True))
    found = pd.concat([_read(table).assign(name=name) for name, table in tables.items()])
    gains = np.unique(found["gain"].dropna())
    for metric, axes in panels.items():
        of_metric = found[found["metric"] == metric].dropna(subset="mean")
        for name, looks in zip(tables, _looks(len(tables)), strict=True):
            _model(axes, of_metric[of_metric["name"] == name], looks)
        _axes(axes, metric, of_metric, gains)
    style.letter_axes(panels.values())
    _legend(figure, tables)
    return figure


def _read(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their conditions as columns, and quantities as metric and features."""
    conditions = pd.DataFrame([json.loads(text) for text in table["condition"]])
    columns = ["compared", "batch_norm", "images"]
    conditions = conditions.reindex(columns=columns).set_index(table.index)
    names = "|".join(METRICS)
    quantities = table["quantity"].str.extract(rf"^(?P<metric>{names})(?:_(?P<features>.+))?$")
    return table[["gain", "mean"]].join([conditions, quantities])


def _looks(count: int) -> list[dict[str, object]]:
    """Return the colour and the marker of each of `count` models."""
    return [
        {
            "color": COLOURS[index % len(COLOURS)],
            "marker": MARKERS[index // len(COLOURS) % len(MARKERS)],
            "markersize": 2.5,
        }
        for index in range(count)
    ]


def _model(axes: Axes, rows: pd.DataFrame, looks: Mapping[str, object]) -> None:
    generated, real = rows[rows["compared"].isna()], rows[rows["compared"] == "real"]
    for batch_norm, of_state in generated.groupby("batch_norm"):
        ordered = of_state.sort_values("gain")
        face = looks["color"] if batch_norm == "training" else "white"
        line = {"linestyle": LINES[batch_norm][0], "markerfacecolor": face, "zorder": 3}
        axes.plot(ordered["gain"], ordered["mean"], **line, **looks)
    equal = real[real["images"].isin(generated["images"])]  # metrics depend on the number of images
    for value in equal["mean"]:
        axes.axhline(value, linestyle=LINES["real"][0], color=looks["color"], linewidth=0.8)


def _axes(axes: Axes, metric: str, rows: pd.DataFrame, gains: np.ndarray) -> None:
    axes.set(xlabel="gain $g$", ylabel=METRICS[metric], xscale="log")
    axes.set_xlim(gains.min() / 1.1, gains.max() * 1.1)
    axes.set_xticks(gains, [f"{gain:g}" for gain in gains])
    axes.xaxis.set_minor_locator(NullLocator())
    if rows.empty:
        axes.text(0.5, 0.5, "not computed", transform=axes.transAxes, ha="center")
        axes.set_yticks([])
        return
    features = [FEATURES[name] for name in rows["features"].dropna().unique()] or ["pixels"]
    counts = [f"{count:g}" for count in rows["images"][rows["compared"].isna()].unique()]
    axes.set_title(f"{' or '.join(features)}, {' or '.join(counts)} images", fontsize=style.SMALL)
    if metric == "frechet":
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    elif metric in ("precision", "recall"):
        axes.set_ylim(0, 1.02)


def _legend(figure: Figure, names: Iterable[str]) -> None:
    names = list(names)
    handles = [
        Line2D([], [], label=name, **looks)
        for name, looks in zip(names, _looks(len(names)), strict=True)
    ]
    handles += [
        Line2D([], [], color=style.GREY, linestyle=line, label=label)
        for line, label in LINES.values()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, handlelength=2.6)
