from __future__ import annotations

import numpy as np
import pytest
from drawn import lines_in

from chaos_sampling.figures import figureS4, style
from chaos_sampling.store import Dataset, Variable

DT = np.array([0.2, 0.1, 0.05])


@pytest.fixture
def convergence():
    """Return what both methods would give if theory were exact, in two networks."""
    networks = np.array([1.0, 1.5])
    orders = np.array([4, 1])[:, None]
    shortening = np.array([np.ones(3), np.sqrt(1 - DT)])
    across = ("method", "dt", "network")
    return Dataset(
        "convergence",
        "convergence",
        {
            "method": Variable(np.array(["rk4", "euler"]), ("method",), "1", "method"),
            "dt": Variable(DT, ("dt",), "τ", "dt"),
            "error": Variable(DT[:, None] ** orders[..., None] * networks, across, "1", "error"),
            "variance_phi": Variable(np.ones((2, 3, 2)) * networks, across, "1", "variance"),
            "half_life_phi": Variable(shortening[..., None] * networks, across, "τ", "half-life"),
        },
        {"neurons": 40, "gain": 4.0, "horizon": 1},
    )


def test_panels_are_lettered_and_share_the_steps(convergence):
    figure = figureS4.draw(convergence)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b", "c"]
    for axes in figure.axes:
        assert axes.get_xscale() == "log"
        assert set(axes.get_xticks()) == set(DT)


@pytest.mark.parametrize(("method", "colour"), [(0, style.BLUE), (1, style.ORANGE)])
def test_errors_are_dots_on_lines_of_the_order(convergence, method, colour):
    errors = figureS4.draw(convergence).axes[0]
    assert errors.get_yscale() == "log"
    dots = [line.get_ydata() for line in lines_in(errors, colour, "o")]
    np.testing.assert_array_equal(np.transpose(dots), convergence["error"][method])
    (line,) = lines_in(errors, colour, "None")
    slope = np.polyfit(*np.log(line.get_data()), 1)[0]
    assert slope == pytest.approx((4, 1)[method])
    middle = np.exp(np.log(convergence["error"][method]).mean(axis=1))
    np.testing.assert_allclose(np.interp(DT, *line.get_data()), middle, rtol=0.01)


@pytest.mark.parametrize("panel", [1, 2])
def test_statistics_are_relative_to_the_finest_runge_kutta_and_on_theory(convergence, panel):
    axes = figureS4.draw(convergence).axes[panel]
    for method, colour in enumerate((style.BLUE, style.ORANGE)):
        expected = np.sqrt(1 - DT) if (panel, method) == (1, 1) else np.ones(3)
        dots = [line.get_ydata() for line in lines_in(axes, colour, "o")]
        np.testing.assert_allclose(dots, [expected, expected])
        (mean,) = lines_in(axes, colour, "_")
        np.testing.assert_allclose(mean.get_ydata(), expected)
        (line,) = lines_in(axes, colour, "None")
        np.testing.assert_allclose(np.interp(DT, *line.get_data()), expected, rtol=1e-3)


def test_variance_and_half_life_are_drawn_to_one_scale(convergence):
    _, times, variances = figureS4.draw(convergence).axes
    assert times.get_ylim() == variances.get_ylim()
