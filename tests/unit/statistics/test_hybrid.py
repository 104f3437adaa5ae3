from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats
from tables import variables

from chaos_sampling.measures.overlaps import STATES
from chaos_sampling.statistics.hybrid import hybrid_table
from chaos_sampling.statistics.outcomes import outcome_kinds
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset, Variable

GAINS = np.array([0, 3, 5, 8.0])
TIME = np.arange(0, 30.25, 0.25)
FIXED, CYCLED = {"protocol": "fixed_gain"}, {"protocol": "cycled_gain"}
WEIGHTS = {"patterns": 3, "rule": "outer_product", "strength": 4.0, "random_variance": "1/N"}


def fixed_data():
    """Two networks whose norms fall with gain by 0.1 and 0.05, after a transient of 10 τ."""
    slopes = np.array([0.1, 0.05])[:, None]
    inside = np.repeat((1 - slopes * GAINS)[..., None], TIME.size, axis=-1)
    inside[..., TIME < 10] = 0.5
    overlap = np.zeros((2, 4, TIME.size, 3))
    overlap[..., 1] = inside
    overlap[1, 0, :, 1] *= -1
    return Dataset(
        "overlaps",
        "",
        variables(
            time=(TIME, ("time",)),
            gain=(GAINS, ("gain",)),
            overlap=(overlap, ("network", "gain", "time", "pattern")),
            projection_patterns=(inside, ("network", "gain", "time")),
            projection_orthogonal=(np.sqrt(1 - inside**2), ("network", "gain", "time")),
            speed=(np.broadcast_to(GAINS[:, None], inside.shape), ("network", "gain", "time")),
        ),
        {"weights": WEIGHTS | {"neurons": 50}},
    )


def reading_data():
    """The same networks at a further gain, which does not enter the regression."""
    data = fixed_data()
    gains = np.insert(GAINS, 1, 1.0)
    further = {
        name: Variable(
            np.insert(variable.values, 1, 0.77, axis=variable.dims.index("gain")),
            variable.dims,
            "1",
            name,
        )
        for name, variable in data.variables.items()
        if "gain" in variable.dims
    }
    gain = Variable(gains, ("gain",), "1", "gain g")
    weights = WEIGHTS | {"neurons": 50, "strength": 50.0}
    attributes = {"weights": weights, "reading": "sum_1"}
    return Dataset("reading", "", {**data.variables, **further, "gain": gain}, attributes)


def cycled_data():
    """Two networks whose four complete low phases end at 1, −1, 0, 2 and at 3, 3, 3, 3."""
    gain = np.array([1, 1, 8, 8] * 4 + [1])
    overlap = np.zeros((2, len(gain), 3))
    ends = np.arange(1, 16, 4)
    overlap[0, ends] = [[1, 0, 0], [-1, 0, 0], [0.5, 0.5, 0.5], [0, 0.95, 0]]
    overlap[1, ends, 2] = 0.99
    return Dataset(
        "overlaps",
        "",
        variables(
            gain=(np.stack([gain, gain]), ("network", "time")),
            overlap=(overlap, ("network", "time", "pattern")),
            speed=(np.zeros((2, len(gain))), ("network", "time")),
        ),
        {"weights": WEIGHTS | {"neurons": 50}},
    )


def summarise(fixed=None, cycled=None):
    """Summarise the fixed data, the same as a sweep, one reading and the cycled data."""
    return hybrid_table(
        fixed or fixed_data(),
        fixed or fixed_data(),
        [reading_data()],
        cycled or cycled_data(),
        sample_every=1,
        dropped=1 / 3,
    )


@pytest.fixture(scope="module")
def hybrid():
    return summarise()


@pytest.mark.parametrize(
    ("quantity", "median"),
    [
        ("pooled_r_patterns", -1),
        ("network_slope_patterns", -0.075),
        ("pooled_p_patterns", 0),
        ("run_r_patterns", -1),
        ("run_p_patterns", 0),
    ],
)
@pytest.mark.parametrize("condition", [FIXED, {"protocol": "gain_sweep"}, {"reading": "sum_1"}])
def test_regression_over_networks_leaves_out_the_transient(hybrid, quantity, median, condition):
    found = only(hybrid, quantity, condition=condition)
    assert found["median"] == pytest.approx(median)
    assert found["networks"] == 2


def test_rows_say_which_networks_and_gains_they_are_of(hybrid):
    of_runs = only(hybrid, "projection_patterns", gain=8, condition=FIXED)
    assert (json.loads(of_runs["condition"]), of_runs["size"]) == (FIXED | WEIGHTS, 50)
    regression = only(hybrid, "run_p_patterns", condition={"reading": "sum_1"})
    expected = WEIGHTS | {"reading": "sum_1", "strength": 50.0, "gains": GAINS.tolist()}
    assert json.loads(regression["condition"]) == expected
    assert only(hybrid, "overlap_final", condition=CYCLED | WEIGHTS)["size"] == 50


def test_two_runs_have_no_p():
    two = fixed_data()
    names = [name for name, variable in two.variables.items() if "gain" in variable.dims]
    for name in names:
        variable = two.variables[name]
        kept = variable.values.take([0, 3], axis=variable.dims.index("gain"))
        two.variables[name] = Variable(kept, variable.dims, "1", name)
    found = summarise(fixed=two)
    assert only(found, "run_p_patterns", condition=FIXED)["networks"] == 0
    assert only(found, "network_slope_patterns", condition=FIXED)["networks"] == 2


def test_each_run_is_one_point_of_the_regression_of_means():
    data = fixed_data()
    data["projection_patterns"][:, :2, TIME >= 10] = 0.7
    found = summarise(fixed=data)
    for quantity, index in (("run_r_patterns", "rvalue"), ("run_p_patterns", "pvalue")):
        expected = [
            getattr(stats.linregress(GAINS, [0.7, 0.7, 1 - 5 * slope, 1 - 8 * slope]), index)
            for slope in (0.1, 0.05)
        ]
        row = only(found, quantity, condition=FIXED)
        assert row["median"] == pytest.approx(np.mean(expected))


@pytest.mark.parametrize(
    ("quantity", "gain", "mean"),
    [
        ("projection_patterns", 0, 1),
        ("projection_patterns", 8, 0.4),
        ("projection_orthogonal", 0, 0),
        ("projection_orthogonal", 8, (np.sqrt(1 - 0.2**2) + np.sqrt(1 - 0.6**2)) / 2),
        ("overlap_max", 0, 1),
        ("overlap_max", 5, 0.625),
        ("retrieval_fraction", 0, 1),
        ("retrieval_fraction", 3, 0),
        ("negative_fraction", 0, 0.5),
        ("mixture_fraction", 8, 0),
        ("wandering_fraction", 8, 1),
        ("at_rest_fraction", 0, 1),
        ("at_rest_fraction", 8, 0),
    ],
)
def test_each_gain_is_summarised(hybrid, quantity, gain, mean):
    found = only(hybrid, quantity, gain=gain, condition=FIXED)
    assert found["mean"] == pytest.approx(mean)
    assert found["networks"] == 2


def test_time_points_are_taken_every_so_often():
    data = fixed_data()
    data["projection_patterns"][..., TIME % 1 != 0] = 77
    found = summarise(fixed=data)
    assert only(found, "projection_patterns", gain=0, condition=FIXED)["mean"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("quantity", "values"),
    [
        ("overlap_final", [(1 + 1 + 0.5 + 0.95) / 4, 0.99]),
        ("overlap_final_retrieved", [(1 + 1 + 0.95) / 3, 0.99]),  # the mixture drops out
        ("retrieval_fraction", [0.75, 1]),
        ("negative_fraction", [0.25, 0]),
        ("mixture_fraction", [0.25, 0]),
        ("switch_probability", [1, 0]),  # pattern to negative is a switch; the mixture drops out
        ("pattern_switch_probability", [0, 0]),
        ("pattern_switch_share", [0, 0]),
        ("patterns_visited", [2, 1]),
        ("visit_entropy", [np.log(3), 0]),  # each of 1, −1 and 2 once; 3 at all times
    ],
)
def test_ends_of_low_phases_are_summarised(hybrid, quantity, values):
    found = only(hybrid, quantity, condition=CYCLED)
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["networks"] == 2


def test_phases_that_retrieve_nothing_count_among_all_pairs_of_phases():
    cycled = cycled_data()
    cycled["overlap"][0, 5] = [0, 0, -1]
    found = summarise(cycled=cycled)
    means = {"pattern_switch_probability": (1 + 0) / 2, "pattern_switch_share": (1 / 3 + 0) / 2}
    for quantity, mean in means.items():
        assert only(found, quantity, condition=CYCLED)["mean"] == pytest.approx(mean)


def test_overlaps_are_correlated_with_gain_beside_the_projection():
    data = fixed_data()
    # of the second network the largest falls by 0.05 per unit of gain, and two others rise
    data["overlap"][1, ..., [0, 2]] = 0.03 * GAINS[:, None]
    found = summarise(fixed=data)
    assert only(found, "pooled_r_overlap_max", condition=FIXED)["mean"] == pytest.approx(-1)
    assert only(found, "pooled_r_overlap_mean", condition=FIXED)["mean"] == pytest.approx(0)


def test_network_that_never_retrieves_twice_has_no_switch_probability():
    cycled = cycled_data()
    cycled["overlap"][1] = 0
    found = summarise(cycled=cycled)
    switch = only(found, "switch_probability")
    assert (switch["networks"], switch["mean"]) == (1, 1)
    assert only(found, "visit_entropy")["networks"] == 1
    assert only(found, "patterns_visited")["networks"] == 2


def test_fractions_count_each_kind_of_state():
    outcome = np.arange(len(STATES))
    found = outcome_kinds(outcome, np.where(outcome == STATES.index("wandering"), 1.0, 0.0))
    counted = {name: [STATES[i] for i in np.flatnonzero(kind)] for name, kind in found.items()}
    assert counted == {
        "retrieval_fraction": ["pattern", "negative"],
        "negative_fraction": ["negative"],
        "mixture_fraction": ["mixture"],
        "wandering_fraction": ["wandering"],
        "at_rest_fraction": ["pattern", "negative", "mixture", "silent"],
    }


def test_hybrid_table_has_no_row_twice(hybrid):
    assert not hybrid.duplicated(["quantity", "gain", "condition"]).any()
