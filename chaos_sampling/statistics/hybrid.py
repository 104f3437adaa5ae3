"""Hybrid networks at fixed and at cycled gain (section 3.4, Fig. 4d, e)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from chaos_sampling.measures.overlaps import classify, low_phase_ends
from chaos_sampling.measures.visits import (
    pattern_numbers,
    state_numbers,
    tally,
    transitions,
)
from chaos_sampling.statistics.outcomes import outcome_kinds
from chaos_sampling.statistics.regression import pooled_regression, time_points
from chaos_sampling.statistics.table import of_networks, row, table
from chaos_sampling.store import Dataset


def hybrid_table(
    fixed: Dataset,
    sweep: Dataset,
    readings: Sequence[Dataset],
    cycled: Dataset,
    *,
    sample_every: float,
    dropped: float,
) -> pd.DataFrame:
    """Summarise the hybrid networks at fixed and at cycled gain (section 3.4, Fig. 4d, e).

    Args:
        fixed: kind "overlaps", of a simulation at the gains of Fig. 4d.
        sweep: kind "overlaps", of one at many gains, all of which enter its regression.
        readings: kind "reading", at the gains of Fig. 4d, which enter the regression, and others.
        cycled: kind "overlaps", of a simulation at cycled gain.
        sample_every: τ between the time points that enter.
        dropped: share of a run at fixed gain that is dropped as a transient.

    Returns:
        Rows whose condition names the protocol, or the reading, and the weights; that of a
        regression its gains, too.
    """
    protocols = [
        ({"protocol": "fixed_gain"}, fixed, fixed["gain"]),
        ({"protocol": "gain_sweep"}, sweep, sweep["gain"]),
        *(({"reading": one.attributes["reading"]}, one, fixed["gain"]) for one in readings),
    ]
    rows = []
    for condition, measured, gains in protocols:
        chosen = time_points(measured["time"], sample_every, dropped)
        found = _regression_rows(measured, chosen, gains, condition)
        found += _rows_by_gain(measured, chosen, condition)
        rows += of_networks(found, measured.attributes["weights"])
    return table(rows + of_networks(_cycled_gain_rows(cycled), cycled.attributes["weights"]))


def _regression_rows(
    measured: Dataset,
    chosen: np.ndarray,
    gains: np.ndarray,
    condition: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Regress at the time points `chosen` and at `gains`."""
    entering = np.isin(measured["gain"], gains)
    gains = measured["gain"][entering]
    condition = {**condition, "gains": gains.tolist()}
    rows = []
    for subspace in ("patterns", "orthogonal"):
        norms = measured[f"projection_{subspace}"][..., chosen]  # (network, gain, time)
        networks = [_regression(gains, network) for network in norms[:, entering]]
        rows += [
            row(
                f"{name}_{subspace}",
                [network[name] for network in networks],
                condition=condition,
                ranks=name.endswith("_p"),
            )
            for name in networks[0]
        ]
    return rows + _overlap_rows(
        gains, np.abs(measured["overlap"][:, entering][:, :, chosen]), condition
    )


def _overlap_rows(
    gains: np.ndarray, overlaps: np.ndarray, condition: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Give r of what else the paper may have correlated (R9): (network, gain, time, pattern)."""
    measures = {"max": overlaps.max(axis=-1), "mean": overlaps.mean(axis=-1)}
    return [
        row(
            f"pooled_r_overlap_{name}",
            [pooled_regression(gains, network).rvalue for network in networks],
            condition=condition,
        )
        for name, networks in measures.items()
    ]


def _regression(gains: np.ndarray, norms: np.ndarray) -> dict[str, float]:
    """Return what one network's norms (gain, time) tell about the effect of gain."""
    fit = pooled_regression(gains, norms)
    runs = stats.linregress(gains, norms.mean(axis=-1))
    return {
        "pooled_r": fit.rvalue,
        "pooled_p": fit.pvalue,
        "run_r": runs.rvalue,
        "run_p": runs.pvalue if len(gains) > 2 else np.nan,  # two runs always lie on a line
        "network_slope": runs.slope,
    }


def _rows_by_gain(
    measured: Dataset, chosen: np.ndarray, condition: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Summarise the time points `chosen`, and the states at the end of the runs."""
    final = classify(measured["overlap"][..., -1, :], measured["speed"][..., -1])
    values = {
        "projection_patterns": measured["projection_patterns"][..., chosen].mean(axis=-1),
        "projection_orthogonal": measured["projection_orthogonal"][..., chosen].mean(axis=-1),
        "overlap_max": np.abs(measured["overlap"][:, :, chosen]).max(axis=-1).mean(axis=-1),
        **outcome_kinds(final, measured["speed"][..., -1]),
    }
    return [
        row(name, networks[:, index], gain=gain, condition=condition)
        for name, networks in values.items()
        for index, gain in enumerate(measured["gain"])
    ]


def _cycled_gain_rows(cycled: Dataset) -> list[dict[str, Any]]:
    names = ("overlap", "speed", "gain")
    networks = [
        _low_phases(*network) for network in zip(*(cycled[name] for name in names), strict=True)
    ]
    condition = {"protocol": "cycled_gain"}
    return [
        row(name, [network[name] for network in networks], condition=condition)
        for name in networks[0]
    ]


def _low_phases(overlap: np.ndarray, speed: np.ndarray, gain: np.ndarray) -> dict[str, float]:
    """Return what the low phases of one network end in, and how they follow one another."""
    last = low_phase_ends(gain)
    ends = overlap[last]
    patterns, pairs = ends.shape[-1], max(len(ends) - 1, 0)
    states = state_numbers(ends)
    of_pattern = pattern_numbers(states, patterns)
    passages = transitions(states[None], 2 * patterns)
    by_pattern = transitions(of_pattern[None], patterns)
    kinds = outcome_kinds(classify(ends, speed[last]), speed[last])
    largest = np.abs(ends).max(axis=-1)
    retrieved = largest[kinds["retrieval_fraction"]]
    return {
        "overlap_final": largest.mean(),
        "overlap_final_retrieved": retrieved.mean() if retrieved.size else np.nan,
        **{name: kind.mean() for name, kind in kinds.items()},
        "switch_probability": _switched(passages, passages.sum()),
        "pattern_switch_probability": _switched(by_pattern, by_pattern.sum()),
        "pattern_switch_share": _switched(by_pattern, pairs),
        "patterns_visited": np.count_nonzero(tally(of_pattern, patterns)),
        "visit_entropy": stats.entropy(tally(states, 2 * patterns)),
    }


def _switched(passages: np.ndarray, pairs: int) -> float:
    """Return the share of pairs of phases that are passages to another state; NaN of no pairs."""
    return (passages.sum() - np.trace(passages)) / pairs if pairs else np.nan
