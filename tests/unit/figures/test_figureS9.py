from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import same_color, to_hex
from tables import variables

from chaos_sampling.figures import figureS9, style
from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.statistics.structure import measures
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset

STRENGTHS = np.array([0.5, 1, 2, 4, 8])
GAINS = np.array([0, 1, 3, 5, 8, 12.0])


TABLE = table(
    [
        row("window_low", []) | {"mean": 1.0, "low": 0.5, "high": 2.0},
        row("window_high", []) | {"mean": 4.0, "low": 4.0, "high": 8.0},
    ]
)


@pytest.fixture
def structure():
    """All runs at the gain 1 are in a pattern, all at 8 and above wander, the rest is at rest."""
    rng = np.random.default_rng(0)
    each = (len(STRENGTHS), len(GAINS), 3, 2)
    outcome = np.full(each, STATES.index("mixture"))
    outcome[:, 1] = STATES.index("pattern")
    outcome[:, 4:] = STATES.index("wandering")
    norms = (1 - GAINS / 20)[:, None, None, None] + 0.01 * rng.standard_normal((*each, 9))
    names = ("strength", "gain", "network", "trial")
    return Dataset(
        "structure_map",
        "",
        variables(
            strength=(STRENGTHS, ("strength",)),
            gain=(GAINS, ("gain",)),
            projection_patterns=(np.clip(norms, 0, 1), (*names, "time")),
            overlap_max=(np.full(each, 0.3), names),
            outcome=(outcome, names),
            speed=(np.where(outcome == STATES.index("wandering"), 1.0, 0), names),
            lyapunov_max=(rng.uniform(-1, 0.5, each[:3]), names[:3]),
        ),
        {"weights": {"neurons": 100}},
    )


@pytest.fixture
def panels(structure):
    return [
        axes
        for axes in figureS9.draw(structure, TABLE, strength=4).axes
        if axes.get_title(loc="left")
    ]


def marks(axes):
    """Return the places of the marks of each reading, with their shapes, by colour."""
    found: dict[str, list[tuple]] = {}
    for line in axes.lines:
        (x,), (y,) = line.get_data()
        found.setdefault(to_hex(line.get_color()), []).append((x, y, line.get_marker()))
    return {name: found[to_hex(colour)] for name, colour in figureS9.COLOURS.items()}


@pytest.mark.parametrize("strengths", [slice(4, 5), slice(None)])
def test_where_nothing_varies_with_gain_there_is_no_r(structure, strengths, tmp_path):
    structure["projection_patterns"][strengths] = 1
    figure = figureS9.draw(structure, TABLE, strength=4)
    style.save(figure, tmp_path / "figure.png")
    (axes,) = (axes for axes in figure.axes if axes.get_title(loc="left") == "f")
    line = next(line for line in axes.lines if same_color(line.get_color(), style.BLUE))
    assert list(np.ma.getmaskarray(line.get_ydata())) == [
        index in range(*strengths.indices(5)) for index in range(5)
    ]


def test_panels_have_letters(panels):
    assert [axes.get_title(loc="left") for axes in panels] == list("abcdef")


@pytest.mark.parametrize(
    ("panel", "column"),
    [(1, [0, 1, 0, 0, 0, 0]), (2, [1, 0, 1, 1, 0, 0]), (3, [0, 0, 0, 0, 1, 1])],
)
def test_maps_show_the_share_of_each_kind_of_state(panels, panel, column):
    (mesh,) = panels[panel].collections
    np.testing.assert_array_equal(mesh.get_array(), np.tile(column, (len(STRENGTHS), 1)).T)


def test_exponents_are_coloured_around_zero(structure, panels):
    (mesh,) = panels[4].collections
    np.testing.assert_allclose(mesh.get_array(), structure["lyapunov_max"].mean(axis=-1).T)
    assert mesh.norm.vmin == -mesh.norm.vmax


def test_readings_within_the_map_stand_at_their_strength_and_gains(panels):
    found = marks(panels[0])
    assert found["default"] == [(4, gain, "o") for gain in (0, 1, 3, 5, 8)]
    assert found["mean_1N"] == [(1, gain, "o") for gain in (0, 1, 3, 5, 8)]
    # variance 1 multiplies gains by √100
    assert found["mean_1"][:2] == [(1, 0, "o"), (1, 10, "o")]


def test_readings_beyond_the_map_are_arrows_at_its_border(panels):
    found, right, top = marks(panels[0]), panels[0].get_xlim()[1], panels[0].get_ylim()[1]
    assert found["sum_1N"] == [(right, gain, ">") for gain in (0, 1, 3, 5, 8)]
    assert found["mean_1"][2:] == [(1, top, "^")] * 3
    assert found["sum_1"][:2] == [(right, 0, ">"), (right, 10, ">")]
    assert found["sum_1"][2:] == [(right, top, (3, 0, -45))] * 3


def test_arrows_stand_within_the_map_and_the_legend_has_the_marks_of_the_maps(structure):
    figure = figureS9.draw(structure, TABLE, strength=4)
    figure.canvas.draw()
    axes = figure.axes[0]
    for line in axes.lines:
        x, y = line.get_transform().transform(line.get_xydata())[0]
        assert axes.bbox.contains(x, y)
    shapes = [handle.get_marker() for handle in figure.legends[0].get_lines()]
    assert shapes == ["o", "o", "^", ">", (3, 0, -45)]


def test_projections_of_silent_runs_are_left_out(structure):
    structure["outcome"][0, 0] = STATES.index("silent")
    structure["outcome"][1, 0, 0] = STATES.index("silent")
    (mesh,) = figureS9.draw(structure, TABLE, strength=4).axes[0].collections
    assert np.argwhere(np.ma.getmaskarray(mesh.get_array())).tolist() == [[0, 0]]
    expected = structure["projection_patterns"][1, 0, 1:].mean()
    assert mesh.get_array()[0, 1] == pytest.approx(expected)


def test_the_window_has_the_ends_and_the_intervals_of_the_table(structure):
    axes = figureS9.draw(structure, TABLE, strength=4).axes[5]
    band = next(patch for patch in axes.patches if same_color(patch.get_facecolor()[:3], "#E69F00"))
    assert (band.get_x(), band.get_x() + band.get_width()) == (1, 4)
    lines = [lines.get_segments()[0][:, 0].tolist() for lines in axes.collections]
    assert lines == [[0.5, 2], [4, 8]]


def test_each_network_has_its_r(structure, panels):
    dots = [line.get_ydata() for line in panels[5].lines if line.get_marker() == "o"]
    np.testing.assert_array_equal(np.transpose(dots), measures(structure)["r"])
