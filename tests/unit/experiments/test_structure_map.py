from __future__ import annotations

import numpy as np
import pytest
from experiment_settings import STRUCTURE_MAP

from chaos_sampling.experiments.structure_map import simulate_structure_map
from chaos_sampling.measures.overlaps import STATES


@pytest.fixture(scope="module")
def found():
    return simulate_structure_map(**STRUCTURE_MAP)


def test_map_is_labelled(found):
    assert found.kind == "structure_map"
    assert found["strength"].tolist() == [0.3, 4]
    assert found["gain"].tolist() == [0, 1, 8]
    np.testing.assert_allclose(found["time"], np.arange(21))
    across = ("strength", "gain", "network")
    assert {name: variable.dims for name, variable in found.variables.items()} == {
        "strength": ("strength",),
        "gain": ("gain",),
        "time": ("time",),
        "projection_patterns": (*across, "trial", "time"),
        "overlap_max": (*across, "trial"),
        "outcome": (*across, "trial"),
        "speed": (*across, "trial"),
        "lyapunov_max": across,
    }
    assert found["projection_patterns"].shape == (2, 3, 3, 2, 21)
    assert found.attributes["states"] == list(STATES)


def test_weak_structure_without_random_weights_falls_silent(found):
    assert (found["outcome"][0, 0] == STATES.index("silent")).all()
    assert (found["speed"][0, 0] < 1e-6).all()


def test_strong_structure_without_random_weights_comes_to_rest_near_patterns(found):
    names = np.array(STATES)[found["outcome"][1, 0]]
    assert np.isin(names, ["pattern", "negative", "mixture"]).all()
    retrieved = np.isin(names, ["pattern", "negative"])
    assert retrieved.any()
    assert (found["overlap_max"][1, 0][retrieved] > 0.9).all()
    assert (found["speed"][1, 0] < 1e-3).all()
    assert (found["projection_patterns"][1, 0] > 0.9).all()
    assert (found["lyapunov_max"][1, 0] < 0).all()


def test_projection_is_smaller_at_high_gain(found):
    norms = found["projection_patterns"][1].mean(axis=(-2, -1))
    assert (norms[0] > norms[2]).all()
    assert ((found["projection_patterns"] >= 0) & (found["projection_patterns"] <= 1)).all()


def test_largest_overlap_is_within_the_projection_onto_all(found):
    mean = found["projection_patterns"].mean(axis=-1)
    assert (found["overlap_max"] <= mean + 1e-5).all()


def test_a_strength_does_not_depend_on_the_others(found):
    alone = simulate_structure_map(**{**STRUCTURE_MAP, "strengths": [4]})
    for name in ("projection_patterns", "outcome", "lyapunov_max"):
        np.testing.assert_array_equal(alone[name][0], found[name][1])


def test_further_networks_leave_the_first_as_they_are(found):
    fewer = simulate_structure_map(**{**STRUCTURE_MAP, "networks": 2, "strengths": [0.3]})
    norms = found["projection_patterns"][0, :, :2]
    # a batch of another size is summed in another order: chaos at g = 8 doubts the last digits
    np.testing.assert_allclose(fewer["projection_patterns"][0, :2], norms[:2], atol=1e-4)
