from __future__ import annotations

import numpy as np
import pytest
from tables import variables

from chaos_sampling.experiments.theory import solve_mean_field
from chaos_sampling.statistics.chaos import chaos_table
from chaos_sampling.statistics.selection import only
from chaos_sampling.store import Dataset, Variable


def chaos_data():
    time = np.arange(0, 60, 0.1)
    rates = np.array([[-0.2, 0.1, 0.3], [0.4, 0.5, 0.6]])  # (gain, network)
    distance = np.minimum(1e-4 * np.exp(rates[..., None] * time), 10)
    divergence = Dataset(
        "divergence",
        "",
        variables(
            gain=(np.array([2.0, 4.0]), ("gain",)),
            time=(time, ("time",)),
            distance=(distance, ("gain", "network", "time")),
            saturation=(np.full((2, 3), 10.0), ("gain", "network")),
        ),
        {"neurons": 500},
    )
    lag = np.arange(0, 45, 0.15)
    constant = np.array([[4.0, 5, 6], [1, 2, 3]])[..., None]
    correlation = 0.5 * np.exp(-lag / constant)
    correlation[0, 0] = 0.5  # a network that never decorrelates
    across = ("gain", "network")
    speed = mixing_data(correlation, lag)
    spectrum = Dataset(
        "lyapunov",
        "",
        variables(
            gain=(np.array([2.0, 4.0]), ("gain",)),
            exponents=(
                np.array(
                    [[[0.1, -1], [0.2, -1], [0.01, -1]], [[0.3, 0.1], [0.4, 0.1], [0.5, 0.1]]]
                ),
                (*across, "exponent"),
            ),
            standard_error=(np.full((2, 3, 2), 0.01), (*across, "exponent")),
            lyapunov_dimension=(np.array([[0.1, 0.2, 0.3], [np.nan] * 3]), across),
            entropy_rate=(np.array([[0.1, 0.2, 0.3], [np.nan] * 3]), across),
        ),
        {"neurons": 250},
    )
    return divergence, [speed], [spectrum]


def mixing_data(correlation, lag, neurons=250):
    across = ("gain", "network")
    measured = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    names = ("variance_h", "dimension_h", "dimension_phi", "correlation_rms", "correlation_abs")
    names = (*names, "correlation_noise", "step_change")
    return Dataset(
        "mixing",
        "",
        variables(
            gain=(np.array([2.0, 4.0]), ("gain",)),
            lag=(lag, ("lag",)),
            autocorrelation=(correlation, (*across, "lag")),
            **{name: (measured, across) for name in names},
        ),
        {"neurons": neurons, "interval": 0.15},
    )


THEORY = solve_mean_field(gains=[2.0, 4.0], interval=0.15)


def summarised(pairs=((2, 4),)):
    return chaos_table(*chaos_data(), THEORY, transient=0, reference_gain=4, pairs=pairs)


@pytest.mark.parametrize(
    ("quantity", "gain", "size", "mean"),
    [
        ("divergence_rate", 2, 500, 0.2 / 3),
        ("divergence_rate", 4, 500, 0.5),
        ("fraction_diverging", 2, 500, 2 / 3),
        ("fraction_diverging", 4, 500, 1),
        ("variance_phi", 2, 250, 0.5),
        ("step_change_0.15", 2, 250, 0.2),
        ("step_change_0.15", 4, 250, 0.5),
        ("dimension_phi", 2, 250, 0.2),
        ("correlation_rms", 4, 250, 0.5),
        ("half_life_phi", 4, 250, 2 * np.log(2)),
        ("T2_phi", 4, 250, 2),
        ("effective_samples", 4, 250, (1 + 1 / 2 + 1 / 3) / 3),
        ("lyapunov_max", 4, 250, 0.4),
        ("fraction_chaotic", 2, 250, 2 / 3),
        ("fraction_chaotic", 4, 250, 1),
    ],
)
def test_chaos_table_summarises_each_gain(quantity, gain, size, mean):
    found = only(summarised(), quantity, gain=gain)
    assert found["networks"] == 3
    assert found["mean"] == pytest.approx(mean, rel=0.01)
    assert found["size"] == size


@pytest.mark.parametrize(("quantity", "median"), [("half_life_phi", 6 * np.log(2)), ("T2_phi", 6)])
def test_network_that_never_decorrelates_is_the_slowest(quantity, median):
    found = only(summarised(), quantity, gain=2)
    assert found["networks"] == 3
    assert found["median"] == pytest.approx(median, rel=0.01)
    assert found["interval"] == "median"
    assert np.isnan(found["mean"])


def test_networks_that_are_not_shown_to_be_chaotic_have_no_dimension():
    for quantity, mean in (("lyapunov_dimension", 0.15), ("entropy_rate", 0.15)):
        found = only(summarised(), quantity, gain=2)
        assert found["networks"] == 2  # the third has an exponent of one standard error
        assert found["mean"] == pytest.approx(mean)
    assert only(summarised(), "fraction_undecided", gain=2)["mean"] == pytest.approx(1 / 3)


def test_without_the_whole_spectrum_there_is_no_dimension():
    for quantity in ("lyapunov_dimension", "entropy_rate"):
        assert only(summarised(), quantity, gain=4)["networks"] == 0


@pytest.mark.parametrize(
    ("quantity", "median", "expected"),
    [
        ("speedup_step_change_0.15", 2.5, 2.4717),
        ("speedup_velocity_0.15", 2.5, 2.0279),
        ("speedup_half_life_phi", 2.5, 4.913 / 2.951),
        ("speedup_T2_phi", 2.5, 7.436 / 4.436),
    ],
)
def test_networks_speed_up_from_the_low_to_the_high_gain(quantity, median, expected):
    found = only(summarised(), quantity, gain=4, condition={"reference_gain": 2})
    assert found["median"] == pytest.approx(median, rel=0.01)
    assert found["theory"] == pytest.approx(expected, rel=1e-3)
    back = only(summarised(), quantity, gain=2, condition={"reference_gain": 4})
    assert back["median"] == pytest.approx(1 / median, rel=0.01)
    assert only(summarised(), quantity, gain=4, condition={"reference_gain": 4})["median"] == 1


def test_velocity_leaves_out_that_the_distribution_widens():
    divergence, [speed], spectra = chaos_data()
    speed["autocorrelation"][1] *= 4
    data = (divergence, [speed], spectra)
    found = chaos_table(*data, THEORY, transient=0, reference_gain=2, pairs=[])
    change, velocity = (
        only(found, f"speedup_{name}_0.15", gain=4) for name in ("step_change", "velocity")
    )
    assert velocity["median"] == pytest.approx(change["median"] / 2)


def grown_data():
    """Two sizes whose correlations fall and whose entropies grow with powers of N."""
    divergence, _, [small] = chaos_data()
    lag = np.arange(0, 45, 0.15)
    correlation = np.exp(-lag) * np.ones((2, 3, 1))
    speeds = [mixing_data(correlation, lag, neurons) for neurons in (100, 400)]
    speeds[1]["correlation_rms"][:] /= 4  # a power of −1
    spectra = [
        Dataset("lyapunov", "", dict(small.variables), {"neurons": neurons})
        for neurons in (100, 400)
    ]
    for spectrum, rate in zip(spectra, (0.1, 0.2), strict=True):  # in all: a power of 1.5
        values = np.full((2, 3), rate)
        spectrum.variables["entropy_rate"] = Variable(values, ("gain", "network"), "1", "")
    return divergence, speeds, spectra


def test_powers_of_size_are_fitted_over_chaotic_networks():
    found = chaos_table(*grown_data(), THEORY, transient=0, reference_gain=4, pairs=[])
    power = only(found, "correlation_exponent", gain=4)
    assert power["mean"] == pytest.approx(-1)
    assert power["networks"] == 6
    assert power["theory"] == -0.5
    logs = np.log([0.4, 0.5, 0.6])
    se = np.sqrt(2 * np.square(logs - logs.mean()).sum() / 4 / (6 * (np.log(4) / 2) ** 2))
    assert power["se"] == pytest.approx(se)
    assert power["high"] - power["mean"] == pytest.approx(2.776445 * se)  # t(0.975, 4)
    assert only(found, "correlation_exponent", gain=2)["networks"] == 4
    assert only(found, "entropy_exponent", gain=4)["mean"] == pytest.approx(1.5)


def test_one_size_has_no_power():
    found = only(summarised(), "correlation_exponent", gain=4)
    assert found["networks"] == 0
    assert np.isnan(found["mean"])


def test_theory_stands_beside_what_it_predicts():
    found = summarised()
    assert only(found, "variance_phi", gain=4)["theory"] == pytest.approx(0.7624, rel=1e-3)
    assert only(found, "half_life_phi", gain=2)["theory"] == pytest.approx(4.913, rel=1e-3)
    assert only(found, "T2_phi", gain=2)["theory"] == pytest.approx(7.436, rel=1e-3)
    assert only(found, "divergence_rate", gain=2)["theory"] == pytest.approx(0.11245, rel=1e-3)


def test_divergence_rate_leaves_out_the_transient():
    divergence, speeds, spectra = chaos_data()
    divergence["distance"][..., :50] = 1e-9  # a jump that would dominate the slope
    data = (divergence, speeds, spectra)
    found = chaos_table(*data, THEORY, transient=5, reference_gain=4, pairs=[])
    assert only(found, "divergence_rate", gain=4)["mean"] == pytest.approx(0.5, rel=0.01)


def test_without_the_reference_gain_nothing_is_compared():
    found = chaos_table(*chaos_data(), THEORY, transient=0, reference_gain=3, pairs=[])
    compared = found[found["quantity"].str.startswith("speedup")]
    assert len(compared) == 8
    assert (compared["networks"] == 0).all()


@pytest.mark.parametrize("pairs", [[(2, 4)], [[2, 4], (4, 2)]])
def test_chaos_table_has_one_row_per_quantity_and_gain(pairs):
    found = summarised(pairs)
    assert not found.duplicated(["quantity", "gain", "condition"]).any()
    assert len(found) == 2 * (2 + 11 + 4 + 5 + 3) + 4
