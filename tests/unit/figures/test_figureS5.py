from __future__ import annotations

import numpy as np
import pytest
from tables import unnamed

from chaos_sampling.figures import figureS5
from chaos_sampling.store import Dataset

SIZES = np.array([100, 400])


@pytest.fixture
def noise():
    rng = np.random.default_rng(0)
    arrays = {
        "coupling": np.array([0.0, 2.0]),
        "source": np.array(["noise", "chaos", "both"]),
        "readout": np.array(["coherent", "random", "shared"]),
        "size": SIZES,
        "gain": np.array([0.6, 4.0]),
        "amplitude": np.array([0.01, 0.1, 1.0]),
        "deviation": rng.uniform(0.1, 1, (2, 3, 3, 2, 4)),
        "theory": np.where(np.eye(3)[..., None] > 0, np.nan, rng.uniform(0.1, 1, (3, 3, 2))),
        "swept_deviation": rng.uniform(0.1, 1, (2, 3, 4)),
        "swept_half_life": rng.uniform(0.1, 1, (2, 3, 4)),
        "swept_theory": rng.uniform(0.1, 1, (2, 3)),
    }
    attributes = {
        "stable_gain": 0.6,
        "chaotic_gain": 4.0,
        "matched_amplitude": 4.5,
        "quenching_amplitude": 3.1,
        "half_life_chaos": 2.95,
        "swept_neurons": 200,
    }
    return Dataset("noise", "noise", unnamed(**arrays), attributes)


def dots(axes):
    """Return what is drawn in markers, one array (x, network) per source."""
    found: dict[str, list[np.ndarray]] = {}
    for line in axes.lines:
        if line.get_marker() != "None":
            found.setdefault(line.get_color(), []).append(line.get_ydata())
    return [np.stack(lines, axis=-1) for lines in found.values()]


def lines(axes):
    return [line.get_ydata() for line in axes.lines if line.get_marker() == "None"]


def test_each_panel_has_a_letter(noise):
    figure = figureS5.draw(noise)
    assert [axes.get_title(loc="left") for axes in figure.axes] == list("abcdef")


@pytest.mark.parametrize(
    ("panel", "coupling", "readout"), [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 1, 2)]
)
def test_networks_are_dots_and_theory_a_line(noise, panel, coupling, readout):
    axes = figureS5.draw(noise).axes[panel]
    for found, expected in zip(dots(axes), noise["deviation"][coupling, :, readout], strict=True):
        np.testing.assert_array_equal(found, expected)
    if coupling == 0:
        np.testing.assert_array_equal(lines(axes), noise["theory"][:, readout])
    else:
        (guide,) = lines(axes)
        assert guide[0] / guide[1] == pytest.approx(2)  # (400 / 100)^(1/2)


def test_scaling_panels_share_their_range(noise):
    limits = {axes.get_ylim() for axes in figureS5.draw(noise).axes[:4]}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low < noise["deviation"].min()
    assert high > noise["deviation"].max()


def test_sweep_shows_theory_and_where_chaos_ends(noise):
    deviation, half_life = figureS5.draw(noise).axes[4:]
    drawn = [values for values in lines(deviation) if len(values) == 3]
    np.testing.assert_array_equal(drawn, noise["swept_theory"])
    stable, chaos = (values for values in lines(half_life) if set(values) != {0, 1})
    np.testing.assert_allclose(stable, np.log(2) / 0.8)  # √(1 − 0.6²) = 0.8
    np.testing.assert_allclose(chaos, 2.95)
    for axes, name in ((deviation, "swept_deviation"), (half_life, "swept_half_life")):
        for found, expected in zip(dots(axes), noise[name], strict=True):
            np.testing.assert_array_equal(found, expected)
        marked = {line.get_xdata()[0] for line in axes.lines if list(line.get_ydata()) == [0, 1]}
        assert marked == {3.1, 4.5}
