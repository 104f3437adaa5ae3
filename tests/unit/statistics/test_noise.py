from __future__ import annotations

import numpy as np
import pytest
from tables import variables

from chaos_sampling.statistics.noise import noise_table
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset

SIZES = np.array([100, 200, 400])
POWERS = np.array([[0.0, 0.0, -0.5], [0.0, 0.0, -0.5], [0.1, 0.0, -0.5]])  # (source, readout)
ACROSS = ("coupling", "source", "readout", "size", "network")


def noise_data(sizes=SIZES):
    spread = np.array([0.9, 1.0, 1.1])
    scaled = sizes[:, None] ** POWERS[..., None, None] * spread
    scaled[1] *= 2  # chaos is twice as large as noise
    half_life = np.tile([1.0, 3.0, np.inf], (2, 3, 3, len(sizes), 1))
    swept = np.arange(12.0).reshape(2, 2, 3)
    return Dataset(
        "noise",
        "",
        variables(
            coupling=(np.array([0.0, 2.0]), ("coupling",)),
            source=(np.array(["noise", "chaos", "both"]), ("source",)),
            readout=(np.array(["coherent", "random", "shared"]), ("readout",)),
            size=(sizes, ("size",)),
            gain=(np.array([0.5, 4.0]), ("gain",)),
            amplitude=(np.array([0.1, 1.0]), ("amplitude",)),
            deviation=(np.stack([scaled, 3 * scaled]), ACROSS),
            half_life=(half_life, ACROSS),
            theory=(np.arange(9.0 * len(sizes)).reshape(3, 3, -1), ACROSS[1:4]),
            swept_deviation=(swept, ("gain", "amplitude", "network")),
            swept_half_life=(swept, ("gain", "amplitude", "network")),
            swept_theory=(np.array([[0.1, 0.2], [0.3, 0.4]]), ("gain", "amplitude")),
        ),
        {"stable_gain": 0.5, "chaotic_gain": 4.0, "swept_neurons": 200},
    )


def condition(coupling, source, readout):
    return {"coupling": coupling, "readout": readout, "source": source}


@pytest.mark.parametrize("coupling", [0.0, 2.0])
@pytest.mark.parametrize(
    ("source", "readout", "gain", "power", "theory"),
    [
        ("noise", "shared", 0.5, -0.5, -0.5),
        ("chaos", "random", 4.0, 0.0, 0.0),
        ("both", "coherent", 4.0, 0.1, 0.0),
    ],
)
def test_exponents_are_the_powers_of_the_size(coupling, source, readout, gain, power, theory):
    found = only(
        noise_table(noise_data()),
        "readout_exponent",
        condition=condition(coupling, source, readout),
    )
    assert found["gain"] == gain
    assert found["networks"] == 3
    assert [found[name] for name in ("mean", "low", "high")] == pytest.approx([power] * 3)
    assert found["theory"] == theory


def test_theory_is_for_networks_without_shared_coupling():
    found = noise_table(noise_data())
    alone, coupled = (
        only(found, "readout_deviation", size=200, condition=condition(strength, "chaos", "random"))
        for strength in (0.0, 2.0)
    )
    assert (alone["mean"], coupled["mean"]) == pytest.approx((2, 6))
    assert alone["theory"] == 13  # source 1, readout 1, size 1 of arange(27)
    assert np.isnan(coupled["theory"])


def test_half_lives_beyond_the_record_are_ranked():
    found = only(
        noise_table(noise_data()),
        "readout_half_life",
        size=100,
        condition=condition(0.0, "noise", "random"),
    )
    assert found["median"] == 3
    assert np.isnan(found["mean"])


def test_chaos_is_compared_with_noise_in_the_same_network():
    at = {"coupling": 2.0, "readout": "shared"}
    found = only(noise_table(noise_data()), "readout_ratio", size=400, condition=at)
    assert [found[name] for name in ("mean", "low", "high")] == pytest.approx([2, 2, 2])


def test_half_lives_are_compared_in_the_same_network():
    data = noise_data()
    data["half_life"][0, 1, 1, 0] = [0.5, 6.0, np.inf]
    at = {"coupling": 0.0, "readout": "random"}
    found = only(noise_table(data), "readout_half_life_ratio", size=100, condition=at)
    assert (found["networks"], found["median"]) == (2, 1.25)  # 1/2 and 2; ∞/∞ is none


@pytest.mark.parametrize(("gain", "mean", "theory"), [(0.5, 4, 0.2), (4.0, 10, 0.4)])
def test_sweep_of_amplitudes(gain, mean, theory):
    at = {"amplitude": 1.0, "readout": "random"}
    found = only(noise_table(noise_data()), "readout_deviation", gain=gain, condition=at)
    assert (found["size"], found["mean"], found["theory"]) == (200, mean, theory)


def test_one_size_has_no_exponent():
    found = noise_table(noise_data(SIZES[:1]))
    assert "readout_exponent" not in set(found["quantity"])
    assert "readout_deviation" in set(found["quantity"])
