from __future__ import annotations

import numpy as np
import pytest
from tables import unnamed

from chaos_sampling.figures import figureS11, style
from chaos_sampling.store import Dataset

PROTOCOLS = ("chaos", "noise", "regular", "frozen", "ramp", "sinusoid")
LOW, HIGH = (100.0, 120.0), (300.0, 320.0)


@pytest.fixture
def cycles():
    """Protocols, then g = 0 instead of 1, then short high phases; nothing is visited if frozen."""
    rng = np.random.default_rng(0)
    protocol = np.array([*PROTOCOLS, "chaos", "chaos"])
    count, patterns = len(protocol), 3
    states = rng.integers(2 * patterns, size=(count, 4, 3, 5))
    states[-2] = 0
    overlap = np.zeros((*states.shape, patterns))
    signs = np.where(states < patterns, 1.0, -1.0)
    np.put_along_axis(overlap, (states % patterns)[..., None], signs[..., None], axis=-1)
    overlap[3] = 0.2
    speed = np.zeros(states.shape)
    speed[3] = 5
    arrays = {
        "protocol": protocol,
        "low_gain": np.array([*[1.0] * 6, 0, 1]),
        "high_gain": np.full(count, 8.0),
        "low_duration": np.array([LOW] * count),
        "high_duration": np.array([*[HIGH] * 7, (5.0, 6.0)]),
        "overlap": overlap,
        "speed": speed,
        "restart_overlap": overlap[0].reshape(4, 15, patterns),
        "restart_speed": np.zeros((4, 15)),
        "pattern_energy": rng.uniform(-1.6, -1.3, (4, patterns)),
        "pattern_energy_low": rng.uniform(-1.6, -1.3, (4, patterns)),
    }
    return Dataset("cycles", "cycles", unnamed(**arrays))


@pytest.fixture
def panels(cycles):
    """Axes by letter."""
    axes = figureS11.draw(cycles).axes
    return {panel.get_title(loc="left"): panel for panel in axes if panel.get_title(loc="left")}


def numbers(axes):
    return [text.get_text() for text in axes.texts]


def test_each_panel_has_a_letter(panels):
    assert list(panels) == list("abcdefghijkl")


def test_sorted_shares_fall_and_add_up(panels):
    *networks, mean, uniform = [line.get_ydata() for line in panels["a"].lines]
    assert len(networks) == 4
    for shares in (*networks, mean, uniform):
        assert (np.diff(shares) <= 0).all()
        assert shares.sum() == pytest.approx(1)


def test_kinds_of_ends_add_up_to_all(panels):
    heights = [bar.get_height() for bar in panels["h"].patches]
    totals = np.reshape(heights, (4, -1)).sum(axis=0)
    np.testing.assert_allclose(totals, 1)
    wandering = np.reshape(heights, (4, -1))[3]
    np.testing.assert_allclose(wandering, [0, 0, 0, 1, 0, 0, 0])


def test_restarts_that_are_the_visits_lie_on_the_diagonal(panels):
    drawn = [line for line in panels["e"].lines if line.get_color() == figureS11.COLOURS["chaos"]]
    (chaos,) = drawn
    np.testing.assert_allclose(chaos.get_xdata(), chaos.get_ydata())


@pytest.mark.parametrize(
    ("panel", "rows", "columns"),
    [("i", ["0", "1"], ["8"]), ("k", ["100–\n120"], ["5–\n6", "300–\n320"])],
)
def test_pairs_of_gains_and_of_durations_are_told_apart(panels, panel, rows, columns):
    axes = panels[panel]
    assert [label.get_text() for label in axes.get_yticklabels()] == rows
    assert [label.get_text() for label in axes.get_xticklabels()] == columns
    assert numbers(axes) == ["1.00"] * 2


def test_cells_of_fewer_networks_than_all_say_of_how_many(cycles):
    cycles["overlap"][-1, 0] = 0.2  # the first network visits nothing in short phases
    panels = {axes.get_title(loc="left"): axes for axes in figureS11.draw(cycles).axes}
    assert [text.endswith("\n(3)") for text in numbers(panels["l"])] == [True, False]
    assert numbers(panels["k"]) == ["0.75", "1.00"]


def test_no_dot_is_cut_at_the_edge_of_its_panel(panels):
    for name in "bg":
        low, high = panels[name].get_ylim()
        heights = np.concatenate([line.get_ydata() for line in panels[name].lines])
        assert low < np.nanmin(heights)
        assert np.nanmax(heights) < high


def test_every_tick_of_the_passages_is_named(panels):
    for labels in (panels["c"].get_xticklabels(), panels["c"].get_yticklabels()):
        assert [label.get_text() for label in labels] == ["ξ$_1$", "−ξ$_1$", "−ξ$_{3}$"]


def test_every_colour_has_one_meaning_and_a_name(cycles, panels):
    (legend,) = figureS11.draw(cycles).legends
    keys = [text.get_text() for text in legend.get_texts()]
    assert keys[:-1] == [figureS11.NAMES[name].replace("\n", " ") for name in figureS11.COLOURS]
    kinds = [text.get_text() for text in panels["h"].get_legend().get_texts()]
    assert kinds == [name for name, _ in figureS11.KINDS.values()]
    colours = [*figureS11.COLOURS.values(), *(colour for _, colour in figureS11.KINDS.values())]
    assert len(set(colours)) == len(colours)
    drawn = {line.get_color() for line in panels["b"].lines} - {style.BLACK}
    assert drawn <= {*figureS11.COLOURS.values(), style.GREY}


def test_protocols_are_named_in_words(panels):
    names = [label.get_text() for label in panels["h"].get_xticklabels()]
    assert names == list(figureS11.NAMES.values())


def test_network_that_always_stays_repeats_itself_by_chance(panels):
    assert numbers(panels["j"])[0] == "0.00"
