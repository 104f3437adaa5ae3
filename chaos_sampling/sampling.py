"""Images from a trained generator: a grid of samples (Fig. 2b), and any gain (Fig. 3)."""

from __future__ import annotations

import logging

from torch import Tensor

from chaos_sampling import dynamics, store
from chaos_sampling.gan import render
from chaos_sampling.generators import ChaoticGenerator
from chaos_sampling.latents import initial_states, read

logger = logging.getLogger("chaos_sampling")

IMAGE_AXES = ("y", "x", "channel")


def sample_grid(
    model: ChaoticGenerator, *, samples: int, burn_in: float, dt: float, seed: int
) -> store.Dataset:
    """Generate images from independent trajectories at the training gain (Fig. 2b).

    Args:
        model: the generator and its network.
        samples: number of images, one per trajectory.
        burn_in: τ from the initial states to the images.
        dt: RK4 step in τ.
        seed: of the initial states.

    Returns:
        Dataset of kind "samples": images (sample, y, x, channel).
    """
    states = _attractor_states(model, model.gain, samples, burn_in, dt, seed)
    images = render(model.generator, read(states, model.readout))
    return store.Dataset(
        "samples",
        "Images from independent trajectories at the training gain",
        {"images": _images(images, "sample")},
        {"model": dict(model.attributes), "gain": model.gain},
    )


def sample_gain(
    model: ChaoticGenerator,
    *,
    gain: float,
    burn_in: float,
    dt: float,
    interval: float,
    frames: int,
    ensemble: int,
    seed: int,
) -> store.Dataset:
    """Generate images at another gain than that of training, the generator unchanged (Fig. 3).

    Args:
        model: the generator and its network.
        gain: g.
        burn_in: τ at this gain before the first image.
        dt: RK4 step in τ.
        interval: τ between consecutive images of the trajectory, a whole multiple of `dt`.
        frames: images of the one trajectory, which starts from the same state at every gain.
        ensemble: images of other trajectories, one of each, for the distribution.
        seed: of the initial states.

    Returns:
        Dataset of kind "gain_samples": trajectory/{time, latents, images}, ensemble/{latents,
        images}.
    """
    states = _attractor_states(model, gain, 1 + ensemble, burn_in, dt, seed)  # (1 + E, N)
    time, path = dynamics.trajectory(
        model.network,
        states[0],
        gain,
        duration=(frames - 1) * interval,
        dt=dt,
        every=interval,
        label=f"trajectory at gain {gain:g}",
    )  # (T,), (T, N)
    consecutive = read(path.to(states.device), model.readout)  # (T, K)
    independent = read(states[1:], model.readout)  # (E, K)
    logger.info("rendering %d images at gain %g", frames + ensemble, gain)
    return store.Dataset(
        "gain_samples",
        "One trajectory of images, and images of independent trajectories, at one gain",
        {
            "trajectory/time": store.Variable(time.numpy(), ("time",), "τ", "time after burn-in"),
            "trajectory/latents": _latents(consecutive, "time"),
            "trajectory/images": _images(render(model.generator, consecutive), "time"),
            "ensemble/latents": _latents(independent, "sample"),
            "ensemble/images": _images(render(model.generator, independent), "sample"),
        },
        {"model": dict(model.attributes), "gain": gain, "training_gain": model.gain},
    )


def _attractor_states(
    model: ChaoticGenerator, gain: float, count: int, burn_in: float, dt: float, seed: int
) -> Tensor:
    """Return states (count, N) of independent trajectories after the burn-in."""
    logger.info("burning in %d trajectories for %g τ at gain %g", count, burn_in, gain)
    states = initial_states(model.network.neurons, count, seed).to(model.readout.device)
    return dynamics.advance(model.network, states, gain, duration=burn_in, dt=dt)


def _images(images: Tensor, leading: str) -> store.Variable:
    return store.Variable(
        images.numpy(), (leading, *IMAGE_AXES), "1", "generated images, RGB, 0 to 255"
    )


def _latents(latents: Tensor, leading: str) -> store.Variable:
    return store.Variable(latents.cpu().numpy(), (leading, "latent"), "1", "latents z = W_out φ(h)")
