"""Speed of latents and of generated images per gain (section 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling.datasets.images import BATCH_NORM, pixels
from chaos_sampling.measures import timescales
from chaos_sampling.statistics.resampling import jackknife
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset


def sampling_table(gain_samples: Iterable[tuple[str, Dataset]]) -> pd.DataFrame:
    """Summarise how fast latents and images change along trajectories at each gain (section 3.3).

    Speed has three senses: the rms change from one frame to the next, and half-life and T2 of the
    autocorrelation, all latents or all pixels together. The condition names the model and its
    source of latents, and says of images whether their batch-norm statistics are those of training
    or re-estimated at the gain. There is one generator, hence one network; intervals are over its
    trajectories.

    Args:
        gain_samples: the name of a model and a dataset of kind "gain_samples", one pair per gain
            and model; of an iterator, only one at a time is in memory.
    """
    rows = []
    for name, samples in gain_samples:
        model = {"model": name, "latents": samples.attributes["model"]["latents"]}
        at: dict[str, Any] = {"gain": samples.attributes["gain"], "condition": model}
        rows += _speeds("latents", samples, at)
        for statistics, images in BATCH_NORM.items():
            at = {**at, "condition": {**model, "batch_norm": statistics}}
            rows += _speeds(images, samples, at)
            ensemble = pixels(samples[f"ensemble/{images}"])
            deviation = np.sqrt(ensemble.var(axis=0).mean())
            rows.append(row("deviation_images", [deviation], **at))
    return table(rows)


def _speeds(variable: str, samples: Dataset, at: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rows of the three senses of speed of one variable."""
    step = samples["autocorrelation/lag"][1]
    correlation = samples[f"autocorrelation/{variable}"].T  # (lag, trajectory)
    name = "latents" if variable == "latents" else "images"

    return [
        _row(f"step_change_{name}_{step:g}", _rms, samples[f"step_change/{variable}"], at),
        _row(f"half_life_{name}", partial(_time, timescales.half_life, step), correlation, at),
        _row(f"T2_{name}", partial(_time, timescales.correlation_time, step), correlation, at),
    ]


def _time(
    read: Callable[[np.ndarray, float], float], step: float, correlation: np.ndarray
) -> float:
    return read(correlation.mean(axis=1), step)


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values).mean()))


def _row(
    quantity: str,
    estimate: Callable[[np.ndarray], float],
    trajectories: np.ndarray,
    at: dict[str, Any],
) -> dict[str, Any]:
    """Summarise one network, with an interval over its trajectories, the last axis."""
    of_trajectories = row(quantity, jackknife(estimate, trajectories), **at)
    bounds = {name: of_trajectories[name] for name in ("low", "high")}
    return row(quantity, [estimate(trajectories)], **at) | bounds | {"interval": "trajectories"}
