from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.linalg import null_space

from chaos_sampling.measures.overlaps import (
    AT_REST,
    SILENT,
    STATES,
    classify,
    heard,
    largest_overlap,
    low_phase_ends,
    measure,
    overlaps,
    projection_norms,
)
from chaos_sampling.store import Dataset, Variable

SEEDS = st.integers(0, 10_000)


def patterns(count=3, neurons=20, seed=0):
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(count, neurons))


def activity(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


# --- overlaps ---


@pytest.mark.parametrize("scale", [1.0, -1.0, 1e-6, -250.0])
@pytest.mark.parametrize("count", [1, 3, 10])
def test_overlap_with_itself_is_its_sign(scale, count):
    found = overlaps(scale * patterns(count), patterns(count))
    np.testing.assert_allclose(np.diag(found), np.sign(scale))


def test_overlap_is_the_cosine():
    a, xi = activity(20), patterns()
    expected = [a @ x / np.linalg.norm(a) / np.linalg.norm(x) for x in xi]
    np.testing.assert_allclose(overlaps(a, xi), expected)


def test_overlap_with_an_orthogonal_pattern_vanishes():
    found = overlaps(np.array([1.0, 1.0, 0.0]), np.array([[1.0, -1.0, 5.0]]))
    np.testing.assert_allclose(found, 0, atol=1e-15)


def test_overlap_with_an_even_mixture():
    xi = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1.0]])
    np.testing.assert_allclose(overlaps(xi.sum(0), xi), [1 / np.sqrt(3)] * 3)


@given(
    hnp.arrays(np.float64, (4, 6), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 3))),
    SEEDS,
    st.floats(0.01, 100),
)
def test_overlap_is_bounded_and_blind_to_length(a, seed, scale):
    xi = patterns(3, 6, seed)
    found = overlaps(a, xi)
    assert (np.abs(found) <= 1 + 1e-12).all()
    np.testing.assert_allclose(overlaps(scale * a, scale * xi), found, atol=1e-12)
    np.testing.assert_allclose(overlaps(-a, xi), -found)


@pytest.mark.parametrize("leading", [(), (5,), (2, 5), (3, 2, 5)])
def test_leading_axes_are_kept(leading):
    a, xi = activity(*leading, 20), patterns()
    found = overlaps(a, xi)
    assert found.shape == (*leading, 3)
    for index in np.ndindex(*leading):
        np.testing.assert_allclose(found[index], overlaps(a[index], xi))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_of_the_activity_is_kept(dtype):
    a = activity(5, 20).astype(dtype)
    assert overlaps(a, patterns()).dtype == dtype
    assert all(norm.dtype == dtype for norm in projection_norms(a, patterns()))


def test_whole_numbers_are_allowed():
    xi = patterns()
    np.testing.assert_allclose(overlaps(xi.astype(int), xi.astype(int)), overlaps(xi, xi))


def test_silent_network_overlaps_with_nothing():
    a = np.vstack([np.zeros(20), patterns()[0]])
    assert (overlaps(a, patterns())[0] == 0).all()
    inside, outside = projection_norms(a, patterns())
    assert (inside[0], outside[0]) == (0, 0)
    assert inside[1] == pytest.approx(1)


def test_patterns_that_fill_the_space_leave_nothing():
    inside, outside = projection_norms(activity(7, 2), np.array([[1, 1], [1, -1.0]]))
    np.testing.assert_allclose(inside, 1)
    np.testing.assert_allclose(outside, 0)


@given(SEEDS, st.integers(0, 3))
def test_repeated_patterns_count_once(seed, repeats):
    xi, vectors = patterns(3, 20), activity(5, 20, seed=seed)
    signs = np.array([1.0, -1.0, 2.0])[:repeats, None]
    repeated = np.vstack([xi, signs * xi[:1].repeat(repeats, 0)])
    for found, expected in zip(
        projection_norms(vectors, repeated), projection_norms(vectors, xi), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-12)


# --- projections ---


@given(SEEDS, st.integers(1, 6), st.floats(1e-6, 1e6))
def test_squares_of_the_norms_sum_to_one(seed, count, scale):
    a = scale * activity(4, 12, seed=seed)
    inside, outside = projection_norms(a, activity(count, 12, seed=seed + 1))
    np.testing.assert_allclose(inside**2 + outside**2, 1)


@given(SEEDS, st.integers(1, 6))
def test_norm_inside_is_that_of_the_least_squares_fit(seed, count):
    a, xi = activity(12, seed=seed), activity(count, 12, seed=seed + 1)
    coefficients = np.linalg.lstsq(xi.T, a, rcond=None)[0]
    expected = np.linalg.norm(coefficients @ xi) / np.linalg.norm(a)
    assert projection_norms(a, xi)[0] == pytest.approx(expected, abs=1e-7)


def test_mixture_lies_inside_and_noise_across_both():
    xi = patterns(10, 200)
    inside, outside = projection_norms(np.array([2.0, -1, 3]) @ xi[:3], xi)
    assert inside == pytest.approx(1)
    assert outside == pytest.approx(0, abs=1e-7)
    inside, _ = projection_norms(activity(2000, 200), xi)
    assert np.square(inside).mean() == pytest.approx(10 / 200, rel=0.05)  # 5 standard errors


def test_a_tilted_vector_splits_by_its_angle():
    angle = np.linspace(0, np.pi, 7)
    a = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
    inside, outside = projection_norms(a, np.array([[1.0, 0, 0]]))
    np.testing.assert_allclose(inside, np.abs(np.cos(angle)), atol=1e-12)
    np.testing.assert_allclose(outside, np.abs(np.sin(angle)), atol=1e-12)


# --- which pattern, when ---


@pytest.mark.parametrize(
    ("gain", "ends"),
    [
        ([1, 1, 8, 8, 1, 8], [1, 4]),
        ([1, 1, 1], []),
        ([1, 1, 8, 8, 8], [1]),
        ([1, 8, 1, 1], [0]),  # the last low phase is not complete
        ([8, 8, 1, 1, 8], [3]),
        ([1, 8, 1, 8, 1, 8], [0, 2, 4]),
    ],
)
def test_low_phases_end_where_the_gain_rises(gain, ends):
    assert low_phase_ends(np.array(gain, float)).tolist() == ends


@pytest.mark.parametrize(
    ("overlap", "largest"),
    [
        ([0.95, 0.1, 0.0], 0.95),
        ([0.1, -0.99, 0.3], -0.99),
        ([0.91, -0.93, 0.0], -0.93),
        ([0.0, 0.0, 0.0], 0),
        ([[-0.2, 0.1], [0.3, 0.4]], [-0.2, 0.4]),
    ],
)
def test_largest_overlap_keeps_its_sign(overlap, largest):
    np.testing.assert_array_equal(largest_overlap(np.array(overlap)), largest)


@pytest.mark.parametrize(
    ("overlap", "speed", "state"),
    [
        ([0.95, 0.1, 0.0], 0.0, "pattern"),
        ([0.95, 0.1, 0.0], 1.0, "pattern"),
        ([0.1, -0.99, 0.3], 0.0, "negative"),
        ([0.1, -0.99, 0.3], 1.0, "negative"),
        ([0.577, 0.577, 0.577], 0.9 * AT_REST, "mixture"),
        ([0.577, 0.577, 0.577], AT_REST, "wandering"),
        ([0.1, -0.1, 0.0], 1.0, "wandering"),
        ([0.89, 0.0, 0.0], 0.0, "mixture"),
        ([0.0, 0.0, 0.0], 0.0, "silent"),
        ([0.0, 0.0, 0.0], 1.0, "wandering"),  # orthogonal to all patterns, and moving
    ],
)
def test_states_are_told_apart(overlap, speed, state):
    assert STATES[classify(np.array(overlap), np.array(speed))] == state


@given(SEEDS, st.integers(1, 4))
def test_mixtures_of_three_patterns_are_no_patterns(seed, networks):
    xi = patterns(3, 200, seed)
    states = np.stack([xi[0], -xi[1], np.sign(xi.sum(0)), 0 * xi[0]])
    found = classify(overlaps(np.stack([states] * networks), xi), np.zeros((networks, 4)))
    assert found.shape == (networks, 4)
    names = ["pattern", "negative", "mixture", "silent"]
    assert [[STATES[code] for code in row] for row in found] == [names] * networks


@given(SEEDS, st.floats(1e-9, 0.999) | st.floats(1.001, 1e3))  # at 1, rounding decides
def test_what_is_too_faint_overlaps_with_nothing(seed, scale):
    a = activity(4, 20, seed=seed)
    a *= scale * SILENT / np.sqrt(np.square(a).mean(axis=-1, keepdims=True))
    found = heard(overlaps(a, patterns()), a)
    expected = overlaps(a, patterns()) if scale > 1 else np.zeros((4, 3))
    np.testing.assert_array_equal(found, expected)


# --- whole simulations ---


def simulation(protocol):
    stored = np.stack([patterns(seed=seed) for seed in range(2)])
    fixed = protocol == "fixed_gain"
    shape = (2, 4, 5, 20) if fixed else (2, 5, 20)
    dims = ("network", "gain", "time", "neuron") if fixed else ("network", "time", "neuron")
    gain = (
        Variable(np.array([0, 3, 5, 8.0]), ("gain",), "1", "gain g")
        if fixed
        else Variable(np.ones((2, 5)), ("network", "time"), "1", "gain g")
    )
    return Dataset(
        "hybrid",
        "",
        {
            "time": Variable(np.arange(5.0), ("time",), "τ", "time"),
            "gain": gain,
            "patterns": Variable(stored, ("network", "pattern", "neuron"), "1", "patterns ξ"),
            "h": Variable(3 * activity(*shape).astype(np.float32), dims, "1", "input h"),
        },
        {"weights": {"strength": 4}},
    )


@pytest.mark.parametrize("protocol", ["fixed_gain", "cycled_gain"])
@pytest.mark.parametrize(("name", "function"), [("phi", np.tanh), ("h", np.copy)])
def test_each_network_is_measured_against_its_own_patterns(protocol, name, function):
    simulated = simulation(protocol)
    found = measure(simulated, activity=name)
    for index in range(2):
        vectors, xi = function(simulated["h"][index]), simulated["patterns"][index]
        np.testing.assert_array_equal(found["overlap"][index], overlaps(vectors, xi))
        inside, outside = projection_norms(vectors, xi)
        np.testing.assert_array_equal(found["projection_patterns"][index], inside)
        np.testing.assert_array_equal(found["projection_orthogonal"][index], outside)
        expected = overlaps(vectors, null_space(xi).T)
        np.testing.assert_array_equal(found["orthogonal"][index], expected)


@pytest.mark.parametrize(
    ("protocol", "middle"), [("fixed_gain", ("gain", "time")), ("cycled_gain", ("time",))]
)
def test_axes_are_those_of_the_simulation(protocol, middle):
    simulated = simulation(protocol)
    found = measure(simulated, activity="phi")
    assert found.kind == "overlaps"
    assert found.attributes == {"weights": {"strength": 4}, "activity": "phi"}
    assert {name: variable.dims for name, variable in found.variables.items()} == {
        "time": ("time",),
        "gain": simulated.variables["gain"].dims,
        "overlap": ("network", *middle, "pattern"),
        "orthogonal": ("network", *middle, "direction"),
        "projection_patterns": ("network", *middle),
        "projection_orthogonal": ("network", *middle),
        "speed": ("network", *middle),
    }
    assert found["orthogonal"].shape[-1] == 17
    assert found.variables["time"] is simulated.variables["time"]


@pytest.mark.parametrize("protocol", ["fixed_gain", "cycled_gain"])
@pytest.mark.parametrize("name", ["phi", "h"])
def test_networks_that_died_out_are_silent(protocol, name):
    simulated = simulation(protocol)
    h = simulated.variables["h"]
    values = np.stack([h.values[0], 1e-10 * h.values[1]])
    faint = Variable(values, h.dims, "1", "input h")
    found = measure(replace(simulated, variables=simulated.variables | {"h": faint}), activity=name)
    loud, died_out = classify(found["overlap"], np.zeros_like(found["speed"]))
    assert (died_out == STATES.index("silent")).all()
    assert (loud != STATES.index("silent")).all()


def test_speed_is_that_of_the_input():
    simulated = simulation("fixed_gain")
    direction = activity(2, 4, 1, 20)
    variables = {
        **simulated.variables,
        "time": Variable(np.arange(0, 2.5, 0.5), ("time",), "τ", "time"),
        "h": Variable(
            direction * np.array([0, 1, 3, 3, 3])[:, None], simulated.variables["h"].dims, "1", "h"
        ),
    }
    found = measure(replace(simulated, variables=variables), activity="phi")["speed"]
    length = np.sqrt(np.square(direction).mean(axis=-1))
    np.testing.assert_allclose(found, length * np.array([2, 2, 4, 0, 0]))


def test_saturated_inputs_overlap_fully_as_rates_but_not_as_inputs():
    simulated = simulation("cycled_gain")
    stored = simulated["patterns"][:, :1]
    stretched = stored * np.linspace(10, 1000, 20)  # h of one sign pattern, unequal sizes
    variables = {
        **simulated.variables,
        "h": Variable(np.repeat(stretched, 5, axis=1), ("network", "time", "neuron"), "1", "h"),
    }
    simulated = replace(simulated, variables=variables)
    np.testing.assert_allclose(measure(simulated, activity="phi")["overlap"][..., 0], 1)
    assert (measure(simulated, activity="h")["overlap"][..., 0] < 0.9).all()
