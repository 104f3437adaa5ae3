"""The course of a training: what is recorded of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from chaos_sampling import store

MEANS = {
    "discriminator_loss": "cross-entropy of the discriminator, mean over the interval",
    "generator_loss": "cross-entropy of the generator, mean over the interval",
    "real_probability": "D(x), probability given to real images, mean over the interval",
    "fake_probability": "D(G(z)), probability given to generated images, mean over the interval",
}


@dataclass
class History:
    """Where a training stands, and what was recorded on the way.

    Attributes:
        shown: latents (n, K) of which the grids are made, 64 at most.
        step: number of steps done.
        pending: values (4,) of each step since they were last collected, in the order of MEANS,
            still on the device.
        interval: values (4,) of each step since the last record that were collected.
        records: what the JSON line of each interval says.
        snapshots: images shown before each grid.
        grids: uint8 images (n, 64, 64, 3) of the same latents.
        diversity: the nearest distance of each grid, over that of as many real images.
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

    def add_grid(self, seen: int, grid: Tensor, real_distance: float) -> None:
        """Keep a grid of generated images (n, 64, 64, 3), made after `seen` real ones.

        Its diversity is its nearest distance over that of real images, `real_distance`. Real images
        that repeat count as one grey level apart.
        """
        self.snapshots.append(seen)
        self.grids.append(grid)
        self.diversity.append(nearest_distance(grid) / max(real_distance, 1.0))

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


def nearest_distance(images: Tensor) -> float:
    """Return how far images are from the most similar other one, in grey levels.

    That is the median over the images of the root-mean-square difference of pixels.

    Args:
        images: (n, ...) uint8 on the CPU, n ≥ 2.
    """
    pixels = images.flatten(1).float()  # (n, pixels)
    # as a product of matrices, the default of many, it would not be 0 for equal images
    distances = torch.cdist(pixels, pixels, compute_mode="donot_use_mm_for_euclid_dist")
    distances.fill_diagonal_(torch.inf)
    return float(distances.amin(1).median()) / pixels.shape[1] ** 0.5
