from __future__ import annotations

import itertools
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from processes import ornstein_uhlenbeck
from scipy.stats import special_ortho_group

from chaos_sampling.measures.mixing import pair_correlations, participation_ratio, step_change

SEEDS = st.integers(0, 2**32 - 1)


# --- step size ---


@pytest.mark.parametrize("shape", [(9, 4), (9, 3, 4), (9, 2, 3, 4)])
def test_step_change_of_a_ramp_is_its_slope(shape):
    series = np.broadcast_to(0.25 * np.arange(9).reshape(-1, *[1] * (len(shape) - 1)), shape)
    np.testing.assert_allclose(step_change(series), np.full(shape[1:-1], 0.25))


@given(hnp.arrays(np.float64, (5, 2, 3), elements=st.floats(-10, 10)), st.floats(0, 10))
def test_step_change_scales_and_ignores_shifts(series, factor):
    found = step_change(factor * series + 3)
    np.testing.assert_allclose(found, factor * step_change(series), atol=1e-10)


# --- dimension ---


def gaussian(seed, length, trials, deviations):
    """Draw white noise of independent trials and neurons, shape (length, trials, N)."""
    return deviations * np.random.default_rng(seed).normal(size=(length, trials, len(deviations)))


def rotation(seed, neurons):
    return special_ortho_group.rvs(neurons, random_state=seed)


def plain_participation_ratio(series):
    samples = series.reshape(-1, series.shape[-1])
    covariance = samples.T @ samples
    return np.trace(covariance) ** 2 / np.square(covariance).sum()


@pytest.mark.parametrize("eigenvalues", [np.ones(60), 1 / np.arange(1, 61), 0.8 ** np.arange(60)])
def test_participation_ratio_of_a_short_record_is_unbiased(eigenvalues):
    expected = eigenvalues.sum() ** 2 / np.square(eigenvalues).sum()
    mix = rotation(0, 60)
    runs = [gaussian(seed, 15, 4, np.sqrt(eigenvalues)) @ mix for seed in range(200)]
    found = np.array([participation_ratio(series) for series in runs])
    error = found.std() / np.sqrt(len(runs))
    assert error < 0.02 * expected
    # the ratio of two unbiased estimates is biased by about their relative variance
    assert abs(found.mean() - expected) < 4 * error + found.var() / expected
    # noise adds (tr C)² / samples to tr C²
    plain = np.mean([plain_participation_ratio(series) for series in runs])
    assert plain == pytest.approx(1 / (1 / expected + 1 / 60), rel=0.05)


@given(SEEDS, st.integers(1, 8), st.integers(1, 6), st.integers(2, 4))
def test_trials_that_agree_have_their_plain_participation_ratio(seed, length, neurons, trials):
    series = gaussian(seed, length, 1, np.ones(neurons)).repeat(trials, axis=1)
    found = participation_ratio(series)
    assert found == pytest.approx(plain_participation_ratio(series))
    assert 1 - 1e-9 <= found <= min(length, neurons) + 1e-9


@given(SEEDS, st.floats(1e-3, 1e3))
def test_participation_ratio_does_not_depend_on_the_axes_or_the_scale(seed, scale):
    series = gaussian(seed, 100, 3, np.arange(1.0, 6))
    rotated = scale * series @ rotation(seed, 5)
    assert participation_ratio(rotated) == pytest.approx(participation_ratio(series))


def test_participation_ratio_averages_over_all_pairs_of_trials():
    series = gaussian(0, 40, 3, np.arange(1.0, 6))
    moments = [activity.T @ activity for activity in series.swapaxes(0, 1)]
    pairs = list(itertools.combinations(moments, 2))
    traces = sum(np.trace(a) * np.trace(b) for a, b in pairs)
    expected = traces / sum(np.trace(a @ b) for a, b in pairs)
    assert participation_ratio(series) == pytest.approx(expected)


def test_mean_counts_as_a_dimension():
    series = np.random.default_rng(0).normal(size=(100, 2, 3)) * 1e-6 + [3.0, -1, 2]
    assert participation_ratio(series) == pytest.approx(1)
    assert pair_correlations(series).rms == pytest.approx(1)


def test_unresolved_dimension_is_nan():
    # tr C_a C_b is 0 where the trials have no neuron in common
    assert np.isnan(participation_ratio(np.eye(2)[None]))


# --- pair correlations ---


@pytest.mark.parametrize("correlation", [0.0, 0.02, 0.1, 0.5, 0.9])
def test_equal_correlations_are_found_through_noise(correlation):
    rng = np.random.default_rng(0)
    shared, own = rng.normal(size=(300, 50, 1)), rng.normal(size=(300, 50, 60))
    signs = rng.choice([-1, 1], 60)
    series = signs * (np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own)
    found = pair_correlations(series)
    # r² of a pair scatters by 2r(1 − r²)/√15000, and all pairs share the common signal
    assert found.rms == pytest.approx(correlation, abs=0.01)
    if correlation >= 0.1:  # far above the noise
        assert found.absolute == pytest.approx(correlation, abs=0.02)


@pytest.fixture(scope="module")
def independent():
    """Sample independent Ornstein-Uhlenbeck processes, shape (time, trial, neuron)."""
    return ornstein_uhlenbeck(500, 4, 150, seed=1)


def test_independent_neurons_have_only_noise(independent):
    found = pair_correlations(independent)
    # 4 trials of 50 τ hold 200 independent samples
    assert found.noise == pytest.approx(1 / np.sqrt(200), rel=0.05)
    assert found.rms < 0.15 * found.noise
    assert found.absolute == pytest.approx(np.sqrt(2 / np.pi) * found.noise, rel=0.03)


def test_noise_inflates_the_plain_root_mean_square(independent):
    series = np.sqrt(0.97) * independent[..., 1:] + np.sqrt(0.03) * independent[..., :1]
    found = pair_correlations(series)
    samples = series.reshape(-1, series.shape[-1])
    moments = samples.T @ samples / len(samples)
    plain = (moments / np.sqrt(np.outer(np.diag(moments), np.diag(moments))))[
        np.triu_indices(149, 1)
    ]
    assert np.square(plain).mean() == pytest.approx(found.rms**2 + found.noise**2, rel=0.05)
    assert found.absolute == pytest.approx(np.abs(plain).mean())


@given(SEEDS)
def test_pair_correlations_do_not_depend_on_the_scale_of_a_neuron(seed):
    rng = np.random.default_rng(seed)
    series = rng.normal(size=(30, 3, 5)) + rng.normal(size=(30, 3, 1))
    scales = rng.choice([-1, 1], 5) * rng.uniform(0.01, 100, 5)
    found, rescaled = pair_correlations(series), pair_correlations(scales * series)
    np.testing.assert_allclose(astuple(rescaled), astuple(found), rtol=1e-6, atol=1e-7)


@given(SEEDS, st.integers(2, 4), st.integers(2, 6), st.integers(1, 5))
def test_pair_correlations_lie_between_their_bounds(seed, trials, neurons, length):
    found = pair_correlations(gaussian(seed, length, trials, np.ones(neurons)))
    assert found.rms >= 0
    assert 0 <= found.absolute <= 1
    assert found.noise >= 0


def test_mean_square_below_zero_counts_as_none():
    found = pair_correlations(np.array([[[1.0, 1], [1, -1]]]))
    assert found.rms == 0
    assert found.absolute == 0


# --- both ---


@pytest.mark.parametrize("silent", [slice(None), slice(1)])
def test_silence_has_no_correlations(silent):
    series = gaussian(0, 20, 2, np.ones(3))
    series[..., silent] = 0
    assert np.isnan(astuple(pair_correlations(series))).all()


def test_silence_has_no_dimension():
    assert np.isnan(participation_ratio(np.zeros((20, 2, 3))))


def test_single_precision_suffices_for_dimension_and_correlations():
    series = gaussian(0, 400, 3, np.linspace(0.1, 10, 80)) @ rotation(0, 80)
    single = series.astype(np.float32)
    assert participation_ratio(single) == pytest.approx(participation_ratio(series), rel=1e-5)
    expected = astuple(pair_correlations(series))
    np.testing.assert_allclose(astuple(pair_correlations(single)), expected, rtol=1e-4)


@pytest.mark.parametrize("measure", [participation_ratio, pair_correlations])
def test_a_single_trial_is_refused(measure):
    with pytest.raises(ValueError, match="series: expected at least 2 independent trials, found 1"):
        measure(np.ones((10, 1, 3)))
