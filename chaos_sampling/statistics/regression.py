"""Regression of a norm on gain over the time points of one network.

The paper pools the time points of one network and reads r and p from scipy's linregress (reading
R8). Successive time points are alike, so that p depends on how often and how long one looks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats


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


def time_points(time: np.ndarray, sample_every: float, dropped: float) -> np.ndarray:
    """Return the indices of the records that enter a regression (reading R9).

    Args:
        time: (T,) of the records in τ, at equal intervals.
        sample_every: τ between the records that enter, a whole multiple of that interval.
        dropped: share of the run that is left out at its start.
    """
    stride = round(sample_every / (time[1] - time[0]))
    return np.flatnonzero(time >= dropped * time[-1])[::stride]
