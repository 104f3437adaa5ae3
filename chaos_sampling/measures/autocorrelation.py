"""The autocorrelation of activity, by FFT.

It stands apart from the other measures in `mixing`, since Gaussian latents are fitted to it: a new
measure does not train their generators anew.
"""

from __future__ import annotations

import numpy as np
from scipy import fft


def autocorrelation(series: np.ndarray, lags: int) -> np.ndarray:
    """Return C(t) = ⟨x(s) x(s + t)⟩ at the first `lags` lags, by FFT.

    The mean is not subtracted, as in the mean-field theory, where it vanishes by symmetry.

    Args:
        series: samples at equal intervals, time first, shape (T, ...).
        lags: number of lags, at most T.

    Returns:
        Unbiased estimates, shape (lags, ...).
    """
    length = series.shape[0]
    if lags > length:
        raise ValueError(f"lags: expected at most the {length} samples, found {lags}")
    padded = fft.next_fast_len(length + lags, real=True)
    spectrum = fft.rfft(series, padded, axis=0)
    products = fft.irfft(spectrum * spectrum.conj(), padded, axis=0)[:lags]
    pairs = length - np.arange(lags)
    return products / pairs.reshape(-1, *[1] * (series.ndim - 1))


def mean_autocorrelation(series: np.ndarray, lags: int) -> np.ndarray:
    """Return ⟨x(s) x(s + t)⟩ averaged over trials and channels, shape (lags,).

    Args:
        series: (T, trials, N).
        lags: number of lags, at most T.
    """
    # trial by trial, as the Fourier transforms of all would take several times their memory
    trials = np.moveaxis(series, 1, 0)
    return np.mean([autocorrelation(x, lags).mean(axis=-1) for x in trials], axis=0)
