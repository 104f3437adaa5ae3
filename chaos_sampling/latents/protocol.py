"""What sources of latent variables z have in common: training knows of them what `Latents` says."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from chaos_sampling.network.dynamics import steps


class Latents(Protocol):
    """What training needs of a source of latents, wherever they come from."""

    @property
    def batch(self) -> int:
        """Number of latent vectors drawn at a time, B."""

    @property
    def size(self) -> int:
        """Number of latents in each, K."""

    def next(self, duration: float) -> Tensor:
        """Return the latents (B, K) that follow the last ones after `duration` τ."""

    def state_dict(self) -> dict[str, Any]:
        """Return what changes while latents are drawn, for a checkpoint."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned; raise where that does not fit."""


def record(source: Latents, *, duration: float, interval: float) -> np.ndarray:
    """Draw latents at equal intervals, from those at the first interval's end to the last's.

    Args:
        source: where they come from; it stands `duration` further on afterwards.
        duration: τ to record, a whole multiple of `interval`.
        interval: τ between samples.

    Returns:
        (T, B, K).
    """
    samples = [source.next(interval) for _ in range(steps(duration, interval))]
    return torch.stack(samples).numpy(force=True)
