from __future__ import annotations

import numpy as np
import pytest
from experiment_settings import CAPACITY

from chaos_sampling import store
from chaos_sampling.experiments.capacity import simulate_capacity


@pytest.fixture(scope="module")
def capacity():
    return simulate_capacity(**CAPACITY)


def of(dataset, rule):
    """Return what is retrieved by one rule, (size, patterns, corruption, network)."""
    return dataset["retrieved"][dataset["rule"].tolist().index(rule)]


def test_dataset_is_labelled(capacity, tmp_path):
    store.save(capacity, tmp_path / "capacity.h5")
    loaded = store.load(tmp_path / "capacity.h5", "capacity")
    assert loaded["rule"].tolist() == ["outer_product", "pseudo_inverse"]
    assert loaded["patterns"].tolist() == [1, 5, 60]
    assert loaded["retrieved"].shape == loaded["overlap"].shape == (2, 2, 3, 3, 2)
    assert loaded["fraction"].shape == (2, 2, 3, 3, 2, len(loaded["state"]))
    np.testing.assert_allclose(loaded["fraction"].sum(axis=-1), 1)


def test_first_networks_do_not_depend_on_what_else_is_run(capacity):
    fewer = simulate_capacity(**CAPACITY | {"sizes": [100], "patterns": [5], "networks": 1})
    expected = capacity["overlap"][:, 1:, 1:2, :, :1]
    np.testing.assert_allclose(fewer["overlap"], expected, atol=1e-4)  # single precision


def test_patterns_are_exact_attractors_of_the_pseudo_inverse_rule(capacity):
    assert (of(capacity, "pseudo_inverse")[:, :, 0] == 1).all()
    np.testing.assert_allclose(capacity["overlap"][1, :, :, 0], 1, atol=1e-5)


def test_patterns_are_exact_minima_by_the_pseudo_inverse_or_alone(capacity):
    outer, inverse = capacity["velocity"]  # (size, patterns, network)
    assert inverse.max() < 1e-12 > outer[:, 0].max()
    # of five patterns the four others add crosstalk of variance 4 s²/N, φ being near ±1
    np.testing.assert_allclose(outer[1, 1], 4 * np.sqrt(4 / 100), rtol=0.3)


def test_few_patterns_are_retrieved_from_a_tenth_of_flips_by_either_rule():
    found = simulate_capacity(
        **CAPACITY
        | {"sizes": [200], "patterns": [1, 2, 3, 4, 5], "corruptions": [0, 0.1], "gain": 1}
    )
    assert (found["retrieved"] == 1).all()
    assert (found["overlap"] > 0.97).all()


def test_far_above_capacity_nothing_is_retrieved(capacity):
    assert (of(capacity, "outer_product")[:, 2] == 0).all()  # K = 60 in 60 and 100 neurons
    assert (of(capacity, "pseudo_inverse")[0, 2, 1:] == 0).all()  # K = N: any state is at rest


def test_one_pattern_attracts_random_states_to_itself_or_its_negative():
    # of an odd number of neurons no state is orthogonal to the pattern, from where it would decay
    found = simulate_capacity(
        **CAPACITY | {"sizes": [61, 101], "patterns": [1], "corruptions": [0.5]}
    )
    kinds = dict(zip(found["state"], np.moveaxis(found["fraction"], -1, 0), strict=True))
    assert (kinds["pattern"] + kinds["negative"] == 1).all()
    np.testing.assert_array_equal(found["retrieved"], kinds["pattern"])


@pytest.mark.parametrize("strength", [0, 0.3])
def test_structure_too_weak_to_hold_patterns_falls_silent(strength):
    weak = {"sizes": [100], "patterns": [1, 5], "corruptions": [0], "strength": strength}
    found = simulate_capacity(**CAPACITY | weak)
    assert (found["fraction"][..., found["state"] == "silent"] == 1).all()
    assert not found["overlap"].any()
