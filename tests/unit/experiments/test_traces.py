from __future__ import annotations

import numpy as np
from experiment_settings import TRACES

from chaos_sampling.experiments.traces import simulate_traces


def test_traces_are_labelled():
    traces = simulate_traces(**TRACES)
    assert traces.kind == "traces"
    assert traces["gain"].tolist() == [0.5, 2, 4]
    np.testing.assert_allclose(traces["time"], 0.1 * np.arange(41))
    assert traces.variables["h"].dims == ("gain", "time", "neuron")
    assert traces["h"].shape == (3, 41, 3)


def test_each_gain_is_a_run_of_its_own():
    together = simulate_traces(**TRACES)["h"]
    for index, gain in enumerate(TRACES["gains"]):
        alone = simulate_traces(**{**TRACES, "gains": [gain]})["h"]
        np.testing.assert_allclose(alone[0], together[index], atol=1e-9)


def test_burn_in_is_cut_from_one_and_the_same_run():
    later = simulate_traces(**TRACES)["h"]
    whole = simulate_traces(**{**TRACES, "burn_in": 0, "duration": 9})["h"]
    np.testing.assert_allclose(later, whole[:, 50:], atol=1e-9)


def test_all_gains_start_at_the_same_state():
    h = simulate_traces(**{**TRACES, "burn_in": 0})["h"]
    np.testing.assert_array_equal(h[:, 0], h[[0, 0, 0], 0])


def test_gain_below_one_falls_silent_and_above_it_does_not():
    h = simulate_traces(**{**TRACES, "neurons": 100, "burn_in": 50})["h"]
    assert np.abs(h[0]).max() < 1e-6
    assert np.abs(h[2]).max() > 1
