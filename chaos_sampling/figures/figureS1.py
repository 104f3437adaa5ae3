"""Figure S1: the random network against mean-field theory."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chaos_sampling.figures import style, sweep
from chaos_sampling.statistics.exponents import is_chaotic, of_chaotic
from chaos_sampling.statistics.speed import times_of
from chaos_sampling.store import Dataset
from chaos_sampling.theory.mean_field import correlation_rms

FINITE = {"linestyle": (0, (3, 1.5))}
"""The line of correlations that theory has at a finite size."""


@style.styled
def draw(theory: Dataset, mixings: Sequence[Dataset], exponents: Sequence[Dataset]) -> Figure:
    """Draw Fig. S1: nine measures against gain, one colour per size.

    Args:
        theory: dataset of kind "mean_field".
        mixings: datasets of kind "mixing", one per size.
        exponents: datasets of kind "lyapunov", one per size.
    """
    figure = style.page(150)
    figure.get_layout_engine().set(w_pad=0.07)
    panels = figure.subplots(3, 3).ravel()
    _exponent(panels[0], theory, exponents)
    _chaotic(panels[1], exponents)
    for axes, name, label in (
        (panels[2], "lyapunov_dimension", "Kaplan–Yorke dimension / $N$"),
        (panels[3], "entropy_rate", "entropy rate / $N$ (1/τ)"),
    ):
        for dataset in exponents:
            sweep.networks(axes, dataset, of_chaotic(dataset, name))
        axes.set(ylabel=label, ylim=(0, None))
    _dimension(panels[4], theory, mixings)
    _correlation(panels[5], theory, mixings)
    for axes, name, label in (
        (panels[6], "half_life_phi", "half-life of φ (τ)"),
        (panels[7], "T2_phi", "$T_2$ of φ (τ)"),
    ):
        _timescale(axes, theory, mixings, name, label)
    _step(panels[8], theory, mixings)
    gains = mixings[0]["gain"]
    style.letter_axes(panels)
    for axes in panels:
        style.gain_axis(axes, gains, sweep.GAIN_TICKS)
        axes.axvline(1, color=style.GREY, linewidth=0.5, linestyle=":", zorder=0)
    for axes in panels[6:]:
        axes.set_xlabel("gain $g$")
    dashed = Line2D([], [], color=style.GREY, label="theory, finite $N$ (f)", **FINITE)
    place = {"loc": "outside upper center", "ncols": len(mixings) + 2}
    sweep.legend(figure, mixings, [dashed], **place)
    return figure


def _exponent(axes: Axes, theory: Dataset, exponents: Sequence[Dataset]) -> None:
    axes.plot(theory["gain"], theory["lyapunov_max"], **sweep.THEORY)
    for dataset in exponents:
        sweep.networks(axes, dataset, dataset["exponents"][..., 0])
    axes.axhline(0, color=style.GREY, linewidth=0.5, zorder=0)
    axes.set_ylabel("largest exponent λ$_1$ (1/τ)")


def _chaotic(axes: Axes, exponents: Sequence[Dataset]) -> None:
    for dataset in exponents:
        share = is_chaotic(dataset).mean(axis=1)
        colour = sweep.colour_of(dataset.attributes["neurons"])
        axes.plot(dataset["gain"], share, "o-", color=colour, markersize=2.5)
    axes.set(ylabel="share of chaotic networks", ylim=(-0.03, 1.03))


def _dimension(axes: Axes, theory: Dataset, mixings: Sequence[Dataset]) -> None:
    axes.plot(theory["gain"], theory["dimension_phi"], **sweep.THEORY)
    for dataset in mixings:
        sweep.networks(axes, dataset, dataset["dimension_phi"])
    axes.set(ylabel="participation ratio of φ / $N$", ylim=(0, None))


def _correlation(axes: Axes, theory: Dataset, mixings: Sequence[Dataset]) -> None:
    for dataset in mixings:
        size = dataset.attributes["neurons"]
        expected = correlation_rms(theory["dimension_phi"], size)
        line = sweep.THEORY | FINITE | {"color": sweep.colour_of(size)}
        axes.plot(theory["gain"], expected, **line)
        sweep.networks(axes, dataset, dataset["correlation_rms"])
    axes.set(ylabel="rms pair correlation", ylim=(0, 1.05))


def _timescale(
    axes: Axes, theory: Dataset, mixings: Sequence[Dataset], name: str, label: str
) -> None:
    axes.plot(theory["gain"], theory[name], **sweep.THEORY)
    for dataset in mixings:
        sweep.networks(axes, dataset, times_of(dataset)[name])
    axes.set(yscale="log", ylabel=label, ylim=(1, 100))
    axes.yaxis.set_major_formatter("{x:g}")


def _step(axes: Axes, theory: Dataset, mixings: Sequence[Dataset]) -> None:
    axes.plot(theory["gain"], theory["step_change"], **sweep.THEORY)
    for dataset in mixings:
        sweep.networks(axes, dataset, dataset["step_change"])
    axes.set(ylabel=f"rms change of φ in {mixings[0]['lag'][1]:g} τ", ylim=(0, None))
