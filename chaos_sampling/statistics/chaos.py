"""The random network against theory, per gain and size (sections 3.1 and 3.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from chaos_sampling import mean_field, mixing
from chaos_sampling.mean_field import MeanField
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset

CHAOTIC = 3.0
"""Standard errors by which the largest exponent of a chaotic network exceeds 0."""
GROWTH = {
    "lyapunov_dimension": ("dimension_exponent", 1.0, 1.0),
    "entropy_rate": ("entropy_exponent", 1.0, 1.0),
    "correlation_rms": ("correlation_exponent", 0.0, -0.5),
}
"""Quantities with the name of their power of N, the power by which they are multiplied first (per
neuron → in all), and the power in theory."""

SENSES = ("step_change", "half_life_phi", "T2_phi")
"""Three senses of speed: change in a short time, inverse half-life, inverse correlation time."""

Theory = Mapping[float, MeanField]


def chaos_table(
    divergence: Dataset,
    mixings: Sequence[Dataset],
    exponents: Sequence[Dataset],
    *,
    transient: float,
    reference_gain: float,
    pairs: Sequence[tuple[float, float]],
) -> pd.DataFrame:
    """Summarise sensitivity, exponents and speed of the random network, per gain and size.

    Args:
        divergence: kind "divergence".
        mixings: kind "mixing", one per size.
        exponents: kind "lyapunov", one per size.
        transient: τ after the perturbation that the divergence rate leaves out.
        reference_gain: gain to which speeds of the same network are compared; without a
            simulation at it there are no comparisons.
        pairs: low and high gain between which networks speed up, for each reading R1 of Fig. 3.
    """
    datasets = [divergence, *mixings, *exponents]
    gains = {float(gain) for dataset in datasets for gain in dataset["gain"]}
    theory = {gain: mean_field.solve(gain) for gain in gains}
    rows = _divergence_rows(divergence, transient, theory)
    for speed in mixings:
        rows += _mixing_rows(speed, theory) + _relative_rows(speed, theory, reference_gain)
        rows += _pair_rows(speed, theory, pairs)
    for spectrum in exponents:
        rows += _exponent_rows(spectrum, theory)
    rows += _growth_rows(mixings, ["correlation_rms"])
    rows += _growth_rows(exponents, ["lyapunov_dimension", "entropy_rate"])
    return table(rows)


def speed(dataset: Dataset, sense: str) -> np.ndarray:
    """Return how fast the activity changes at each gain, larger for faster, up to a factor.

    Args:
        dataset: kind "mixing", with values (gain, network), or "mean_field", with values (gain,).
        sense: one of `SENSES`.
    """
    if sense == "step_change":
        return dataset[sense]
    return 1 / (timescales(dataset)[sense] if dataset.kind == "mixing" else dataset[sense])


def speedup(dataset: Dataset, sense: str, low: float, high: float) -> np.ndarray:
    """Return speed(high)/speed(low) of each network; NaN where either is unknown.

    Args:
        dataset: as for `speed`.
        sense: as for `speed`.
        low: gain in the denominator.
        high: gain in the numerator.
    """
    values = speed(dataset, sense)
    missing = np.full(values.shape[1:], np.nan)
    found = [
        values[dataset["gain"] == gain][0] if gain in dataset["gain"] else missing
        for gain in (high, low)
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.divide(*found)


def _divergence_rows(divergence: Dataset, transient: float, theory: Theory) -> list[dict[str, Any]]:
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
        diverging = rates[~np.isnan(rates)] > 0
        at = {"gain": gain, "size": divergence.attributes["neurons"]}
        rows.append(row("divergence_rate", rates, theory=theory[gain].lyapunov_max, **at))
        rows.append(row("fraction_diverging", diverging, **at))
    return rows


def is_chaotic(spectrum: Dataset) -> np.ndarray:
    """Tell which networks are chaotic, (gain, network): λ1 exceeds three standard errors.

    Args:
        spectrum: kind "lyapunov".
    """
    return spectrum["exponents"][..., 0] > CHAOTIC * spectrum["standard_error"][..., 0]


def timescales(speed: Dataset) -> dict[str, np.ndarray]:
    """Return the half-life, 1/e time and T2 of φ of each network, (gain, network) each, in τ.

    Args:
        speed: kind "mixing".
    """
    step = speed["lag"][1]
    measures = {
        "half_life_phi": mixing.crossing_time,
        "efold_phi": lambda c, interval: mixing.crossing_time(c, interval, 1 / np.e),
        "T2_phi": mixing.correlation_time,
    }
    return {
        name: np.array(
            [[measure(c, step) for c in networks] for networks in speed["autocorrelation"]]
        )
        for name, measure in measures.items()
    }


def _mixing_rows(speed: Dataset, theory: Theory) -> list[dict[str, Any]]:
    size, step = speed.attributes["neurons"], speed["lag"][1]
    times = timescales(speed)
    rows = []
    for index, gain in enumerate(speed["gain"]):
        expected, at = theory[gain], {"gain": gain, "size": size}
        correlation = expected.correlation_rms(size)
        measured = {
            "variance_h": (speed["variance_h"], expected.variance_h),
            "variance_phi": (speed["autocorrelation"][..., 0], expected.variance_phi),
            "dimension_h": (speed["dimension_h"], expected.dimension_h),
            "dimension_phi": (speed["dimension_phi"], expected.dimension_phi),
            # the theory is for many neurons; a correlation above 1 says that N is not many
            "correlation_rms": (
                speed["correlation_rms"],
                correlation if correlation <= 1 else np.nan,
            ),
            "correlation_abs": (speed["correlation_abs"], np.nan),
            "correlation_noise": (speed["correlation_noise"], np.nan),
            f"step_change_{step:g}": (speed["step_change"], expected.step_change(step)),
        }
        rows += [
            row(name, values[index], theory=value, **at)
            for name, (values, value) in measured.items()
        ]
        rows += [
            _time_row(name, values[index], theory=getattr(expected, name), **at)
            for name, values in times.items()
        ]
        samples = 1 / times["T2_phi"][index]
        rows.append(row("effective_samples", samples, theory=1 / expected.T2_phi, **at))
    return rows


def _relative_rows(speed: Dataset, theory: Theory, reference_gain: float) -> list[dict[str, Any]]:
    """Compare each network with itself at the reference gain, in three senses of speed."""
    step, size = speed["lag"][1], speed.attributes["neurons"]
    at_reference = np.flatnonzero(speed["gain"] == reference_gain)
    condition = {"reference_gain": reference_gain}
    measured = {f"step_change_{step:g}": speed["step_change"], **timescales(speed)}
    rows = []
    for name, values in measured.items():
        known = at_reference.size > 0
        reference = values[at_reference[0]] if known else np.full(values.shape[1], np.nan)
        for index, gain in enumerate(speed["gain"]):
            expected = np.nan
            if known and gain > 1:
                expected = _expected(name, theory[gain], step)
                expected /= _expected(name, theory[reference_gain], step)
            rows.append(
                _time_row(
                    f"relative_{name}",
                    _ratio(values[index], reference),
                    gain=gain,
                    size=size,
                    condition=condition,
                    theory=expected,
                )
            )
    return rows


def _pair_rows(
    dataset: Dataset, theory: Theory, pairs: Sequence[tuple[float, float]]
) -> list[dict[str, Any]]:
    """Compare each network at the high gain with itself at the low one."""
    size, step = dataset.attributes["neurons"], dataset["lag"][1]
    rows = []
    for low, high in pairs:
        for sense in SENSES:
            expected = np.nan
            if {low, high} <= theory.keys() and low > 1:
                slow, fast = (_expected(sense, theory[gain], step) for gain in (low, high))
                expected = fast / slow if sense == "step_change" else slow / fast
            name = f"{sense}_{step:g}" if sense == "step_change" else sense
            rows.append(
                _time_row(
                    f"speedup_{name}",
                    speedup(dataset, sense, low, high),
                    size=size,
                    condition={"low": low, "high": high},
                    theory=expected,
                )
            )
    return rows


def _expected(name: str, theory: MeanField, step: float) -> float:
    return theory.step_change(step) if name.startswith("step_change") else getattr(theory, name)


def _exponent_rows(spectrum: Dataset, theory: Theory) -> list[dict[str, Any]]:
    largest = spectrum["exponents"][..., 0]
    chaotic = is_chaotic(spectrum)
    rows = []
    for index, gain in enumerate(spectrum["gain"]):
        at = {"gain": gain, "size": spectrum.attributes["neurons"]}
        rows += [
            row("lyapunov_max", largest[index], theory=theory[gain].lyapunov_max, **at),
            row("lyapunov_dimension", spectrum["lyapunov_dimension"][index], **at),
            row("entropy_rate", spectrum["entropy_rate"][index], **at),
            row("fraction_chaotic", chaotic[index], theory=float(gain > 1), **at),
        ]
    return rows


def _growth_rows(datasets: Sequence[Dataset], quantities: Sequence[str]) -> list[dict[str, Any]]:
    """Fit the power of N with which a quantity grows, one point a network, at each gain."""
    rows = []
    for quantity in quantities:
        name, power, theory = GROWTH[quantity]
        for gain in sorted({float(gain) for dataset in datasets for gain in dataset["gain"]}):
            points = [
                (np.log(size), np.log(value * size**power))
                for dataset in datasets
                for size in [dataset.attributes["neurons"]]
                for value in dataset[quantity][dataset["gain"] == gain].ravel()
                if value > 0
            ]
            rows.append(_slope_row(name, np.array(points).reshape(-1, 2), gain, theory))
    return rows


def _slope_row(quantity: str, points: np.ndarray, gain: float, theory: float) -> dict[str, Any]:
    found = row(quantity, [], gain=gain, theory=theory)
    if len(points) < 3 or np.ptp(points[:, 0]) == 0:
        return found
    fit = stats.linregress(*points.T)
    half = stats.t.ppf(0.975, len(points) - 2) * fit.stderr
    ends = {"mean": fit.slope, "se": fit.stderr, "low": fit.slope - half, "high": fit.slope + half}
    return found | ends | {"networks": len(points)}


def _time_row(name: str, values: np.ndarray, **where: Any) -> dict[str, Any]:
    """Summarise by ranks where a time of some network lies beyond what was recorded."""
    return row(name, values, ranks=bool(np.isinf(values).any()), **where)


def _ratio(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Divide; NaN where both lie beyond what was recorded."""
    with np.errstate(invalid="ignore"):
        return values / others
