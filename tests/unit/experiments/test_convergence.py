from __future__ import annotations

import numpy as np
import pytest
from experiment_settings import CONVERGENCE

from chaos_sampling import store
from chaos_sampling.experiments.convergence import simulate_convergence

RK4, EULER = 0, 1


@pytest.fixture(scope="module")
def convergence():
    return simulate_convergence(**CONVERGENCE)


@pytest.fixture(scope="module")
def long_runs():
    more = {"neurons": 200, "networks": 4, "trials": 32, "burn_in": 30, "duration": 60}
    return simulate_convergence(**{**CONVERGENCE, **more, "gain": 8, "time_steps": [0.2, 0.1]})


def test_convergence_is_labelled(convergence):
    assert convergence.kind == "convergence"
    assert convergence["dt"].tolist() == [0.2, 0.1, 0.05]
    assert convergence.attributes == {
        "neurons": 40,
        "gain": 4,
        "horizon": 1,
    }
    for name, units in (("error", "1"), ("variance_phi", "1"), ("half_life_phi", "τ")):
        variable = convergence.variables[name]
        assert variable.dims == ("method", "dt", "network")
        assert variable.values.shape == (2, 3, 2)
        assert variable.units == units


def test_it_can_be_stored(convergence, tmp_path):
    store.save(convergence, tmp_path / "convergence.h5")
    again = store.load(tmp_path / "convergence.h5", "convergence")
    assert list(again["method"]) == ["rk4", "euler"]
    for name, variable in convergence.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)


@pytest.mark.parametrize(("method", "order"), [(RK4, 4), (EULER, 1)])
def test_errors_of_states_shrink_with_the_order_of_the_method(convergence, method, order):
    errors = np.log2(convergence["error"][method])  # (dt, network), dt halved each time
    np.testing.assert_allclose(errors[:-1] - errors[1:], order, atol=0.2)


def test_runge_kutta_is_more_accurate_than_euler(convergence):
    assert (convergence["error"][RK4] < 0.01 * convergence["error"][EULER]).all()


def test_euler_shortens_times_and_leaves_variances(long_runs):
    variances, half_lives = long_runs["variance_phi"], long_runs["half_life_phi"]
    np.testing.assert_allclose(variances / variances[RK4, 1], 1, atol=0.01)
    # the mean over networks is known to about 0.015
    shorter = (half_lives[EULER, 0] / half_lives[RK4]).mean()
    assert shorter == pytest.approx(np.sqrt(0.8), abs=0.04)
    assert (half_lives[RK4, 0] / half_lives[RK4, 1]).mean() == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize("name", ["burn_in", "horizon", "duration", "interval"])
def test_times_that_are_no_whole_number_of_steps_are_refused(name):
    with pytest.raises(ValueError, match="whole multiple"):
        simulate_convergence(**{**CONVERGENCE, name: 1.03})
