from __future__ import annotations

import numpy as np
import pytest
from experiment_settings import LYAPUNOV

from chaos_sampling.experiments import sweep
from chaos_sampling.experiments.lyapunov import simulate_lyapunov


@pytest.fixture(scope="module")
def spectra():
    return simulate_lyapunov(**LYAPUNOV)


def test_spectra_are_labelled(spectra):
    assert spectra.kind == "lyapunov"
    assert spectra["gain"].tolist() == [0.5, 4, 8]
    each = ("gain", "network", "exponent")
    for name in ("exponents", "standard_error"):
        assert spectra.variables[name].dims == each
        assert spectra[name].shape == (3, 2, 4)
        assert spectra.variables[name].units == "1/τ"
    for name in ("lyapunov_dimension", "entropy_rate"):
        assert spectra.variables[name].dims == each[:2]
        assert spectra[name].shape == (3, 2)
    assert spectra.attributes == {"neurons": 30, "duration": 40, "qr_interval": 0.5, "blocks": 4}


def test_exponents_descend(spectra):
    assert (np.diff(spectra["exponents"]) <= 0).all()
    assert (spectra["standard_error"] >= 0).all()


def test_below_gain_one_exponents_are_those_of_the_weights(spectra):
    for index in range(2):
        weights = sweep.network_of(30, index, 1).random.numpy()
        expected = np.sort(0.5 * np.linalg.eigvals(weights).real - 1)[::-1][:4]
        # directions of complex pairs turn, and the record ends within a turn
        np.testing.assert_allclose(spectra["exponents"][0, index], expected, atol=0.02)


def test_dimension_and_entropy_are_per_neuron_and_nan_where_unknown():
    settings = {**LYAPUNOV, "neurons": 100, "gains": [0.5, 8], "networks": 1}
    few = simulate_lyapunov(**{**settings, "exponents": 1})
    many = simulate_lyapunov(**{**settings, "exponents": 20})
    for name in ("lyapunov_dimension", "entropy_rate"):
        assert few[name][0] == many[name][0] == 0
        assert np.isnan(few[name][1])
    positive = np.maximum(many["exponents"][1], 0)
    assert many["entropy_rate"][1, 0] == pytest.approx(positive.sum() / 100)
    assert (positive > 0).sum() / 100 < many["lyapunov_dimension"][1, 0] < 0.2


def test_each_gain_is_measured_alone_and_more_networks_change_nothing(spectra):
    alone = simulate_lyapunov(**{**LYAPUNOV, "gains": [0.5], "networks": 1})
    # below gain 1 rounding is not amplified
    np.testing.assert_allclose(
        alone["exponents"][0, 0], spectra["exponents"][0, 0], rtol=1e-3, atol=1e-4
    )
