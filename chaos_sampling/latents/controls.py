"""Control sources: latents that share some of the statistics of the chaos's and not the rest.

| source | shares with the latents of a chaotic network |
| --- | --- |
| `gaussian` | their number; the prior that GANs usually have |
| `ornstein_uhlenbeck` | the variance of each latent, and the correlation time T2 of all |
| `surrogate` | every second moment, at equal times and at all lags |

All three are Gaussian, and each is a `protocol.Latents`. What a generator makes of chaos and not of
the surrogate is owed to more than second moments.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from scipy.signal import windows
from torch import Tensor

from chaos_sampling.latents.names import CONTROLS, Control
from chaos_sampling.measures.autocorrelation import mean_autocorrelation
from chaos_sampling.network import dynamics


class Gaussian:
    """Independent standard normal latents, new ones at every call; also the base of the others.

    Attributes:
        batch: number of latent vectors drawn at a time, B.
        size: number of latents in each, K.
        generator: source of randomness; the latents are on its device.
    """

    def __init__(self, batch: int, size: int, generator: torch.Generator) -> None:
        self.batch = batch
        self.size = size
        self.generator = generator

    def next(self, duration: float) -> Tensor:
        """Return new latents (B, K), whatever the duration."""
        return self._normal(self.batch, self.size)

    def state_dict(self) -> dict[str, Any]:
        """Return what changes while latents are drawn."""
        return {"generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned.

        Raises:
            RuntimeError: it is of a generator on another kind of device.
        """
        self.generator.set_state(state["generator"])

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator, device=self.generator.device)


class OrnsteinUhlenbeck(Gaussian):
    """Independent stationary Ornstein-Uhlenbeck processes of one time constant.

    A process with ⟨z(0) z(t)⟩ = σ² exp(−|t|/θ) has T2 = θ. Its transition from one time to another
    is drawn exactly, whatever lies between them.

    Attributes:
        deviation: σ of each latent, (K,).
        time: θ in τ.
        z: the latents now, (B, K).
    """

    def __init__(
        self, deviation: Tensor, time: float, batch: int, generator: torch.Generator
    ) -> None:
        super().__init__(batch, len(deviation), generator)
        self.deviation = deviation.to(generator.device)
        self.time = time
        self.z = self.deviation * self._normal(batch, self.size)

    def next(self, duration: float) -> Tensor:
        """Advance the processes by `duration` τ and return them, (B, K)."""
        kept = math.exp(-duration / self.time)
        fresh = self.deviation * self._normal(self.batch, self.size)
        self.z = kept * self.z + math.sqrt(1 - kept**2) * fresh
        return self.z

    def state_dict(self) -> dict[str, Any]:
        """Return what changes while latents are drawn, and what was fitted."""
        fitted = {"deviation": self.deviation, "time": float(self.time)}
        return super().state_dict() | {"z": self.z} | fitted

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned.

        Raises:
            ValueError: it is of another number of processes.
            RuntimeError: it is of a generator on another kind of device.
        """
        _check_shape("z", self.z, state["z"])
        super().load_state_dict(state)
        self.z = state["z"].to(self.z.device)
        self.deviation = state["deviation"].to(self.z.device)
        self.time = state["time"]


class Surrogate(Gaussian):
    """Stationary Gaussian latents with the second moments of recorded ones, lag by lag.

    White noise ε_m, independent for every recorded trial m, goes through a filter that has that
    trial x_m, faded in and out by a taper w with Σ w² = 1, as its impulse response:

        z(t) = 1/√M Σ_m Σ_s w(s) x_m(s) ε_m(t − s).

    Hence ⟨z(t + u) z(t)ᵀ⟩ = 1/M Σ_m Σ_s w(s + u) w(s) x_m(s + u) x_m(s)ᵀ, the tapered estimate from
    the recording of its matrix of second moments at the lag u. The convolution is done by FFT,
    a block as long as the recording at a time (overlap-save), so that long recordings cost little.

    Attributes:
        interval: τ between samples.
        response: Fourier transform of the tapered trials, (frequencies, M, K).
        noise: ε of the current block, which the next one still needs, (T, B, M).
        block: the latents of the current block, (T, B, K).
        position: where in the block the source stands.
    """

    def __init__(
        self, kernel: Tensor, interval: float, batch: int, generator: torch.Generator
    ) -> None:
        """Fill the filter with noise, so that latents are stationary from the first.

        Args:
            kernel: what `surrogate_kernel` returns, (T, M, K).
            interval: τ between its samples.
            batch: number of independent realisations, B.
            generator: source of randomness.
        """
        length, trials, size = kernel.shape
        super().__init__(batch, size, generator)
        self.interval = interval
        self.response = torch.fft.rfft(kernel.to(generator.device), 2 * length, dim=0)
        self.noise = self._normal(length, batch, trials)
        self._advance_block()
        self.position = 0

    def next(self, duration: float) -> Tensor:
        """Advance by `duration` τ, a whole multiple of the interval, and return latents (B, K)."""
        length = len(self.block)
        blocks, self.position = divmod(
            self.position + dynamics.steps(duration, self.interval), length
        )
        for _ in range(blocks):
            self._advance_block()
        return self.block[self.position]

    def _advance_block(self) -> None:
        length = len(self.noise)
        before, self.noise = self.noise, self._normal(*self.noise.shape)
        spectrum = torch.fft.rfft(torch.cat([before, self.noise]), dim=0)  # (frequencies, B, M)
        twice = torch.fft.irfft(spectrum @ self.response, 2 * length, dim=0)
        self.block = twice[length:].clone()  # a view would save the first half with it

    def state_dict(self) -> dict[str, Any]:
        """Return what changes while latents are drawn, and the filter, which was fitted."""
        names = ("noise", "block", "position", "response")
        return super().state_dict() | {name: getattr(self, name) for name in names}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned.

        Raises:
            ValueError: it belongs to a recording of another shape or to another batch.
            RuntimeError: it is of a generator on another kind of device.
        """
        _check_shape("noise", self.noise, state["noise"])
        _check_shape("block", self.block, state["block"])
        super().load_state_dict(state)
        self.noise = state["noise"].to(self.noise.device)
        self.block = state["block"].to(self.block.device)
        self.response = state["response"].to(self.response.device)
        self.position = state["position"]


def from_chaos(
    name: Control,
    recording: np.ndarray,
    *,
    interval: float,
    batch: int,
    generator: torch.Generator,
) -> Gaussian:
    """Return a control source in the image of recorded latents of a chaotic network.

    Args:
        name: of the control.
        recording: latents of independent trajectories on the attractor, shape (T, trials, K), many
            times as long as they are correlated; lags up to half of it make up T2.
        interval: τ between samples; the surrogate advances by whole multiples of it.
        batch: number of latent vectors to draw at a time, B.
        generator: source of randomness; its device is where the latents are drawn.

    Raises:
        ValueError: the name is unknown.
    """
    if name == "gaussian":
        return Gaussian(batch, recording.shape[-1], generator)
    if name == "ornstein_uhlenbeck":
        deviation = np.sqrt(np.square(recording).mean(axis=(0, 1)))
        # not timescales.correlation_time: a source needs a number even where no end is in sight
        correlation = mean_autocorrelation(recording, len(recording) // 2)
        time = 2 * np.trapezoid(np.square(correlation / correlation[0]), dx=interval)
        return OrnsteinUhlenbeck(torch.from_numpy(deviation), time, batch, generator)
    if name == "surrogate":
        kernel = torch.from_numpy(surrogate_kernel(recording))
        return Surrogate(kernel, interval, batch, generator)
    raise ValueError(f"name: expected one of {', '.join(CONTROLS)}; found {name!r}")


def surrogate_kernel(recording: np.ndarray) -> np.ndarray:
    """Return the filter of a `Surrogate`: recorded trials, faded in and out, over √M.

    The taper is a half sine, which of all tapers changes short lags least (Riedel & Sidorenko,
    1995): it multiplies the second moments at a lag u by 1 − (π²/2) (u/T)² to leading order, 5 %
    less at a tenth of the recording's length T.

    Args:
        recording: (T, M, K).

    Returns:
        (T, M, K) of the recording's precision.
    """
    taper = windows.cosine(len(recording))
    taper /= np.sqrt(np.square(taper).sum() * recording.shape[1])
    return recording * taper[:, None, None].astype(recording.dtype)


def _check_shape(name: str, expected: Tensor, found: Tensor) -> None:
    if found.shape != expected.shape:
        raise ValueError(
            f"{name}: expected shape {tuple(expected.shape)}, found {tuple(found.shape)}"
        )
