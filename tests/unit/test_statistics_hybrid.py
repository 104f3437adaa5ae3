from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import find, variables

from chaos_sampling.statistics.hybrid import hybrid_table, pooled_regression
from chaos_sampling.statistics.table import COLUMNS
from chaos_sampling.store import Dataset

GAINS = np.array([0, 3, 5, 8.0])
TIME = np.arange(0, 30.25, 0.25)


@given(st.integers(0, 1000), st.integers(2, 6), st.integers(2, 30))
def test_regression_agrees_with_numpy(seed, gains, times):
    g = np.arange(gains) * 1.5
    norms = np.random.default_rng(seed).normal(size=(gains, times)) - 0.3 * g[:, None]
    found = pooled_regression(g, norms)
    x, y = np.broadcast_to(g[:, None], norms.shape).ravel(), norms.ravel()
    slope, intercept = np.polyfit(x, y, 1)
    assert (found.slope, found.intercept) == pytest.approx((slope, intercept))
    assert found.rvalue == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_regression_of_a_line_is_exact():
    gains = np.array([0, 3, 5, 8.0])
    found = pooled_regression(gains, np.repeat(1 - 0.1 * gains[:, None], 7, axis=1))
    assert (found.slope, found.rvalue) == pytest.approx((-0.1, -1))


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
        ),
    )


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
        ),
    )


@pytest.fixture(scope="module")
def hybrid():
    return hybrid_table(fixed_data(), cycled_data(), sample_every=1, dropped=1 / 3)


@pytest.mark.parametrize(
    ("quantity", "median"),
    [
        ("pooled_r_patterns", -1),
        ("pooled_slope_patterns", -0.075),
        ("network_slope_patterns", -0.075),
        ("pooled_p_patterns", 0),
    ],
)
def test_regression_over_networks_leaves_out_the_transient(hybrid, quantity, median):
    found = find(hybrid, quantity)
    assert found["median"] == pytest.approx(median)
    assert found["networks"] == 2


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
    ],
)
def test_each_gain_is_summarised(hybrid, quantity, gain, mean):
    found = find(hybrid, quantity, gain=gain)
    assert found["mean"] == pytest.approx(mean)
    assert found["networks"] == 2


def test_time_points_are_taken_every_so_often():
    data = fixed_data()
    data["projection_patterns"][..., TIME % 1 != 0] = 77
    found = hybrid_table(data, cycled_data(), sample_every=1, dropped=1 / 3)
    assert find(found, "projection_patterns", gain=0)["mean"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("quantity", "values"),
    [
        ("overlap_final", [(1 + 1 + 0.5 + 0.95) / 4, 0.99]),
        ("retrieval_fraction", [0.75, 1]),
        ("negative_fraction", [0.25, 0]),
        ("switch_probability", [1, 0]),  # pattern to negative is a switch; the mixture drops out
        ("pattern_switch_probability", [0, 0]),
        ("patterns_visited", [2, 1]),
    ],
)
def test_ends_of_low_phases_are_summarised(hybrid, quantity, values):
    found = find(hybrid, quantity, condition='{"gain": "cycled"}')
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["networks"] == 2


def test_network_that_never_retrieves_twice_has_no_switch_probability():
    cycled = cycled_data()
    cycled["overlap"][1] = 0
    found = hybrid_table(fixed_data(), cycled, sample_every=1, dropped=1 / 3)
    switch = find(found, "switch_probability")
    assert (switch["networks"], switch["mean"]) == (1, 1)
    assert find(found, "patterns_visited")["networks"] == 2


def test_hybrid_table_has_its_columns(hybrid):
    assert list(hybrid.columns) == COLUMNS
    assert not hybrid.duplicated(["quantity", "gain", "condition"]).any()
    assert isinstance(hybrid, pd.DataFrame)
