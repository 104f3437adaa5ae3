"""Lyapunov exponents of networks, and how what follows from them grows with size (section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from chaos_sampling.statistics.mean_field import predicted
from chaos_sampling.statistics.table import row
from chaos_sampling.store import Dataset

SIGNIFICANT = 3.0
"""Standard errors by which the largest exponent of a chaotic network exceeds 0."""


def is_chaotic(spectrum: Dataset) -> np.ndarray:
    """Tell which networks are shown to be chaotic: λ1 exceeds three of its standard errors.

    Args:
        spectrum: kind "lyapunov".

    Returns:
        (gain, network).
    """
    return spectrum["exponents"][..., 0] > SIGNIFICANT * spectrum["standard_error"][..., 0]


def of_chaotic(spectrum: Dataset, quantity: str) -> np.ndarray:
    """Return a quantity of the chaotic networks, NaN for the others, (gain, network).

    A network at rest or on a cycle has neither entropy nor a dimension beyond 1; the noise of its
    exponents near 0 would give it some.

    Args:
        spectrum: kind "lyapunov".
        quantity: "lyapunov_dimension" or "entropy_rate".
    """
    return np.where(is_chaotic(spectrum), spectrum[quantity], np.nan)


def exponent_rows(spectrum: Dataset, theory: Dataset) -> list[dict[str, Any]]:
    """Summarise the exponents of networks of one size.

    Args:
        spectrum: kind "lyapunov".
        theory: kind "mean_field", solved at the same gains.
    """
    largest, errors = (spectrum[name][..., 0] for name in ("exponents", "standard_error"))
    chaotic, undecided = is_chaotic(spectrum), np.abs(largest) <= SIGNIFICANT * errors
    rows = []
    for index, gain in enumerate(spectrum["gain"]):
        at = {"gain": gain, "size": spectrum.attributes["neurons"]}
        rows += [
            row(
                "lyapunov_max",
                largest[index],
                theory=predicted(theory, "lyapunov_max", gain),
                **at,
            ),
            row("fraction_chaotic", chaotic[index], theory=float(gain > 1), **at),
            row("fraction_undecided", undecided[index], **at),
        ]
        rows += [
            row(name, of_chaotic(spectrum, name)[index], **at)
            for name in ("lyapunov_dimension", "entropy_rate")
        ]
    return rows


def growth_rows(mixings: Sequence[Dataset], spectra: Sequence[Dataset]) -> list[dict[str, Any]]:
    """Fit the powers of N with which dimension, entropy and correlations of chaotic networks grow.

    Every chaotic network is one point; sizes with fewer than two at a gain do not count there.

    Args:
        mixings: kind "mixing", one per size.
        spectra: kind "lyapunov", of the same networks at the same gains in the same order.
    """
    chaotic = [is_chaotic(spectrum) for spectrum in spectra]
    sizes = np.array([spectrum.attributes["neurons"] for spectrum in spectra])
    powers = {
        "dimension_exponent": (1.0, _in_all("lyapunov_dimension", spectra)),
        "entropy_exponent": (1.0, _in_all("entropy_rate", spectra)),
        "correlation_exponent": (-0.5, [mixing["correlation_rms"] for mixing in mixings]),
    }
    rows = []
    for name, (theory, values) in powers.items():
        for index, gain in enumerate(spectra[0]["gain"] if spectra else []):
            groups = [
                found[index][mask[index] & (found[index] > 0)]
                for found, mask in zip(values, chaotic, strict=True)
            ]
            rows.append(_power_row(name, sizes, groups, gain=gain, theory=theory))
    return rows


def _in_all(quantity: str, spectra: Sequence[Dataset]) -> list[np.ndarray]:
    """Return a quantity of whole networks, which the datasets have per neuron."""
    return [spectrum[quantity] * spectrum.attributes["neurons"] for spectrum in spectra]


def _power_row(
    quantity: str, sizes: np.ndarray, groups: Sequence[np.ndarray], *, gain: float, theory: float
) -> dict[str, Any]:
    """Regress the logarithm of the values, grouped by size, on that of the sizes."""
    found = row(quantity, [], gain=gain, theory=theory if gain > 1 else np.nan)
    enough = [(size, group) for size, group in zip(sizes, groups, strict=True) if len(group) > 1]
    if len(enough) < 2:
        return found
    points = np.log([(size, value) for size, group in enough for value in group])
    fit = stats.linregress(*points.T)
    half = stats.t.ppf(0.975, len(points) - 2) * fit.stderr
    ends = {"mean": fit.slope, "se": fit.stderr, "low": fit.slope - half, "high": fit.slope + half}
    return found | ends | {"networks": len(points)}
