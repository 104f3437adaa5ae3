from __future__ import annotations

import numpy as np
import pytest
from tables import variables

from chaos_sampling.figures import figureS10
from chaos_sampling.network.readings import READINGS
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset

GAINS = np.array([0, 1, 3, 5, 8.0])
TIME = np.arange(0, 20, 0.5)


TABLE = table(
    [
        row("pooled_r_patterns", [r - 0.1, r + 0.1], condition={"reading": name})
        for name, r in zip(READINGS, (-0.3, 0.2, -0.6, -0.8), strict=True)
    ]
)


def reading(name, seed):
    rng = np.random.default_rng(seed)
    each = ("network", "gain", "time")
    arrays = variables(
        time=(TIME, ("time",)),
        gain=(GAINS, ("gain",)),
        h=(rng.normal(size=(5, len(TIME), 8)), ("gain", "time", "neuron")),
        overlap=(rng.uniform(-1, 1, (2, 5, len(TIME), 3)), (*each, "pattern")),
        orthogonal=(rng.uniform(-1, 1, (5, len(TIME), 5)), ("gain", "time", "direction")),
    )
    return Dataset("reading", "", arrays, {"reading": name})


@pytest.fixture
def readings():
    return [reading(name, seed) for seed, name in enumerate(READINGS)]


@pytest.fixture
def figure(readings):
    return figureS10.draw(readings, TABLE)


def test_each_reading_has_a_block_with_its_name_and_r(figure):
    blocks = [block for row in np.reshape(figure.subfigs, (2, 2)) for block in row]
    titles = [block.get_suptitle() for block in blocks]
    assert titles == [
        f"{one.label}: $r$ = {r}"
        for one, r in zip(READINGS.values(), ("−0.30", "0.20", "−0.60", "−0.80"), strict=True)
    ]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_there_is_a_block_for_each_of_any_number_of_readings(readings, count):
    chosen = [*readings, reading("mean_1", 9)][:count]
    drawn = figureS10.draw(chosen, TABLE)
    assert [bool(block.axes) for block in drawn.subfigs] == [True] * count + [False] * (count % 2)


def test_blocks_show_the_first_network_at_every_gain(figure, readings):
    for block, dataset in zip(figure.subfigs, readings, strict=True):
        images = [axes.images[0] for axes in block.axes if axes.images]
        shown = [np.asarray(image.get_array()) for image in images[:10]]
        for column in range(5):
            np.testing.assert_array_equal(shown[column], np.abs(dataset["overlap"][0, column]).T)
            np.testing.assert_array_equal(
                shown[5 + column], np.abs(dataset["orthogonal"][column]).T
            )


def test_blocks_share_their_colour_scales(figure):
    norms = {
        (image.norm.vmin, image.norm.vmax)
        for block in figure.subfigs
        for axes in block.axes
        for image in axes.images
    }
    assert len(norms) == 2
