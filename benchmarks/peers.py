"""The same work done by this library and by others: integration, its products, exponents."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import scipy
import torch
import torchdiffeq
from torch.utils import mkldnn

from chaos_sampling.measures.lyapunov import lyapunov_exponents
from chaos_sampling.network.dynamics import advance
from chaos_sampling.network.weights import Network

GAIN = 4.0
DT = 0.05  # τ
INTERVAL = 0.5  # τ between orthonormalisations

SCIPY_TOLERANCE = 1e-6
"""Relative and absolute, of adaptive steps: their error is then near that of the equal steps."""


@dataclass(frozen=True)
class Problem:
    """What to integrate, and for how long.

    Attributes:
        weights: (N, N), float32.
        state: h at time 0, shape (B, N), float32.
        steps: number of time steps.
    """

    weights: np.ndarray
    state: np.ndarray
    steps: int

    @property
    def duration(self) -> float:
        """Time integrated, in τ."""
        return self.steps * DT


Run = Callable[[], tuple[np.ndarray, float]]
"""A run ready to be timed: returns the last state and the matrix products that each step took."""


def ours(problem: Problem) -> Run:
    """Advance by this library."""
    network = Network(torch.from_numpy(problem.weights))
    state = torch.from_numpy(problem.state)

    def run() -> tuple[np.ndarray, float]:
        last = advance(network, state, GAIN, duration=problem.duration, dt=DT)
        return last.numpy(), 4

    return run


def jax_scan(problem: Problem) -> Run:
    """Advance by a loop in jax, compiled as a whole."""

    @jax.jit
    def integrate(weights: jax.Array, state: jax.Array) -> jax.Array:
        def derivative(h: jax.Array) -> jax.Array:
            return GAIN * (jnp.tanh(h) @ weights.T) - h

        def step(h: jax.Array, _: None) -> tuple[jax.Array, None]:
            slope = derivative(h)
            middle = derivative(h + DT / 2 * slope)
            again = derivative(h + DT / 2 * middle)
            end = derivative(h + DT * again)
            return h + DT / 6 * (slope + 2 * (middle + again) + end), None

        return jax.lax.scan(step, state, length=problem.steps)[0]

    weights, state = jnp.asarray(problem.weights), jnp.asarray(problem.state)
    return lambda: (np.asarray(integrate(weights, state)), 4)


class RK4(diffrax.AbstractERK):
    """The classical Runge–Kutta method, which diffrax has not, from its tableau."""

    tableau = diffrax.ButcherTableau(
        a_lower=(np.array([0.5]), np.array([0.0, 0.5]), np.array([0.0, 0.0, 1.0])),
        b_sol=np.array([1, 2, 2, 1]) / 6,
        b_error=np.zeros(4),
        c=np.array([0.5, 0.5, 1.0]),
    )
    interpolation_cls = diffrax.ThirdOrderHermitePolynomialInterpolation.from_k

    def order(self, terms: diffrax.AbstractTerm) -> int:
        """Return the order of the error."""
        return 4


def diffrax_rk4(problem: Problem) -> Run:
    """Advance by diffrax with equal steps, compiled as a whole."""
    times = jnp.linspace(0, problem.duration, problem.steps + 1)

    def derivative(t: jax.Array, h: jax.Array, weights: jax.Array) -> jax.Array:
        return GAIN * (jnp.tanh(h) @ weights.T) - h

    @jax.jit
    def integrate(weights: jax.Array, state: jax.Array) -> jax.Array:
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(derivative),
            RK4(),
            t0=times[0],
            t1=times[-1],
            dt0=None,
            y0=state,
            args=weights,
            stepsize_controller=diffrax.StepTo(times),
            max_steps=problem.steps,
        )
        return solution.ys[0]

    weights, state = jnp.asarray(problem.weights), jnp.asarray(problem.state)
    return lambda: (np.asarray(integrate(weights, state)), 4)


def torchdiffeq_rk4(problem: Problem) -> Run:
    """Advance by torchdiffeq, whose "rk4" is the 3/8 rule, of the same order and cost."""
    weights, state = torch.from_numpy(problem.weights), torch.from_numpy(problem.state)
    ends = torch.tensor([0, problem.duration], dtype=torch.float64)

    def derivative(t: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return GAIN * (torch.tanh(h) @ weights.mT) - h

    @torch.no_grad()
    def run() -> tuple[np.ndarray, float]:
        options = {"step_size": DT}
        states = torchdiffeq.odeint(derivative, state, ends, method="rk4", options=options)
        return states[-1].numpy(), 4

    return run


def scipy_adaptive(
    problem: Problem, method: str = "RK45", tolerance: float = SCIPY_TOLERANCE
) -> Run:
    """Advance by scipy with adaptive steps, all states as one vector in float64, scipy's type."""
    weights = problem.weights.astype(float)

    def derivative(t: float, flat: np.ndarray) -> np.ndarray:
        h = flat.reshape(problem.state.shape)
        return (GAIN * (np.tanh(h) @ weights.T) - h).ravel()

    def run() -> tuple[np.ndarray, float]:
        solution = scipy.integrate.solve_ivp(
            derivative,
            (0, problem.duration),
            problem.state.ravel(),
            method,
            rtol=tolerance,
            atol=tolerance,
            t_eval=[problem.duration],
        )
        return solution.y[:, -1].reshape(problem.state.shape), solution.nfev / problem.steps

    return run


def torch_products(problem: Problem) -> Run:
    """Multiply as our integrator does."""
    weights, state = torch.from_numpy(problem.weights), torch.from_numpy(problem.state)

    def run() -> tuple[np.ndarray, float]:
        x = state
        for _ in range(4 * problem.steps):
            x = x @ weights.mT
        return x.numpy(), 4

    return run


def mkldnn_products(problem: Problem) -> Run:
    """Multiply by torch's oneDNN layer, the states kept in its own format."""
    linear = torch.nn.Linear(*problem.weights.shape, bias=False)
    linear.weight.data = torch.from_numpy(problem.weights)
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # torch about itself
        layer = mkldnn.to_mkldnn(linear)
    state = torch.from_numpy(problem.state).to_mkldnn()

    @torch.no_grad()
    def run() -> tuple[np.ndarray, float]:
        x = state
        for _ in range(4 * problem.steps):
            x = layer(x)
        return x.to_dense().numpy(), 4

    return run


def numpy_products(problem: Problem) -> Run:
    """Multiply by numpy."""

    def run() -> tuple[np.ndarray, float]:
        x = problem.state
        for _ in range(4 * problem.steps):
            x = x @ problem.weights.T
        return x, 4

    return run


def jax_products(problem: Problem) -> Run:
    """Multiply by jax, the loop compiled."""

    @jax.jit
    def multiply(weights: jax.Array, state: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, 4 * problem.steps, lambda _, x: x @ weights.T, state)

    weights, state = jnp.asarray(problem.weights), jnp.asarray(problem.state)
    return lambda: (np.asarray(multiply(weights, state)), 4)


OURS, OUR_PRODUCTS = "ours", "products alone: torch, as ours"
INTEGRATORS = {
    OURS: ours,
    "jax, lax.scan": jax_scan,
    "diffrax, RK4 by its tableau": diffrax_rk4,
    "torchdiffeq, rk4 (3/8 rule)": torchdiffeq_rk4,
    "scipy, RK45, adaptive, float64": scipy_adaptive,
}
PRODUCTS = {
    OUR_PRODUCTS: torch_products,
    "products alone: torch, mkldnn": mkldnn_products,
    "products alone: numpy": numpy_products,
    "products alone: jax": jax_products,
}


def our_exponents(problem: Problem, count: int) -> np.ndarray:
    """Return the leading exponents as measured by this library."""
    spectrum = lyapunov_exponents(
        Network(torch.from_numpy(problem.weights)),
        torch.from_numpy(problem.state),
        GAIN,
        count=count,
        dt=DT,
        burn_in=0,
        duration=problem.duration,
        qr_interval=INTERVAL,
        blocks=2,
        rng=np.random.default_rng(1),
    )
    return spectrum.exponents[0]


def numpy_exponents(problem: Problem, count: int) -> np.ndarray:
    """Return the leading exponents as numpy alone measures them, tangents as columns."""
    weights, h = np.float32(GAIN) * problem.weights, problem.state[0]

    def derivative(h: np.ndarray, tangents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        phi = np.tanh(h)
        return weights @ phi - h, weights @ ((1 - phi**2)[:, None] * tangents) - tangents

    def step(h: np.ndarray, tangents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        h1, v1 = derivative(h, tangents)
        h2, v2 = derivative(h + DT / 2 * h1, tangents + DT / 2 * v1)
        h3, v3 = derivative(h + DT / 2 * h2, tangents + DT / 2 * v2)
        h4, v4 = derivative(h + DT * h3, tangents + DT * v3)
        h = h + DT / 6 * (h1 + 2 * h2 + 2 * h3 + h4)
        return h, tangents + DT / 6 * (v1 + 2 * v2 + 2 * v3 + v4)

    tangents = np.random.default_rng(1).standard_normal((count, len(h))).astype(np.float32).T
    tangents, _ = np.linalg.qr(tangents)
    growth = np.zeros(count)
    for _ in range(round(problem.duration / INTERVAL)):
        for _ in range(round(INTERVAL / DT)):
            h, tangents = step(h, tangents)
        tangents, triangle = np.linalg.qr(tangents)
        growth += np.log(np.abs(np.diag(triangle)))
    return np.sort(growth / problem.duration)[::-1]
