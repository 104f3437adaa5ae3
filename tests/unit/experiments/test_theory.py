from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from chaos_sampling import store
from chaos_sampling.experiments.theory import solve_mean_field
from chaos_sampling.theory import mean_field

GAINS = [0.5, 1, 1.5, 4]
INTERVAL = 0.15


@pytest.fixture(scope="module")
def dataset():
    return solve_mean_field(gains=GAINS, interval=INTERVAL)


@pytest.fixture(scope="module")
def theories():
    return [mean_field.solve(gain) for gain in GAINS]


def test_mean_field_is_labelled(dataset):
    assert dataset.kind == "mean_field"
    assert dataset["gain"].tolist() == GAINS
    assert dataset.attributes == {"interval": INTERVAL}
    assert {name: variable.units for name, variable in dataset.variables.items()} == {
        **dict.fromkeys(("T2_phi", "half_life_phi", "lag"), "τ"),
        **dict.fromkeys(("variance_h", "variance_phi", "dimension_h", "dimension_phi"), "1"),
        **dict.fromkeys(("correlation_h", "correlation_phi", "step_change"), "1"),
        **dict.fromkeys(("gain", "excited_level"), "1"),
        "lyapunov_max": "1/τ",
    }


def test_every_attribute_of_the_theory_is_kept(dataset):
    names = {field.name for field in dataclasses.fields(mean_field.MeanField)}
    assert names | {"step_change"} == set(dataset.variables)


def test_scalars_are_those_of_the_theory(dataset, theories):
    for index, theory in enumerate(theories):
        for name, variable in dataset.variables.items():
            if variable.dims == ("gain",) and name != "step_change":
                np.testing.assert_equal(variable.values[index], getattr(theory, name))
        assert dataset["step_change"][index] == theory.step_change(INTERVAL)


def test_thinned_correlations_still_give_the_timescales(dataset, theories):
    for index in (2, 3):
        theory, lag = theories[index], dataset["lag"][index]
        assert lag[0] == 0
        assert lag[-1] > 0.99 * theory.lag[-1]
        normalised = dataset["correlation_phi"][index] / theory.variance_phi
        assert 2 * np.trapezoid(normalised**2, lag) == pytest.approx(theory.T2_phi, rel=1e-3)
        half = np.interp(theory.half_life_phi, lag, normalised)
        assert half == pytest.approx(0.5, abs=1e-3)
        at_zero = dataset["correlation_h"][index, 0]
        assert at_zero == theory.variance_h


def test_silence_has_only_lag_zero(dataset):
    for name in ("lag", "correlation_h", "correlation_phi"):
        assert dataset.variables[name].dims == ("gain", "sample")
        silent = dataset[name][:2]
        np.testing.assert_array_equal(silent[:, 0], 0)
        assert np.isnan(silent[:, 1:]).all()
        assert not np.isnan(dataset[name][2:]).any()


def test_silence_alone_needs_no_padding():
    assert solve_mean_field(gains=[0.5], interval=INTERVAL)["lag"].tolist() == [[0]]


def test_it_can_be_stored(dataset, tmp_path):
    store.save(dataset, tmp_path / "mean_field.h5")
    again = store.load(tmp_path / "mean_field.h5", "mean_field")
    for name, variable in dataset.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)


def test_gain_out_of_range_is_refused():
    with pytest.raises(ValueError, match="gain: expected"):
        solve_mean_field(gains=[2, 1000], interval=INTERVAL)
