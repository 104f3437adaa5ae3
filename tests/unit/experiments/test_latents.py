from __future__ import annotations

import numpy as np
import pytest
from experiment_settings import LATENTS

from chaos_sampling.experiments.latents import MEASURES, measure, simulate_latents
from chaos_sampling.latents.names import SOURCES

SUBSET, EXPANDER, WHITENED, GAUSSIAN, ORNSTEIN_UHLENBECK, SURROGATE = map(
    SOURCES.index,
    ("subset", "expander", "whitened", "gaussian", "ornstein_uhlenbeck", "surrogate"),
)


@pytest.fixture(scope="module")
def latents():
    return simulate_latents(**LATENTS)


def test_latents_are_labelled(latents):
    assert latents.kind == "latents"
    assert latents["source"].tolist() == list(SOURCES)
    np.testing.assert_allclose(latents["lag"], 0.3 * np.arange(51))
    across = ("source", "gain", "network")
    assert latents.variables["autocorrelation"].dims == (*across, "lag")
    assert latents["autocorrelation"].shape == (len(SOURCES), 2, 2, 51)
    assert latents.variables["density"].dims == (*across, "value")
    for name in MEASURES:
        assert latents.variables[name].dims == across
        assert latents[name].shape == (len(SOURCES), 2, 2)
    assert latents.attributes == {
        **{"neurons": 100, "count": 40, "trials": 32, "duration": 45, "interval": 0.3}
    }


def test_each_gain_is_measured_alone():
    # below gain 1 rounding is not amplified
    short = {**LATENTS, "networks": 1, "burn_in": 2, "gains": [0.5, 0.9]}
    both, alone = simulate_latents(**short), simulate_latents(**{**short, "gains": [0.9]})
    for name in ("autocorrelation", "dimension", "step_change"):
        np.testing.assert_allclose(alone[name][:, 0], both[name][:, 1], rtol=1e-2, atol=1e-6)


def test_controls_draw_other_numbers_at_each_gain(latents):
    for name in ("kurtosis", "step_change"):
        assert (latents[name][GAUSSIAN, 0] != latents[name][GAUSSIAN, 1]).all()


def test_whitening_holds_at_the_gain_of_training_alone(latents):
    variance, dimension = latents["autocorrelation"][WHITENED, ..., 0], latents["dimension"]
    at_training, above = 0, 1
    np.testing.assert_allclose(variance[at_training], 1, rtol=0.1)
    np.testing.assert_allclose(dimension[WHITENED, at_training], 1, rtol=0.1)
    assert (variance[above] > 1.2).all()
    assert (dimension[WHITENED] > 2 * dimension[SUBSET]).all()


def test_the_whitened_readout_does_not_depend_on_the_gains_that_are_measured():
    short = {**LATENTS, "networks": 1, "burn_in": 2, "gains": [0.9], "trials": 2}
    other = simulate_latents(**{**short, "training": {**LATENTS["training"], "gain": 3}})
    found = simulate_latents(**short)
    np.testing.assert_array_equal(found["dimension"][SUBSET], other["dimension"][SUBSET])
    assert (found["dimension"][WHITENED] != other["dimension"][WHITENED]).all()


def test_controls_share_what_they_should_with_the_subset(latents):
    correlation = latents["autocorrelation"]
    variance = correlation[..., 0]
    np.testing.assert_allclose(variance[GAUSSIAN], 1, rtol=0.02)
    for source in (ORNSTEIN_UHLENBECK, SURROGATE):
        # 32 trials of 45 τ are about 300 independent samples of each of 5 dimensions or more
        np.testing.assert_allclose(variance[source], variance[SUBSET], rtol=0.15)
    np.testing.assert_allclose(correlation[SURROGATE], correlation[SUBSET], atol=0.15)
    np.testing.assert_allclose(
        latents["step_change"][SURROGATE], latents["step_change"][SUBSET], rtol=0.08
    )
    np.testing.assert_allclose(
        latents["dimension"][SURROGATE], latents["dimension"][SUBSET], rtol=0.3
    )


def test_controls_lack_what_they_should(latents):
    independent = latents["dimension"][[GAUSSIAN, ORNSTEIN_UHLENBECK]]
    np.testing.assert_allclose(independent, 1, rtol=0.15)
    assert (latents["dimension"][[SUBSET, EXPANDER]] < 0.5).all()
    # white noise changes by √2 standard deviations, and a diffusion faster than chaos at first
    step = latents["step_change"]
    np.testing.assert_allclose(step[GAUSSIAN], np.sqrt(2), rtol=0.02)
    assert (step[ORNSTEIN_UHLENBECK] > 1.2 * step[SUBSET]).all()


def test_only_chaos_is_not_normal(latents):
    kurtosis = latents["kurtosis"]
    np.testing.assert_allclose(kurtosis[GAUSSIAN:], 0, atol=0.25)
    assert (kurtosis[SUBSET] < -1.5).all()  # two values ±1 would have −2
    assert (kurtosis[SUBSET] < kurtosis[EXPANDER] - 0.8).all()
    assert (kurtosis[EXPANDER] < -0.3).all()


def test_densities_are_normalised(latents):
    width = np.diff(latents["value"])[0]
    np.testing.assert_allclose(latents["density"].sum(axis=-1) * width, 1, atol=0.005)


def test_measures_of_known_latents():
    rng = np.random.default_rng(0)
    z = rng.choice([-2.0, 2.0], (4000, 3, 10))
    found = measure(z, 3, np.eye(10))
    np.testing.assert_allclose(found["autocorrelation"], [4, 0, 0], atol=0.1)
    assert found["dimension"] == pytest.approx(1, rel=0.01)
    assert found["correlation_rms"] < 0.02
    assert found["step_change"] == pytest.approx(np.sqrt(8), rel=0.01)
    assert found["kurtosis"] == pytest.approx(-2, abs=0.01)
    assert found["projection_kurtosis"] == pytest.approx(-2, abs=0.01)
    assert np.count_nonzero(found["density"]) == 2


def test_a_single_trial_is_refused():
    with pytest.raises(ValueError, match="trials"):
        simulate_latents(**{**LATENTS, "trials": 1})
