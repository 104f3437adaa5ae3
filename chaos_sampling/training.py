"""Adversarial training of a generator whose latents come from a chaotic network (Fig. 2)."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import update_bn
from tqdm import tqdm

from chaos_sampling import seeds, store
from chaos_sampling.device import has_fast_bfloat16
from chaos_sampling.gan import Architecture, Discriminator, Generator, initialize, render
from chaos_sampling.latents import ChaosLatents

logger = logging.getLogger("chaos_sampling")

RECORDED = {
    "discriminator_loss": "cross-entropy of the discriminator, mean over the interval",
    "generator_loss": "cross-entropy of the generator, mean over the interval",
    "real_probability": "D(x), probability given to real images, mean over the interval",
    "fake_probability": "D(G(z)), probability given to generated images, mean over the interval",
}
SHOWN = 64
"""Images in a recorded grid."""
LOG_SECONDS = 10.0
"""Time between two lines in the log."""
STATISTICS_BATCHES = 64
"""Batches from which batch-norm statistics of averaged weights are estimated anew."""


@dataclass
class Progress:
    """Where a training stands: the number of steps done and what was recorded on the way."""

    step: int = 0
    images_seen: list[int] = field(default_factory=list)
    means: list[list[float]] = field(default_factory=list)
    snapshots: list[int] = field(default_factory=list)
    grids: list[Tensor] = field(default_factory=list)

    def state_dict(self) -> dict[str, Any]:
        """Return everything, for a checkpoint."""
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned."""
        vars(self).update(state)


def train(
    images: np.ndarray,
    latents: ChaosLatents,
    *,
    width: int,
    images_shown: int,
    advance: float,
    learning_rate: float,
    beta1: float,
    record_every: int,
    grid_every: int,
    discriminator: Architecture,
    real_label: float,
    flip: bool,
    decay: float,
    average: float,
    seed: int,
    device: torch.device | str,
    checkpoint: Path,
    checkpoint_seconds: float = 30.0,
) -> tuple[Generator, store.Dataset]:
    """Train a DCGAN; continue from `checkpoint` if there is one.

    On the CPU, with the number of threads unchanged, a training that was interrupted and continued
    gives exactly what an uninterrupted one gives: batches and flips follow from the seed and the
    epoch, everything else that changes is in the checkpoint.

    Args:
        images: (N, 64, 64, 3) uint8, kept on the device as they are.
        latents: source of z; its number of trajectories is the batch size B.
        width: channels of both networks; 64 is the DCGAN's.
        images_shown: real images shown in all, rounded up to whole batches.
        advance: τ between two batches.
        learning_rate: of Adam.
        beta1: Adam's first decay rate; the second is 0.999.
        record_every: images between two records of the means.
        grid_every: images between two grids of generated images, always of the same latents.
        discriminator: "dcgan" or "text", see gan.Discriminator.
        real_label: target for real images; below 1 it is one-sided label smoothing.
        flip: mirror every real image with probability 1/2.
        decay: last share of the training during which the learning rate falls linearly to 0.
        average: decay per step of the exponential moving average of the generator, which is what
            is recorded and returned; 0 for the last weights themselves.
        seed: of the weights, the order of the images and the flips.
        device: where to train.
        checkpoint: file to continue from and to write; the caller deletes it after success.
        checkpoint_seconds: time between checkpoints, which are written at records only.

    Returns:
        The generator in eval mode, and a dataset of kind "training".

    Raises:
        ValueError: there are fewer images than a batch holds.
        FloatingPointError: a loss is not finite; the message names the step.
    """
    device = torch.device(device)
    batch = latents.batch
    if len(images) < batch:
        raise ValueError(f"batch: expected at most {len(images)} (the images), found {batch}")
    steps = -(-images_shown // batch)
    epoch_steps = len(images) // batch
    data = torch.from_numpy(images).to(device)  # (N, 64, 64, 3)

    # The two players, the averaged generator, and the same latents for every grid.
    G = Generator(len(latents.readout), width)
    D = Discriminator(width, discriminator)
    averaged = Generator(len(latents.readout), width)
    initialize(G, _torch_generator(seed, "weights of the generator"))
    initialize(D, _torch_generator(seed, "weights of the discriminator"))
    averaged.load_state_dict(G.state_dict())
    for network in (G, D, averaged):
        network.to(device, memory_format=torch.channels_last)
    G_optimizer = torch.optim.Adam(G.parameters(), learning_rate, (beta1, 0.999), fused=True)
    D_optimizer = torch.optim.Adam(D.parameters(), learning_rate, (beta1, 0.999), fused=True)
    shown = latents.next(0.0)[:SHOWN]  # (64, K)

    # Continue where an earlier run stopped.
    progress = Progress()
    parts = {
        "generator": G,
        "discriminator": D,
        "averaged": averaged,
        "generator_optimizer": G_optimizer,
        "discriminator_optimizer": D_optimizer,
        "latents": latents,
        "progress": progress,
    }
    _restore(checkpoint, parts, device)

    half = has_fast_bfloat16(device)
    logger.info("training on %s in %s", device, "bfloat16 and float32" if half else "float32")
    meter = _Meter(progress.step, steps, batch)
    saved = time.monotonic()
    interval: list[Tensor] = []
    for step in range(progress.step, steps):
        # A batch of real images and one of latents.
        epoch, position = divmod(step, epoch_steps)
        if position == 0 or step == progress.step:
            order, mirrored = _shuffle(len(data), seed, epoch, device)
        chosen = order[position * batch : (position + 1) * batch]
        real = data[chosen]  # (B, 64, 64, 3)
        if flip:
            real = torch.where(mirrored[chosen, None, None, None], real.flip(2), real)
        real = real.permute(0, 3, 1, 2) / 127.5 - 1  # (B, 3, 64, 64), channels last in memory
        with meter.latents():
            z = latents.next(advance)  # (B, K)

        rate = learning_rate * _schedule(step / steps, decay)
        for group in G_optimizer.param_groups + D_optimizer.param_groups:
            group["lr"] = rate

        # The discriminator: real images towards `real_label`, generated ones towards 0.
        D.requires_grad_(True)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            fake = G(z)  # (B, 3, 64, 64)
            real_logits, fake_logits = D(real).float(), D(fake.detach()).float()  # (B,)
        D_loss = _cross_entropy(real_logits, real_label) + _cross_entropy(fake_logits, 0.0)
        D_optimizer.zero_grad()
        D_loss.backward()
        D_optimizer.step()

        # The generator: generated images towards 1; the discriminator needs no gradients here.
        D.requires_grad_(False)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            logits = D(fake).float()
        G_loss = _cross_entropy(logits, 1.0)
        G_optimizer.zero_grad()
        G_loss.backward()
        G_optimizer.step()
        _move_average(averaged, G, step, average)

        # What happened, in the order of RECORDED.
        means = [D_loss, G_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()]
        interval.append(torch.stack(means).detach())
        last = step + 1 == steps
        if last or _due(step, batch, grid_every):
            progress.snapshots.append((step + 1) * batch)
            progress.grids.append(render(averaged, shown))
        if last or _due(step, batch, record_every):
            progress.step = step + 1
            progress.images_seen.append((step + 1) * batch)
            progress.means.append(_means(interval, step + 1))
            interval.clear()
            meter.report(step + 1, progress.means[-1])
            if time.monotonic() - saved >= checkpoint_seconds:
                _save(checkpoint, parts)
                saved = time.monotonic()

    # Averaged weights meet other activations than those that the averaged statistics describe.
    if average:
        update_bn((latents.next(advance) for _ in range(STATISTICS_BATCHES)), averaged)
    return averaged.eval(), _dataset(progress)


def checkpoint_path(output: str | Path, images: np.ndarray, parameters: Any) -> Path:
    """Return a name for the checkpoint beside `output` that belongs to these images and parameters.

    Args:
        output: a file that the training makes.
        images: what it learns from.
        parameters: everything else that decides its course, in a form that JSON can represent.
    """
    digest = hashlib.sha256(np.ascontiguousarray(images))
    digest.update(json.dumps(parameters, sort_keys=True).encode())
    return Path(output).with_suffix(f".{digest.hexdigest()[:12]}.checkpoint")


def _torch_generator(seed: int, purpose: str, *indices: int) -> torch.Generator:
    return torch.Generator().manual_seed(seeds.integer(seed, purpose, *indices))


def _shuffle(count: int, seed: int, epoch: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return one epoch's order of the images (N,) and which of them to mirror (N,)."""
    rng = _torch_generator(seed, "order and flips of an epoch", epoch)
    order = torch.randperm(count, generator=rng)
    mirrored = torch.rand(count, generator=rng) < 0.5
    return order.to(device), mirrored.to(device)


def _schedule(done: float, decay: float) -> float:
    """Return the factor of the learning rate when the share `done` of the training is over."""
    return min(1.0, (1 - done) / decay) if decay else 1.0


def _cross_entropy(logits: Tensor, target: float) -> Tensor:
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


@torch.no_grad()
def _move_average(averaged: Generator, current: Generator, step: int, decay: float) -> None:
    """Move weights and batch-norm statistics of `averaged` towards `current`.

    The average forgets faster at first, so that the initial weights do not linger in it.
    """
    weight = 1 - min(decay, (1 + step) / (10 + step))
    new = current.state_dict()
    for name, kept in averaged.state_dict().items():
        if kept.is_floating_point():
            kept.lerp_(new[name], weight)


def _due(step: int, batch: int, every: int) -> bool:
    """Say whether this step carries the number of images past a multiple of `every`."""
    return (step + 1) * batch // every > step * batch // every


def _means(interval: list[Tensor], step: int) -> list[float]:
    """Return the means (4,) over the steps that end with `step`.

    Raises:
        FloatingPointError: one of them is not finite.
    """
    values = torch.stack(interval).cpu()  # (steps, 4)
    broken = (~values.isfinite().all(1)).nonzero()
    if len(broken):
        first = step - len(values) + 1 + int(broken[0])
        raise FloatingPointError(
            f"training: losses are not finite at step {first}: "
            f"{dict(zip(RECORDED, values[broken[0, 0]].tolist(), strict=True))}. "
            "Lower learning_rate, or change the seed."
        )
    return values.mean(0).tolist()


def _save(path: Path, parts: Mapping[str, Any]) -> None:
    with store.replacing(path) as temporary:
        torch.save({name: part.state_dict() for name, part in parts.items()}, temporary)


def _restore(path: Path, parts: Mapping[str, Any], device: torch.device) -> None:
    """Load a checkpoint into `parts`, if there is one that can be read."""
    if not path.is_file():
        return
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except (RuntimeError, EOFError, OSError, UnpicklingError) as error:
        logger.warning("%s: damaged checkpoint, starting from the beginning (%s)", path, error)
        return
    for name, part in parts.items():
        part.load_state_dict(state[name])
    logger.info("continuing from %s after %d steps", path, parts["progress"].step)


class _Meter:
    """Log the course of training about every ten seconds: losses, rate, time left."""

    def __init__(self, first: int, steps: int, batch: int) -> None:
        self.first, self.steps, self.batch = first, steps, batch
        self.start = self.last = time.monotonic()
        self.in_latents = 0.0

    @contextmanager
    def latents(self) -> Iterator[None]:
        """Count the time of the block as spent on latents (on a GPU: on issuing the work)."""
        start = time.perf_counter()
        yield
        self.in_latents += time.perf_counter() - start

    def report(self, step: int, means: list[float]) -> None:
        """Log a line if it is time, or if `step` is the last."""
        now = time.monotonic()
        if now - self.last < LOG_SECONDS and step < self.steps:
            return
        self.last = now
        losses = "loss of D {:.3f}, of G {:.3f}, D(x) {:.3f}, D(G(z)) {:.3f}".format(*means)
        share = self.in_latents / (now - self.start)
        logger.info(
            tqdm.format_meter(
                step * self.batch,
                self.steps * self.batch,
                now - self.start,
                initial=self.first * self.batch,
                prefix="training",
                unit=" image",
                ncols=0,
                postfix=f"{losses}, latents take {share:.1%} of the time",
            )
        )


def _dataset(progress: Progress) -> store.Dataset:
    """Label what was recorded."""
    means = np.array(progress.means, np.float32)  # (records, 4)
    variables = {
        "images_seen": store.Variable(
            np.array(progress.images_seen), ("images_seen",), "1", "real images shown so far"
        ),
        "snapshot": store.Variable(
            np.array(progress.snapshots), ("snapshot",), "1", "real images shown before the grid"
        ),
        "grids": store.Variable(
            torch.stack(progress.grids).numpy(),
            ("snapshot", "sample", "y", "x", "channel"),
            "1",
            "generated images of the same latents, RGB, 0 to 255",
        ),
    }
    for column, (name, long_name) in enumerate(RECORDED.items()):
        variables[name] = store.Variable(means[:, column], ("images_seen",), "1", long_name)
    return store.Dataset("training", "Course of the training of a chaotic GAN", variables)
