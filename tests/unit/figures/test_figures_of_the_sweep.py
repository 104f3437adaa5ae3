"""Figs. S1 to S3, and what they share."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import lines_in
from matplotlib.figure import Figure
from tables import variables

from chaos_sampling.experiments.theory import solve_mean_field
from chaos_sampling.figures import figureS1, figureS2, figureS3, style, sweep
from chaos_sampling.store import Dataset

GAINS = np.array([0.8, 2.0, 4.0, 8.0])
LAG = 0.15 * np.arange(200)
ACROSS = ("gain", "network")


@pytest.fixture(scope="module")
def theory():
    return solve_mean_field(gains=GAINS.tolist(), interval=0.15)


def mixing(neurons, theory, slowest=np.inf):
    """Three networks as in theory but for a factor, the last of which may not decorrelate at 2."""
    factors = np.array([0.9, 1.0, 1.2])
    times = np.array([1.0, 6.0, 4.0, 3.0])[:, None] * factors
    correlation = np.exp(-LAG / times[..., None])
    if np.isinf(slowest):
        correlation[1, 2] = 1
    correlation[0] = 0
    scale = np.nan_to_num(theory["dimension_phi"], nan=np.nan)[:, None] * factors
    return Dataset(
        "mixing",
        "",
        variables(
            gain=(GAINS, ("gain",)),
            lag=(LAG, ("lag",)),
            autocorrelation=(correlation, (*ACROSS, "lag")),
            dimension_phi=(scale, ACROSS),
            correlation_rms=(scale, ACROSS),
            step_change=(theory["step_change"][:, None] * factors, ACROSS),
        ),
        {"neurons": neurons},
    )


def lyapunov(neurons):
    largest = np.array([[-0.2] * 3, [0.001, 0.1, 0.2], [0.3] * 3, [0.5] * 3])
    return Dataset(
        "lyapunov",
        "",
        variables(
            gain=(GAINS, ("gain",)),
            exponents=(largest[..., None], (*ACROSS, "exponent")),
            standard_error=(np.full((4, 3, 1), 0.01), (*ACROSS, "exponent")),
            lyapunov_dimension=(largest / 10, ACROSS),
            entropy_rate=(largest / 100, ACROSS),
        ),
        {"neurons": neurons},
    )


@pytest.fixture(scope="module")
def simulated(theory):
    sizes = (125, 1000)
    return [mixing(size, theory) for size in sizes], [lyapunov(size) for size in sizes]


def of_size(axes, size, marker):
    """Return the lines in the colour of a size that have a marker, if any."""
    return lines_in(axes, sweep.colour_of(size), marker)


def test_sizes_have_colours_of_their_own():
    colours = [sweep.colour_of(size) for size in (125, 250, 500, 1000, 2000)]
    assert len(set(colours)) == 5
    assert sweep.colour_of(10) == sweep.colour_of(100)


def test_networks_are_dots_and_their_median_counts_those_beyond_the_record():
    axes = Figure().subplots()
    dataset = Dataset("", "", variables(gain=(GAINS, ("gain",))), {"neurons": 250})
    values = np.array([[np.nan] * 3, [1, 2, np.inf], [1, np.inf, np.inf], [1, 2, 6]])
    sweep.networks(axes, dataset, values)
    *dots, line = axes.lines
    assert np.isfinite(np.concatenate([dot.get_ydata() for dot in dots])).sum() == 6
    np.testing.assert_array_equal(line.get_xdata(), GAINS[1:])
    np.testing.assert_array_equal(line.get_ydata(), [2, np.inf, 2])
    assert line.get_marker() == "_"  # what stands between two infinite medians is drawn


def test_s1_draws_theory_networks_and_only_chaotic_ones_where_it_says_so(theory, simulated):
    figure = figureS1.draw(theory, *simulated)
    assert len(figure.axes) == 9
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [
        *("$N$ = 125", "$N$ = 1000"),
        *("theory, $N$ → ∞", "theory, finite $N$ (f)"),
    ]
    exponent, share, dimension = figure.axes[:3]
    np.testing.assert_array_equal(exponent.lines[0].get_ydata(), theory["lyapunov_max"])
    (line,) = of_size(share, 125, "o")
    np.testing.assert_allclose(line.get_ydata(), [0, 2 / 3, 1, 1])
    dots = np.stack([line.get_ydata() for line in of_size(dimension, 125, "o")])
    assert np.isfinite(dots).sum(axis=0).tolist() == [0, 2, 3, 3]


@pytest.mark.parametrize(
    ("panel", "name"),
    [(4, "dimension_phi"), (6, "half_life_phi"), (7, "T2_phi"), (8, "step_change")],
)
def test_s1_draws_theory_under_each_measure(theory, simulated, panel, name):
    axes = figureS1.draw(theory, *simulated).axes[panel]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), theory[name])
    if name in ("dimension_phi", "step_change"):
        dots = np.stack([line.get_ydata() for line in of_size(axes, 125, "o")], axis=-1)
        np.testing.assert_allclose(dots, theory[name][:, None] * [0.9, 1, 1.2])


def test_s2_has_a_panel_for_each_gain_above_one(theory, simulated):
    mixings, _ = simulated
    figure = figureS2.draw(theory, mixings)
    assert [axes.get_title() for axes in figure.axes] == ["$g$ = 2", "$g$ = 4", "$g$ = 8"]
    for axes in figure.axes:
        for dataset in mixings:
            lines = lines_in(axes, sweep.colour_of(dataset.attributes["neurons"]))
            assert len(lines) == 3 + 1  # networks and their mean
            assert all(line.get_ydata()[0] == pytest.approx(1) for line in lines)


def test_s2_draws_theory_of_the_same_gain(theory, simulated):
    for row, axes in enumerate(figureS2.draw(theory, simulated[0]).axes, start=1):
        (line,) = lines_in(axes, style.BLACK)
        np.testing.assert_array_equal(line.get_xdata(), theory["lag"][row])
        expected = theory["correlation_phi"][row] / theory["variance_phi"][row]
        np.testing.assert_allclose(line.get_ydata(), expected)


@pytest.mark.parametrize("pairs", [[], [(2, 8)], [(2, 8), (2, 4), (4, 8)]])
def test_s3_compares_any_number_of_pairs(theory, simulated, pairs):
    mixings, _ = simulated
    figure = figureS3.draw(theory, mixings, reference_gain=4, pairs=pairs)
    below = figure.axes[4:]
    assert len(below) == 4
    expected = [f"{low} → {high}" for low, high in pairs]
    assert [label.get_text() for label in below[0].get_xticklabels()] == expected


def test_s3_marks_pairs_below_all_speeds(theory, simulated):
    mixings, _ = simulated
    figure = figureS3.draw(theory, mixings, reference_gain=4, pairs=[(2, 8), (2, 4), (4, 8)])
    for axes in figure.axes[:4]:
        zero = axes.transAxes.inverted().transform(axes.transData.transform((1, 0)))[1]
        heights = [lines.get_segments()[0][0, 1] for lines in axes.collections]
        assert len(heights) == 3
        assert 0 < min(heights) < max(heights) < zero


def test_s3_counts_networks_that_are_too_slow_to_time(theory, simulated):
    mixings, _ = simulated
    figure = figureS3.draw(theory, mixings, reference_gain=4, pairs=[(2, 8)])
    for axes, slow in zip(figure.axes[4:], (0, 0, 1, 1), strict=True):
        beyond = [len(line.get_ydata()) for line in of_size(axes, 125, "^")]
        dots = [len(line.get_ydata()) for line in of_size(axes, 125, "o")]
        assert sum(beyond) == slow
        assert sum(dots) == 3 - slow
        assert [text.get_text() for text in axes.texts] == ["1", "1"] * slow


def test_s3_counts_networks_that_are_too_slow_at_the_high_gain(theory, simulated):
    mixings, _ = simulated
    figure = figureS3.draw(theory, mixings, reference_gain=4, pairs=[(8, 2)])
    for axes, slow in zip(figure.axes[4:], (0, 0, 1, 1), strict=True):
        assert len(of_size(axes, 125, "v")) >= slow
    assert "1" in [text.get_text() for text in figure.axes[6].texts]


def test_s3_is_one_at_the_reference_gain(theory, simulated):
    mixings, _ = simulated
    figure = figureS3.draw(theory, mixings, reference_gain=4, pairs=[])
    for axes in figure.axes[:4]:
        theory_line = axes.lines[0]
        assert theory_line.get_ydata()[theory_line.get_xdata() == 4] == pytest.approx(1)
        assert (np.diff(theory_line.get_ydata()) > 0).all()  # and rises with the gain
        dots = of_size(axes, 125, "o")
        assert len(dots) == 3
        for line in dots:
            assert line.get_ydata()[line.get_xdata() == 4] == pytest.approx(1)
            assert line.get_ydata()[line.get_xdata() == 8] > 1


def test_figures_can_be_written(theory, simulated, tmp_path):
    style.save(figureS1.draw(theory, *simulated), tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000
