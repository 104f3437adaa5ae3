"""Speed of latents and of generated images per gain (section 3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling import mixing, timescales
from chaos_sampling.images import BATCH_NORM, pixels
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset


def sampling_table(gain_samples: Iterable[tuple[str, Dataset]]) -> pd.DataFrame:
    """Summarise how fast latents and images change along one trajectory per gain (section 3.3).

    Speed has three senses: the rms change from one frame to the next, and half-life and T2 of the
    autocorrelation along the trajectory, all latents or all pixels together. The condition names
    the model and its source of latents, and says of images whether their batch-norm statistics are
    those of training or re-estimated at the gain. There is one generator, hence one network, and no
    interval.

    Autocorrelations are of deviations from the mean. That of latents is 0, by the symmetry of chaos
    under h → −h, and in the controls by construction. That of images is taken over the ensemble at
    the same gain, whose error adds one part in its size to the variance. The mean over the
    trajectory would follow the trajectory: it takes off a share of the variance that is twice the
    integral of C(t)/C(0) over the duration, at all lags, so that times come out too short.

    Args:
        gain_samples: the name of a model and a dataset of kind "gain_samples", one pair per gain
            and model; of an iterator, only one at a time is in memory.
    """
    rows = []
    for name, samples in gain_samples:
        step, gain = samples["trajectory/time"][1], samples.attributes["gain"]
        model = {"model": name, "latents": samples.attributes["model"]["latents"]}
        at: dict[str, Any] = {"gain": gain, "condition": model}
        rows += _speeds("latents", samples["trajectory/latents"], np.zeros(1), step, at)
        for statistics, images in BATCH_NORM.items():
            at = {"gain": gain, "condition": {**model, "batch_norm": statistics}}
            ensemble = pixels(samples[f"ensemble/{images}"])
            path = pixels(samples[f"trajectory/{images}"])
            rows += _speeds("images", path, ensemble.mean(axis=0), step, at)
            deviation = np.sqrt(ensemble.var(axis=0).mean())
            rows.append(row("deviation_images", [deviation], **at))
    return table(rows)


def _speeds(
    name: str, path: np.ndarray, mean: np.ndarray, step: float, at: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return rows of the three senses of speed of one trajectory (T, channels)."""
    correlation = mixing.autocorrelation(path - mean, len(path) // 4).mean(axis=1)
    half_life = timescales.crossing_time(correlation, step)
    T2 = timescales.correlation_time(correlation, step)
    return [
        row(f"step_change_{name}_{step:g}", [mixing.step_change(path)], **at),
        row(f"half_life_{name}", [half_life], ranks=True, **at),
        row(f"T2_{name}", [T2], ranks=True, **at),
    ]
