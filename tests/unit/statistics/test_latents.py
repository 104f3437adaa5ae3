from __future__ import annotations

import numpy as np
import pytest
from tables import variables

from chaos_sampling.statistics.latents import latents_table
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset

RATES = np.array([0.5, 1.0, 2.0])
"""Of the networks' autocorrelations, variance · exp(−rate t)."""
LAG = np.arange(0, 20, 0.1)


@pytest.fixture
def latents() -> Dataset:
    scale = np.array([[1.0, 2.0], [3.0, 4.0]])[:, :, None] * np.ones(3)  # (source, gain, network)
    across = ("source", "gain", "network")
    correlation = scale[..., None] * np.exp(-RATES[:, None] * LAG)
    arrays = variables(
        source=(np.array(["subset", "surrogate"]), ("source",)),
        gain=(np.array([2.0, 4.0]), ("gain",)),
        lag=(LAG, ("lag",)),
        autocorrelation=(correlation, (*across, "lag")),
        dimension=(scale / 10, across),
        correlation_rms=(scale / 20, across),
        step_change=(scale * [1, 2, 3], across),
        kurtosis=(-scale, across),
        projection_kurtosis=(-scale / 2, across),
    )
    return Dataset("latents", "latents", arrays, {"neurons": 250})


@pytest.mark.parametrize(("source", "gain", "scale"), [("subset", 4.0, 2), ("surrogate", 2.0, 3)])
def test_latents_are_summarised_by_source_and_gain(latents, source, gain, scale):
    at = {"gain": gain, "size": 250, "condition": {"source": source}}
    found = latents_table(latents)
    expected = {
        "variance_latents": scale,
        "dimension_latents": scale / 10,
        "correlation_rms_latents": scale / 20,
        "step_change_latents_0.1": 2 * scale,
        "kurtosis_latents": -scale,
        "kurtosis_projections": -scale / 2,
    }
    for quantity, value in expected.items():
        entry = only(found, quantity, **at)
        assert entry["mean"] == pytest.approx(value), quantity
        assert entry["networks"] == 3
    # the middle network decays at the rate 1
    assert only(found, "T2_latents", **at)["median"] == pytest.approx(1, rel=0.01)
    assert only(found, "half_life_latents", **at)["median"] == pytest.approx(np.log(2), rel=0.01)


def test_sources_are_compared_with_the_subset_of_the_same_network(latents):
    latents["dimension"][:, 1] *= [1, 2, 4]
    at = {"gain": 4.0, "size": 250}
    at["condition"] = {"reference_source": "subset", "source": "surrogate"}
    for quantity in ("dimension_latents_ratio", "correlation_rms_latents_ratio"):
        found = only(latents_table(latents), quantity, **at)
        assert [found[name] for name in ("low", "mean", "high")] == pytest.approx([2, 2, 2])
        assert found["networks"] == 3


def test_times_beyond_the_record_are_infinite(latents):
    latents["autocorrelation"][0, 0, 1:] = 1.0
    found = latents_table(latents)
    at = {"gain": 2.0, "condition": {"source": "subset"}}
    for quantity in ("T2_latents", "half_life_latents"):
        assert only(found, quantity, **at)["median"] == np.inf
