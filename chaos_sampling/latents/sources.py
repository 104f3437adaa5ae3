"""Every source of latents that a generator can be trained on, by name."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from chaos_sampling import seeds
from chaos_sampling.latents import controls
from chaos_sampling.latents.chaos import ChaosLatents, initial_states
from chaos_sampling.latents.names import FITTED, READOUTS, Readout, Source
from chaos_sampling.latents.protocol import Latents, record
from chaos_sampling.latents.readout import draw_readout, whiten
from chaos_sampling.network.dynamics import Method
from chaos_sampling.network.weights import Network, random_weights


def draw(
    name: Source,
    *,
    neurons: int,
    count: int,
    gain: float,
    burn_in: float,
    dt: float,
    method: Method,
    batch: int,
    seed: int,
    device: torch.device | str,
    degree: int | None = None,
    recording: Mapping[str, float] | None = None,
) -> tuple[Latents, ChaosLatents]:
    """Draw a chaotic network, and the source that is read from it or fitted to it.

    Args:
        name: of the source.
        neurons: N.
        count: number of latents, K.
        gain: g.
        burn_in: τ to run onto the attractor, before the first latent is read.
        dt: time step in τ.
        method: "rk4" or "euler"; for training Euler does (reading R5), which leaves equal-time
            statistics alone.
        batch: number of latent vectors drawn at a time, B.
        seed: of the weights, the readout, the initial states and the control, a stream each.
        device: where to draw, in float32.
        degree: neurons per latent of the expander, which alone has use for it.
        recording: "duration" and "interval" in τ of the recording to which "whitened",
            "ornstein_uhlenbeck" and "surrogate" are fitted; the others have no use for it.

    Returns:
        The source, and the chaotic latents that it is itself, or to which it was fitted.

    Raises:
        ValueError: the name is unknown, the readout is impossible, or there is no `recording` for a
            source that is fitted to one.
    """
    if name in FITTED and recording is None:
        raise ValueError(f"recording: expected duration and interval for '{name}', found none")
    readout: Readout = name if name in READOUTS else "subset"
    network = Network(random_weights(neurons, seeds.generator(seed, "weights of the chaotic GAN")))
    rng = seeds.generator(seed, f"{readout} readout of the chaotic GAN")
    matrix = draw_readout(readout, neurons, count, degree=degree, rng=rng)
    chaos = ChaosLatents(
        network.to(device, torch.float32),
        torch.from_numpy(matrix).to(device),
        initial_states(neurons, batch, seed, "latent").to(device),
        gain=gain,
        dt=dt,
        method=method,
    )
    chaos.next(burn_in)
    if name in READOUTS:
        return chaos, chaos
    generator = seeds.torch_generator(seed, f"{name} latents of the GAN", device=device)
    if name == "gaussian":
        return controls.Gaussian(batch, count, generator), chaos
    recorded = record(chaos, **recording)  # (T, B, K)
    if name == "whitened":
        matrix = whiten(chaos.readout.numpy(force=True), recorded)
        chaos.readout = torch.from_numpy(matrix).to(device)
        return chaos, chaos
    source = controls.from_chaos(
        name, recorded, interval=recording["interval"], batch=batch, generator=generator
    )
    return source, chaos
