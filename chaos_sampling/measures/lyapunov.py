"""Lyapunov exponents by tangent dynamics and QR, and what follows from them.

The method is that of Benettin, Galgani, Giorgilli & Strelcyn (1980), for networks of rate neurons
as in Engelken, Wolf & Abbott (2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from chaos_sampling.network.dynamics import drive, rate, runge_kutta, steps
from chaos_sampling.network.weights import Network
from chaos_sampling.progress import track


@dataclass(frozen=True)
class Spectrum:
    """The leading Lyapunov exponents of a batch of trajectories.

    Attributes:
        rates: mean growth rate of each direction in each block of the record, in 1/τ, shape
            (blocks, ..., B, k); the directions are in descending order of their exponents.
    """

    rates: np.ndarray

    @property
    def exponents(self) -> np.ndarray:
        """Exponents in 1/τ, descending, shape (..., B, k)."""
        return self.rates.mean(axis=0)

    @property
    def standard_errors(self) -> np.ndarray:
        """Standard errors of the exponents, from blocks taken as independent; same shape."""
        return self.rates.std(axis=0, ddof=1) / np.sqrt(len(self.rates))


@torch.no_grad()
def lyapunov_exponents(
    network: Network,
    state: Tensor,
    gain: float | Tensor,
    *,
    count: int,
    dt: float,
    burn_in: float,
    duration: float,
    qr_interval: float,
    blocks: int,
    rng: np.random.Generator,
    label: str = "Lyapunov exponents",
) -> Spectrum:
    """Measure the leading Lyapunov exponents along trajectories.

    Tangent vectors v follow dv/dt = −v + (S + g R)(φ′(h) v) beside dh/dt, and every `qr_interval`
    they are orthonormalised: the mean logarithm of what |diag R| of the QR decomposition has grown
    to is the exponent. Directions whose means came out in the wrong order, as those of nearly equal
    exponents may in a finite time, are exchanged.

    Args:
        network: the weights S and R; its batch, if it has one, is the leading axes of the state.
        state: h on the attractor, shape (..., B, N).
        gain: g, constant in time: a number or a tensor that broadcasts against shape (..., B, 1).
        count: number of exponents, k ≤ N.
        dt: RK4 step in τ, of states and tangents alike.
        burn_in: τ in which the tangents turn into their directions, unrecorded; a whole multiple
            of `qr_interval`, as is `duration`.
        duration: τ recorded.
        qr_interval: τ between orthonormalisations. In it the directions' lengths must not come to
            differ by more than the precision of the state resolves; up to 1 τ is safe in float32.
        blocks: equal parts of the record, at least 2, from which the errors are estimated; each
            should last many correlation times.
        rng: source of the tangents' first directions, which are the same for all trajectories.
        label: what the progress lines call it.

    Raises:
        ValueError: there are not so many exponents, or the record has no such blocks.
    """
    neurons = state.shape[-1]
    if not 1 <= count <= neurons:
        raise ValueError(f"count: expected from 1 to {neurons} exponents, found {count}")
    before, recorded = steps(burn_in, qr_interval), steps(duration, qr_interval)
    if blocks < 2 or recorded < 1 or recorded % blocks:
        raise ValueError(
            f"blocks: expected a divisor, at least 2, of the {recorded} intervals recorded, "
            f"found {blocks}"
        )
    gain = torch.as_tensor(gain, dtype=state.dtype, device=state.device)
    gain = gain.expand(*state.shape[:-1], 1).repeat_interleave(1 + count, dim=-2)
    joint = _join(state, torch.from_numpy(rng.standard_normal((count, neurons))))
    growth = torch.zeros(blocks, *state.shape[:-1], count, dtype=torch.float64, device=state.device)
    for index in track(range(before + recorded), label, unit="τ", scale=qr_interval):
        for _ in range(steps(qr_interval, dt)):
            joint = runge_kutta(lambda joint: _derivative(joint, network, gain), joint, dt)
        logarithms = _orthonormalise(joint)
        if index >= before:
            growth[(index - before) * blocks // recorded] += logarithms
    rates = growth.cpu().numpy() * blocks / duration
    order = np.argsort(-rates.mean(axis=0), axis=-1, kind="stable")
    return Spectrum(np.take_along_axis(rates, order[None], axis=-1))


def _join(state: Tensor, tangents: Tensor) -> Tensor:
    """Return states and the tangents of each, orthonormal, (..., B, 1 + k, N), the state first."""
    tangents = tangents.to(state).expand(*state.shape[:-1], -1, -1)
    joint = torch.cat([state[..., None, :], tangents], dim=-2)
    _orthonormalise(joint)
    return joint


def _derivative(joint: Tensor, network: Network, gain: Tensor) -> Tensor:
    """Return the time derivative of states and tangents.

    All rows of a network are one matrix: torch would copy the weights for a product in 4-D.
    """
    phi = rate(joint[..., :1, :])
    activity = joint * (1 - phi.square())
    activity[..., :1, :] = phi
    inputs = drive(activity.flatten(-3, -2), network, gain)
    return inputs.view_as(joint).sub_(joint)


def _orthonormalise(joint: Tensor) -> Tensor:
    """Orthonormalise the tangents in place; return the logarithms of their lengths, (..., B, k)."""
    directions, triangle = torch.linalg.qr(joint[..., 1:, :].mT)
    joint[..., 1:, :] = directions.mT
    return triangle.diagonal(dim1=-2, dim2=-1).abs().double().log()


def kaplan_yorke_dimension(exponents: np.ndarray, neurons: int) -> np.ndarray:
    """Return the Kaplan–Yorke dimension j + (λ₁ + … + λ_j)/|λ_{j+1}| of spectra.

    j is the largest number of exponents whose sum is not negative (Kaplan & Yorke 1979).

    Args:
        exponents: the leading exponents, descending, shape (..., k).
        neurons: N, the number of all exponents.

    Returns:
        The dimensions, shape (...): 0 where the first exponent is negative, N where the sum of all
        N is not, NaN where the sum of fewer than N is not and the dimension therefore unknown.
    """
    sums = np.cumsum(exponents, axis=-1)
    negative = sums < 0
    first = negative.argmax(axis=-1, keepdims=True)
    crosses = negative.any(axis=-1)
    excess, exponent = (
        np.take_along_axis(values, first, axis=-1)[..., 0] for values in (sums, exponents)
    )
    share = np.divide(excess, exponent, where=crosses, out=np.zeros_like(excess))
    complete = (exponents.shape[-1] == neurons) & (sums[..., -1] >= 0)
    return np.select([crosses, complete], [first[..., 0] + 1 - share, neurons], np.nan)


def entropy_rate(exponents: np.ndarray, neurons: int) -> np.ndarray:
    """Return the sum of the positive exponents, the entropy rate by Pesin's formula (1977).

    Args:
        exponents: the leading exponents, descending, in 1/τ, shape (..., k).
        neurons: N, the number of all exponents.

    Returns:
        The rates in 1/τ, shape (...); NaN where the last of fewer than N exponents is positive, so
        that further ones may be.
    """
    unknown = (exponents[..., -1] > 0) & (exponents.shape[-1] < neurons)
    return np.where(unknown, np.nan, np.maximum(exponents, 0).sum(axis=-1))
