from __future__ import annotations

import numpy as np
import pytest
from drawn import lines_in
from tables import variables

from chaos_sampling.figures import figureS6
from chaos_sampling.latents.names import SOURCES
from chaos_sampling.store import Dataset


@pytest.fixture
def latents() -> Dataset:
    rng = np.random.default_rng(0)
    lag, rates = np.arange(0, 30, 0.5), rng.uniform(0.2, 1, (len(SOURCES), 3, 4, 1))
    across = ("source", "gain", "network")
    arrays = {
        "source": (np.array(SOURCES), ("source",)),
        "gain": (np.array([2.0, 4.0, 8.0]), ("gain",)),
        "lag": (lag, ("lag",)),
        "value": (np.linspace(-3, 3, 20), ("value",)),
        "autocorrelation": (3 * np.exp(-rates * lag), (*across, "lag")),
        "density": (rng.uniform(0, 1, (len(SOURCES), 3, 4, 20)), (*across, "value")),
        "dimension": (rng.uniform(0.1, 1, (len(SOURCES), 3, 4)), across),
        "kurtosis": (rng.uniform(-2, 0, (len(SOURCES), 3, 4)), across),
    }
    return Dataset("latents", "latents", variables(**arrays))


def lines_of(axes, source):
    """Return the data of the lines in the colour of a source."""
    colour = figureS6.LOOKS[source][1]
    return [line.get_ydata() for line in lines_in(axes, colour)]


@pytest.mark.parametrize(("gain", "shown"), [(4, 1), (7, 2)])
def test_functions_are_drawn_at_the_nearest_gain(latents, gain, shown):
    autocorrelation, density = figureS6.draw(latents, gain=gain).axes[:2]
    for index, source in enumerate(SOURCES):
        (drawn,) = lines_of(autocorrelation, source)
        correlation = latents["autocorrelation"][index, shown]
        np.testing.assert_allclose(drawn, correlation.mean(axis=0) / 3)
        (drawn,) = lines_of(density, source)
        np.testing.assert_allclose(drawn, latents["density"][index, shown].mean(axis=0))
    assert autocorrelation.get_title() == f"$g$ = {latents['gain'][shown]:g}"


@pytest.mark.parametrize(("panel", "name"), [(2, "dimension"), (4, "kurtosis")])
def test_networks_are_dots_and_medians_lines(latents, panel, name):
    axes = figureS6.draw(latents, gain=4).axes[panel]
    for index, source in enumerate(SOURCES):
        *dots, medians = lines_of(axes, source)
        np.testing.assert_array_equal(np.transpose(dots), latents[name][index])
        np.testing.assert_array_equal(medians, np.median(latents[name][index], axis=1))


def test_networks_beyond_the_record_are_left_out_of_the_times(latents):
    latents["autocorrelation"][0, 0, 0] = 1.0  # correlated for ever
    *dots, medians = lines_of(figureS6.draw(latents, gain=4).axes[3], "subset")
    assert np.isnan(dots[0][0])
    assert np.isfinite(dots[1:]).all()
    assert np.isfinite(medians).all()


def test_every_source_has_a_name_and_every_panel_a_letter(latents):
    figure = figureS6.draw(latents, gain=4)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == len(SOURCES) == len(set(figureS6.LOOKS.values()))
    assert figureS6.LOOKS.keys() == set(SOURCES)
    assert [axes.get_title(loc="left") for axes in figure.axes] == list("abcde")
