"""Hybrid networks at fixed and at cycled gain (section 3.4, Fig. 4d, e)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from chaos_sampling.overlaps import low_phase_ends, patterns_visited, visits
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset


def hybrid_table(
    fixed: Dataset, cycled: Dataset, *, sample_every: float, dropped: float
) -> pd.DataFrame:
    """Summarise the hybrid networks at fixed and at cycled gain (section 3.4, Fig. 4d, e).

    Args:
        fixed: kind "overlaps", of a simulation at fixed gains.
        cycled: kind "overlaps", of a simulation at cycled gain.
        sample_every: τ between the time points that enter.
        dropped: share of a run at fixed gain that is dropped as a transient.
    """
    rows = _fixed_gain_rows(fixed, sample_every, dropped)
    rows += _cycled_gain_rows(cycled)
    return table(rows)


def pooled_regression(gains: np.ndarray, norms: np.ndarray) -> Any:
    """Regress on g the norms of all time points of one network, as the paper does (reading R8).

    Its p-value takes autocorrelated time points for independent ones and is no evidence.

    Args:
        gains: (G,).
        norms: (G, T).

    Returns:
        scipy's result with slope, rvalue and pvalue.
    """
    return stats.linregress(np.repeat(gains, norms.shape[1]), norms.ravel())


def _fixed_gain_rows(fixed: Dataset, sample_every: float, dropped: float) -> list[dict[str, Any]]:
    time, gains = fixed["time"], fixed["gain"]
    stride = round(sample_every / (time[1] - time[0]))
    chosen = np.flatnonzero(time >= dropped * time[-1])[::stride]
    rows = []
    for subspace in ("patterns", "orthogonal"):
        norms = fixed[f"projection_{subspace}"][..., chosen]  # (network, gain, time)
        fits = [pooled_regression(gains, network) for network in norms]
        slopes = [stats.linregress(gains, network.mean(axis=-1)).slope for network in norms]
        rows += [
            row(f"pooled_r_{subspace}", [fit.rvalue for fit in fits]),
            row(f"pooled_p_{subspace}", [fit.pvalue for fit in fits], ranks=True),
            row(f"pooled_slope_{subspace}", [fit.slope for fit in fits]),
            row(f"network_slope_{subspace}", slopes),
        ]
        rows += [
            row(f"projection_{subspace}", norms[:, index].mean(axis=-1), gain=gain)
            for index, gain in enumerate(gains)
        ]
    largest = np.abs(fixed["overlap"][:, :, chosen]).max(axis=-1).mean(axis=-1)
    final = visits(fixed["overlap"][:, :, -1])
    for index, gain in enumerate(gains):
        rows.append(row("overlap_max", largest[:, index], gain=gain))
        rows.append(row("retrieval_fraction", final[:, index] != 0, gain=gain))
    return rows


def _cycled_gain_rows(cycled: Dataset) -> list[dict[str, Any]]:
    values: dict[str, list[float]] = {
        name: []
        for name in (
            *("overlap_final", "retrieval_fraction", "negative_fraction"),
            *("switch_probability", "pattern_switch_probability", "patterns_visited"),
        )
    }
    for overlap, gain in zip(cycled["overlap"], cycled["gain"], strict=True):
        ends = overlap[low_phase_ends(gain)]
        visited = visits(ends)
        both = (visited[1:] != 0) & (visited[:-1] != 0)
        pairs = visited[1:][both], visited[:-1][both]
        switched, moved = np.not_equal(*pairs), np.not_equal(*np.abs(pairs))
        values["overlap_final"].append(np.abs(ends).max(axis=-1).mean())
        values["retrieval_fraction"].append((visited != 0).mean())
        values["negative_fraction"].append((visited < 0).mean())
        values["switch_probability"].append(switched.mean() if switched.size else np.nan)
        values["pattern_switch_probability"].append(moved.mean() if moved.size else np.nan)
        values["patterns_visited"].append(patterns_visited(visited))
    condition = {"gain": "cycled"}
    return [row(name, value, condition=condition) for name, value in values.items()]
