"""Hybrid networks at fixed and at cycled gain (section 3.4, Fig. 4d, e)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from chaos_sampling import seeds
from chaos_sampling.overlaps import (
    AT_REST,
    STATES,
    classify,
    low_phase_ends,
    patterns_visited,
    visits,
)
from chaos_sampling.statistics.regression import (
    block_bootstrap,
    corrected_p,
    effective_samples,
    pooled_regression,
    time_points,
)
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset


def hybrid_table(
    fixed: Dataset,
    sweep: Dataset,
    readings: Sequence[Dataset],
    cycled: Dataset,
    *,
    sample_every: float,
    dropped: float,
    block: float,
    seed: int,
) -> pd.DataFrame:
    """Summarise the hybrid networks at fixed and at cycled gain (section 3.4, Fig. 4d, e).

    Args:
        fixed: kind "overlaps", of a simulation at the gains of Fig. 4d.
        sweep: kind "overlaps", of one at many gains, all of which enter its regression; its rows
            have the condition "sweep".
        readings: kind "reading", at the gains of Fig. 4d, which enter the regression, and others;
            their rows have the reading as condition.
        cycled: kind "overlaps", of a simulation at cycled gain.
        sample_every: τ between the time points that enter.
        dropped: share of a run at fixed gain that is dropped as a transient.
        block: τ in a block of the block bootstrap.
        seed: top-level seed, of the bootstrap.
    """
    protocols = [({}, fixed, fixed["gain"]), ({"protocol": "sweep"}, sweep, sweep["gain"])]
    protocols += [({"reading": one.attributes["reading"]}, one, fixed["gain"]) for one in readings]
    rows = []
    for condition, measured, gains in protocols:
        chosen = time_points(measured["time"], sample_every, dropped)
        rows += _regression_rows(
            measured, chosen, gains, condition, round(block / sample_every), seed
        )
        rows += _rows_by_gain(measured, chosen, condition)
    rows += _cycled_gain_rows(cycled)
    return table(rows)


def fractions(outcome: np.ndarray, speed: np.ndarray) -> dict[str, np.ndarray]:
    """Tell what each state is, by the name of the quantity that counts such states.

    Args:
        outcome: codes of `overlaps.classify`, any shape.
        speed: rms over neurons of dh/dt in 1/τ, of the same shape.

    Returns:
        Arrays of bool of that shape.
    """
    kinds = {name: outcome == code for code, name in enumerate(STATES)}
    return {
        "retrieval_fraction": kinds["pattern"] | kinds["negative"],
        "negative_fraction": kinds["negative"],
        "mixture_fraction": kinds["mixture"],
        "wandering_fraction": kinds["wandering"],
        "at_rest_fraction": speed < AT_REST,
    }


def _regression_rows(
    measured: Dataset,
    chosen: np.ndarray,
    gains: np.ndarray,
    condition: Mapping[str, str],
    block: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Regress at the time points `chosen` and at `gains`, the bootstrap in blocks of samples."""
    rows = []
    for subspace in ("patterns", "orthogonal"):
        norms = measured[f"projection_{subspace}"][..., chosen]  # (network, gain, time)
        networks = [
            _regression(gains, network, block, seeds.generator(seed, "block bootstrap", index))
            for index, network in enumerate(norms[:, np.isin(measured["gain"], gains)])
        ]
        rows += [
            row(
                f"{name}_{subspace}",
                [network[name] for network in networks],
                condition=condition,
                ranks=name.endswith("_p"),
            )
            for name in networks[0]
        ]
    return rows


def _regression(
    gains: np.ndarray, norms: np.ndarray, block: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return what one network's norms (gain, time) tell about the effect of gain."""
    fit = pooled_regression(gains, norms)
    samples = sum(effective_samples(run) for run in norms)
    bounds = block_bootstrap(gains, norms, block, rng)
    return {
        "pooled_r": fit.rvalue,
        "pooled_r_low": bounds["r"][0],
        "pooled_r_high": bounds["r"][1],
        "pooled_p": fit.pvalue,
        "pooled_slope": fit.slope,
        "pooled_slope_low": bounds["slope"][0],
        "pooled_slope_high": bounds["slope"][1],
        "effective_samples": samples,
        "corrected_p": corrected_p(fit.rvalue, samples),
        "network_slope": stats.linregress(gains, norms.mean(axis=-1)).slope,
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
        **fractions(final, measured["speed"][..., -1]),
    }
    return [
        row(name, networks[:, index], gain=gain, condition=condition)
        for name, networks in values.items()
        for index, gain in enumerate(measured["gain"])
    ]


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
