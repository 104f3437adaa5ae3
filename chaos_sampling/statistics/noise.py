"""How population readouts of noise and of chaos scale with size (discussion)."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset

EXPONENTS = {"coherent": 0.0, "random": 0.0, "shared": -0.5}
"""Powers of N with which the deviation of a readout scales in theory."""


def noise_table(noise: Dataset) -> pd.DataFrame:
    """Summarise deviation and half-life of readouts, and the powers of N of the deviations.

    Networks of one index form a series over sizes, which gives one exponent.

    Args:
        noise: kind "noise".
    """
    rows = []
    for coupling, source, readout in itertools.product(*map(range, noise["deviation"].shape[:3])):
        rows += _readout_rows(noise, coupling, source, readout)
    return table(rows + _ratio_rows(noise) + _swept_rows(noise))


def _readout_rows(noise: Dataset, coupling: int, source: int, readout: int) -> list[dict[str, Any]]:
    at = coupling, source, readout
    name, sizes = str(noise["readout"][readout]), noise["size"]
    gain = noise.attributes["stable_gain" if source == 0 else "chaotic_gain"]
    where = {
        "gain": gain,
        "condition": {
            "coupling": float(noise["coupling"][coupling]),
            "readout": name,
            "source": str(noise["source"][source]),
        },
    }
    deviation, half_life = noise["deviation"][at], noise["half_life"][at]
    expected = noise["theory"][source, readout] if coupling == 0 else np.full(len(sizes), np.nan)
    rows = []
    for index, size in enumerate(sizes):
        rows += [
            row("readout_deviation", deviation[index], size=size, theory=expected[index], **where),
            row("readout_half_life", half_life[index], size=size, ranks=True, **where),
        ]
    if len(sizes) > 1:
        slopes = np.polyfit(np.log(sizes), np.log(deviation), 1)[0]  # one per network
        rows.append(row("readout_exponent", slopes, theory=EXPONENTS[name], **where))
    return rows


def _ratio_rows(noise: Dataset) -> list[dict[str, Any]]:
    """Compare chaos with noise in networks with the same weights."""
    sources = list(noise["source"])
    chaos, stable = (sources.index(name) for name in ("chaos", "noise"))
    with np.errstate(invalid="ignore"):  # both half-lives beyond the record
        deviation, half_life = (
            noise[name][:, chaos] / noise[name][:, stable] for name in ("deviation", "half_life")
        )  # (coupling, readout, size, network) each
    rows = []
    cells = [enumerate(noise[name]) for name in ("coupling", "readout", "size")]
    for (coupling, strength), (readout, name), (index, size) in itertools.product(*cells):
        at = coupling, readout, index
        where = {"size": size, "condition": {"coupling": float(strength), "readout": str(name)}}
        rows += [
            row("readout_ratio", deviation[at], **where),
            row("readout_half_life_ratio", half_life[at], ranks=True, **where),
        ]
    return rows


def _swept_rows(noise: Dataset) -> list[dict[str, Any]]:
    rows = []
    for (place, gain), (index, amplitude) in itertools.product(
        enumerate(noise["gain"]), enumerate(noise["amplitude"])
    ):
        where = {
            "gain": gain,
            "size": noise.attributes["swept_neurons"],
            "condition": {"amplitude": float(amplitude), "readout": "random"},
        }
        at = place, index
        expected = noise["swept_theory"][at]
        rows += [
            row("readout_deviation", noise["swept_deviation"][at], theory=expected, **where),
            row("readout_half_life", noise["swept_half_life"][at], ranks=True, **where),
        ]
    return rows
