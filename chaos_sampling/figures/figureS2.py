"""Figure S2: autocorrelation functions of simulated networks over those of the theory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chaos_sampling.figures import style, sweep
from chaos_sampling.store import Dataset

COLUMNS = 5


@style.styled
def draw(theory: Dataset, mixings: Sequence[Dataset]) -> Figure:
    """Draw Fig. S2: C(t)/C(0) of φ, one panel per gain above 1.

    Args:
        theory: dataset of kind "mean_field", with the gains of the simulations among its own.
        mixings: datasets of kind "mixing", one per size, all at the same gains.
    """
    gains = [gain for gain in mixings[0]["gain"] if gain > 1]
    rows = -(-len(gains) // COLUMNS)
    figure = style.page(15 + 36 * rows)
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    for axes, gain in zip(panels.ravel(), gains, strict=False):
        _panel(axes, theory, mixings, gain)
    for axes in panels.ravel()[len(gains) :]:
        axes.remove()
    for axes in panels[:, 0]:
        axes.set_ylabel("$C(t)/C(0)$ of φ")
    for axes in panels.ravel()[: len(gains)][-COLUMNS:]:
        axes.set_xlabel("lag $t$ (τ)")
        axes.tick_params(labelbottom=True)
    sweep.legend(figure, mixings, loc="outside upper center", ncols=len(mixings) + 1)
    return figure


def _panel(axes: Axes, theory: Dataset, mixings: Sequence[Dataset], gain: float) -> None:
    for dataset in mixings:
        correlation = dataset["autocorrelation"][dataset["gain"] == gain][0]  # (network, lag)
        with np.errstate(invalid="ignore"):
            normalised = correlation / correlation[:, :1]
        colour = sweep.colour_of(dataset.attributes["neurons"])
        axes.plot(dataset["lag"], normalised.T, color=colour, linewidth=0.4, alpha=0.6)
        axes.plot(dataset["lag"], np.nanmean(normalised, axis=0), color=colour, linewidth=1.3)
    at = int(np.flatnonzero(theory["gain"] == gain)[0])
    expected = theory["correlation_phi"][at] / theory["correlation_phi"][at, 0]
    axes.plot(theory["lag"][at], expected, **sweep.THEORY | {"linewidth": 1.1, "zorder": 5})
    axes.axhline(0, color=style.GREY, linewidth=0.4, zorder=0)
    axes.set(xlim=(0, mixings[0]["lag"][-1]), ylim=(-1.05, 1.05))
    axes.set_title(f"$g$ = {gain:g}")
