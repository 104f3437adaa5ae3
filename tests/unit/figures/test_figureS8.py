from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import lines_in
from scipy import stats

from chaos_sampling.figures import figureS8, models
from chaos_sampling.statistics.table import row, table

GAINS = (2.0, 2.83, 4.0, 5.66, 8.0)
LEVELS = {"frechet_efficientnet_lite0": 100, "diversity_efficientnet_lite0": 9}
COMPARED = {
    "kernel_efficientnet_lite0": 0.02,
    "sliced_wasserstein": 0.03,
    "precision_efficientnet_lite0": 0.5,
    "recall_efficientnet_lite0": 0.2,
}
PANELS = list(figureS8.METRICS)


def quality(model: str, level: float, *, with_images: bool) -> pd.DataFrame:
    rows = []
    for quantity, scale in {**LEVELS, **COMPARED}.items():
        known = with_images or quantity in LEVELS
        for batch_norm in ("training", "reestimated"):
            for gain in GAINS:
                value = level * scale * (1 + abs(np.log(gain / 4)) * (batch_norm == "training"))
                condition = {"model": model, "batch_norm": batch_norm, "images": 1000}
                rows.append(row(quantity, [value] * known, gain=gain, condition=condition))
        for images in (500, 1000, 2000) if quantity in LEVELS else (1000,):
            condition = {"model": model, "compared": "real", "images": images}
            rows.append(row(quantity, [0.5 * scale * 1000 / images] * known, condition=condition))
    condition = {"model": model, "batch_norm": "training", "images": 1000}
    rows.append(row("training_distance", [0.9] * with_images, gain=4.0, condition=condition))
    return table(rows)


@pytest.fixture
def tables() -> list[pd.DataFrame]:
    return [
        quality("avatars-subset", 0.7, with_images=True),
        quality("celeba64-whitened", 1.1, with_images=False),
    ]


def drawn(figure, metric, index, kind):
    """Return the heights of the lines of one kind that a panel has in the colour of a model."""
    axes = figure.axes[PANELS.index(metric)]
    lines = lines_in(axes, models.COLOURS[index])
    found = []
    for line in lines:
        across = len(line.get_xdata()) == 2
        solid = line.get_linestyle() == "-"
        if kind == ("real" if across else "training" if solid else "reestimated"):
            found.append(np.asarray(line.get_ydata(), float))
    return found


@pytest.mark.parametrize(("metric", "scale"), [("frechet", 100), ("diversity", 9)])
def test_every_model_has_both_states_of_batch_norm_over_gain(tables, metric, scale):
    figure = figureS8.draw(tables)
    rising = 1 + np.abs(np.log(np.array(GAINS) / 4))
    for index, level in enumerate((0.7, 1.1)):
        (kept,) = drawn(figure, metric, index, "training")
        np.testing.assert_allclose(kept, level * scale * rising)
        (reestimated,) = drawn(figure, metric, index, "reestimated")
        np.testing.assert_allclose(reestimated, level * scale)


def test_real_images_are_drawn_at_the_same_number_of_images(tables):
    (line,) = drawn(figureS8.draw(tables), "frechet", 1, "real")
    np.testing.assert_allclose(line, 50)


def test_what_was_not_computed_is_left_out_and_an_empty_panel_says_so(tables):
    figure = figureS8.draw(tables)
    assert drawn(figure, "kernel", 0, "training")
    assert not drawn(figure, "kernel", 1, "training")
    assert not drawn(figure, "kernel", 1, "real")
    alone = figureS8.draw(tables[1:])
    said = [[text.get_text() for text in axes.texts] for axes in alone.axes]
    assert said == [[], *[["not computed"]] * 4, []]


def test_the_features_and_the_number_of_images_stand_over_the_panels(tables):
    titles = [axes.get_title() for axes in figureS8.draw(tables).axes]
    assert titles[PANELS.index("frechet")] == "EfficientNet-Lite0, 1000 images"
    assert titles[PANELS.index("sliced_wasserstein")] == "pixels, 1000 images"


def test_axes_start_at_0_but_for_the_logarithmic_one_which_says_so(tables):
    figure = figureS8.draw(tables)
    for metric, axes in zip(PANELS, figure.axes, strict=True):
        if metric == "frechet":
            assert axes.get_ylabel() == "Fréchet distance, log scale"
        else:
            assert axes.get_ylim()[0] <= 0


def test_every_model_has_a_look_of_its_own_and_a_name():
    names = [f"model{index}" for index in range(9)]
    figure = figureS8.draw(quality(name, 1.0, with_images=True) for name in names)
    found = [text.get_text() for text in figure.legends[0].get_texts()]
    assert found == [*names, *(name for _, name in models.LINES.values())]
    handles = figure.legends[0].get_lines()[: len(names)]
    assert len({(handle.get_color(), handle.get_marker()) for handle in handles}) == len(names)
    assert [axes.get_title(loc="left") for axes in figure.axes] == list("abcdef")


def test_a_seventh_metric_has_a_panel_of_its_own(tables, monkeypatch):
    monkeypatch.setitem(figureS8.METRICS, "coverage", "coverage")
    figure = figureS8.draw(tables)
    assert [axes.get_title(loc="left") for axes in figure.axes] == list("abcdefg")
    assert figure.axes[-1].get_ylabel() == "coverage"


def test_training_seeds_are_drawn_as_one_with_an_interval():
    levels = {"celeba-subset-seed1": 1.0, "celeba-subset-seed2": 1.2, "celeba-subset-seed3": 1.4}
    figure = figureS8.draw(quality(name, level, with_images=True) for name, level in levels.items())
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names[0] == "celeba-subset"
    assert len(names) == 1 + len(models.LINES)
    (line,) = drawn(figure, "diversity", 0, "reestimated")
    np.testing.assert_allclose(line, 1.2 * 9)
    axes = figure.axes[PANELS.index("diversity")]
    bars = axes.collections[0]  # re-estimated, first by name
    error = stats.t.ppf(0.975, 2) * np.std([0.9 * 10, 0.9 * 12, 0.9 * 14], ddof=1) / np.sqrt(3)
    low, high = bars.get_segments()[0][:, 1]
    np.testing.assert_allclose(np.log([low / 10.8, high / 10.8]), np.array([-1, 1]) * error / 10.8)


def test_the_interval_of_a_precision_stays_above_0():
    names = [f"celeba-subset-seed{seed}" for seed in (1, 2, 3)]
    found = [
        quality(name, level, with_images=True)
        for name, level in zip(names, (0.001, 0.05, 0.3), strict=True)
    ]
    axes = figureS8.draw(found).axes[PANELS.index("precision")]
    ends = np.concatenate(
        [np.ravel(np.array(bars.get_segments())[:, :, 1]) for bars in axes.collections]
    )
    assert (ends > 0).all()
    assert (ends < 1).all()
