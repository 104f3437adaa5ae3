"""What the sweeps over sizes and gains share, so that all of them measure the same networks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_weights


def network_of(neurons: int, index: int, seed: int) -> Network:
    """Draw network number `index` of size N = `neurons`, in single precision."""
    rng = seeds.generator(seed, "networks of the sweep", neurons, index)
    return Network(random_weights(neurons, rng)).to(dtype=torch.float32)


def burn_ins(gains: Sequence[float], shortest: float, dt: float) -> np.ndarray:
    """Return the burn-in at each gain: longer near the transition, where all times diverge.

    It is `shortest` where |g − 1| ≥ 1/2 and grows as 1/|g − 1| up to ten times that.

    Args:
        gains: g, shape (G,).
        shortest: burn-in away from the transition, in τ.
        dt: the burn-ins are rounded up to whole multiples of it, in τ.

    Returns:
        (G,) τ.
    """
    distance = np.clip(np.abs(np.subtract(gains, 1)), 0.05, 0.5)
    return np.ceil(shortest * 0.5 / distance / dt - 1e-6) * dt


def settle(
    network: Network, state: Tensor, gains: Sequence[float], *, burn_in: float, dt: float
) -> Tensor:
    """Run states of several gains onto their attractors, together as far as possible.

    Args:
        network: the weights.
        state: h, shape (..., gain, trial, N).
        gains: g, shape (gain,).
        burn_in: the shortest one, in τ; see `burn_ins`.
        dt: RK4 step in τ.

    Returns:
        The states after the burn-in, of the same shape.
    """
    lengths = burn_ins(gains, burn_in, dt)
    state = state.clone()
    ends = np.append(np.unique(lengths)[::-1], 0)
    for length, shorter in itertools.pairwise(ends):
        active = torch.from_numpy(np.flatnonzero(lengths >= length)).to(state.device)
        rows = state.index_select(-3, active)
        settled = dynamics.advance(
            network,
            rows.flatten(-3, -2),
            columns(np.asarray(gains)[lengths >= length], rows.shape[-2], state),
            duration=length - shorter,
            dt=dt,
        )
        state.index_copy_(-3, active, settled.reshape(rows.shape))
    return state


def record(
    network: Network,
    initial: Tensor,
    gains: Sequence[float],
    *,
    burn_in: float,
    duration: float,
    dt: float,
    interval: float,
    label: str,
) -> Sequence[Tensor]:
    """Record trajectories at several gains from the same initial states, once settled.

    Args:
        network: the weights.
        initial: h, shape (trial, N).
        gains: g, shape (gain,).
        burn_in: the shortest one, in τ; see `burn_ins`.
        duration: τ recorded.
        dt: RK4 step in τ.
        interval: τ between records.
        label: what the progress lines call it.

    Returns:
        The states (T, trial, N) at each gain.
    """
    state = initial.expand(len(gains), -1, -1)
    state = settle(network, state, gains, burn_in=burn_in, dt=dt)
    _, states = dynamics.trajectory(
        network,
        state.flatten(0, 1),
        columns(gains, len(initial), state),
        duration=duration,
        dt=dt,
        interval=interval,
        label=label,
    )
    return states.split(len(initial), dim=1)


def columns(gains: Sequence[float], trials: int, state: Tensor) -> Tensor:
    """Return the gain of each row of states (..., gain·trial, N), shape (gain·trial, 1)."""
    gain = torch.as_tensor(np.repeat(gains, trials), dtype=state.dtype, device=state.device)
    return gain[:, None]
