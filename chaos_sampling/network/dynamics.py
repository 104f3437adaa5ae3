"""The one integrator, for dh/dt = −h + (S + g(t) R) φ(h) with φ = tanh and time in units of τ.

This is where the gain enters: see `drive`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from chaos_sampling.network.weights import Network
from chaos_sampling.progress import track

Method = Literal["rk4", "euler"]
Gain = float | Tensor | Callable[[float], float | np.ndarray | Tensor]
"""A number, a tensor that broadcasts against the state, or a function t → either, or an array."""


@dataclass(frozen=True)
class Noise:
    """White noise σ dW/dt added to dh/dt, independent for every entry of the state.

    With "rk4" half of a step's noise comes before the step and half after it (Strang splitting), so
    that statistics are exact to second order in dt: the variance below to a factor dt coth dt. With
    "euler" all comes after it (Euler-Maruyama), to first order.

    Attributes:
        amplitude: σ, of the forms that a gain may have; a neuron without input,
            dh/dt = −h + σ dW/dt, has variance σ²/2.
        generator: source of randomness, on the device of the state.
    """

    amplitude: Gain
    generator: torch.Generator

    def kick(self, state: Tensor, dt: float, time: float) -> Tensor:
        """Return the state with the noise of a time dt added, of the amplitude at `time`."""
        draw = torch.randn(
            state.shape, generator=self.generator, dtype=state.dtype, device=state.device
        )
        return state + _at(self.amplitude, time, state) * math.sqrt(dt) * draw


def rate(state: Tensor) -> Tensor:
    """Return the activity φ(h) = tanh(h) of states h of any shape.

    On a CPU numpy computes it, several times faster than torch (benchmarks/dynamics.py).
    """
    if state.device.type == "cpu" and not state.requires_grad:
        return torch.from_numpy(np.tanh(state.numpy()))
    return torch.tanh(state)


def drive(activity: Tensor, network: Network, gain: float | Tensor) -> Tensor:
    """Return the input (S + g R) x that neurons receive from the activity x of all.

    Args:
        activity: x, shape (..., B, N); leading axes match the network's batch, if it has one.
        network: the weights S and R.
        gain: g, a number or a tensor that broadcasts against `activity`.
    """
    total = gain * (activity @ network.random.mT)
    if network.structured is not None:
        total = total + activity @ network.structured.mT
    return total


def derivative(state: Tensor, network: Network, gain: float | Tensor) -> Tensor:
    """Return dh/dt in units of 1/τ (eqs. 1 and 3).

    Args:
        state: h, shape (..., B, N); leading axes match the network's batch, if it has one.
        network: the weights S and R.
        gain: g, a number or a tensor that broadcasts against `state`.
    """
    return drive(rate(state), network, gain) - state


def step(
    state: Tensor, network: Network, gain: float | Tensor, dt: float, method: Method
) -> Tensor:
    """Return the state one time step later, the gain held constant over the step."""
    if method == "euler":
        return torch.lerp(state, drive(rate(state), network, gain), dt)
    if method != "rk4":
        raise ValueError(f"method: expected 'rk4' or 'euler', found {method!r}")
    return runge_kutta(lambda state: derivative(state, network, gain), state, dt)


def runge_kutta(slope_at: Callable[[Tensor], Tensor], state: Tensor, dt: float) -> Tensor:
    """Return the state one step of the classical fourth-order Runge-Kutta method later.

    Args:
        slope_at: the time derivative as a function of the state.
        state: any tensor.
        dt: time step.
    """
    first = slope_at(state)
    second = slope_at(torch.add(state, first, alpha=dt / 2))
    third = slope_at(torch.add(state, second, alpha=dt / 2))
    fourth = slope_at(torch.add(state, third, alpha=dt))
    total = torch.add(first + fourth, second + third, alpha=2)
    return torch.add(state, total, alpha=dt / 6)


def steps(duration: float, dt: float) -> int:
    """Return duration / dt as a whole number of steps.

    Raises:
        ValueError: the duration is negative or no whole multiple of dt.
    """
    count = round(duration / dt)
    if count < 0 or abs(count * dt - duration) > 1e-6 * dt:
        raise ValueError(f"expected a whole multiple of dt = {dt} τ, found {duration} τ")
    return count


@torch.no_grad()
def advance(
    network: Network,
    state: Tensor,
    gain: Gain,
    *,
    duration: float,
    dt: float,
    method: Method = "rk4",
    start: float = 0.0,
    noise: Noise | None = None,
) -> Tensor:
    """Return the state `duration` later.

    A gain that is a function of time, as those of `schedules` are, is evaluated once a step, at its
    middle: a switch that falls between steps is exact, and a smooth schedule is followed to second
    order in dt.

    Args:
        network: the weights.
        state: h at `start`, shape (..., B, N).
        gain: g.
        duration: τ to advance, a whole multiple of `dt`.
        dt: time step in τ.
        method: "rk4" or "euler".
        start: time at which `state` stands, in τ; matters only to a gain that is a function.
        noise: white noise, of the amplitude at the middle of each step; None for none.
    """
    split = method == "rk4"
    for index in range(steps(duration, dt)):
        middle = start + (index + 0.5) * dt
        if noise is not None and split:
            state = noise.kick(state, dt / 2, middle)
        state = step(state, network, _at(gain, middle, state), dt, method)
        if noise is not None:
            state = noise.kick(state, dt / 2 if split else dt, middle)
    return state


def trajectory(
    network: Network,
    state: Tensor,
    gain: Gain,
    *,
    duration: float,
    dt: float,
    interval: float | None = None,
    method: Method = "rk4",
    noise: Noise | None = None,
    label: str = "simulating",
) -> tuple[Tensor, Tensor]:
    """Record the states along a trajectory, the first one included.

    Args:
        network: the weights.
        state: h at time 0, shape (..., B, N).
        gain: g, as for `advance`.
        duration: τ to run, a whole multiple of `interval`.
        dt: time step in τ.
        interval: τ between records, a whole multiple of `dt`; each step when None.
        method: "rk4" or "euler".
        noise: as for `advance`.
        label: what the progress lines call it.

    Returns:
        The times (T,) in τ and the states (T, ..., B, N), both on the CPU.
    """
    interval = dt if interval is None else interval
    records = steps(duration, interval)
    states = torch.empty((records + 1, *state.shape), dtype=state.dtype)
    states[0] = state
    for record in track(range(records), label, unit="τ", scale=interval):
        now = record * interval
        state = advance(
            network, state, gain, duration=interval, dt=dt, method=method, start=now, noise=noise
        )
        states[record + 1] = state
    return torch.arange(records + 1, dtype=torch.float64) * interval, states


def _at(gain: Gain, time: float, state: Tensor) -> float | Tensor:
    """Return the gain at a time: what a function of time gives, as a tensor like the state."""
    if not callable(gain):
        return gain
    return torch.as_tensor(gain(time), dtype=state.dtype, device=state.device)
