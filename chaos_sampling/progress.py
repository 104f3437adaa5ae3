"""Progress of long loops as log lines: share done, rate, time left."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

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


def _log(label: str, done: float, total: float | None, elapsed: float, unit: str) -> None:
    total = None if total is None else round(total, 3)
    logger.info(
        tqdm.format_meter(round(done, 3), total, elapsed, prefix=label, unit=f" {unit}", ncols=0)
    )
