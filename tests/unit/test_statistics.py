from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chaos_sampling.statistics import (
    COLUMNS,
    chaos_table,
    hybrid_table,
    pooled_regression,
    row,
    sampling_table,
    table,
)
from chaos_sampling.store import Dataset, Variable

VALUES = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=2, max_size=12)


def variables(**arrays):
    """Name the axes of each array by its dims: name=(values, dims)."""
    return {name: Variable(values, dims, "1", name) for name, (values, dims) in arrays.items()}


def find(found, quantity, **conditions):
    chosen = found[found["quantity"] == quantity]
    for column, value in conditions.items():
        chosen = chosen[chosen[column] == value]
    assert len(chosen) == 1, (quantity, conditions)
    return chosen.iloc[0]


# --- one row ---


def test_interval_is_students():
    found = row("x", [1.0, 2.0, 4.0])
    mean, se = 7 / 3, np.sqrt(7 / 3) / np.sqrt(3)  # variance 7/3 with n − 1
    half = 4.302653 * se  # t(0.975, 2)
    assert found["networks"] == 3
    assert found["mean"] == pytest.approx(mean)
    assert found["se"] == pytest.approx(se)
    assert found["median"] == 2
    assert (found["low"], found["high"]) == pytest.approx((mean - half, mean + half))


@given(VALUES.filter(lambda values: np.ptp(values) > 0))
def test_interval_agrees_with_scipy(values):
    found = row("x", values)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found["low"], found["high"]) == pytest.approx(tuple(expected), abs=1e-9)
    assert found["low"] <= found["mean"] <= found["high"]


@pytest.mark.parametrize("count", [1, 2, 10, 20])
def test_interval_of_yes_or_no_is_the_exact_binomial_one(count):
    for hits in range(count + 1):
        found = row("x", np.arange(count) < hits)
        # Clopper and Pearson: quantiles of beta distributions
        low = stats.beta.ppf(0.025, hits, count - hits + 1) if hits else 0
        high = stats.beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1
        assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-9)
        assert found["mean"] == pytest.approx(hits / count)
        assert found["networks"] == count


def test_list_of_yes_and_no_is_one_too():
    found = row("x", [True, True, True])
    assert (found["low"], found["high"]) == pytest.approx((0.025 ** (1 / 3), 1))


@given(VALUES, st.lists(st.just(np.nan), max_size=5), st.randoms())
def test_networks_without_a_value_are_left_out(values, missing, random):
    mixed = values + missing
    random.shuffle(mixed)
    expected, found = row("x", values), row("x", mixed)
    assert found["networks"] == len(values)
    for name in ("mean", "se", "low", "high", "median"):
        assert found[name] == pytest.approx(expected[name], abs=1e-9)


@pytest.mark.parametrize("values", [[], [np.nan], [np.nan, np.nan]])
def test_no_network_with_a_value(values):
    found = row("x", values)
    assert found["networks"] == 0
    assert np.isnan([found[name] for name in ("mean", "se", "low", "high", "median")]).all()


def test_single_network_has_no_interval():
    found = row("x", [3.0])
    assert (found["networks"], found["mean"], found["median"]) == (1, 3, 3)
    assert np.isnan([found[name] for name in ("se", "low", "high")]).all()


@pytest.mark.parametrize("values", [[2.0, 2.0, 2.0], [2, 2, 2], [2.0, np.nan, 2.0]])
def test_equal_values_have_an_interval_of_no_width(values):
    found = row("x", values)
    assert (found["low"], found["mean"], found["high"], found["se"]) == (2, 2, 2, 0)


@given(st.lists(st.floats(-1e3, 1e3), min_size=12, max_size=30), st.integers(0, 5))
def test_ranks_give_the_median_and_its_order_statistics(values, beyond):
    values = [*values, *[np.inf] * beyond, np.nan]
    found = row("x", values, ranks=True)
    ordered = np.sort(values[:-1])
    assert found["networks"] == len(ordered)
    assert found["median"] == np.median(ordered)
    assert np.isnan([found["mean"], found["se"]]).all()
    assert found["low"] <= found["median"] <= found["high"]
    # the number of values below the median is binomial; each end leaves out at most 2.5 %
    below = stats.binom.cdf(np.arange(len(ordered)), len(ordered), 0.5)
    assert found["low"] == ordered[np.flatnonzero(below <= 0.025)[-1]]


@pytest.mark.parametrize("values", [[], [1.0], [np.inf]])
def test_ranks_of_a_single_network_have_no_interval(values):
    found = row("x", values, ranks=True)
    assert np.isnan([found["low"], found["high"], found["mean"]]).all()
    assert found["networks"] == len(values)


def test_where_a_row_belongs():
    found = row("x", [1.0, 2.0], gain=4, size=250, condition={"b": 1, "a": "z"}, theory=1.5)
    assert (found["gain"], found["size"], found["theory"]) == (4, 250, 1.5)
    assert json.loads(found["condition"]) == {"a": "z", "b": 1}
    bare = row("x", [1.0])
    assert np.isnan([bare["gain"], bare["size"], bare["theory"]]).all()
    assert bare["condition"] == "{}"


def test_condition_does_not_depend_on_the_order_of_its_keys():
    first, second = (
        row("x", [1], condition={"a": 1, "b": 2}),
        row("x", [1], condition={"b": 2, "a": 1}),
    )
    assert first["condition"] == second["condition"]


def test_row_has_the_columns_of_a_table():
    assert list(row("x", [1.0, 2.0])) == COLUMNS


@pytest.mark.parametrize("rows", [[], [row("x", [1.0])], [row("x", [1.0]), row("y", [2.0, 3.0])]])
def test_table_has_its_columns_in_order(rows):
    found = table(rows)
    assert list(found.columns) == COLUMNS
    assert found["quantity"].tolist() == [entry["quantity"] for entry in rows]


# --- regression ---


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


# --- tables ---


def chaos_data():
    time = np.arange(0, 60, 0.1)
    rates = np.array([[-0.2, 0.1, 0.3], [0.4, 0.5, 0.6]])  # (gain, network)
    distance = np.minimum(1e-4 * np.exp(rates[..., None] * time), 10)
    divergence = Dataset(
        "divergence",
        "",
        variables(
            gain=(np.array([2.0, 4.0]), ("gain",)),
            time=(time, ("time",)),
            distance=(distance, ("gain", "network", "time")),
            saturation=(np.full((2, 3), 10.0), ("gain", "network")),
        ),
        {"neurons": 500},
    )
    lag = np.arange(0, 45, 0.15)
    constant = np.array([[4.0, 5, 6], [1, 2, 3]])[..., None]
    correlation = 0.5 * np.exp(-lag / constant)
    correlation[0, 0] = 0.5  # a network that never decorrelates
    speed = Dataset(
        "mixing",
        "",
        variables(
            gain=(np.array([2.0, 4.0]), ("gain",)),
            lag=(lag, ("lag",)),
            autocorrelation=(correlation, ("gain", "network", "lag")),
            step_change=(np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]), ("gain", "network")),
        ),
        {"neurons": 250, "interval": 0.15},
    )
    return divergence, speed


def summarised():
    return chaos_table(*chaos_data(), transient=0, reference_gain=4)


@pytest.mark.parametrize(
    ("quantity", "gain", "size", "mean"),
    [
        ("divergence_rate", 2, 500, 0.2 / 3),
        ("divergence_rate", 4, 500, 0.5),
        ("fraction_diverging", 2, 500, 2 / 3),
        ("fraction_diverging", 4, 500, 1),
        ("variance_phi", 2, 250, 0.5),
        ("step_change_0.15", 2, 250, 0.2),
        ("step_change_0.15", 4, 250, 0.5),
    ],
)
def test_chaos_table_summarises_each_gain(quantity, gain, size, mean):
    found = find(summarised(), quantity, gain=gain)
    assert found["networks"] == 3
    assert found["mean"] == pytest.approx(mean, rel=0.01)
    assert found["size"] == size


@pytest.mark.parametrize(
    ("quantity", "gain", "median"),
    [
        ("half_life_phi", 2, 6 * np.log(2)),  # the network that never decorrelates is the slowest
        ("half_life_phi", 4, 2 * np.log(2)),
        ("T2_phi", 2, 6),
        ("T2_phi", 4, 2),
        ("relative_half_life_phi", 2, 2.5),
        ("relative_half_life_phi", 4, 1),
        ("relative_step_change_0.15", 2, 0.4),
        ("relative_step_change_0.15", 4, 1),
    ],
)
def test_chaos_table_takes_medians_of_times_and_ratios(quantity, gain, median):
    found = find(summarised(), quantity, gain=gain)
    assert found["networks"] == 3
    assert found["median"] == pytest.approx(median, rel=0.01)
    assert np.isnan(found["mean"])


def test_theory_stands_beside_what_it_predicts():
    found = summarised()
    assert find(found, "variance_phi", gain=4)["theory"] == pytest.approx(0.7624, rel=1e-3)
    assert find(found, "half_life_phi", gain=2)["theory"] == pytest.approx(4.913, rel=1e-3)
    assert find(found, "T2_phi", gain=2)["theory"] == pytest.approx(7.436, rel=1e-3)
    assert find(found, "divergence_rate", gain=2)["theory"] == pytest.approx(0.11245, rel=1e-3)


def test_divergence_rate_leaves_out_the_transient():
    divergence, speed = chaos_data()
    divergence["distance"][..., :50] = 1e-9  # a jump that would dominate the slope
    found = chaos_table(divergence, speed, transient=5, reference_gain=4)
    assert find(found, "divergence_rate", gain=4)["mean"] == pytest.approx(0.5, rel=0.01)


def test_without_the_reference_gain_nothing_is_compared():
    found = chaos_table(*chaos_data(), transient=0, reference_gain=3)
    compared = found[found["quantity"].str.startswith("relative")]
    assert len(compared) == 4
    assert (compared["networks"] == 0).all()


def test_chaos_table_has_one_row_per_quantity_and_gain():
    found = summarised()
    assert list(found.columns) == COLUMNS
    assert not found.duplicated(["quantity", "gain"]).any()
    assert len(found) == 2 * 8


def gain_samples(gain, slope):
    """Build a data set whose pixels and latents grow by `slope` in each frame."""
    frames = np.arange(40)
    images = np.broadcast_to((slope * frames)[:, None, None, None], (40, 2, 2, 3))
    ensemble = np.zeros((2, 2, 2, 3), np.uint8)
    ensemble[1] = 51
    return Dataset(
        "gain_samples",
        "",
        {
            "trajectory/time": Variable(0.15 * frames, ("time",), "τ", "time"),
            **variables(
                **{
                    "trajectory/images": (images.astype(np.uint8), ("time", "y", "x", "channel")),
                    "trajectory/latents": (
                        np.broadcast_to(0.1 * slope * frames[:, None], (40, 5)),
                        ("time", "latent"),
                    ),
                    "ensemble/images": (ensemble, ("sample", "y", "x", "channel")),
                }
            ),
        },
        {"gain": gain, "training_gain": 4, "model": {"dataset": "avatars", "seed": 1}},
    )


@pytest.fixture(scope="module")
def sampling():
    return sampling_table([gain_samples(2, 1), gain_samples(8, 5)])


@pytest.mark.parametrize(
    ("quantity", "gain", "value"),
    [
        ("step_change_latents_0.15", 2, 0.1),
        ("step_change_latents_0.15", 8, 0.5),
        ("step_change_images_0.15", 2, 1 / 255),
        ("step_change_images_0.15", 8, 5 / 255),
        ("deviation_images", 2, 0.1),
        ("deviation_images", 8, 0.1),
    ],
)
def test_sampling_table_gives_the_one_network_without_interval(sampling, quantity, gain, value):
    found = find(sampling, quantity, gain=gain)
    assert found["mean"] == pytest.approx(value, rel=1e-5)
    assert found["networks"] == 1
    assert np.isnan([found["se"], found["low"], found["high"]]).all()
    assert json.loads(found["condition"]) == {"dataset": "avatars", "seed": 1}


def test_half_life_of_images_does_not_depend_on_contrast(sampling):
    slow, fast = (find(sampling, "half_life_images", gain=gain)["median"] for gain in (2, 8))
    assert slow == pytest.approx(fast, rel=1e-4)
    assert 0 < slow < 40 * 0.15 / 4


def test_sampling_table_has_its_columns(sampling):
    assert list(sampling.columns) == COLUMNS
    assert len(sampling) == 2 * 4


GAINS = np.array([0, 3, 5, 8.0])
TIME = np.arange(0, 30.25, 0.25)


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
