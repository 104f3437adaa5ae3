"""The course of a training: what is recorded of it, logged, and written as JSON lines."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import store
from chaos_sampling.progress import Meter

logger = logging.getLogger("chaos_sampling")

MEANS = {
    "discriminator_loss": "cross-entropy of the discriminator, mean over the interval",
    "generator_loss": "cross-entropy of the generator, mean over the interval",
    "real_probability": "D(x), probability given to real images, mean over the interval",
    "fake_probability": "D(G(z)), probability given to generated images, mean over the interval",
}
COLLAPSED = 0.02
"""Diversity below which the images of a grid are as good as one."""


@dataclass
class History:
    """Where a training stands, and what was recorded on the way.

    Attributes:
        shown: latents (64, K) of which the grids are made.
        step: number of steps done.
        pending: values (4,) of each step since they were last collected, in the order of MEANS,
            still on the device.
        interval: values (4,) of each step since the last record that were collected.
        records: what the JSON line of each interval says.
        snapshots: images shown before each grid.
        grids: uint8 images (64, 64, 64, 3) of the same latents.
        diversity: of each grid, over that of as many real images.
    """

    shown: Tensor
    step: int = 0
    pending: list[Tensor] = field(default_factory=list)
    interval: list[Tensor] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    snapshots: list[int] = field(default_factory=list)
    grids: list[Tensor] = field(default_factory=list)
    diversity: list[float] = field(default_factory=list)

    def add(self, values: Tensor) -> None:
        """Count a step whose values (4,) may still be on their way."""
        self.step += 1
        self.pending.append(values)

    def collect(self) -> None:
        """Fetch the pending values from the device, all in one go.

        Raises:
            FloatingPointError: one of them is not finite; the message names the step.
        """
        values = torch.stack(self.pending).cpu()  # (steps, 4)
        broken = (~values.isfinite().all(1)).nonzero()
        if len(broken):
            first = int(broken[0])
            raise FloatingPointError(
                f"training: losses are not finite at step {self.step - len(values) + first + 1}: "
                f"{dict(zip(MEANS, values[first].tolist(), strict=True))}. "
                "Lower learning_rate, or change the seed."
            )
        self.interval += values
        self.pending.clear()

    def add_grid(self, seen: int, grid: Tensor, real_diversity: float) -> None:
        """Keep a grid of generated images (64, 64, 64, 3), made after `seen` real ones.

        Real images that repeat count as one grey level apart.
        """
        self.snapshots.append(seen)
        self.grids.append(grid)
        self.diversity.append(diversity(grid) / max(real_diversity, 1.0))

    def close_interval(self, seen: int, **speed: float) -> dict[str, Any]:
        """Record the means of the interval that ends after `seen` images, and return the record.

        The diversity in it is that of the last grid, None before the first.
        """
        means = torch.stack(self.interval).mean(0).tolist()
        latest = {"diversity": self.diversity[-1] if self.diversity else None}
        self.records.append(
            {"images_seen": seen} | dict(zip(MEANS, means, strict=True)) | latest | speed
        )
        self.interval.clear()
        return self.records[-1]

    def state_dict(self) -> dict[str, Any]:
        """Return everything, for a checkpoint."""
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned.

        Raises:
            ValueError: it has other fields.
        """
        if state.keys() != vars(self).keys():
            raise ValueError(f"history: expected {list(vars(self))}, found {list(state)}")
        vars(self).update(state)

    def dataset(self) -> store.Dataset:
        """Label what was recorded and does not depend on the clock."""
        snapshot = ("snapshot",)
        variables = {
            "images_seen": self._column("images_seen", np.int64, "real images shown so far"),
            "snapshot": store.Variable(
                np.array(self.snapshots), snapshot, "1", "real images shown before the grid"
            ),
            "grids": store.Variable(
                torch.stack(self.grids).numpy(),
                (*snapshot, "sample", "y", "x", "channel"),
                "1",
                "generated images of the same latents, RGB, 0 to 255",
            ),
            "diversity": store.Variable(
                np.array(self.diversity, np.float32),
                snapshot,
                "1",
                "median distance of a grid's images to the most similar other, over that of as "
                "many real images",
            ),
        }
        for name, long_name in MEANS.items():
            variables[name] = self._column(name, np.float32, long_name)
        return store.Dataset("training", "Course of the training of a chaotic GAN", variables)

    def _column(self, name: str, dtype: type, long_name: str) -> store.Variable:
        values = np.array([record[name] for record in self.records], dtype)
        return store.Variable(values, ("images_seen",), "1", long_name)


class Journal:
    """Tell how a training goes: as log lines, as JSON lines, and in warnings.

    Args:
        history: what is told of.
        total: images to be shown.
        batch: images of a step.
        real_label: what the discriminator is to say of real images.
        lines: file for the JSON lines; it is brought to what the history holds.
    """

    def __init__(
        self, history: History, total: int, batch: int, real_label: float, lines: Path | None
    ) -> None:
        self.history = history
        self.total = total
        self.batch = batch
        self.real_label = real_label
        self.lines = lines
        self.told = history.step
        self.meter = Meter("training", total, unit="image")
        if lines:
            lines.write_text("".join(map(_json_line, history.records)))

    def record(self, seconds: float, shares: dict[str, float]) -> None:
        """Close an interval and tell of it.

        Args:
            seconds: since the last record.
            shares: of that time, by what it was spent on: "data" and "latents".
        """
        seen = self.history.step * self.batch
        rate = (self.history.step - self.told) * self.batch / seconds
        self.told = self.history.step
        record = self.history.close_interval(
            seen,
            images_per_second=rate,
            **{f"{part}_share": share for part, share in shares.items()},
            seconds_left=(self.total - seen) / rate,
        )
        if self.lines:
            with self.lines.open("a") as file:
                file.write(_json_line(record))
        self.meter.report(seen, _summary(record), rate=rate)
        self._warn()

    def _warn(self) -> None:
        """Name each trouble when it begins, and again if it is there in the end."""
        now, before = self.history.records[-1], self.history.records[-2:-1]
        if now["images_seen"] >= self.total:
            before = []
        for trouble, advice in TROUBLES:
            lasting = any(trouble(record, self.real_label) for record in before)
            if trouble(now, self.real_label) and not lasting:
                logger.warning("training: after %d images %s", now["images_seen"], advice)


def _discriminator_wins(record: dict[str, Any], real_label: float) -> bool:
    """Say whether D(x) → its label and D(G(z)) → 0, where the generator learns nothing more."""
    certain = record["real_probability"] > 0.97 * real_label
    return certain and record["fake_probability"] < 0.01


def _generator_collapses(record: dict[str, Any], real_label: float) -> bool:
    """Say whether the last grid shows one image 64 times."""
    return record["diversity"] is not None and record["diversity"] < COLLAPSED


TROUBLES = (
    (
        _discriminator_wins,
        "the discriminator wins: it tells all images apart, and the generator learns little from "
        "that. If it lasts, use more images, flip them, set real_label below 1, or lower "
        "learning_rate.",
    ),
    (
        _generator_collapses,
        "the generator collapses, or has not begun to learn: it makes nearly the same image of all "
        "latents. If it lasts, lower learning_rate, change the seed, or whiten the latents.",
    ),
)
"""What can go wrong: how a record shows it, and what to say."""


def _summary(record: dict[str, Any]) -> str:
    """Say in a line what a record holds, but for the speed."""
    diversity = "" if record["diversity"] is None else ", diversity {diversity:.2f}"
    return (
        "loss of D {discriminator_loss:.3f}, of G {generator_loss:.3f}, "
        f"D(x) {{real_probability:.3f}}, D(G(z)) {{fake_probability:.3f}}{diversity}, "
        "latents take {latents_share:.1%} and data {data_share:.1%} of the time"
    ).format(**record)


def _json_line(record: dict[str, Any]) -> str:
    return json.dumps(record) + "\n"


def diversity(images: Tensor) -> float:
    """Return how far images are from the most similar other one, in grey levels.

    That is the median over the images of the root-mean-square difference of pixels.

    Args:
        images: (n, ...) uint8 on the CPU, n ≥ 2.
    """
    pixels = images.flatten(1).float()  # (n, pixels)
    distances = torch.cdist(pixels, pixels).fill_diagonal_(torch.inf)
    return float(distances.amin(1).median()) / pixels.shape[1] ** 0.5
