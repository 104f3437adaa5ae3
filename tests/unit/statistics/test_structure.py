from __future__ import annotations

import numpy as np
import pytest
from tables import variables

from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.statistics.selection import only
from chaos_sampling.statistics.structure import (
    CRITERIA,
    WINDOW,
    correlations,
    hold,
    measures,
    structure_table,
    window,
)
from chaos_sampling.store import Dataset

GAINS = np.array([0, 1, 3, 5, 8.0])
STRENGTHS = np.array([1, 2, 3, 4, 5.0])
NETWORKS = 6


def structure_map(seed=0):
    """Only strength 3 shows Fig. 4: 2 never retrieves, 4 does not explore, 5 falls silent."""
    rng = np.random.default_rng(seed)
    shape = (len(STRENGTHS), len(GAINS), NETWORKS, 2)
    outcome = np.full(shape, STATES.index("mixture"))
    outcome[:, 1, ..., 0], outcome[:, 1, ..., 1] = STATES.index("pattern"), STATES.index("negative")
    outcome[:2, 1] = STATES.index("mixture")
    outcome[:, 2:] = STATES.index("wandering")
    outcome[3, -1] = STATES.index("mixture")
    outcome[4, :2] = STATES.index("silent")
    scatter = np.where(GAINS > 0, 0.09, 0.0) * np.where(STRENGTHS == 1, 4, 1)[:, None]
    each = (slice(None), slice(None), None, None, None)
    signs = rng.choice([-1, 1], size=(*shape, 12))
    norms = (1 - 0.09 * GAINS)[each[1:]] + scatter[each] * signs
    data = variables(
        strength=(STRENGTHS, ("strength",)),
        gain=(GAINS, ("gain",)),
        projection_patterns=(
            np.clip(norms, 0, 1),
            ("strength", "gain", "network", "trial", "time"),
        ),
        overlap_max=(np.full(shape, 0.3), ("strength", "gain", "network", "trial")),
        outcome=(outcome, ("strength", "gain", "network", "trial")),
        speed=(
            np.where(outcome == STATES.index("wandering"), 1.0, 0.0),
            ("strength", "gain", "network", "trial"),
        ),
        lyapunov_max=(
            np.tile(GAINS[:, None] / 10, (5, 1, NETWORKS)),
            ("strength", "gain", "network"),
        ),
    )
    return Dataset("structure_map", "", data)


@pytest.fixture(scope="module")
def structure():
    return structure_map()


def test_r_is_that_of_each_run_over_the_columns_of_the_figure(structure):
    found = correlations(structure)
    assert found.shape == (5, NETWORKS, 2)
    norms = structure["projection_patterns"][2, [0, 2, 3, 4], 1, 0]
    expected = np.corrcoef(np.repeat([0, 3, 5, 8], 12), norms.ravel())[0, 1]
    assert found[2, 1, 0] == pytest.approx(expected)


def test_a_map_without_the_gains_of_the_figure_is_refused(structure):
    kept = {
        name: variable
        if "gain" not in variable.dims
        else type(variable)(
            np.delete(variable.values, 2, axis=variable.dims.index("gain")),
            variable.dims,
            variable.units,
            variable.long_name,
        )
        for name, variable in structure.variables.items()
    }
    with pytest.raises(
        ValueError, match=r"expected the gain 3 among .*, \[0\.0, 1\.0, 5\.0, 8\.0\]"
    ):
        correlations(Dataset("structure_map", "", kept))


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("settled_share", [1, 1, 1, 1, 0]),
        ("settled_projection", [1, 1, 1, 1, 1]),
        ("retrieved_share", [0, 0, 1, 1, 0]),
        ("wandering_share", [1, 1, 1, 0, 1]),
        ("wandering_exponent", [0.8] * 5),
        ("wandering_overlap", [0.3] * 5),
    ],
)
def test_measures_of_the_criteria(structure, name, means):
    found = measures(structure)
    assert list(found) == list(CRITERIA)
    assert found[name].shape == (5, NETWORKS)
    np.testing.assert_allclose(found[name].mean(axis=1), means)


def test_orthogonal_projection_rises_where_that_on_patterns_falls(structure):
    assert (measures(structure)["rising_share"][1:] == 1).all()


def test_a_projection_that_falls_at_one_step_does_not_rise():
    structure = structure_map()
    norms = structure["projection_patterns"]
    norms[2, 3, 0, 0] = norms[2, 2, 0, 0] + 0.05  # s = 3, from g = 3 to 5, one state of two
    assert measures(structure)["rising_share"][2].tolist() == [0.5, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("name", "values", "held"),
    [
        ("r", [-0.98, -0.97, -0.95, -0.93, -0.92, np.nan], [0, 1, 1, 1, 0, 0]),
        ("retrieved_share", [0.49, 0.5, 1], [0, 1, 1]),
        ("wandering_exponent", [-0.1, 0.4], [0, 1]),
    ],
)
def test_criteria_hold_between_their_bounds(name, values, held):
    assert hold({name: np.array(values)})[name].tolist() == [bool(one) for one in held]


def test_window_is_where_all_criteria_hold(structure):
    values = {name: measures(structure)[name] for name in WINDOW}
    found = window(STRENGTHS, values, np.random.default_rng(0))
    assert found.holds.tolist() == [False, False, True, False, False]
    assert found.ends == (3, 3)
    assert found.intervals == ((3, 3), (3, 3))


def test_window_of_equal_networks_is_certain():
    values = {"r": np.repeat([[-0.9], [-0.94], [-0.96], [-0.99]], 5, axis=1)}
    found = window(np.array([1, 2, 3, 4.0]), values, np.random.default_rng(0))
    assert found.share.tolist() == [0, 1, 1, 0]
    assert found.ends == (2, 3)
    assert found.intervals == ((2, 2), (3, 3))


def test_window_is_uncertain_where_networks_scatter():
    rng = np.random.default_rng(1)
    centres = np.linspace(-1.0, -0.9, 11)
    values = {"r": centres[:, None] + 0.02 * rng.standard_normal(20)}
    found = window(np.arange(11.0), values, np.random.default_rng(0))
    (low_from, low_to), (high_from, high_to) = found.intervals
    assert low_from <= found.ends[0] <= low_to
    assert high_from <= found.ends[1] <= high_to
    assert low_from < low_to
    # the mean of 20 scatters by 0.0045, half a step of the grid
    assert found.share[5] > 0.99
    assert found.share[[0, -1]].max() < 0.01


def test_no_window_has_no_ends():
    found = window(np.arange(3.0), {"r": np.zeros((3, 4))}, np.random.default_rng(0))
    assert not found.holds.any()
    assert np.isnan([*found.ends, *found.intervals[0], *found.intervals[1]]).all()


def test_table_summarises_map_and_window(structure):
    found = structure_table(structure, seed=1)
    assert not found.duplicated(["quantity", "gain", "condition"]).any()
    at = {"condition": {"strength": 3}}
    assert only(found, "retrieval_fraction", gain=1, **at)["mean"] == 1
    assert only(found, "negative_fraction", gain=1, **at)["mean"] == 0.5
    assert only(found, "at_rest_fraction", gain=8, **at)["mean"] == 0
    assert only(found, "lyapunov_max", gain=8, **at)["mean"] == pytest.approx(0.8)
    assert only(found, "projection_patterns", gain=0, **at)["mean"] == pytest.approx(1)
    assert only(found, "settled_share", condition={"strength": 5})["mean"] == 0
    assert only(found, "rising_share", **at)["mean"] == 1
    assert only(found, "criterion_retrieved_share", condition={"strength": 2})["mean"] == 0
    assert only(found, "window_probability", **at)["mean"] == 1
    assert only(found, "window_low")[["mean", "low", "high"]].tolist() == [3, 3, 3]
    assert only(found, "window_high")["networks"] == NETWORKS
