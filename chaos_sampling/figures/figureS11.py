"""Figure S11: what hybrid networks sample when their gain, or noise, is cycled (Fig. 4e)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy import stats

from chaos_sampling.figures import style
from chaos_sampling.measures.overlaps import STATES, classify
from chaos_sampling.measures.visits import (
    repeat_probability,
    state_numbers,
    stay_probability,
    tally,
    transitions,
    uniform_entropy,
)
from chaos_sampling.statistics.cycles import (
    correlations,
    pattern_tally,
    present_mean,
    visited_states,
)
from chaos_sampling.store import Dataset

COLOURS = {
    "chaos": style.BLUE,
    "noise": style.ORANGE,
    "regular": style.GREEN,
    "ramp": style.PURPLE,
    "sinusoid": style.PERTURBED,
}
"""Protocols with visits."""
NAMES = {
    "chaos": "chaos",
    "noise": "noise",
    "regular": "phases\nof one\nlength",
    "frozen": "gain\nalways\nhigh",
    "ramp": "gain\nfalling",
    "sinusoid": "gain\nswinging",
    "restarts": "random\nstates",
}
"""Names of protocols, and of the random states that relax at the low gain."""
KINDS = {
    "pattern": ("pattern", "#202020"),
    "negative": ("negative", "#707070"),
    "mixture": ("mixture", "#B0B0B0"),
    "wandering": ("still moving", "#E8E8E8"),
}
"""Names and greys of what cycles end in."""
EXPLANATIONS = {
    "visits_energy_correlation": "energy,\nstructured",
    "visits_energy_low_correlation": "energy,\nall weights",
    "visits_basin_correlation": "random\nstates",
    "visits_halves_correlation": "other\ncopies",
    "visits_chaos_correlation": "visits by\nchaos",
}
ROWS = """
aaabbbbbbccc
ddddeeeeffff
gggggghhhhhh
iiijjjkkklll
"""
MARKS = {"marker": "o", "linestyle": "none", "markeredgewidth": 0, "alpha": 0.6}
DASHED = {"color": style.BLACK, "linestyle": "--", "linewidth": 0.6}


@style.styled
def draw(cycles: Dataset) -> Figure:
    """Draw Fig. S11.

    Args:
        cycles: dataset of kind "cycles".
    """
    figure = style.page(205)
    panels = figure.subplot_mosaic(ROWS)
    drawn = (
        *(_sorted_visits, _entropies, _transitions, _staying),
        *(_basins, _energies, _correlations, _protocols),
    )
    for draw_panel, letter in zip(drawn, panels, strict=False):
        draw_panel(panels[letter], cycles)
    for letter, (name, title) in zip("ijkl", itertools.product(LABELS, GRIDS), strict=True):
        _grid(panels[letter], cycles, name, title)
    style.letter_axes(panels.values())
    figure.legend(handles=_keys(), loc="outside upper center", ncols=len(COLOURS) + 1)
    return figure


def _keys() -> list[Line2D]:
    protocols = [
        Line2D([], [], color=colour, markersize=3, label=NAMES[name].replace("\n", " "), **MARKS)
        for name, colour in COLOURS.items()
    ]
    return [*protocols, Line2D([], [], label="uniform (a, b), independent (d)", **DASHED)]


def _counts(cycles: Dataset, index: int) -> np.ndarray:
    """Return the visits of each state by each network, (network, state)."""
    states = 2 * cycles["overlap"].shape[-1]
    return np.array([tally(network, states) for network in visited_states(cycles, index)])


def _sorted_visits(axes: Axes, cycles: Dataset) -> None:
    """Draw the shares of the states in each network's visits, the most visited one first.

    Beside them, as a dashed line, the same of as many uniform visits.
    """
    counts = _counts(cycles, 0)
    shares = -np.sort(-counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), axis=1)
    rank = np.arange(1, counts.shape[1] + 1)
    axes.plot(rank, shares.T, color=COLOURS["chaos"], linewidth=0.4, alpha=0.5)
    axes.plot(rank, shares.mean(axis=0), color=COLOURS["chaos"], linewidth=1.5)
    visits = max(1, round(counts.sum(axis=1).mean()))
    draws = np.random.default_rng(0).multinomial(visits, np.full(len(rank), 1 / len(rank)), 1000)
    axes.plot(rank, -np.sort(-draws, axis=1).mean(axis=0) / visits, **DASHED)
    axes.set(xlabel="states by visits", ylabel="share of visits", ylim=(0, None))


def _entropies(axes: Axes, cycles: Dataset) -> None:
    names, places = _protocol_places(cycles)
    for place, index in enumerate(places):
        counts = _counts(cycles, index)
        expected = [uniform_entropy(count.sum(), counts.shape[1]) for count in counts]
        _dots(axes, place, [stats.entropy(count) for count in counts], COLOURS.get(names[place]))
        axes.plot(place + np.array([-0.4, 0.4]), [present_mean(expected)] * 2, **DASHED)
    _name_protocols(axes, names)
    axes.set(ylabel="entropy of visits (nats)", ylim=(-0.1, None))


def _transitions(axes: Axes, cycles: Dataset) -> None:
    """Draw the passages between states in the network that visits the most."""
    visited = visited_states(cycles, 0)
    states = 2 * cycles["overlap"].shape[-1]
    network = (visited >= 0).sum(axis=(1, 2)).argmax()
    image = axes.imshow(transitions(visited[network], states), cmap=style.HEAT)
    patterns = states // 2
    ticks = [0, patterns, states - 1]
    labels = ["ξ$_1$", "−ξ$_1$", f"−ξ$_{{{patterns}}}$"]
    axes.set_xticks(ticks, labels)
    axes.set_yticks(ticks, labels)
    axes.set(xlabel="to", ylabel="from", title=f"network {network + 1}")
    look = {"shrink": 0.8, "aspect": 15, "pad": 0.02}
    ticks = MaxNLocator(4, integer=True)
    style.colour_bar(image, axes, label="passages", ticks=ticks, **look)


def _staying(axes: Axes, cycles: Dataset) -> None:
    names, places = _protocol_places(cycles)
    for name in ("chaos", "noise", "regular"):
        index = places[names.index(name)]
        stays = np.array([stay_probability(network) for network in visited_states(cycles, index)])
        axes.plot(stays[:, 1], stays[:, 0], color=COLOURS[name], markersize=3, **MARKS)
    axes.plot([0, 1], [0, 1], **DASHED)
    axes.set(xlabel="chance of staying", ylabel="share that stays", xlim=(0, 1), ylim=(-0.03, 1))


def _basins(axes: Axes, cycles: Dataset) -> None:
    patterns = cycles["overlap"].shape[-1]
    basins = pattern_tally(state_numbers(cycles["restart_overlap"]), patterns)
    _scatter(axes, cycles, basins / cycles["restart_overlap"].shape[1])
    axes.axline((0, 0), slope=1, color=style.GREY, linewidth=0.5)
    axes.set(xlabel="share of random states", ylabel="share of cycles")


def _energies(axes: Axes, cycles: Dataset) -> None:
    _scatter(axes, cycles, cycles["pattern_energy"])
    axes.set(xlabel="energy $E(ξ)/N$", ylabel="share of cycles")


def _scatter(axes: Axes, cycles: Dataset, x: np.ndarray) -> None:
    """Draw a dot for each pattern of each network, against x (network, pattern)."""
    names, places = _protocol_places(cycles)
    for name in ("noise", "chaos"):
        visited = visited_states(cycles, places[names.index(name)])
        shares = pattern_tally(visited, x.shape[1]) / visited[0].size
        axes.plot(x.ravel(), shares.ravel(), color=COLOURS[name], markersize=2, **MARKS)


def _correlations(axes: Axes, cycles: Dataset) -> None:
    names, places = _protocol_places(cycles)
    for beside, name in ((-0.18, "chaos"), (0.18, "noise")):
        found = correlations(cycles, places[names.index(name)])
        for place, quantity in enumerate(EXPLANATIONS):
            if quantity not in found:
                continue
            _dots(axes, place + beside, found[quantity], COLOURS[name])
            mean = present_mean(found[quantity])
            axes.plot(place + beside + np.array([-0.15, 0.15]), [mean] * 2, color=style.BLACK)
    axes.axhline(0, color=style.GREY, linewidth=0.5)
    axes.set_xticks(range(len(EXPLANATIONS)), EXPLANATIONS.values())
    axes.set(ylabel="ρ of visits with …", ylim=(-1.05, 1.05))


def _protocols(axes: Axes, cycles: Dataset) -> None:
    """Draw how many cycles end in which kind of state, restarts at low gain beside them."""
    names, places = _protocol_places(cycles)
    codes = [classify(cycles["overlap"][index], cycles["speed"][index]) for index in places]
    codes.append(classify(cycles["restart_overlap"], cycles["restart_speed"]))
    below = np.zeros(len(codes))
    for kind, (label, colour) in KINDS.items():
        share = np.array([(code == STATES.index(kind)).mean() for code in codes])
        axes.bar(range(len(codes)), share, bottom=below, color=colour, width=0.8, label=label)
        below += share
    _name_protocols(axes, [*names, "restarts"])
    axes.set(ylabel="share of cycles", ylim=(0, 1))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(KINDS), handlelength=1)


def _name_protocols(axes: Axes, protocols: Sequence[str]) -> None:
    axes.set_xticks(range(len(protocols)), [NAMES[name] for name in protocols])


def _retrieval(cycles: Dataset, index: int) -> np.ndarray:
    """Return the share of each network's cycles that are visits."""
    return (visited_states(cycles, index) >= 0).mean(axis=(1, 2))


def _excess(cycles: Dataset, index: int) -> np.ndarray:
    """Return by how much each network repeats itself, NaN where too few of its visits follow."""
    visited = visited_states(cycles, index)
    repeats = np.array([repeat_probability(network) for network in visited])
    return repeats[:, 0] - repeats[:, 1]


LABELS = {"gain": "gain $g$", "duration": "phase (τ)"}
"""What the grids vary."""
GRIDS = {
    "visits / cycles": (_retrieval, "Greys", (0, 1.8)),
    "repeats − chance": (_excess, "RdGy_r", (-1.2, 1.2)),
}
"""What the grids show, and the colours and their limits, light enough for black numbers."""


def _grid(axes: Axes, cycles: Dataset, name: str, title: str) -> None:
    """Draw a measure of chaos at all pairs of gains, or of durations, in colours and numbers."""
    measure, colours, (lowest, highest) = GRIDS[title]
    chosen = _varied(cycles, name)
    (rows, row), (columns, column) = (
        np.unique(cycles[f"{phase}_{name}"][chosen], axis=0, return_inverse=True)
        for phase in ("low", "high")
    )
    values = np.full((len(rows), len(columns), cycles["overlap"].shape[1]), np.nan)
    values[row.ravel(), column.ravel()] = [measure(cycles, index) for index in chosen]
    means = np.apply_along_axis(present_mean, -1, values)
    axes.imshow(means, cmap=colours, vmin=lowest, vmax=highest, origin="lower", aspect="auto")
    for y, x in np.argwhere(np.isfinite(means)):
        axes.text(x, y, _number(values[y, x]), ha="center", va="center", size=style.SMALL)
    axes.set_xticks(range(len(columns)), _texts(columns))
    axes.set_yticks(range(len(rows)), _texts(rows))
    axes.set(xlabel=f"high {LABELS[name]}", ylabel=f"low {LABELS[name]}", title=title)


def _number(values: np.ndarray) -> str:
    """Return the mean over networks, and below it their number where not all have a value."""
    mean = f"{round(present_mean(values), 2) + 0:.2f}".replace("-", "−")  # + 0: no −0.00
    count = np.isfinite(values).sum()
    return mean if count == len(values) else f"{mean}\n({count})"


def _varied(cycles: Dataset, name: str) -> list[int]:
    """Return the conditions of chaos that differ from the first in gain, or in duration, only."""
    other = {"gain": "duration", "duration": "gain"}[name]
    held = [cycles[f"{phase}_{other}"] for phase in ("low", "high")]
    return [
        index
        for index, protocol in enumerate(cycles["protocol"])
        if protocol == "chaos" and all(np.array_equal(each[index], each[0]) for each in held)
    ]


def _texts(values: np.ndarray) -> list[str]:
    return ["–\n".join(f"{end:g}" for end in np.unique(value)) for value in values]


def _protocol_places(cycles: Dataset) -> tuple[list[str], Sequence[int]]:
    """Return the protocols and the first condition of each, in the order of the file."""
    names, places = np.unique(cycles["protocol"], return_index=True)
    order = np.argsort(places)
    return names[order].tolist(), places[order]


def _dots(axes: Axes, x: float, values: Sequence[float], colour: str | None) -> None:
    spread = x + np.linspace(-0.12, 0.12, len(values))
    axes.plot(spread, values, color=colour or style.GREY, markersize=2.5, **MARKS)
