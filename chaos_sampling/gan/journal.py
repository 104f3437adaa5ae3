"""What a training tells on its way: log lines, JSON lines, a picture and warnings."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor
from torchvision.utils import make_grid

from chaos_sampling.files import replacing
from chaos_sampling.gan.history import History
from chaos_sampling.progress import Meter

logger = logging.getLogger("chaos_sampling")

COLLAPSED = 0.02
"""Diversity below which the images of a grid are as good as one."""


class Journal:
    """Tell how a training goes: as log lines, as JSON lines, as a picture, and in warnings.

    Args:
        history: what is told of.
        total: images to be shown.
        batch: images of a step.
        real_label: what the discriminator is to say of real images.
        lines: file for the JSON lines; it is brought to what the history holds. The picture has
            its name, and the suffix .png.
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
        if lines and not history.grids:
            lines.with_suffix(".png").unlink(missing_ok=True)  # of another training

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

    def show(self, grid: Tensor) -> None:
        """Put a grid of images (n, 64, 64, 3), uint8 on the CPU, in place of the picture before."""
        if self.lines:
            with replacing(self.lines.with_suffix(".png")) as temporary:
                picture = make_grid(grid.permute(0, 3, 1, 2))  # (3, y, x)
                Image.fromarray(picture.permute(1, 2, 0).numpy()).save(temporary)

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
    """Say whether the last grid shows one image all over."""
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
