"""Lyapunov spectra of random networks of one size at several gains (section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chaos_sampling import seeds
from chaos_sampling.experiments import sweep
from chaos_sampling.experiments.coordinates import gain_coordinate
from chaos_sampling.measures.lyapunov import (
    Spectrum,
    entropy_rate,
    kaplan_yorke_dimension,
    lyapunov_exponents,
)
from chaos_sampling.network.weights import random_states
from chaos_sampling.progress import track
from chaos_sampling.store import Dataset, Variable


def simulate_lyapunov(
    *,
    neurons: int,
    networks: int,
    exponents: int,
    gains: Sequence[float],
    burn_in: float,
    dt: float,
    tangent_burn_in: float,
    duration: float,
    qr_interval: float,
    blocks: int,
    seed: int,
) -> Dataset:
    """Measure the leading Lyapunov exponents of random networks at each gain (section 3.3).

    Args:
        neurons: N.
        networks: number of independent networks; those of `sweep.network_of`.
        exponents: number of leading exponents, at most N.
        gains: gains, all run with the same weights and from the same initial state.
        burn_in: τ before the tangents set out, longer near the transition; see `sweep.burn_ins`.
        dt: RK4 step in τ.
        tangent_burn_in: τ for the tangents to turn into their directions.
        duration: τ recorded.
        qr_interval: τ between orthonormalisations.
        blocks: equal parts of the record, from which the errors are estimated.
        seed: top-level seed.

    Returns:
        Dataset of kind "lyapunov": exponents and standard_error (gain, network, exponent), the
        exponents descending; lyapunov_dimension and entropy_rate (gain, network) per neuron, NaN
        where more exponents would be needed to know them.
    """
    spectra = []
    for index in track(range(networks), f"exponents, N = {neurons}", unit="network"):
        network = sweep.network_of(neurons, index, seed)
        rng = seeds.generator(seed, "initial states of the exponents", neurons, index)
        state = random_states(1, neurons, rng).to(network.random).expand(len(gains), 1, neurons)
        state = sweep.settle(network, state, gains, burn_in=burn_in, dt=dt).squeeze(-2)
        spectrum = lyapunov_exponents(
            network,
            state,
            sweep.columns(gains, 1, state),
            count=exponents,
            dt=dt,
            burn_in=tangent_burn_in,
            duration=duration,
            qr_interval=qr_interval,
            blocks=blocks,
            rng=seeds.generator(seed, "tangents of the exponents", neurons, index),
            label=f"network {index + 1}",
        )
        spectra.append(spectrum)
    settings = {
        "neurons": neurons,
        "duration": duration,
        "qr_interval": qr_interval,
        "blocks": blocks,
    }
    return _dataset(gains, spectra, settings)


def _dataset(
    gains: Sequence[float], spectra: Sequence[Spectrum], settings: dict[str, float]
) -> Dataset:
    """Label the spectra of all gains, network by network."""
    values = np.stack([spectrum.exponents for spectrum in spectra], axis=1)
    errors = np.stack([spectrum.standard_errors for spectrum in spectra], axis=1)
    neurons = settings["neurons"]
    across = ("gain", "network")
    each = (*across, "exponent")
    return Dataset(
        "lyapunov",
        f"Leading {values.shape[-1]} Lyapunov exponents of networks of {neurons} neurons",
        {
            "gain": gain_coordinate(gains),
            "exponents": Variable(values, each, "1/τ", "Lyapunov exponent"),
            "standard_error": Variable(errors, each, "1/τ", "its standard error over time"),
            "lyapunov_dimension": Variable(
                kaplan_yorke_dimension(values, neurons) / neurons,
                across,
                "1",
                "Kaplan–Yorke dimension per neuron",
            ),
            "entropy_rate": Variable(
                entropy_rate(values, neurons) / neurons,
                across,
                "1/τ",
                "sum of the positive exponents per neuron",
            ),
        },
        settings,
    )
