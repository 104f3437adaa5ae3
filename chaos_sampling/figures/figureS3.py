"""Figure S3: how gain sets the speed of sampling, in four senses of speed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chaos_sampling.figures import style, sweep
from chaos_sampling.statistics.speed import speed, speedup
from chaos_sampling.store import Dataset

LABELS = {
    "step_change": "change in a short time",
    "velocity": "the same / rms of φ",
    "half_life_phi": "1 / half-life",
    "T2_phi": "1 / $T_2$",
}
PAIRS = (style.ORANGE, style.SKY)
BOTTOM, TOP = 0.5, 24.0
"""Speed-ups at which panel b ends; networks beyond stand at its ends, those at 0 and ∞ included."""


@style.styled
def draw(
    theory: Dataset,
    mixings: Sequence[Dataset],
    *,
    reference_gain: float,
    pairs: Sequence[tuple[float, float]],
) -> Figure:
    """Draw Fig. S3: speed relative to a reference gain against gain, and within pairs of gains.

    Args:
        theory: dataset of kind "mean_field".
        mixings: datasets of kind "mixing", one per size, all at the same gains.
        reference_gain: gain at which the relative speed is 1.
        pairs: low and high gain of each reading of Fig. 3 (R1).
    """
    figure = style.page(62 * 2)
    axes = figure.subplots(2, len(LABELS))
    for column, (sense, label) in enumerate(LABELS.items()):
        _against_gain(axes[0, column], theory, mixings, sense, reference_gain)
        _mark(axes[0, column], pairs)
        _within_pairs(axes[1, column], theory, mixings, sense, pairs)
        axes[0, column].set_title(label)
        gains = [gain for gain in mixings[0]["gain"] if gain > 1]
        style.gain_axis(axes[0, column], gains, sweep.GAIN_TICKS)
        axes[0, column].set_xlabel("gain $g$")
    axes[0, 0].set_ylabel(f"speed relative to $g$ = {reference_gain:g}")
    axes[1, 0].set_ylabel("speed at high gain / at low gain")
    style.letter_axes(axes[:, 0])
    sweep.legend(axes[0, 0], mixings, loc="upper left")
    return figure


def _against_gain(
    axes: Axes, theory: Dataset, mixings: Sequence[Dataset], sense: str, reference_gain: float
) -> None:
    chaotic = theory["gain"] > 1
    relative = speed(theory, sense) / speed(theory, sense)[theory["gain"] == reference_gain]
    axes.plot(theory["gain"][chaotic], relative[chaotic], **sweep.THEORY)
    for dataset in mixings:
        gains = dataset["gain"]
        values = np.stack([speedup(dataset, sense, reference_gain, gain) for gain in gains])
        values[gains <= 1] = np.nan
        sweep.networks(axes, dataset, values)
    axes.axhline(1, color=style.GREY, linewidth=0.4, zorder=0)
    axes.set_ylim(0, None)


def _mark(axes: Axes, pairs: Sequence[tuple[float, float]]) -> None:
    """Draw the pairs as bars in a strip below the speed 0."""
    share = 0.06 * len(pairs)
    axes.set_ylim(-share / (1 - share) * axes.get_ylim()[1], None)
    across = axes.get_xaxis_transform()  # x in gains, y as a share of the panel
    for row, ((low, high), colour) in enumerate(zip(pairs, cycle(PAIRS), strict=False)):
        height = 0.06 * row + 0.025
        axes.hlines(height, low, high, color=colour, linewidth=6, transform=across)
        place = {"ha": "center", "va": "center_baseline", "size": 4.5, "transform": across}
        axes.text(np.sqrt(low * high), height, f"{low:g} → {high:g}", **place)


def _within_pairs(
    axes: Axes,
    theory: Dataset,
    mixings: Sequence[Dataset],
    sense: str,
    pairs: Sequence[tuple[float, float]],
) -> None:
    width = 0.8 / len(mixings)
    for place, (pair, colour) in enumerate(zip(pairs, cycle(PAIRS), strict=False)):
        axes.axvspan(place - 0.45, place + 0.45, color=colour, alpha=0.18, linewidth=0, zorder=0)
        axes.hlines(speedup(theory, sense, *pair), place - 0.45, place + 0.45, **sweep.THEORY)
        for index, dataset in enumerate(mixings):
            x = place + (index + 0.5) * width - 0.4
            colour = sweep.colour_of(dataset.attributes["neurons"])
            _column(axes, x, width, speedup(dataset, sense, *pair), colour)
    axes.set_xticks(range(len(pairs)), [f"{low:g} → {high:g}" for low, high in pairs])
    axes.set(xlabel="gains", yscale="log", ylim=(BOTTOM, TOP))
    style.log_ticks(axes.yaxis, [1, 2, 4, 8, 16])
    axes.axhline(1, color=style.GREY, linewidth=0.4, zorder=0)


def _column(
    axes: Axes, x: float, width: float, values: np.ndarray, colour: tuple[float, ...]
) -> None:
    """Draw one dot a network and the median as a bar; count networks beyond either end."""
    values = values[~np.isnan(values)]
    above, below = values >= TOP, values <= BOTTOM
    inside = ~(above | below)
    dots = {"color": colour, "markersize": 2.2, "alpha": 0.6}
    axes.plot(np.full(inside.sum(), x), values[inside], "o", **dots)
    text = {"ha": "center", "va": "center", "size": 5, "color": colour}
    for beyond, marker, edge, place in (
        (above, "^", 0.85 * TOP, 1.1 * TOP),
        (below, "v", 1.15 * BOTTOM, 1.4 * BOTTOM),
    ):
        if beyond.any():
            axes.plot(x, edge, marker, **dots)
            axes.text(x, place, str(beyond.sum()), **text)
    if values.size and BOTTOM < np.median(values) < TOP:
        axes.hlines(np.median(values), x - width / 3, x + width / 3, color=colour)
