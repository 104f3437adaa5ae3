from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.experiments.theory import solve_mean_field
from chaos_sampling.statistics.mean_field import mean_field_table
from chaos_sampling.theory import mean_field


@pytest.fixture(scope="module")
def theory_table():
    return mean_field_table(solve_mean_field(gains=[0.5, 1.2, 4], interval=0.15), [125, 1000])


def test_theory_stands_in_its_own_column(theory_table):
    assert (theory_table["networks"] == 0).all()
    assert theory_table[["mean", "se", "low", "high", "median"]].isna().all(axis=None)
    assert theory_table["theory"].notna().all()


def test_theory_has_the_names_of_the_simulations(theory_table):
    loud = theory_table[theory_table["gain"] == 4]
    expected = mean_field.solve(4)
    values = loud[loud["size"].isna()].set_index("quantity")["theory"]
    assert values["step_change_0.15"] == expected.step_change(0.15)
    assert values["fraction_chaotic"] == 1
    others = values.drop(["step_change_0.15", "fraction_chaotic"])
    assert len(others) == 7
    for name, value in others.items():
        assert value == getattr(expected, name), name


def test_theory_of_pair_correlations_is_per_size_where_it_holds(theory_table):
    pairs = theory_table[theory_table["quantity"] == "correlation_rms"]
    assert pairs["size"].notna().all()
    # at g = 1.2 some 1150 neurons share each dimension: 125 are too few, and 1000 hardly enough
    assert [*zip(pairs["gain"], pairs["size"], strict=True)] == [(4, 125), (4, 1000)]
    dimension = mean_field.solve(4).dimension_phi
    expected = [mean_field.correlation_rms(dimension, size) for size in (125, 1000)]
    np.testing.assert_allclose(pairs["theory"], expected)


def test_theory_of_silence_has_no_timescales(theory_table):
    silent = theory_table[theory_table["gain"] == 0.5].set_index("quantity")["theory"]
    assert silent.to_dict() == {
        "variance_h": 0,
        "variance_phi": 0,
        "lyapunov_max": -0.5,
        "step_change_0.15": 0,
        "fraction_chaotic": 0,
    }
