"""What a generator reads from chaos, beside Gaussian sources that share its second moments."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from chaos_sampling.measures import timescales
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset


def latents_table(latents: Dataset) -> pd.DataFrame:
    """Summarise the latents of every source at every gain; the condition names the source.

    Args:
        latents: kind "latents".
    """
    step = latents["lag"][1]
    correlation = latents["autocorrelation"]  # (source, gain, network, lag)
    times = {
        "T2_latents": np.apply_along_axis(timescales.correlation_time, -1, correlation, step),
        "half_life_latents": np.apply_along_axis(timescales.half_life, -1, correlation, step),
    }
    measures = {
        "variance_latents": correlation[..., 0],
        "dimension_latents": latents["dimension"],
        "correlation_rms_latents": latents["correlation_rms"],
        f"step_change_latents_{step:g}": latents["step_change"],
        "kurtosis_latents": latents["kurtosis"],
        "kurtosis_projections": latents["projection_kurtosis"],
    }
    rows = []
    for i, source in enumerate(latents["source"]):
        for j, gain in enumerate(latents["gain"]):
            at = {
                "gain": gain,
                "size": latents.attributes["neurons"],
                "condition": {"source": str(source)},
            }
            rows += [row(name, values[i, j], ranks=True, **at) for name, values in times.items()]
            rows += [row(name, values[i, j], **at) for name, values in measures.items()]
    return table(rows + _ratio_rows(latents))


def _ratio_rows(latents: Dataset) -> list[dict[str, Any]]:
    """Compare every other source with the subset of the same network."""
    sources = list(latents["source"])
    subset = sources.index("subset")
    rows = []
    for (source, name), (place, gain), quantity in product(
        enumerate(sources), enumerate(latents["gain"]), ("dimension", "correlation_rms")
    ):
        if source != subset:
            values = latents[quantity][source, place] / latents[quantity][subset, place]
            condition = {"source": str(name), "reference_source": "subset"}
            where = {"gain": gain, "size": latents.attributes["neurons"], "condition": condition}
            rows.append(row(f"{quantity}_latents_ratio", values, **where))
    return rows
