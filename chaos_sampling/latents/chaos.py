"""Latents read from the states of a chaotic network."""

from __future__ import annotations

from torch import Tensor

from chaos_sampling import seeds
from chaos_sampling.network import dynamics
from chaos_sampling.network.weights import Network, random_states


class ChaosLatents:
    """Latents z = W_out φ(h) read from independent trajectories of one chaotic network (eq. 2).

    Attributes:
        network: the recurrent weights, shared by all trajectories.
        readout: W_out (K, N).
        state: h (B, N), one row per trajectory.
        gain: g.
        dt: time step in τ.
        method: "rk4" or "euler".
    """

    def __init__(
        self,
        network: Network,
        readout: Tensor,
        state: Tensor,
        *,
        gain: float,
        dt: float,
        method: dynamics.Method,
    ) -> None:
        self.network = network
        self.readout = readout
        self.state = state
        self.gain = gain
        self.dt = dt
        self.method = method

    @property
    def batch(self) -> int:
        """Number of trajectories, B."""
        return len(self.state)

    @property
    def size(self) -> int:
        """Number of latents that a trajectory gives, K."""
        return len(self.readout)

    def next(self, duration: float) -> Tensor:
        """Advance every trajectory by `duration` τ and return its latents (B, K)."""
        self.state = dynamics.advance(
            self.network, self.state, self.gain, duration=duration, dt=self.dt, method=self.method
        )
        return read(self.state, self.readout)

    def state_dict(self) -> dict[str, Tensor]:
        """Return what changes while latents are drawn, and the readout, which may be fitted."""
        return {"state": self.state, "readout": self.readout}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Continue from what `state_dict` returned.

        Raises:
            ValueError: it is of another number of trajectories, neurons or latents.
        """
        for name, own in self.state_dict().items():
            if state[name].shape != own.shape:
                expected, found = tuple(own.shape), tuple(state[name].shape)
                raise ValueError(f"{name}: expected shape {expected}, found {found}")
        self.state = state["state"].to(self.state.device)
        self.readout = state["readout"].to(self.readout.device)


def read(state: Tensor, readout: Tensor) -> Tensor:
    """Return the latents z = W_out tanh(h), shape (..., K), of states h (..., N)."""
    return dynamics.rate(state) @ readout.mT


def initial_states(neurons: int, count: int, seed: int, trajectories: str) -> Tensor:
    """Draw states of trajectories, standard normal, float32.

    Args:
        neurons: N.
        count: number of trajectories, B; the first states do not depend on it.
        seed: of the states.
        trajectories: what they are for, in words; others have other states.

    Returns:
        (B, N).
    """
    rng = seeds.generator(seed, f"initial states of {trajectories} trajectories")
    return random_states(count, neurons, rng).float()
