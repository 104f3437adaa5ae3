"""Progress of long loops as log lines: share done, rate, time left."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TypeVar

from tqdm import tqdm

logger = logging.getLogger("chaos_sampling")
Item = TypeVar("Item")


def track(
    items: Iterable[Item],
    label: str,
    *,
    unit: str,
    scale: float = 1.0,
    interval: float = 5.0,
) -> Iterator[Item]:
    """Yield from `items`, logging a line at the start, every `interval` seconds, and at the end.

    Args:
        items: what to go through; its length, where it has one, gives the time left.
        label: what is being done.
        unit: what one step is worth, as in "image" or "τ".
        scale: how many units one item counts.
        interval: seconds between lines.
    """
    total = len(items) * scale if isinstance(items, Sized) else None
    start = last = time.monotonic()
    done = 0.0
    _log(label, done, total, 0.0, unit)
    for item in items:
        yield item
        done += scale
        now = time.monotonic()
        if now - last >= interval:
            _log(label, done, total, now - start, unit)
            last = now
    _log(label, done, total, time.monotonic() - start, unit)


class Meter:
    """Log how far a loop is that has more to tell of itself than `track` can, such as losses.

    Args:
        label: what is being done.
        total: units to do.
        unit: what is counted, as in "image".
        interval: seconds between lines.
    """

    def __init__(self, label: str, total: float, *, unit: str, interval: float = 10.0) -> None:
        self.label, self.total, self.unit, self.interval = label, total, unit, interval
        self.start = self.last = time.monotonic()

    def report(self, done: float, note: str, *, rate: float) -> None:
        """Log a line if it is time, or if all is done.

        Args:
            done: units done so far.
            note: what the line ends with.
            rate: units per second now, from which the time left follows.
        """
        now = time.monotonic()
        if now - self.last >= self.interval or done >= self.total:
            self.last = now
            more = {"rate": rate, "postfix": note}
            _log(self.label, done, self.total, now - self.start, self.unit, **more)


def _log(
    label: str, done: float, total: float | None, elapsed: float, unit: str, **more: Any
) -> None:
    total = None if total is None else round(total, 3)
    line = {"prefix": label, "unit": f" {unit}", "ncols": 0, **more}
    logger.info(tqdm.format_meter(round(done, 3), total, elapsed, **line))
