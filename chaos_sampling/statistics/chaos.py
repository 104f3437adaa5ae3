"""The random network against theory, per gain and size (sections 3.1 and 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling.measures import timescales
from chaos_sampling.statistics.exponents import exponent_rows, growth_rows
from chaos_sampling.statistics.mean_field import predicted
from chaos_sampling.statistics.speed import speedup_rows, times_of
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset
from chaos_sampling.theory.mean_field import correlation_rms

CORRELATIONS = ("rms", "abs", "noise")


def chaos_table(
    divergence: Dataset,
    mixings: Sequence[Dataset],
    spectra: Sequence[Dataset],
    theory: Dataset,
    *,
    transient: float,
    reference_gain: float,
    pairs: Sequence[tuple[float, float]],
) -> pd.DataFrame:
    """Summarise sensitivity, exponents and speed of the random network, per gain and size.

    Args:
        divergence: kind "divergence".
        mixings: kind "mixing", one per size.
        spectra: kind "lyapunov", one per size, of the same networks at the same gains.
        theory: kind "mean_field", solved at all these gains.
        transient: τ after the perturbation that the divergence rate leaves out.
        reference_gain: gain to which the speed of the same network at all gains is compared.
        pairs: low and high gain that are compared besides: the readings R1 of Fig. 3.
    """
    rows = _divergence_rows(divergence, transient, theory)
    for dataset in mixings:
        compared = [(reference_gain, float(gain)) for gain in dataset["gain"]]
        rows += _mixing_rows(dataset, theory)
        rows += speedup_rows(dataset, theory, dict.fromkeys([*compared, *map(tuple, pairs)]))
    for spectrum in spectra:
        rows += exponent_rows(spectrum, theory)
    return table(rows + growth_rows(mixings, spectra))


def _divergence_rows(
    divergence: Dataset, transient: float, theory: Dataset
) -> list[dict[str, Any]]:
    settled = divergence["time"] >= transient
    rows = []
    for index, gain in enumerate(divergence["gain"]):
        rates = np.array(
            [
                timescales.divergence_rate(
                    divergence["time"][settled], distance[settled], saturation
                )
                for distance, saturation in zip(
                    divergence["distance"][index], divergence["saturation"][index], strict=True
                )
            ]
        )
        diverging = rates[~np.isnan(rates)] > 0
        at = {"gain": gain, "size": divergence.attributes["neurons"]}
        exponent = predicted(theory, "lyapunov_max", gain)
        rows.append(row("divergence_rate", rates, theory=exponent, **at))
        rows.append(row("fraction_diverging", diverging, **at))
    return rows


def _mixing_rows(dataset: Dataset, theory: Dataset) -> list[dict[str, Any]]:
    size, step = dataset.attributes["neurons"], dataset["lag"][1]
    measured = {
        "variance_phi": dataset["autocorrelation"][..., 0],
        f"step_change_{step:g}": dataset["step_change"],
        **{name: dataset[name] for name in ("variance_h", "dimension_h", "dimension_phi")},
        **{f"correlation_{name}": dataset[f"correlation_{name}"] for name in CORRELATIONS},
    }
    times = times_of(dataset)
    times["effective_samples"] = 1 / times["T2_phi"]
    rows = []
    for index, gain in enumerate(dataset["gain"]):
        at = {"gain": gain, "size": size}
        expected = _expected(theory, gain, size, step)
        for found, ranks in ((measured, False), (times, True)):
            rows += [
                row(name, values[index], theory=expected.get(name, np.nan), ranks=ranks, **at)
                for name, values in found.items()
            ]
    return rows


def _expected(theory: Dataset, gain: float, size: int, step: float) -> dict[str, float]:
    """Return the theory's values by the names of what they predict."""
    names = ("variance_h", "variance_phi", "half_life_phi", "T2_phi")
    expected = {name: predicted(theory, name, gain) for name in names}
    expected[f"step_change_{step:g}"] = predicted(theory, "step_change", gain)
    expected["effective_samples"] = 1 / expected["T2_phi"]
    dimensions = {name: predicted(theory, name, gain) for name in ("dimension_h", "dimension_phi")}
    expected["correlation_rms"] = float(correlation_rms(dimensions["dimension_phi"], size))
    if dimensions["dimension_phi"] * size >= 1:  # else N is too small for the theory
        expected |= dimensions
    return expected
