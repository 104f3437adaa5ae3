from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.figures import figureS7
from chaos_sampling.figures.tiling import tile
from chaos_sampling.store import Dataset, Variable

GAINS = (2.0, 2.83, 4.0)


def gain_samples(frames: int) -> list[Dataset]:
    rng = np.random.default_rng(0)
    axes = ("time", "y", "x", "channel")
    return [
        Dataset(
            "gain_samples",
            "",
            {
                "trajectory/time": Variable(0.15 * np.arange(frames), ("time",), "τ", "time"),
                **{
                    f"trajectory/{name}": Variable(
                        rng.integers(0, 256, (frames, 8, 8, 3), np.uint8), axes, "1", name
                    )
                    for name in ("images", "images_reestimated")
                },
            },
            {"gain": gain, "training_gain": 4.0},
        )
        for gain in GAINS
    ]


@pytest.mark.parametrize(
    ("frames", "consecutive", "spaced"),
    [
        (100, range(9), [0, 7, 13, 20, 27, 33, 40, 47, 53]),
        (16, range(9), [0, 7, 13]),
        (4, [0, 1, 2, 3], [0]),
    ],
)
def test_rows_are_gains_and_columns_times(frames, consecutive, spaced):
    datasets = gain_samples(frames)
    figure = figureS7.draw(datasets)
    assert len(figure.axes) == 4
    for axes, name, shown in zip(
        figure.axes,
        ("images", "images", "images_reestimated", "images_reestimated"),
        (consecutive, spaced) * 2,
        strict=True,
    ):
        expected = [dataset[f"trajectory/{name}"][list(shown)] for dataset in datasets]
        drawn = axes.images[0].get_array()
        np.testing.assert_array_equal(drawn, tile(np.concatenate(expected), len(shown)))


def test_gains_intervals_and_statistics_are_named():
    figure = figureS7.draw(gain_samples(100))
    assert [axes.get_title(loc="left") for axes in figure.axes] == list("abcd")
    for axes, title in zip(
        figure.axes, ["one image every 0.15 τ", "one image every τ"] * 2, strict=True
    ):
        assert axes.get_title() == title
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["$g$ = 2", "$g$ = 2.83", "$g$ = 4"]
