from __future__ import annotations

import numpy as np
import pytest
from drawn import lines_in
from matplotlib.colors import to_hex
from scipy import stats
from tables import variables

from chaos_sampling.figures import figureS13, models
from chaos_sampling.statistics.sampling import sampling_table
from chaos_sampling.statistics.selection import find, with_conditions
from chaos_sampling.store import Dataset

GAINS = (2.0, 4.0, 8.0)
LAG = 0.15 * np.arange(200)


def gain_samples(gain: float, name: str, times: tuple[float, ...]) -> Dataset:
    """Build exponential autocorrelations with a time constant for each trajectory."""
    correlation = 3 * np.exp(-LAG / np.array(times)[:, None])
    arrays = {"autocorrelation/lag": (LAG, ("lag",))}
    for variable in ("latents", "images", "images_reestimated"):
        arrays[f"autocorrelation/{variable}"] = (correlation, ("trajectory", "lag"))
        arrays[f"step_change/{variable}"] = (1 / np.array(times), ("trajectory",))
    for variable in ("images", "images_reestimated"):
        ensemble = np.zeros((2, 2, 2, 3), np.uint8)
        arrays[f"ensemble/{variable}"] = (ensemble, ("sample", "y", "x", "channel"))
    attributes = {"gain": gain, "training_gain": 4.0, "model": {"latents": "subset"}}
    return Dataset("gain_samples", name, variables(**arrays), attributes)


@pytest.fixture(scope="module")
def figure():
    one = [gain_samples(gain, "one", (4 / gain, 6 / gain)) for gain in GAINS]
    other = [gain_samples(gain, "other", (1000.0, 1000.0)) for gain in GAINS]
    pairs = [("one-seed1", samples) for samples in one] + [("other", samples) for samples in other]
    return figureS13.draw(one, sampling_table(pairs), model="one")


@pytest.mark.parametrize("panel", [0, 1])
def test_autocorrelations_are_means_over_trajectories_that_start_at_1(figure, panel):
    lines = figure.axes[panel].lines[: len(GAINS)]
    for line, gain in zip(lines, GAINS, strict=True):
        expected = (np.exp(-LAG * gain / 4) + np.exp(-LAG * gain / 6)) / 2
        np.testing.assert_allclose(line.get_ydata(), expected)
        assert line.get_label() == f"$g$ = {gain:g}"


@pytest.mark.parametrize("panel", [0, 1])
def test_bands_are_intervals_of_95_percent(figure, panel):
    lag = LAG[20]
    for band, gain in zip(figure.axes[panel].collections, GAINS, strict=True):
        vertices = band.get_paths()[0].vertices
        low, high = np.unique(vertices[vertices[:, 0] == lag, 1])
        values = np.exp(-lag * gain / np.array([4, 6]))
        half = stats.t.ppf(0.975, 1) * np.ptp(values) / 2  # the standard error of two values
        assert (high - low) / 2 == pytest.approx(half)


def test_wide_intervals_do_not_squeeze_the_autocorrelations():
    wide = [gain_samples(gain, "wide", (1, 30)) for gain in GAINS]
    pairs = [("wide", samples) for samples in wide]
    for axes in figureS13.draw(wide, sampling_table(pairs), model="one").axes[:2]:
        assert axes.get_ylim() == (-1, 1.2)


def test_speeds_of_every_model_are_drawn_against_gain(figure):
    axes = figure.axes[3]
    lines = lines_in(axes, models.COLOURS[0])
    assert len(lines) == 2  # both states of batch norm
    np.testing.assert_allclose(np.asarray(lines[0].get_xdata(), float), GAINS)
    half_lives = np.asarray(lines[0].get_ydata(), float)
    np.testing.assert_allclose(half_lives * GAINS, half_lives[0] * GAINS[0], rtol=0.01)


def test_a_time_beyond_what_was_recorded_has_no_symbol(figure):
    for axes, count in zip(figure.axes[2:5], (2, 0, 0), strict=True):
        lines = lines_in(axes, models.COLOURS[1])
        assert sum(np.isfinite(line.get_ydata().astype(float)).any() for line in lines) == count


def test_the_model_of_the_autocorrelations_is_named_and_no_gain_has_a_colour_of_a_model(figure):
    colours = [to_hex(colour) for colour in models.COLOURS]
    for axes in figure.axes[:2]:
        assert axes.get_title() == "one"
        gains = {to_hex(line.get_color()) for line in axes.lines[: len(GAINS)]}
        assert len(gains) == len(GAINS)
        assert not gains & set(colours)


def test_names_are_those_of_kinds_of_models(figure):
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names[:2] == ["one", "other"]


def test_an_empty_panel_says_why():
    still = [gain_samples(gain, "still", (1000.0, 1000.0)) for gain in GAINS]
    table = sampling_table([("still", samples) for samples in still])
    figure = figureS13.draw(still, table, model="still")
    said = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert said == [[], [], [], *[["longer than recorded"]] * 2]


def test_a_seed_beyond_what_was_recorded_is_not_left_out_of_a_mean():
    seeds = [gain_samples(2.0, "one", (time, time)) for time in (4.0, 6.0, 1000.0)]
    rows = find(sampling_table((f"one-seed{i}", one) for i, one in enumerate(seeds)), "T2_images")
    rows = with_conditions(rows, ["model", "batch_norm"]).query("batch_norm == 'training'")
    assert np.isnan(models.over_seeds(rows)["mean"]).all()
    assert models.over_seeds(rows.iloc[:2])["mean"].item() == pytest.approx(5, rel=0.05)
