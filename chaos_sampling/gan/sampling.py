"""Images from a trained generator: a grid of samples (Fig. 2b), and any gain (Fig. 3)."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from chaos_sampling import seeds, store
from chaos_sampling.datasets.images import pixels
from chaos_sampling.gan.dcgan import render
from chaos_sampling.gan.generators import ChaoticGenerator
from chaos_sampling.latents import controls
from chaos_sampling.latents.chaos import ChaosLatents, initial_states, read
from chaos_sampling.latents.names import CONTROLS
from chaos_sampling.latents.protocol import Latents, record
from chaos_sampling.measures import mixing
from chaos_sampling.measures.autocorrelation import autocorrelation
from chaos_sampling.network import dynamics
from chaos_sampling.network.schedules import Piecewise, Schedule

logger = logging.getLogger("chaos_sampling")

IMAGE_AXES = ("y", "x", "channel")
BATCH = 128
"""Latents in a batch from which batch-norm statistics are re-estimated."""
APART = 5.0
"""τ between two latents of one trajectory that enter the same batch-norm statistics."""
STRIP = 24
"""Images of each trajectory that are kept, from which Fig. 3 takes its strips."""
RECORDED = 200.0
"""τ of the recording to which a control is fitted."""
TRIALS = 64
"""Trajectories in that recording, and those that a fitted control draws at a time at most."""


def sample_grid(
    model: ChaoticGenerator, *, samples: int, burn_in: float, dt: float, seed: int
) -> store.Dataset:
    """Generate images from independent trajectories at the training gain (Fig. 2b).

    Args:
        model: the generator and its network.
        samples: number of images, one per trajectory.
        burn_in: τ from the initial states to the images.
        dt: RK4 step in τ.
        seed: of the initial states, and of a control.

    Returns:
        Dataset of kind "samples": images (sample, y, x, channel).
    """
    # independent samples do not depend on the interval at which a control is recorded
    (source,) = _sources(model, model.gain, [samples], burn_in, dt, interval=10 * dt, seed=seed)
    images = render(model.generator, _draw(source, samples, apart=_whole(burn_in, 10 * dt)))
    return store.Dataset(
        "samples",
        "Images from independent trajectories at the training gain",
        {"images": _images(images, "of training", "sample")},
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
    trajectories: int,
    ensemble: int,
    reestimation: int,
    seed: int,
) -> store.Dataset:
    """Generate images at another gain than that of training, the generator unchanged (Fig. 3).

    A model that was trained on a control has no gain of its own: the control is fitted anew to the
    latents of its chaotic network at this gain, and trajectory and ensemble are the control's.

    Args:
        model: the generator and its network; it stays as it is.
        gain: g.
        burn_in: τ at this gain before the first image.
        dt: RK4 step in τ.
        interval: τ between consecutive images of the trajectory, a whole multiple of `dt`.
        frames: images of each trajectory; the first starts from the same state at every gain.
        trajectories: how many are followed to measure speed, 2 to 65; of the first all images are
            kept, of the others the first `STRIP`.
        ensemble: images of other trajectories, one of each, for the distribution; of a control,
            which draws `TRIALS` at a time, more than one of each, `burn_in` apart.
        reestimation: latents from which batch-norm statistics are estimated anew, see
            `reestimate`. They are of 128 trajectories of their own, of a control 64, 5 τ
            after each other.
        seed: of the initial states, and of a control.

    Returns:
        Dataset of kind "gain_samples": trajectory/{time, latents, images, images_reestimated},
        ensemble/{latents, images, images_reestimated}; of all trajectories, trajectories/latents,
        the first trajectories/images (trajectory, frame, y, x, channel), and of each of the three
        autocorrelation/ (trajectory, lag) and step_change/ (trajectory), see `_speeds`.
        The first images are made with the batch-norm statistics of training, the second with
        those estimated anew.

    Raises:
        ValueError: fewer than two trajectories, of which no error of a speed can be told, or more
            than a control draws at a time.
    """
    if not 2 <= trajectories <= TRIALS + 1:
        raise ValueError(f"trajectories: expected 2 to {TRIALS + 1}, found {trajectories}")
    logger.info(
        "burning in %d trajectories for %g τ at gain %g", trajectories + ensemble, burn_in, gain
    )
    counts = [1, ensemble, BATCH, trajectories - 1]
    one, others, apart, more = _sources(
        model, gain, counts, burn_in, dt, interval=interval, seed=seed
    )
    consecutive = _draw(one, frames, apart=interval)  # (T, K)
    paths = [
        consecutive,
        *_draw(more, frames * more.batch, apart=interval).unflatten(0, (frames, -1)).unbind(1),
    ]
    independent = _draw(others, ensemble, apart=_whole(burn_in, interval))  # (E, K)
    unrelated = _draw(apart, reestimation, apart=_whole(APART, interval))
    adapted = reestimate(model.generator, unrelated)

    strips = torch.stack([render(model.generator, path[:STRIP]) for path in paths])

    count = frames * trajectories + ensemble
    logger.info("rendering %d images at gain %g, twice", count, gain)
    time = store.Variable(np.arange(frames) * interval, ("time",), "τ", "time after burn-in")
    variables = {
        "trajectory/time": time,
        "trajectory/latents": _latents(consecutive, "time"),
        "trajectories/latents": _latents(torch.stack(paths), "trajectory", "time"),
        "trajectories/images": _images(strips, "of training", "trajectory", "frame"),
        "ensemble/latents": _latents(independent, "sample"),
        **_speeds("latents", (path.cpu().numpy() for path in paths), interval),
    }
    for name, generator, statistics in (
        ("images", model.generator, "of training"),
        ("images_reestimated", adapted, "re-estimated at this gain"),
    ):
        variables |= _rendered(name, generator, statistics, paths, independent, interval)
    return store.Dataset(
        "gain_samples",
        "One trajectory of images, and images of independent trajectories, at one gain",
        variables,
        {"model": dict(model.attributes), "gain": gain, "training_gain": model.gain},
    )


def sample_switched(
    model: ChaoticGenerator,
    *,
    gains: Sequence[float],
    duration: float,
    burn_in: float,
    dt: float,
    interval: float,
    seed: int,
) -> store.Dataset:
    """Generate images along one trajectory whose gain is switched in mid-run.

    Until the first switch it is the trajectory of `sample_gain` at that gain.

    Args:
        model: as for `sample_schedule`.
        gains: g of each phase.
        duration: τ of each phase; that of all must be a whole multiple of `interval`.
        burn_in: as for `sample_schedule`.
        dt: as for `sample_schedule`.
        interval: as for `sample_schedule`.
        seed: as for `sample_schedule`.

    Returns:
        Dataset of kind "switched_samples", as `sample_schedule` has it.

    Raises:
        ValueError: the model was trained on a control, which has no gain to switch.
    """
    switches = duration * np.arange(1, len(gains))
    return sample_schedule(
        model,
        Piecewise(switches, gains),
        duration=len(gains) * duration,
        burn_in=burn_in,
        dt=dt,
        interval=interval,
        seed=seed,
    )


def sample_schedule(
    model: ChaoticGenerator,
    schedule: Schedule,
    *,
    duration: float,
    burn_in: float,
    dt: float,
    interval: float,
    seed: int,
) -> store.Dataset:
    """Generate images along one trajectory while its gain follows a schedule.

    It starts from the state from which the trajectories of `sample_gain` start. Batch-norm
    statistics are those of training.

    Args:
        model: the generator and its network, whose latents must be read from chaos.
        schedule: t → g from time 0, that of the first image, on; one of `schedules`.
        duration: τ from the first image to the last, a whole multiple of `interval`.
        burn_in: τ at the gain of time 0 before the first image.
        dt: RK4 step in τ.
        interval: τ between images, a whole multiple of `dt`.
        seed: of the initial state.

    Returns:
        Dataset of kind "switched_samples": time, gain (time), latents (time, latent) and images
        (time, y, x, channel). The gain is that under which a state was reached, over the time step
        that ends there, for the first image at time 0: an image at the very moment of a switch has
        the gain before it.

    Raises:
        ValueError: the model was trained on a control, which has no gain to switch.
    """
    if _is_control(model):
        raise ValueError(
            "model: expected latents read from chaos, whose gain can be switched, found "
            f"{model.attributes['latents']!r}"
        )
    first = float(schedule(0))
    (source,) = _sources(model, first, [1], burn_in, dt, interval=interval, seed=seed)
    time, states = dynamics.trajectory(
        model.network,
        source.state,
        schedule,
        duration=duration,
        dt=dt,
        interval=interval,
        label="trajectory with switched gain",
    )  # (T,), (T, 1, N)
    latents = read(states[:, 0].to(model.readout.device), model.readout)  # (T, K)
    gain = np.array([schedule(max(now - dt / 2, 0.0)) for now in time.tolist()])
    return store.Dataset(
        "switched_samples",
        "One trajectory of images whose gain is switched in mid-run",
        {
            "time": store.Variable(time.numpy(), ("time",), "τ", "time after burn-in"),
            "gain": store.Variable(gain, ("time",), "1", "gain g of the time step that ends here"),
            "latents": _latents(latents, "time"),
            "images": _images(render(model.generator, latents), "of training", "time"),
        },
        {"model": dict(model.attributes), "training_gain": model.gain},
    )


def reestimate(generator: nn.Module, latents: Tensor) -> nn.Module:
    """Return a copy of a generator whose batch-norm statistics are those of other latents.

    Its weights are the same. The mean and variance of each batch are averaged, so that latents of
    one batch should be independent: consecutive ones of a trajectory resemble each other, and their
    statistics are of that moment rather than of the gain.

    Args:
        generator: maps (B, K) to images; it stays as it is.
        latents: (n, K), in an order in which neighbours are of different trajectories.
    """
    adapted = copy.deepcopy(generator)
    whole = len(latents) // BATCH * BATCH or len(latents)  # a small last batch would weigh as much
    update_bn(latents[:whole].split(BATCH), adapted)
    return adapted


def _rendered(
    name: str,
    generator: nn.Module,
    statistics: str,
    paths: Sequence[Tensor],
    independent: Tensor,
    interval: float,
) -> dict[str, store.Variable]:
    """Render trajectories (T, K) and an ensemble (E, K), and measure speed along all trajectories.

    All images of the first trajectory are kept.
    """
    shown, drawn = render(generator, paths[0]), render(generator, independent)
    mean = pixels(drawn.numpy()).mean(axis=0)
    rendered = chain([shown], (render(generator, path) for path in paths[1:]))
    deviations = (pixels(images.numpy()) - mean for images in rendered)
    return {
        f"trajectory/{name}": _images(shown, statistics, "time"),
        f"ensemble/{name}": _images(drawn, statistics, "sample"),
        **_speeds(name, deviations, interval),
    }


def _speeds(
    name: str, deviations: Iterable[np.ndarray], interval: float
) -> dict[str, store.Variable]:
    """Measure how fast latents or images change, along each trajectory by itself.

    Autocorrelations, up to a quarter of the trajectory, are of deviations from the mean. That of
    latents is 0, by the symmetry of chaos under h → −h, and in the controls by construction. That
    of images is taken over the ensemble at the same gain, whose error adds one part in its size to
    the variance. The mean over the trajectory would follow the trajectory: it takes off a share of
    the variance that is twice the integral of C(t)/C(0) over the duration, at all lags, so that
    times come out too short.

    Args:
        name: of what changes.
        deviations: (T, channels) of one trajectory after the other.
        interval: τ between samples.
    """
    correlations, changes = [], []
    for path in deviations:
        correlations.append(autocorrelation(path, len(path) // 4).mean(axis=1))
        changes.append(mixing.step_change(path))
    lags = np.arange(len(correlations[0])) * interval
    return {
        "autocorrelation/lag": store.Variable(lags, ("lag",), "τ", "lag"),
        f"autocorrelation/{name}": store.Variable(
            np.array(correlations), ("trajectory", "lag"), "1", f"autocorrelation of {name}"
        ),
        f"step_change/{name}": store.Variable(
            np.array(changes), ("trajectory",), "1", f"rms change of {name} in {interval:g} τ"
        ),
    }


def _sources(
    model: ChaoticGenerator,
    gain: float,
    batches: Sequence[int],
    burn_in: float,
    dt: float,
    *,
    interval: float,
    seed: int,
) -> list[Latents]:
    """Return sources of latents at one gain, independent and burnt in, one for each batch size.

    The first trajectory does not depend on how many others there are: each batch is simulated by
    itself, as rounding in a product of matrices, which chaos amplifies, depends on their shape.
    """
    control = _is_control(model)
    counts = [TRIALS] if control else list(batches)
    states = initial_states(model.network.neurons, sum(counts), seed, "sampled")
    states = states.to(model.readout.device)
    chaos = [
        ChaosLatents(model.network, model.readout, part, gain=gain, dt=dt, method="rk4")
        for part in states.split(counts)
    ]
    for source in chaos:
        source.next(burn_in)
    if not control:
        return chaos
    recording = record(chaos[0], duration=_whole(RECORDED, interval), interval=interval)
    name, device = model.attributes["latents"], model.readout.device
    return [
        controls.from_chaos(
            name,
            recording,
            interval=interval,
            batch=min(batch, TRIALS),  # bounds the memory of the surrogate
            generator=seeds.torch_generator(
                seed, f"{name} latents at a gain", index, device=device
            ),
        )
        for index, batch in enumerate(batches)
    ]


def _is_control(model: ChaoticGenerator) -> bool:
    return model.attributes.get("latents") in CONTROLS


def _draw(source: Latents, count: int, *, apart: float) -> Tensor:
    """Return latents (count, K): a batch of the source as it stands, and more `apart` τ apart."""
    batches = range(-(-count // source.batch))
    return torch.cat([source.next(apart if index else 0.0) for index in batches])[:count]


def _whole(duration: float, interval: float) -> float:
    """Return the multiple of the interval that is nearest to a duration, and not 0."""
    return max(round(duration / interval), 1) * interval


def _images(images: Tensor, statistics: str, *leading: str) -> store.Variable:
    return store.Variable(
        images.numpy(),
        (*leading, *IMAGE_AXES),
        "1",
        f"generated images, RGB, 0 to 255, batch-norm statistics {statistics}",
    )


def _latents(latents: Tensor, *leading: str) -> store.Variable:
    return store.Variable(latents.cpu().numpy(), (*leading, "latent"), "1", "latents z")
