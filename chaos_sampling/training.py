"""Adversarial training of a generator whose latents come from a chaotic network (Fig. 2)."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import update_bn

from chaos_sampling import seeds, store
from chaos_sampling.checkpoint import load_checkpoint, save_checkpoint
from chaos_sampling.device import has_fast_bfloat16
from chaos_sampling.gan import Architecture, Discriminator, Generator, initialize, render
from chaos_sampling.latents import Latents
from chaos_sampling.progress import Meter

logger = logging.getLogger("chaos_sampling")

RECORDED = {
    "discriminator_loss": "cross-entropy of the discriminator, mean over the interval",
    "generator_loss": "cross-entropy of the generator, mean over the interval",
    "real_probability": "D(x), probability given to real images, mean over the interval",
    "fake_probability": "D(G(z)), probability given to generated images, mean over the interval",
}
SHOWN = 64
"""Images in a recorded grid."""
STATISTICS_BATCHES = 64
"""Batches from which batch-norm statistics of averaged weights are estimated anew."""


@dataclass
class Progress:
    """Where a training stands, and what was recorded on the way.

    Attributes:
        step: number of steps done.
        interval: values (4,) of each step since the last record, in the order of RECORDED.
        images_seen: images shown before each record.
        means: of the values between two records.
        snapshots: images shown before each grid.
        grids: uint8 images (64, 64, 64, 3) of the same latents.
    """

    step: int = 0
    interval: list[Tensor] = field(default_factory=list)
    images_seen: list[int] = field(default_factory=list)
    means: list[list[float]] = field(default_factory=list)
    snapshots: list[int] = field(default_factory=list)
    grids: list[Tensor] = field(default_factory=list)

    def state_dict(self) -> dict[str, Any]:
        """Return everything, for a checkpoint."""
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned.

        Raises:
            ValueError: it has other fields.
        """
        if state.keys() != vars(self).keys():
            raise ValueError(f"progress: expected {list(vars(self))}, found {list(state)}")
        vars(self).update(state)


def train(
    images: np.ndarray,
    latents: Latents,
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
        latents: source of z; what it draws at a time is the batch size B.
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
        checkpoint_seconds: time between checkpoints.

    Returns:
        The generator in eval mode, and a dataset of kind "training".

    Raises:
        ValueError: there are fewer images than a batch holds.
        FloatingPointError: a loss is not finite; the message names the step.
        store.WrongFileError: other code wrote the checkpoint.
    """
    device = torch.device(device)
    batch = latents.batch
    if len(images) < batch:
        raise ValueError(f"batch: expected at most {len(images)} (the images), found {batch}")
    steps = -(-images_shown // batch)
    epoch_steps = len(images) // batch
    data = torch.from_numpy(images).to(device)  # (N, 64, 64, 3)

    # The two players, the averaged generator, and the same latents for every grid.
    G = Generator(latents.size, width)
    D = Discriminator(width, discriminator)
    averaged = Generator(latents.size, width)
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
    if load_checkpoint(checkpoint, parts):
        logger.info("continuing from %s after %d steps", checkpoint, progress.step)
        progress.interval = [values.to(device) for values in progress.interval]

    half = has_fast_bfloat16(device)
    logger.info("training on %s in %s", device, "bfloat16 and float32" if half else "float32")
    first = progress.step
    meter = Meter("training", steps * batch, unit="image", before=first * batch)
    saved = time.monotonic()
    for step in range(first, steps):
        # A batch of real images and one of latents.
        epoch, position = divmod(step, epoch_steps)
        if position == 0 or step == first:
            order, mirrored = _shuffle(len(data), seed, epoch, device)
        chosen = order[position * batch : (position + 1) * batch]
        real = data[chosen]  # (B, 64, 64, 3)
        if flip:
            real = torch.where(mirrored[chosen, None, None, None], real.flip(2), real)
        real = real.permute(0, 3, 1, 2) / 127.5 - 1  # (B, 3, 64, 64), channels last in memory
        with meter.timing():
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
        progress.interval.append(torch.stack(means).detach())
        progress.step = step + 1
        seen = progress.step * batch
        last = progress.step == steps
        if last or _due(step, batch, grid_every):
            progress.snapshots.append(seen)
            progress.grids.append(render(averaged, shown))
        recording = last or _due(step, batch, record_every)
        saving = time.monotonic() - saved >= checkpoint_seconds
        if recording or saving:
            values = _finite(progress)  # (steps, 4)
        if recording:
            progress.images_seen.append(seen)
            progress.means.append(values.mean(0).tolist())
            progress.interval.clear()
            meter.report(seen, _summary(progress.means[-1], meter.share))
        if saving:
            save_checkpoint(checkpoint, parts)
            saved = time.monotonic()

    # Averaged weights meet other activations than those that the averaged statistics describe.
    if average:
        update_bn((latents.next(advance) for _ in range(STATISTICS_BATCHES)), averaged)
    return averaged.eval(), _dataset(progress)


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


def _finite(progress: Progress) -> Tensor:
    """Return the values (steps, 4) since the last record, if they are finite.

    Raises:
        FloatingPointError: one of them is not.
    """
    values = torch.stack(progress.interval).cpu()
    broken = (~values.isfinite().all(1)).nonzero()
    if len(broken):
        first = progress.step - len(values) + 1 + int(broken[0])
        raise FloatingPointError(
            f"training: losses are not finite at step {first}: "
            f"{dict(zip(RECORDED, values[broken[0, 0]].tolist(), strict=True))}. "
            "Lower learning_rate, or change the seed."
        )
    return values


def _summary(means: list[float], in_latents: float) -> str:
    """Say what the means (4,) of an interval are, and what share of the time latents take."""
    losses = "loss of D {:.3f}, of G {:.3f}, D(x) {:.3f}, D(G(z)) {:.3f}".format(*means)
    return f"{losses}, latents take {in_latents:.1%} of the time"


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
