from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from small_networks import METHODS, initial, network, silent, single

from chaos_sampling.network.dynamics import advance, derivative, step, steps, trajectory
from chaos_sampling.network.weights import Network, stack

# --- linear limits ---


@pytest.mark.parametrize("dt", [0.01, 0.05, 0.1, 0.5])
@pytest.mark.parametrize("structured", [True, False])
def test_without_weights_activity_decays_exponentially(dt, structured):
    zero = silent(4)
    zero = Network(zero.random, zero.random) if structured else zero
    state = initial(3, 4)
    found = advance(zero, state, 7.0, duration=2, dt=dt)
    torch.testing.assert_close(found, state * np.exp(-2), rtol=dt**4, atol=0)


@pytest.mark.parametrize(
    ("method", "factor"),
    [("euler", lambda dt: 1 - dt), ("rk4", lambda dt: 1 - dt + dt**2 / 2 - dt**3 / 6 + dt**4 / 24)],
)
@pytest.mark.parametrize("dt", [0.05, 0.1, 0.25, 1.0])
def test_one_step_of_a_decay_is_the_methods_polynomial(method, factor, dt):
    state = initial(3, 4)
    torch.testing.assert_close(step(state, silent(4), 1.0, dt, method), factor(dt) * state)


@pytest.mark.parametrize("gain", [0, 0.5, 2.0])
@pytest.mark.parametrize("structured", [True, False])
def test_small_states_follow_the_matrix_exponential(gain, structured):
    net = network(10, structured=structured)
    state = 1e-7 * initial(3, 10)
    weights = gain * net.random.numpy() - np.eye(10)
    if structured:
        weights = weights + net.structured.numpy()
    expected = state.numpy() @ expm(1.5 * weights).T
    found = advance(net, state, gain, duration=1.5, dt=0.01).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def test_zero_is_a_fixed_point():
    state = torch.zeros(3, 20, dtype=torch.float64)
    assert torch.equal(advance(network(), state, 5.0, duration=5, dt=0.1), state)


@pytest.mark.parametrize("weight", [1.5, 2.0, 5.0])
@pytest.mark.parametrize("start", [0.1, -0.1, 10.0])
def test_self_exciting_neuron_comes_to_its_fixed_point(weight, start):
    state = torch.full((1, 1), start, dtype=torch.float64)
    found = advance(single(weight), state, 1.0, duration=60, dt=0.1).item()
    assert np.isclose(found, weight * np.tanh(found))
    assert abs(found) > 0.5
    assert np.sign(found) == np.sign(start)


# --- the derivative ---


def test_derivative_is_the_equation_written_out():
    net, state = network(), initial(20)
    h, random, structured = state.numpy(), net.random.numpy(), net.structured.numpy()
    expected = [
        -h[m] + sum((structured[m, n] + 3.0 * random[m, n]) * np.tanh(h[n]) for n in range(20))
        for m in range(20)
    ]
    np.testing.assert_allclose(derivative(state[None], net, 3.0)[0], expected)


def test_weights_lead_from_column_to_row():
    weights = torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    state = torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    slope = derivative(state, Network(weights), 2.0)
    torch.testing.assert_close(slope, torch.tensor([[2 * np.tanh(1.0), -1.0]], dtype=torch.float64))


def test_gain_multiplies_the_random_part_only():
    net, state = network(), initial(4, 20)
    slope = derivative(state, net, 0.0)
    torch.testing.assert_close(slope, torch.tanh(state) @ net.structured - state)


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_derivative_is_affine_in_the_gain(first, second):
    net, state = network(5), initial(3, 5)
    middle = derivative(state, net, (first + second) / 2)
    ends = derivative(state, net, first) + derivative(state, net, second)
    torch.testing.assert_close(middle, ends / 2)


# --- accuracy ---


@pytest.mark.parametrize(("method", "order"), [("rk4", 4), ("euler", 1)])
@pytest.mark.parametrize("gain", [0.5, 2.0, 4.0])
@pytest.mark.parametrize("structured", [True, False])
def test_order_of_convergence(method, order, gain, structured):
    net, state = network(structured=structured), initial(2, 20)
    exact = advance(net, state, gain, duration=1, dt=0.001)
    errors = [
        (advance(net, state, gain, duration=1, dt=dt, method=method) - exact).norm().item()
        for dt in (0.02, 0.01)
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def test_smooth_schedule_is_followed_to_second_order():
    state = torch.full((1, 1), 1e-7, dtype=torch.float64)
    errors = []
    for dt in (0.1, 0.05):
        found = advance(single(1), state, lambda t: 2 * np.sin(2 * t) ** 2, duration=2, dt=dt)
        exact = -2 + 2 - np.sin(8) / 4  # ∫ (−1 + 2 sin² 2t) dt from 0 to 2
        errors.append(abs(np.log(found.item() / 1e-7) - exact))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


# --- symmetries and bounds ---


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("gain", [1.0, 4.0])
def test_negative_state_takes_the_negative_path(method, gain):
    net, state = network(), initial(3, 20)
    there = advance(net, state, gain, duration=5, dt=0.1, method=method)
    back = advance(net, -state, gain, duration=5, dt=0.1, method=method)
    torch.testing.assert_close(there, -back)


def test_names_of_neurons_do_not_matter():
    net, state = network(), initial(3, 20)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(0))
    shuffled = Network(net.random[order][:, order], net.structured[order][:, order])
    found = advance(shuffled, state[:, order], 2.0, duration=2, dt=0.1)
    torch.testing.assert_close(found, advance(net, state, 2.0, duration=2, dt=0.1)[:, order])


@settings(max_examples=25)
@given(st.floats(0, 20), st.floats(0.01, 50), st.integers(0, 100))
def test_inputs_stay_within_the_sum_of_weights(gain, size, seed):
    net, state = network(8, seed), size * initial(2, 8, seed=seed)
    bound = (gain * net.random.abs() + net.structured.abs()).sum(-1)
    limit = torch.maximum(state.abs(), bound)
    found = advance(net, state, gain, duration=3, dt=0.1, method="euler")
    assert (found.abs() <= limit * (1 + 1e-9)).all()


# --- gain: numbers, tensors, functions ---


@pytest.mark.parametrize("method", METHODS)
def test_gains_of_a_batch_equal_separate_runs(method):
    net, gains = network(), [0.0, 1.0, 4.0]
    state = initial(20).expand(3, 20)
    together = advance(
        net, state, torch.tensor(gains)[:, None].double(), duration=2, dt=0.1, method=method
    )
    for index, gain in enumerate(gains):
        alone = advance(net, state[:1], gain, duration=2, dt=0.1, method=method)
        torch.testing.assert_close(together[index], alone[0])


@pytest.mark.parametrize("structured", [True, False])
def test_networks_of_a_batch_equal_separate_runs(structured):
    networks = [network(seed=seed, structured=structured) for seed in range(3)]
    state, gains = initial(3, 2, 20), torch.tensor([[1.0], [3.0]], dtype=torch.float64)
    together = advance(stack(networks), state, gains, duration=2, dt=0.1)
    assert together.shape == state.shape
    for index, net in enumerate(networks):
        alone = advance(net, state[index], gains, duration=2, dt=0.1)
        torch.testing.assert_close(together[index], alone)


def test_gain_per_network_equals_separate_runs():
    networks = [network(seed=seed) for seed in range(3)]
    state, gains = initial(3, 2, 20), torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    together = advance(stack(networks), state, gains[:, None, None], duration=2, dt=0.1)
    for index, net in enumerate(networks):
        alone = advance(net, state[index], gains[index].item(), duration=2, dt=0.1)
        torch.testing.assert_close(together[index], alone)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("gain", [0.0, 1.0, 4.0])
def test_number_tensor_and_function_agree(method, gain):
    net, state = network(), initial(3, 20)
    runs = [
        advance(net, state, form, duration=2, dt=0.1, method=method)
        for form in (gain, torch.tensor(gain), lambda t: gain, lambda t: torch.tensor(gain))
    ]
    for other in runs[1:]:
        torch.testing.assert_close(other, runs[0])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("start", [0.0, 0.3, 17.0])
def test_gain_is_asked_for_in_the_middle_of_each_step(method, start):
    asked = []

    def gain(time):
        asked.append(time)
        return 1.0

    state = initial(1, 20)
    advance(network(), state, gain, duration=0.5, dt=0.1, method=method, start=start)
    np.testing.assert_allclose(asked, start + np.array([0.05, 0.15, 0.25, 0.35, 0.45]))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("switch", [0.1, 0.3, 1.0, 1.9])
def test_switch_between_steps_is_exact(method, switch):
    net, state = network(), initial(3, 20)
    found = advance(
        net, state, lambda t: 1.0 if t < switch else 8.0, duration=2, dt=0.1, method=method
    )
    expected = advance(net, state, 1.0, duration=switch, dt=0.1, method=method)
    expected = advance(net, expected, 8.0, duration=2 - switch, dt=0.1, method=method)
    assert torch.equal(found, expected)


def test_schedule_goes_on_across_records():
    net, state = network(), initial(3, 20)
    asked = []

    def gain(time):
        asked.append(time)
        return 1.0 + time

    _, states = trajectory(net, state, gain, duration=2, dt=0.1, interval=0.5)
    np.testing.assert_allclose(asked, 0.05 + 0.1 * np.arange(20))
    expected = advance(net, state, lambda t: 1.0 + t, duration=2, dt=0.1)
    torch.testing.assert_close(states[-1], expected)


# --- recording ---


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("interval", [0.1, 0.2, 0.3, 0.6, 1.2])
def test_recording_does_not_change_the_path(method, interval):
    net, state = network(), initial(3, 20)
    _, all_states = trajectory(net, state, 3.0, duration=1.2, dt=0.1, method=method)
    time, states = trajectory(
        net, state, 3.0, duration=1.2, dt=0.1, interval=interval, method=method
    )
    stride = round(interval / 0.1)
    assert torch.equal(states, all_states[::stride])
    np.testing.assert_allclose(time, np.arange(0, 13, stride) * 0.1)


def test_trajectory_starts_at_its_initial_state_and_ends_where_advance_does():
    net, state = network(), initial(3, 20)
    time, states = trajectory(net, state, 3.0, duration=2, dt=0.1)
    assert states.shape == (21, 3, 20)
    assert time.tolist()[0] == 0
    assert torch.equal(states[0], state)
    assert torch.equal(states[-1], advance(net, state, 3.0, duration=2, dt=0.1))


def test_no_duration_is_no_change():
    state = initial(3, 20)
    time, states = trajectory(network(), state, 3.0, duration=0, dt=0.1)
    assert time.tolist() == [0]
    assert torch.equal(states, state[None])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_precision_is_kept_and_the_initial_state_untouched(dtype):
    state = initial(3, 20).to(dtype)
    before = state.clone()
    time, states = trajectory(network().to(dtype=dtype), state, 3.0, duration=1, dt=0.1)
    assert states.dtype == dtype
    assert time.dtype == torch.float64
    assert torch.equal(state, before)


def test_no_gradients_are_kept():
    net = network()
    net.random.requires_grad_()
    assert not advance(net, initial(3, 20), 3.0, duration=1, dt=0.1).requires_grad


# --- errors ---


@given(st.integers(0, 10**6), st.sampled_from([0.01, 0.05, 0.1, 0.15, 0.25, 1.0, 3.0]))
def test_whole_multiples_are_counted(count, dt):
    assert steps(count * dt, dt) == count


@given(
    st.integers(0, 10**6),
    st.sampled_from([0.01, 0.05, 0.1, 0.15, 0.25, 1.0, 3.0]),
    st.floats(0.001, 0.999),
)
def test_parts_of_a_step_are_refused(count, dt, part):
    with pytest.raises(ValueError, match=f"whole multiple of dt = {dt} τ"):
        steps((count + part) * dt, dt)


@pytest.mark.parametrize("duration", [-1, -0.1, -1000])
def test_negative_durations_are_refused(duration):
    with pytest.raises(ValueError, match=f"found {duration} τ"):
        steps(duration, 0.1)


@pytest.mark.parametrize(
    ("duration", "dt", "interval"),
    [(1, 0.3, None), (1, 0.1, 0.3), (1, 0.1, 0.25), (0.05, 0.1, None)],
)
def test_times_that_do_not_fit_are_refused(duration, dt, interval):
    with pytest.raises(ValueError, match="whole multiple"):
        trajectory(network(), initial(1, 20), 1.0, duration=duration, dt=dt, interval=interval)


@pytest.mark.parametrize("method", ["RK4", "heun", ""])
def test_unknown_method_is_refused(method):
    with pytest.raises(ValueError, match=f"expected 'rk4' or 'euler', found '{method}'"):
        step(initial(1, 20), network(), 1.0, 0.1, method)
