from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import simpson, solve_ivp
from scipy.linalg import block_diag
from scipy.stats import ortho_group

from chaos_sampling.measures.lyapunov import (
    Spectrum,
    entropy_rate,
    kaplan_yorke_dimension,
    lyapunov_exponents,
)
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states, random_weights, stack

CHAOTIC = dict(neurons=40, seed=1)
"""A network whose first exponents at g = 5 are 0.15, 0, −0.2 and −0.4 per τ."""
RECORD = dict(dt=0.05, burn_in=10, duration=20, qr_interval=0.5, blocks=2)


def network(neurons=12, seed=0, structured=False):
    rng = np.random.default_rng(seed)
    random = random_weights(neurons, rng)
    return Network(random, random_weights(neurons, rng) if structured else None)


def states(count, neurons=12, seed=1):
    return random_states(count, neurons, np.random.default_rng(seed))


def measure(net, state, gain, **changes):
    settings = {"count": 3, **RECORD, "rng": np.random.default_rng(2), **changes}
    return lyapunov_exponents(net, state, gain, **settings)


def growth_rate(eigenvalue, dt):
    """Return the rate at which RK4 lets a solution of dv/dt = eigenvalue · v grow."""
    x = eigenvalue * dt
    return np.log(np.abs(1 + x + x**2 / 2 + x**3 / 6 + x**4 / 24)) / dt


# --- linear networks: at the fixed point h = 0, φ′ = 1 ---

NORMAL = np.array([0.9, 0.5, 0.1 + 1.2j, 0.1 - 1.2j, -0.3, -0.8])
"""Eigenvalues of a normal matrix, whose directions do not disturb one another."""


def normal_matrix():
    pair = NORMAL[2]
    rotation = [[pair.real, pair.imag], [-pair.imag, pair.real]]
    blocks = block_diag(*NORMAL[:2].real, rotation, *NORMAL[4:].real)
    turn = ortho_group.rvs(len(NORMAL), random_state=0)
    return torch.from_numpy(turn @ blocks @ turn.T)


@pytest.mark.parametrize("dt", [0.05, 0.1, 0.5])
@pytest.mark.parametrize("place", ["random", "structured", "both"])
def test_exponents_of_a_normal_matrix_are_its_eigenvalues_minus_one(place, dt):
    matrix, zero = normal_matrix(), torch.zeros(6, 6, dtype=torch.float64)
    networks = {
        "random": Network(matrix / 2),
        "structured": Network(zero, matrix),
        "both": Network(matrix / 4, matrix / 2),
    }
    at_rest = torch.zeros(1, 6, dtype=torch.float64)
    found = measure(networks[place], at_rest, 2.0, count=6, dt=dt, burn_in=50).exponents[0]
    np.testing.assert_allclose(found, growth_rate(NORMAL - 1, dt), atol=1e-9)
    np.testing.assert_allclose(found, NORMAL.real - 1, atol=dt**4)


@pytest.mark.parametrize("gain", [0.5, 0.9])
def test_exponents_below_gain_one_are_eigenvalues_of_the_jacobian_at_rest(gain):
    net = network(6)
    state = dynamics.advance(net, states(2, 6), gain, duration=150, dt=0.1)
    expected = np.sort(gain * np.linalg.eigvals(net.random.numpy()).real - 1)[::-1]
    found = measure(net, state, gain, count=6, dt=0.1, burn_in=50, duration=200).exponents
    # the directions of complex pairs turn; a record ends within a turn, worth up to about 1/T
    np.testing.assert_allclose(found, np.broadcast_to(expected, (2, 6)), atol=5e-3)


# --- identities that hold along any trajectory ---


@pytest.mark.parametrize("structured", [False, True])
def test_sum_of_all_exponents_is_the_mean_trace_of_the_jacobian(structured):
    net, gain = network(structured=structured), torch.tensor([[2.0], [5.0]]).double()
    settings = dict(dt=0.02, burn_in=0, duration=20)
    found = measure(net, states(2), gain, count=12, **settings).exponents.sum(axis=-1)
    _, record = dynamics.trajectory(net, states(2), gain, duration=20, dt=0.02)
    slopes = 1 - torch.tanh(record).square()  # (time, gain, neuron)
    own = gain * net.random.diagonal() + (net.structured.diagonal() if structured else 0)
    traces = (own * slopes).sum(-1).numpy() - 12
    expected = simpson(traces, dx=0.02, axis=0) / 20
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_integrator_is_of_fourth_order():
    exact, coarse, fine = (
        measure(network(), states(3), 4.0, count=12, dt=dt, burn_in=0, duration=4).exponents
        for dt in (0.005, 0.1, 0.05)
    )
    ratio = np.abs(coarse - exact).max() / np.abs(fine - exact).max()
    assert np.log2(ratio) == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 2e-5)])
@pytest.mark.parametrize("qr_interval", [0.1, 0.5])
def test_interval_of_orthonormalisation_plays_no_part(qr_interval, dtype, tolerance):
    net, state = network(**CHAOTIC).to(dtype=dtype), states(2, 40).to(dtype)
    often, seldom = (
        measure(net, state, 5.0, count=40, qr_interval=interval).rates
        for interval in (qr_interval, 1)
    )
    np.testing.assert_allclose(often, seldom, atol=tolerance)


def independent_rates(weights, state, vectors, duration):
    """Solve for h and all tangents with scipy, and apply modified Gram–Schmidt every τ."""
    neurons, count = vectors.shape

    def slope(_, joint):
        h, vectors = joint[:neurons], joint[neurons:].reshape(neurons, count)
        jacobian = weights / np.cosh(h) ** 2 - np.eye(neurons)
        return np.concatenate([weights @ np.tanh(h) - h, (jacobian @ vectors).ravel()])

    def orthonormalise(vectors):
        lengths = np.empty(count)
        for i in range(count):
            lengths[i] = np.linalg.norm(vectors[:, i])
            vectors[:, i] /= lengths[i]
            for j in range(i + 1, count):
                vectors[:, j] -= vectors[:, i] * (vectors[:, i] @ vectors[:, j])
        return np.log(lengths)

    orthonormalise(vectors)
    growth = np.zeros(count)
    for _ in range(duration):
        joint = np.concatenate([state, vectors.ravel()])
        joint = solve_ivp(slope, (0, 1), joint, rtol=1e-9, atol=1e-9, method="DOP853").y[:, -1]
        state, vectors = joint[:neurons], joint[neurons:].reshape(neurons, count)
        growth += orthonormalise(vectors)
    return growth / duration


def test_exponents_agree_with_an_independent_implementation():
    net, state = network(**CHAOTIC), states(1, 40)
    found = measure(net, state, 5.0, count=4, burn_in=0, duration=30).exponents[0]
    weights, directions = 5 * net.random.numpy(), np.random.default_rng(2).normal(size=(4, 40)).T
    expected = independent_rates(weights, state[0].numpy(), directions, 30)
    np.testing.assert_allclose(found, np.sort(expected)[::-1], atol=1e-4)


# --- batches ---


def test_networks_and_gains_of_a_batch_are_measured_as_if_alone():
    networks = [network(seed=seed, structured=True) for seed in (0, 1)]
    gain, state = torch.tensor([[0.8], [4.0], [6.0]]), states(6).view(2, 3, 12)
    together = measure(stack(networks), state, gain)
    assert together.rates.shape == (2, 2, 3, 3)
    assert together.exponents.shape == together.standard_errors.shape == (2, 3, 3)
    for i, net in enumerate(networks):
        for j in range(3):
            alone = measure(net, state[i, j : j + 1], gain[j].item())
            np.testing.assert_allclose(alone.rates[:, 0], together.rates[:, i, j], atol=1e-5)


def test_gain_may_be_a_number_or_differ_between_networks():
    net, state = stack([network(), network()]), states(2).expand(2, 2, 12)
    low, high = (measure(net, state, gain).rates for gain in (0.7, 3.0))
    both = measure(net, state, torch.tensor([0.7, 3.0]).double()[:, None, None]).rates
    np.testing.assert_allclose(both[:, 0], low[:, 0], atol=1e-9)
    np.testing.assert_allclose(both[:, 1], high[:, 1], atol=1e-9)


def test_leading_exponents_do_not_depend_on_how_many_are_measured():
    net, state = network(**CHAOTIC), states(2, 40)
    few, many = (measure(net, state, 5.0, count=count, duration=40).rates for count in (2, 6))
    np.testing.assert_allclose(few, many[..., :2], atol=1e-5)


def test_exponents_descend_and_the_state_is_left_alone():
    state = states(4)
    before = state.clone()
    assert (np.diff(measure(network(), state, 3.0, count=12, duration=5).exponents) <= 0).all()
    assert torch.equal(state, before)


# --- blocks ---


def test_exponents_are_means_of_blocks_and_errors_come_from_their_scatter():
    spectrum = Spectrum(np.array([[[1.0, -1.0]], [[2.0, -1.0]], [[6.0, -1.0]]]))
    np.testing.assert_allclose(spectrum.exponents, [[3.0, -1.0]])
    np.testing.assert_allclose(spectrum.standard_errors, [[np.sqrt(7 / 3), 0]])


def test_blocks_divide_one_record():
    whole, parts = (measure(network(), states(2), 4.0, blocks=blocks) for blocks in (2, 8))
    np.testing.assert_allclose(parts.exponents, whole.exponents, atol=1e-12)
    halves = parts.rates.reshape(2, 4, 2, 3).mean(axis=1)
    np.testing.assert_allclose(halves, whole.rates, atol=1e-12)


@pytest.mark.parametrize("count", [0, 13])
def test_impossible_number_of_exponents_is_refused(count):
    with pytest.raises(ValueError, match=f"count: expected from 1 to 12 exponents, found {count}"):
        measure(network(), states(1), 1.0, count=count)


@pytest.mark.parametrize(("blocks", "duration"), [(1, 20), (3, 20), (80, 20), (2, 0)])
def test_impossible_blocks_are_refused(blocks, duration):
    with pytest.raises(ValueError, match=f"blocks: expected a divisor.*, found {blocks}"):
        measure(network(), states(1), 1.0, blocks=blocks, duration=duration)


@pytest.mark.parametrize("name", ["burn_in", "duration"])
def test_times_must_be_whole_numbers_of_intervals(name):
    with pytest.raises(ValueError, match=r"whole multiple of dt = 0.5 τ, found 3.3 τ"):
        measure(network(), states(1), 1.0, **{name: 3.3})


# --- dimension and entropy ---

SPECTRA = st.lists(st.floats(-4, 2), min_size=1, max_size=12).map(
    lambda values: np.sort(values)[::-1]
)


@pytest.mark.parametrize(
    ("exponents", "neurons", "dimension", "entropy"),
    [
        ([0.9056, 0.0, -14.5723], 3, 2.06215, 0.9056),  # Lorenz (Sprott 2003)
        ([1.0, 0.5, -1.0, -2.0], 4, 3.25, 1.5),
        ([1.0, 0.5, -1.0, -2.0], 9, 3.25, 1.5),
        ([0.0, -1.0], 2, 1.0, 0.0),  # a limit cycle
        ([-0.5, -1.0], 2, 0.0, 0.0),  # a fixed point
        ([-0.5], 7, 0.0, 0.0),
        ([1.0, -0.5], 2, 2.0, 1.0),  # volume grows
        ([1.0, -0.5], 3, np.nan, 1.0),  # the third may be anything
        ([1.0, 0.5], 2, 2.0, 1.5),
        ([1.0, 0.5], 3, np.nan, np.nan),
        ([np.nan, np.nan], 2, np.nan, np.nan),
    ],
)
def test_dimension_and_entropy_of_known_spectra(exponents, neurons, dimension, entropy):
    spectrum = np.array(exponents)
    found = kaplan_yorke_dimension(spectrum, neurons), entropy_rate(spectrum, neurons)
    np.testing.assert_allclose(found, (dimension, entropy), rtol=1e-5)


def test_spectra_of_several_axes_are_taken_one_by_one():
    spectra = np.sort(np.random.default_rng(0).normal(-0.5, 1, (3, 4, 5)))[..., ::-1]
    for function in (kaplan_yorke_dimension, entropy_rate):
        expected = [[function(spectrum, 6) for spectrum in row] for row in spectra]
        np.testing.assert_allclose(function(spectra, 6), expected)


@given(SPECTRA, st.floats(0.1, 10))
def test_unit_of_time_changes_the_entropy_but_not_the_dimension(spectrum, factor):
    assume(np.abs(np.cumsum(spectrum)).min() > 1e-9)
    size = len(spectrum) + 1
    dimension = kaplan_yorke_dimension(spectrum, size)
    np.testing.assert_allclose(kaplan_yorke_dimension(factor * spectrum, size), dimension)
    entropy = entropy_rate(spectrum, size)
    np.testing.assert_allclose(entropy_rate(factor * spectrum, size), factor * entropy)


@given(SPECTRA)
def test_known_dimension_and_entropy_need_no_further_exponents(spectrum):
    size = len(spectrum)
    for function in (kaplan_yorke_dimension, entropy_rate):
        whole = function(spectrum, size)
        for count in range(1, size):
            part = function(spectrum[:count], size)
            assert np.isnan(part) or part == pytest.approx(whole)


@given(SPECTRA)
def test_dimension_lies_between_the_positive_exponents_and_all(spectrum):
    dimension = kaplan_yorke_dimension(spectrum, len(spectrum))
    assert (spectrum > 0).sum() <= dimension <= len(spectrum)
