"""The mean-field theory at the gains of the sweeps, as a dataset to hold simulations against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chaos_sampling.experiments.coordinates import gain_coordinate
from chaos_sampling.store import Dataset, Variable
from chaos_sampling.theory import mean_field
from chaos_sampling.theory.mean_field import MeanField

THINNING = 4
"""One in so many samples of the correlations is kept, a thousand in all; they are smooth."""

SCALARS = {
    "variance_h": ("1", "variance of h"),
    "variance_phi": ("1", "variance of φ(h)"),
    "lyapunov_max": ("1/τ", "largest Lyapunov exponent"),
    "excited_level": ("1", "first excited level of the Schrödinger problem; 0 but for errors"),
    "T2_phi": ("τ", "integral of the squared normalised autocorrelation of φ(h)"),
    "half_life_phi": ("τ", "half-life of the autocorrelation of φ(h)"),
    "dimension_h": ("1", "participation ratio of h per neuron"),
    "dimension_phi": ("1", "participation ratio of φ(h) per neuron"),
}
"""Units and meaning of the attributes of `MeanField` that are kept, by name."""


def solve_mean_field(*, gains: Sequence[float], interval: float) -> Dataset:
    """Solve the theory of infinitely large networks at each gain.

    Args:
        gains: g, each as `mean_field.solve` takes it.
        interval: τ over which step_change is taken.

    Returns:
        Dataset of kind "mean_field": the scalars of `MeanField` and step_change, each (gain,), and
        lag, correlation_h and correlation_phi (gain, sample). The lags reach as far as the
        correlations of each gain do; a silent network has only lag 0, the rest of its row is NaN.

    Raises:
        ValueError: a gain is outside the range of the theory.
    """
    theories = [mean_field.solve(gain) for gain in gains]
    scalars = {
        name: Variable(
            np.array([getattr(theory, name) for theory in theories]), ("gain",), units, meaning
        )
        for name, (units, meaning) in SCALARS.items()
    }
    return Dataset(
        "mean_field",
        "Mean-field theory of the random network at several gains",
        {
            "gain": gain_coordinate(gains),
            **scalars,
            "step_change": Variable(
                np.array([theory.step_change(interval) for theory in theories]),
                ("gain",),
                "1",
                "rms change of φ(h) in one interval",
            ),
            "lag": _rows(theories, "lag", "τ", "lag"),
            "correlation_h": _rows(theories, "correlation_h", "1", "autocorrelation of h"),
            "correlation_phi": _rows(theories, "correlation_phi", "1", "autocorrelation of φ(h)"),
        },
        {"interval": interval},
    )


def _rows(theories: Sequence[MeanField], name: str, units: str, long_name: str) -> Variable:
    rows = [getattr(theory, name)[::THINNING] for theory in theories]
    longest = max(len(row) for row in rows)
    padded = [np.pad(row, (0, longest - len(row)), constant_values=np.nan) for row in rows]
    return Variable(np.stack(padded), ("gain", "sample"), units, long_name)
