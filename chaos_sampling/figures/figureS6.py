"""Figure S6: latents read from chaos, and Gaussian sources that share its second moments."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from chaos_sampling.figures import style
from chaos_sampling.measures import timescales
from chaos_sampling.store import Dataset

LOOKS = {
    "subset": ("chaos, subset", style.BLUE, "-"),
    "expander": ("chaos, expander", style.SKY, "-"),
    "whitened": ("chaos, whitened", style.PURPLE, "-"),
    "surrogate": ("surrogate", style.ORANGE, (0, (3, 1.2))),
    "ornstein_uhlenbeck": ("Ornstein–Uhlenbeck", style.GREEN, (0, (3, 1.2))),
    "gaussian": ("white Gaussian", style.BLACK, (0, (1, 1))),
}
"""Name, colour and line of each source."""


@style.styled
def draw(latents: Dataset, *, gain: float) -> Figure:
    """Draw Fig. S6.

    Args:
        latents: dataset of kind "latents".
        gain: of panels a and b; the nearest of those simulated is drawn.
    """
    figure = style.page(105)
    shown = np.abs(latents["gain"] - gain).argmin()
    panels = figure.subplot_mosaic("aaabbb;ccddee").values()
    autocorrelation, density, *against_gain = panels
    _autocorrelation(autocorrelation, latents, shown)
    _density(density, latents, shown)
    for axes in (autocorrelation, density):
        axes.set_title(f"$g$ = {latents['gain'][shown]:g}")
    for axes, (label, values) in zip(against_gain, _measures(latents).items(), strict=True):
        _against_gain(axes, latents, values)
        axes.set(xlabel="gain $g$", ylabel=label)
    against_gain[0].set_yscale("log")
    against_gain[0].yaxis.set_major_formatter("{x:g}")
    against_gain[1].set_ylim(0, None)
    against_gain[2].axhline(0, color=style.GREY, linewidth=0.5, zorder=0)
    style.letter_axes(panels)
    handles = [
        Line2D([], [], color=colour, linestyle=line, label=name)
        for name, colour, line in (LOOKS[source] for source in latents["source"])
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=6, handlelength=2.6)
    return figure


def _lines(axes: Axes, latents: Dataset, x: np.ndarray, values: np.ndarray) -> None:
    """Draw the mean over networks of values (source, network, x), a line per source."""
    for source, mean in zip(latents["source"], values.mean(axis=1), strict=True):
        _, colour, line = LOOKS[source]
        axes.plot(x, mean, color=colour, linestyle=line)


def _autocorrelation(axes: Axes, latents: Dataset, shown: int) -> None:
    correlation = latents["autocorrelation"][:, shown]
    _lines(axes, latents, latents["lag"], correlation / correlation[..., :1])
    axes.axhline(0, color=style.GREY, linewidth=0.5, zorder=0)
    axes.set(xlabel="lag (τ)", ylabel="autocorrelation", xlim=(0, min(20, latents["lag"][-1])))


def _density(axes: Axes, latents: Dataset, shown: int) -> None:
    _lines(axes, latents, latents["value"], latents["density"][:, shown])
    axes.set(
        xlabel="single latent (standard deviations)",
        ylabel="density",
        xlim=(-3.5, 3.5),
        ylim=(0, None),
    )


def _measures(latents: Dataset) -> dict[str, np.ndarray]:
    """Return what is drawn against gain, (source, gain, network) by label."""
    correlation, interval = latents["autocorrelation"], latents["lag"][1]
    return {
        "dimension per latent": latents["dimension"],
        "$T_2$ (τ)": np.apply_along_axis(timescales.correlation_time, -1, correlation, interval),
        "excess kurtosis": latents["kurtosis"],
    }


def _against_gain(axes: Axes, latents: Dataset, values: np.ndarray) -> None:
    """Draw networks as dots, sources side by side, and medians over networks as lines."""
    gains, places = latents["gain"], np.linspace(-0.06, 0.06, len(values))
    for place, source, one in zip(places, latents["source"], values, strict=True):
        _, colour, line = LOOKS[source]
        beside = gains * np.exp(place)
        dots = np.where(np.isfinite(one), one, np.nan)
        axes.plot(beside, dots, "o", color=colour, markersize=2, markeredgewidth=0, alpha=0.7)
        axes.plot(beside, np.median(one, axis=1), color=colour, linestyle=line)
    style.gain_axis(axes, gains, gains)
