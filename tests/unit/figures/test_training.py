from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.figures import training
from chaos_sampling.figures.tiling import tile
from chaos_sampling.store import Dataset, Variable

CURVES = {
    "discriminator_loss": 0.9,
    "generator_loss": 1.8,
    "real_probability": 0.7,
    "fake_probability": 0.2,
}


def course(snapshots: int) -> Dataset:
    rng = np.random.default_rng(0)
    seen, snapshot = ("images_seen",), ("snapshot",)
    shape = (snapshots, 20, 8, 8, 3)
    axes = (*snapshot, "sample", "y", "x", "channel")
    return Dataset(
        "training",
        "",
        {
            "images_seen": Variable(np.arange(1, 11) * 1000, seen, "1", ""),
            **{name: Variable(np.full(10, level), seen, "1", "") for name, level in CURVES.items()},
            "snapshot": Variable(np.arange(1, snapshots + 1) * 500, snapshot, "1", ""),
            "diversity": Variable(np.linspace(0.1, 0.6, snapshots), snapshot, "1", ""),
            "grids": Variable(rng.integers(0, 256, shape, np.uint8), axes, "1", ""),
        },
    )


def test_curves_have_their_names_and_values():
    axes = training.draw(course(3)).axes
    for panel, names in zip(axes, (("of D", "of G"), ("D(x)", "D(G(z))")), strict=False):
        assert [line.get_label() for line in panel.lines] == list(names)
    levels = [line.get_ydata()[0] for panel in axes[:2] for line in panel.lines]
    assert levels == list(CURVES.values())
    np.testing.assert_allclose(axes[2].lines[0].get_ydata(), [0.1, 0.35, 0.6])
    assert [panel.get_title(loc="left") for panel in axes[:3]] == list("abc")
    assert {panel.get_xlim() for panel in axes[:3]} == {(0, 10_000)}


@pytest.mark.parametrize(
    ("snapshots", "shown"), [(1, [0]), (3, [0, 1, 2]), (16, [0, 3, 6, 9, 12, 15])]
)
def test_rows_are_grids_from_the_first_to_the_last(snapshots, shown):
    drawn = course(snapshots)
    rows = training.draw(drawn).axes[3]
    expected = drawn["grids"][shown, : training.COLUMNS].reshape(-1, 8, 8, 3)
    np.testing.assert_array_equal(rows.images[0].get_array(), tile(expected, training.COLUMNS))
    labels = [label.get_text() for label in rows.get_yticklabels()]
    assert labels == [f"{(index + 1) * 500:,}" for index in shown]
