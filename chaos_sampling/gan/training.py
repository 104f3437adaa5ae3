"""Adversarial training of a generator whose latents come from a chaotic network (Fig. 2)."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import update_bn

from chaos_sampling import seeds, store
from chaos_sampling.device import Stopwatch, can_compile, has_fast_bfloat16
from chaos_sampling.gan.checkpoint import load_checkpoint, postponing_signals, save_checkpoint
from chaos_sampling.gan.dcgan import Architecture, Discriminator, Generator, initialize, render
from chaos_sampling.gan.history import History, nearest_distance
from chaos_sampling.gan.journal import Journal
from chaos_sampling.latents.protocol import Latents

logger = logging.getLogger("chaos_sampling")

SHOWN = 64
"""Images in a recorded grid."""
STATISTICS_BATCHES = 64
"""Batches from which batch-norm statistics of averaged weights are estimated anew."""


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
    learning_rate_decay: float,
    ema_decay: float,
    seed: int,
    device: torch.device | str,
    checkpoint: Path,
    checkpoint_seconds: float = 30.0,
    lines: Path | None = None,
) -> tuple[Generator, store.Dataset]:
    """Train a DCGAN; continue from `checkpoint` if there is one.

    On the CPU, with the number of threads unchanged, a training that was interrupted and continued
    gives exactly what an uninterrupted one gives: batches and flips follow from the seed and the
    epoch, everything else that changes is in the checkpoint.

    Args:
        images: (N, 64, 64, 3) uint8, kept on the device as they are.
        latents: source of z; what it draws at a time is the batch size B.
        width: channels of both networks; 64 in PyTorch's example of a DCGAN.
        images_shown: real images shown in all, rounded up to whole batches.
        advance: τ between two batches.
        learning_rate: of Adam.
        beta1: Adam's first decay rate; the second is 0.999.
        record_every: images between two records of the means.
        grid_every: images between two grids of generated images, always of the same latents.
        discriminator: "dcgan" or "text", see dcgan.Discriminator.
        real_label: target for real images; below 1 it is one-sided label smoothing.
        flip: mirror every real image with probability 1/2.
        learning_rate_decay: last share of the training during which the learning rate falls
            linearly to 0.
        ema_decay: per step, of the exponential moving average of the generator, which is what is
            recorded and returned; 0 for the last weights themselves.
        seed: of the weights, the order of the images and the flips.
        device: where to train.
        checkpoint: file to continue from and to write; the caller discards it after success.
        checkpoint_seconds: time between checkpoints, and up to ten times as long where writing one
            takes more than a twentieth of it; one more is written on SIGTERM or Ctrl-C, and after
            the last step.
        lines: file for the records as JSON lines, speed included, and, with the suffix .png, for
            the last grid; None for neither.

    Returns:
        The generator in eval mode, and a dataset of kind "training".

    Raises:
        ValueError: there are fewer images than a batch holds.
        FloatingPointError: a loss or a weight is not finite; the message names the step.
        KeyboardInterrupt: SIGTERM or Ctrl-C came, and the state is saved.
        torch.OutOfMemoryError: images or a step do not fit on the GPU; the message says what to do.
        OSError: a checkpoint cannot be written; the last one is intact.
        store.WrongFileError: other code wrote the checkpoint.
    """
    device = torch.device(device)
    batch = latents.batch
    if len(images) < batch:
        raise ValueError(f"batch: expected at most {len(images)} (the images), found {batch}")
    steps = -(-images_shown // batch)
    history = History(shown=latents.next(0.0)[:SHOWN].clone())
    real_distance = nearest_distance(_choose(images, len(history.shown), seed))

    # Continue where an earlier run stopped.
    players = Players(latents.size, width, discriminator, beta1=beta1, seed=seed, device=device)
    parts = {"players": players, "latents": latents, "history": history}
    if found := load_checkpoint(checkpoint, parts):
        logger.info("continuing from %s after %d steps", found, history.step)
    logger.info("training on %s", players)
    advice = "Use fewer images, or a GPU that nothing else is on."
    with _advising(f"{images.nbytes / 1e9:.1f} GB of images", advice):
        data = torch.from_numpy(images).to(device)  # (N, 64, 64, 3)
    real_batches = shuffled_batches(data, batch, flip=flip, seed=seed, first=history.step)
    journal = Journal(history, steps * batch, batch, real_label, lines)
    stopwatch = Stopwatch(device)
    saved, wait = time.monotonic(), checkpoint_seconds

    with postponing_signals() as received:
        for step in range(history.step, steps):
            with stopwatch.timing("data"):
                real = next(real_batches)  # (B, 3, 64, 64) in [−1, 1]
            with stopwatch.timing("latents"):
                z = latents.next(advance)  # (B, K)
            factor = _schedule(step / steps, learning_rate_decay)
            players.set_learning_rate(learning_rate * factor)
            history.add(players.step(real, z, real_label))
            players.move_average(step, ema_decay)

            last = step + 1 == steps
            if last or _due(step, batch, grid_every):
                grid = render(players.averaged, history.shown.to(device))
                history.add_grid((step + 1) * batch, grid, real_distance)
                journal.show(grid)
            recording = last or _due(step, batch, record_every)
            stopping = bool(received)
            saving = last or stopping or time.monotonic() - saved >= wait
            if recording or saving:
                history.collect()
            if recording:
                journal.record(*stopwatch.lap())
            if saving:
                players.require_finite(history.step)
                began = time.monotonic()
                save_checkpoint(checkpoint, parts)
                saved = time.monotonic()
                wait = min(max(checkpoint_seconds, 20 * (saved - began)), 10 * checkpoint_seconds)
            if stopping:
                logger.info("stopping, saved after %d steps", history.step)
                break

    # Averaged weights meet other activations than those that the averaged statistics describe.
    if ema_decay:
        update_bn((latents.next(advance) for _ in range(STATISTICS_BATCHES)), players.averaged)
    return players.averaged.eval(), history.dataset()


class Players:
    """The generator and the discriminator with their optimizers, and the generator's average.

    Multiplies in bfloat16 where the hardware does so fast, with weights, losses and averages in
    float32. A training that began in float32, or was continued in it, stays in it.

    Args:
        size: of the latents, K.
        width: channels of both networks.
        architecture: of the discriminator.
        beta1: Adam's first decay rate; the second is 0.999.
        seed: of the weights.
        device: where both are.
    """

    def __init__(
        self,
        size: int,
        width: int,
        architecture: Architecture,
        *,
        beta1: float,
        seed: int,
        device: torch.device,
    ) -> None:
        self.device = device
        self.bfloat16 = has_fast_bfloat16(device)
        self.compiled = can_compile(device)
        self.generator = Generator(size, width)
        self.discriminator = Discriminator(width, architecture)
        self.averaged = Generator(size, width)
        initialize(self.generator, seeds.torch_generator(seed, "weights of the generator"))
        initialize(self.discriminator, seeds.torch_generator(seed, "weights of the discriminator"))
        self.averaged.load_state_dict(self.generator.state_dict())
        for network in (self.generator, self.discriminator, self.averaged):
            network.to(device, memory_format=torch.channels_last)
        # the tensors themselves, which training and `load_state_dict` change in place
        self.moving = _floats(self.averaged), _floats(self.generator)
        adam = {"betas": (beta1, 0.999), "fused": True}
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters(), **adam)
        self.discriminator_optimizer = torch.optim.Adam(self.discriminator.parameters(), **adam)
        if self.compiled:
            torch._dynamo.config.suppress_errors = True  # what cannot be compiled runs as it is
            self.generator.compile()
            self.discriminator.compile()

    def __str__(self) -> str:
        compiled = ", compiled" if self.compiled else ""
        precision = "bfloat16 and float32" if self.bfloat16 else "float32"
        return f"{self.device} in {precision}{compiled}"

    def set_learning_rate(self, rate: float) -> None:
        """Let both optimizers go on at this rate."""
        groups = self.generator_optimizer.param_groups + self.discriminator_optimizer.param_groups
        for group in groups:
            group["lr"] = rate

    def step(self, real: Tensor, z: Tensor, real_label: float) -> Tensor:
        """Let the discriminator learn from one batch, then the generator from its answer.

        Args:
            real: images (B, 3, 64, 64) in [−1, 1].
            z: latents (B, K).
            real_label: target for real images.

        Returns:
            (4,) in the order of MEANS, on the device.

        Raises:
            torch.OutOfMemoryError: the batch is too large for the GPU.
        """
        G, D = self.generator, self.discriminator
        advice = f"Lower gan.batch, to {len(z) // 2} for example."
        with _advising(f"a step with a batch of {len(z)}", advice):
            # The discriminator: real images towards `real_label`, generated ones towards 0.
            D.requires_grad_(True)
            with self._autocast():
                fake = G(z)  # (B, 3, 64, 64)
                real_logits, fake_logits = D(real).float(), D(fake.detach()).float()  # (B,)
            D_loss = _cross_entropy(real_logits, real_label) + _cross_entropy(fake_logits, 0.0)
            _update(self.discriminator_optimizer, D_loss)

            # The generator: its images towards 1; the discriminator needs no gradients here, which
            # makes another graph of it where it is compiled.
            D.requires_grad_(False)
            with self._autocast():
                logits = D(fake).float()  # (B,)
            G_loss = _cross_entropy(logits, 1.0)
            _update(self.generator_optimizer, G_loss)
        means = [D_loss, G_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()]
        return torch.stack(means).detach()

    @torch.no_grad()
    def move_average(self, step: int, ema_decay: float) -> None:
        """Move the averaged weights and batch-norm statistics towards the present ones.

        The average forgets faster at first, so that the initial weights do not linger in it.
        """
        torch._foreach_lerp_(*self.moving, 1 - min(ema_decay, (1 + step) / (10 + step)))

    def require_finite(self, step: int) -> None:
        """Refuse weights, averages and moments from which the training could not go on.

        Raises:
            FloatingPointError: some are not finite; the message names whose.
        """
        for name, part in self._parts().items():
            state = part.state_dict()
            rows = state["state"].values() if "state" in state else [state]
            if not all(value.isfinite().all() for row in rows for value in row.values()):
                raise FloatingPointError(
                    f"training: the state of the {name.replace('_', ' ')} is not finite after step "
                    f"{step}. Lower learning_rate, or change the seed."
                )

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes, and the precision, for a checkpoint."""
        parts = {name: part.state_dict() for name, part in self._parts().items()}
        return parts | {"bfloat16": self.bfloat16}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned, in bfloat16 only if it is from such a training.

        Raises:
            KeyError: a part is missing.
            RuntimeError, ValueError: a part is of another size.
        """
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        if state["bfloat16"] and not self.bfloat16:
            logger.warning(
                "continuing in float32: the training began in bfloat16, in which this hardware is "
                "several times slower; it will not end as it would have where it began"
            )
        elif self.bfloat16 and not state["bfloat16"]:
            logger.info("continuing in float32, in which the training was saved")
        self.bfloat16 = self.bfloat16 and state["bfloat16"]

    def _parts(self) -> dict[str, torch.nn.Module | torch.optim.Optimizer]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "averaged": self.averaged,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
        }

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)


def shuffled_batches(
    images: Tensor, batch: int, *, flip: bool, seed: int, first: int
) -> Iterator[Tensor]:
    """Yield batches without end, every image at most once an epoch.

    Args:
        images: (N, 64, 64, 3) uint8.
        batch: B; what an epoch leaves over is not shown in it.
        flip: mirror every image with probability 1/2.
        seed: of the order and the flips.
        first: step to begin with.

    Yields:
        (B, 3, 64, 64) in [−1, 1], channels last in memory.
    """
    epoch_steps = len(images) // batch
    for step in itertools.count(first):
        epoch, position = divmod(step, epoch_steps)
        if position == 0 or step == first:
            order, mirrored = _shuffle(len(images), seed, epoch, images.device)
        chosen = order[position * batch : (position + 1) * batch]
        real = images[chosen]  # (B, 64, 64, 3)
        if flip:
            real = torch.where(mirrored[chosen, None, None, None], real.flip(2), real)
        yield real.permute(0, 3, 1, 2) / 127.5 - 1


def _choose(images: np.ndarray, count: int, seed: int) -> Tensor:
    """Return `count` of the images, drawn without replacement."""
    rng = seeds.generator(seed, "real images to compare the diversity of grids with")
    return torch.from_numpy(images[rng.choice(len(images), count, replace=False)])


def _shuffle(count: int, seed: int, epoch: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return one epoch's order of the images (N,) and which of them to mirror (N,)."""
    rng = seeds.torch_generator(seed, "order and flips of an epoch", epoch)
    order = torch.randperm(count, generator=rng)
    mirrored = torch.rand(count, generator=rng) < 0.5
    return order.to(device), mirrored.to(device)


def _schedule(done: float, learning_rate_decay: float) -> float:
    """Return the factor of the learning rate when the share `done` of the training is over."""
    return min(1.0, (1 - done) / learning_rate_decay) if learning_rate_decay else 1.0


def _due(step: int, batch: int, every: int) -> bool:
    """Say whether this step carries the number of images past a multiple of `every`."""
    return (step + 1) * batch // every > step * batch // every


def _cross_entropy(logits: Tensor, target: float) -> Tensor:
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def _floats(module: torch.nn.Module) -> list[Tensor]:
    """Return the weights and buffers of a module that are not whole numbers."""
    return [value for value in module.state_dict().values() if value.is_floating_point()]


def _update(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


@contextmanager
def _advising(what: str, advice: str) -> Iterator[None]:
    """Say what to do where the memory of a GPU does not suffice."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise torch.OutOfMemoryError(
            f"training: expected memory on the GPU for {what}, found too little. {advice} ({error})"
        ) from error
