from __future__ import annotations

import numpy as np
import pytest
from tables import variables

from chaos_sampling.figures import figureS12, style
from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.statistics.capacity import escape_rates
from chaos_sampling.store import Dataset

LOAD = ("rule", "size", "patterns", "corruption", "network")
AT_RISK = ("source", "gain", "size", "network")


@pytest.fixture
def capacity():
    rng = np.random.default_rng(0)
    shape = (2, 2, 3, 3, 4)
    fraction = rng.dirichlet(np.ones(len(STATES)), shape)
    arrays = variables(
        rule=(np.array(["outer_product", "pseudo_inverse"]), ("rule",)),
        size=(np.array([200, 1000]), ("size",)),
        patterns=(np.array([5, 20, 60]), ("patterns",)),
        corruption=(np.array([0.0, 0.2, 0.5]), ("corruption",)),
        retrieved=(rng.uniform(0, 1, shape), LOAD),
        fraction=(fraction, (*LOAD, "state")),
    )
    return Dataset("capacity", "", arrays, {"gain": 1.0})


@pytest.fixture
def escapes():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 9, (2, 2, 3, 4))
    counts[1, 0, 2] = 0
    arrays = variables(
        source=(np.array(["random_weights", "noise"]), ("source",)),
        gain=(np.array([2.0, 8.0]), ("gain",)),
        size=(np.array([100, 200, 400]), ("size",)),
        escapes=(counts, AT_RISK),
        checks=(np.full((2, 2, 3, 4), 100), AT_RISK),
        time=(np.arange(10.0), ("time",)),
        trace_overlap=(rng.uniform(-0.5, 1, (2, 3, 10, 4)), ("source", "size", "time", "pattern")),
        trace_descended=(np.tile([1.0, 0.2], (2, 3, 5)), ("source", "size", "time")),
    )
    attributes = {"interval": 1, "critical_gain": 3.8, "traced_gain": 3.0}
    return Dataset("escapes", "", arrays, attributes)


@pytest.fixture
def panels(capacity, escapes):
    return figureS12.draw(capacity, escapes).axes


def lines(axes):
    return [line.get_ydata() for line in axes.lines if line.get_linestyle() != "None"]


def test_each_panel_has_a_letter(panels):
    assert "".join(axes.get_title(loc="left") for axes in panels) == "abcdef"


@pytest.mark.parametrize(("column", "quantity"), [(0, "own"), (1, "own"), (2, "any")])
def test_lines_are_means_over_networks(panels, capacity, column, quantity):
    values = capacity["retrieved"] if quantity == "own" else capacity["fraction"][..., :2].sum(-1)
    expected = values[:, :, :, column].mean(axis=-1).reshape(4, 3)
    np.testing.assert_array_equal(lines(panels[column]), expected)


@pytest.mark.parametrize("source", [0, 1])
def test_rates_are_lines_and_their_absence_a_bound(panels, escapes, source):
    rates, bounds = (values[source] for values in escape_rates(escapes))
    for found, rate in zip(lines(panels[3 + source]), rates, strict=True):
        np.testing.assert_array_equal(found, rate[rate > 0])
    marked = [line for line in panels[3 + source].lines if line.get_marker() == "v"]
    drawn = np.concatenate([line.get_ydata() for line in marked])
    np.testing.assert_array_equal(drawn, bounds[rates == 0])
    assert len(drawn) == source


@pytest.mark.parametrize(
    ("count", "text"), [(0, "no run was at risk"), (9, "every run leaves before it is checked")]
)
def test_without_a_finite_rate_the_reason_is_said(capacity, escapes, count, text, tmp_path):
    escapes["escapes"][:] = escapes["checks"][:] = count
    figure = figureS12.draw(capacity, escapes)
    assert [axes.texts[0].get_text() for axes in figure.axes[3:5]] == [text] * 2
    style.save(figure, tmp_path / "figure.png")


def test_rates_beyond_what_checks_can_tell_are_not_drawn(capacity, escapes, tmp_path):
    escapes["escapes"][0, 0, 0] = escapes["checks"][0, 0, 0]
    figure = figureS12.draw(capacity, escapes)
    assert all(np.isfinite(line).all() for line in lines(figure.axes[3]))
    style.save(figure, tmp_path / "figure.png")


def test_gains_below_the_critical_one_are_dashed(panels):
    styles = [line.get_linestyle() for line in panels[3].lines if line.get_marker() == "None"]
    assert styles == ["--", "-"]


def test_traces_show_the_overlap_with_the_own_pattern_on_top(panels, escapes):
    for axes, overlap in zip(panels[5:], escapes["trace_overlap"][:, -1], strict=True):
        np.testing.assert_array_equal(axes.lines[-1].get_ydata(), overlap[:, 0])
        assert len(axes.lines) == overlap.shape[1]
