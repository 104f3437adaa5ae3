"""Tables of results with the network as the statistical unit.

A table is in long form, one quantity under one condition a row. `mean`, `se`, `low`, `high` and
`median` summarise one value per network; `low` and `high` bound a 95 % interval. For most
quantities it is Student's t interval of the mean, which may reach past the bounds of a bounded
quantity; where each network says only yes or no it is the exact binomial one. Quantities that can
lie beyond what was recorded, or span orders of magnitude, are summarised by ranks: `mean` and `se`
are left empty, and the interval is the distribution-free one of the median. A network without a
value is left out and lowers the count `networks`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from chaos_sampling import mean_field, mixing
from chaos_sampling.overlaps import low_phase_ends, patterns_visited, visits
from chaos_sampling.store import Dataset

COLUMNS = [
    *("quantity", "gain", "size", "condition", "networks"),
    *("mean", "se", "low", "high", "median", "theory"),
]


def row(
    quantity: str,
    values: Sequence[float] | np.ndarray,
    *,
    gain: float = np.nan,
    size: float = np.nan,
    condition: Mapping[str, Any] | None = None,
    theory: float = np.nan,
    ranks: bool = False,
) -> dict[str, Any]:
    """Summarise one value per network as a row of a table.

    Args:
        quantity: its name, listed in docs/data.md.
        values: one per network, shape (networks,); NaN where a network has none; infinity, for a
            value beyond what was recorded, only with `ranks`.
        gain: g, where one gain applies.
        size: N.
        condition: whatever else tells rows apart.
        theory: the mean-field value, where there is one.
        ranks: give the median and its interval only.
    """
    values = np.asarray(values)
    values = values[~np.isnan(values)]
    count = len(values)
    low, high = _median_interval(values) if ranks else _mean_interval(values)
    return {
        "quantity": quantity,
        "gain": gain,
        "size": size,
        "condition": json.dumps(condition or {}, sort_keys=True),
        "networks": count,
        "mean": values.mean() if count and not ranks else np.nan,
        "se": stats.sem(values) if count > 1 and not ranks else np.nan,
        "low": low,
        "high": high,
        "median": np.median(values) if count else np.nan,
        "theory": theory,
    }


def _mean_interval(values: np.ndarray) -> tuple[float, float]:
    if values.dtype == bool and len(values):
        return tuple(stats.binomtest(int(values.sum()), len(values)).proportion_ci(0.95))
    if len(values) < 2:
        return np.nan, np.nan
    if np.ptp(values) == 0:
        return values[0], values[0]
    return stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))


def _median_interval(values: np.ndarray) -> tuple[float, float]:
    """Bound the median by order statistics; an end is NaN where there are too few values."""
    if len(values) < 2:
        return np.nan, np.nan
    return tuple(stats.quantile_test(values, p=0.5).confidence_interval(0.95))


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table with the columns in their fixed order."""
    return pd.DataFrame(rows, columns=COLUMNS)


def chaos_table(
    divergence: Dataset, speed: Dataset, *, transient: float, reference_gain: float
) -> pd.DataFrame:
    """Summarise sensitivity and sampling speed of the random network, per gain.

    Args:
        divergence: kind "divergence".
        speed: kind "mixing".
        transient: τ after the perturbation that the divergence rate leaves out.
        reference_gain: gain to which speeds of the same network are compared; without a
            simulation at it there are no comparisons.
    """
    return table(_divergence_rows(divergence, transient) + _speed_rows(speed, reference_gain))


def _divergence_rows(divergence: Dataset, transient: float) -> list[dict[str, Any]]:
    size = divergence.attributes["neurons"]
    settled = divergence["time"] >= transient
    rows = []
    for index, gain in enumerate(divergence["gain"]):
        rates = np.array(
            [
                mixing.divergence_rate(divergence["time"][settled], distance[settled], saturation)
                for distance, saturation in zip(
                    divergence["distance"][index], divergence["saturation"][index], strict=True
                )
            ]
        )
        theory = mean_field.solve(gain).lyapunov_max
        diverging = rates[~np.isnan(rates)] > 0
        rows.append(row("divergence_rate", rates, gain=gain, size=size, theory=theory))
        rows.append(row("fraction_diverging", diverging, gain=gain, size=size))
    return rows


def _speed_rows(speed: Dataset, reference_gain: float) -> list[dict[str, Any]]:
    size, step = speed.attributes["neurons"], speed["lag"][1]
    changes = speed["step_change"]  # (gain, network)
    half_lives, times = (
        np.array([[measure(c, step) for c in networks] for networks in speed["autocorrelation"]])
        for measure in (mixing.crossing_time, mixing.correlation_time)
    )
    at_reference = np.flatnonzero(speed["gain"] == reference_gain)
    missing = np.full(changes.shape[1], np.nan)
    reference = {
        name: values[at_reference[0]] if at_reference.size else missing
        for name, values in (("change", changes), ("half_life", half_lives))
    }
    relative = {"condition": {"reference_gain": reference_gain}, "ranks": True}
    name = f"step_change_{step:g}"
    rows = []
    for index, gain in enumerate(speed["gain"]):
        theory = mean_field.solve(gain)
        at = {"gain": gain, "size": size}
        variance = speed["autocorrelation"][index, :, 0]
        faster = changes[index] / reference["change"]
        longer = _ratio(half_lives[index], reference["half_life"])
        rows += [
            row("variance_phi", variance, theory=theory.variance_phi, **at),
            row(name, changes[index], theory=theory.step_change(step), **at),
            row("half_life_phi", half_lives[index], theory=theory.half_life_phi, ranks=True, **at),
            row("T2_phi", times[index], theory=theory.T2_phi, ranks=True, **at),
            row(f"relative_{name}", faster, **relative, **at),
            row("relative_half_life_phi", longer, **relative, **at),
        ]
    return rows


def _ratio(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Divide; NaN where both lie beyond what was recorded."""
    with np.errstate(invalid="ignore"):
        return values / others


def sampling_table(gain_samples: Iterable[Dataset]) -> pd.DataFrame:
    """Summarise how fast latents and images change along one trajectory per gain (section 3.3).

    There is one generator, hence one network, and no interval.

    Args:
        gain_samples: kind "gain_samples", one per gain.
    """
    rows = []
    for samples in gain_samples:
        time = samples["trajectory/time"]
        images = samples["trajectory/images"].reshape(len(time), -1) / np.float32(255)
        latents = samples["trajectory/latents"]
        spread = (samples["ensemble/images"] / np.float32(255)).std(axis=0)
        gain = samples.attributes["gain"]
        condition = samples.attributes["model"]
        step = time[1] - time[0]
        centred = images - images.mean(axis=0)
        correlation = mixing.autocorrelation(centred, len(time) // 4).mean(axis=1)
        values = {
            f"step_change_latents_{step:g}": mixing.step_change(latents),
            f"step_change_images_{step:g}": mixing.step_change(images),
            "deviation_images": np.sqrt(np.square(spread).mean()),
        }
        rows += [
            row(name, [value], gain=gain, condition=condition) for name, value in values.items()
        ]
        half_life = mixing.crossing_time(correlation, step)
        rows.append(
            row("half_life_images", [half_life], gain=gain, condition=condition, ranks=True)
        )
    return table(rows)


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
