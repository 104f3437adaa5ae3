from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.report.estimates import Estimate, Rows, UntestedError, estimate
from chaos_sampling.statistics.table import row, table

INTERVAL = [1.9, 2.0, 2.1]


def quality(dataset, latents, seed, gain, value):
    condition = {"model": f"{dataset}-{latents}-seed{seed}", "batch_norm": "training"}
    return row("frechet_lite", [value], gain=gain, condition=condition)


TABLES = {
    "chaos": table(
        [
            row("rate", INTERVAL, gain=4, size=250, theory=4.0),
            row("rate", [3.9, 4.0, 4.1], gain=8, size=250),
            row("rate", [0.9, 1.0, 1.1], gain=4, size=500),
            row("rate", [7.0], gain=10, size=250),
            row("rate", [np.nan, np.nan], gain=2, size=250),
            row("other", [-1.0, 0.0, 1.0], gain=4, size=250),
            row("time", [*range(1, 12), np.inf], ranks=True),
            row("plain", [0.0, 1.0]),
            row("plain", [2.0, 3.0], condition={"protocol": "sweep"}),
        ]
    ),
    "quality": table(
        [
            *(quality("celeba", "subset", seed, 4, 10.0 + seed) for seed in (1, 2, 3)),
            *(quality("celeba", "subset", seed, 2, 20.0 + 2 * seed) for seed in (1, 2, 3)),
            *(quality("celeba", "gaussian", seed, 4, 5.0 + 0.1 * seed) for seed in (1, 2, 3)),
            *(quality("avatars", "subset", seed, 4, 99.0) for seed in (1, 2)),
        ]
    ),
}
SUBSET = {
    "table": "quality",
    "quantity": "frechet_*",
    "gain": 4,
    "models": r"celeba-subset-seed(\d)",
}


def test_an_estimate_is_the_value_of_a_row_with_its_interval():
    found = estimate(Rows("chaos", "rate", gain=4, size=250), TABLES)
    assert found.value == pytest.approx(2)
    assert found.low == pytest.approx(2 - 4.30265 * 0.1 / np.sqrt(3), rel=1e-5)
    assert found.low + found.high == pytest.approx(4)
    assert found.networks == 3


def test_of_ranks_the_median_is_the_value():
    assert estimate(Rows("chaos", "time"), TABLES) == Estimate(6.5, 3, 10, 12)


def test_the_largest_size_is_found():
    assert estimate(Rows("chaos", "rate", gain=4, size="largest"), TABLES).value == 1


def test_the_largest_size_is_that_of_the_rows_that_fit():
    further = {"chaos": table([row("rate", INTERVAL, gain=4, size=80), row("slope", [], size=250)])}
    assert estimate(Rows("chaos", "rate", gain=4, size="largest"), further).value == 2


def test_an_empty_condition_asks_for_the_row_without_any():
    assert estimate(Rows("chaos", "plain", condition={}), TABLES).value == 0.5
    with pytest.raises(LookupError, match=r"plain, .*expected one row, found 2"):
        estimate(Rows("chaos", "plain"), TABLES)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (Rows("hybrid", "rate"), "no table hybrid in this run"),
        (Rows("chaos", "raet"), "no such value"),
        (Rows("chaos", "rate", gain=3), "no such value"),
        (Rows("chaos", "rate", gain=2), "no such value"),
        (Rows("chaos", "rate", gain=10), "too few networks for an interval, 1"),
        (Rows("chaos", "rate", gain=8, over={"quantity": "other", "gain": 4}), "reaches 0"),
        (Rows(**SUBSET | {"models": r"avatars-subset-seed(\d)"}), r"3 .*subset-seed\* needed"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_named(rows, reason):
    with pytest.raises(UntestedError, match=reason):
        estimate(rows, TABLES)


def test_errors_of_a_ratio_of_rows_add_up_like_independent_ones():
    rows = [
        row(name, mean * (1 + error * np.array([-1, 0, 1])))
        for name, mean, error in (("one", 6.0, 0.003), ("other", 2.0, 0.004))
    ]
    found = estimate(Rows("t", "one", over={"quantity": "other"}), {"t": table(rows)})
    assert found.value == pytest.approx(3)
    half = 4.30265 / np.sqrt(3) * np.hypot(0.003, 0.004)  # Student's t with 2 degrees of freedom
    assert found.low == pytest.approx(3 * np.exp(-half), rel=1e-4)
    assert found.high == pytest.approx(3 * np.exp(half), rel=1e-4)


def test_a_ratio_is_least_where_its_denominator_is_largest():
    rows = [row("one", [6.0] * 3), row("other", [2.0] * 3) | {"low": 1.0, "high": 8.0}]
    found = estimate(Rows("t", "one", over={"quantity": "other"}), {"t": table(rows)})
    assert (found.low, found.high) == pytest.approx((6 / 8, 6 / 1))


@pytest.mark.parametrize(
    ("values", "reason"), [([-0.1, 0.1, 0.3], "reaches 0"), ([np.inf] * 8, "is infinite")]
)
def test_a_ratio_without_meaning_is_not_tested(values, reason):
    rows = [row("one", values, ranks=len(values) > 3), row("other", [1.9, 2.0, 2.1])]
    with pytest.raises(UntestedError, match=reason):
        estimate(Rows("t", "one", over={"quantity": "other"}), {"t": table(rows)})


def test_of_models_the_training_is_the_unit():
    found = estimate(Rows(**SUBSET), TABLES)
    assert (found.value, found.networks) == (12, 3)
    error = 4.30265 / np.sqrt(3) / 12  # of the logarithm: a distance is not below 0
    assert [found.low, found.high] == pytest.approx([12 * np.exp(-error), 12 * np.exp(error)])


def trainings(*values, model, gain=4):
    return [
        quality("celeba", model, seed, gain, np.exp(value)) for seed, value in enumerate(values, 1)
    ]


def test_a_paired_ratio_has_students_interval_of_its_logarithm():
    rows = trainings(1.0, 2.0, 3.0, model="subset", gain=2)
    rows += trainings(0.9, 1.8, 3.0, model="subset", gain=4)
    found = estimate(Rows(**SUBSET | {"gain": 2, "over": {"gain": 4}}), {"quality": table(rows)})
    assert np.log(found.value) == pytest.approx(0.1)
    assert (found.networks, found.unit) == (3, "trainings")
    half = 4.30265 * 0.1 / np.sqrt(3)
    assert np.log([found.low, found.high]) == pytest.approx([0.1 - half, 0.1 + half], rel=1e-5)


def test_models_are_compared_seed_by_seed():
    """What a seed shares, good or bad, is in both; seeds that one side lacks do not count."""
    rows = trainings(0.1, 5.1, 2.4, 9.0, model="subset") + trainings(
        0.0, 5.0, 2.0, model="gaussian"
    )
    over = {"models": r"celeba-gaussian-seed(\d)"}
    found = estimate(Rows(**SUBSET, over=over), {"quality": table(rows[::-1])})
    assert np.log(found.value) == pytest.approx(0.2)
    assert found.networks == 3
    half = 4.30265 * np.sqrt(0.03) / np.sqrt(3)
    assert np.log([found.low, found.high]) == pytest.approx([0.2 - half, 0.2 + half], rel=1e-5)


@pytest.mark.parametrize("models", [r"celeba-subset-seed\d", r"(celeba)-subset-seed(\d)"])
def test_models_need_one_group_that_tells_trainings_apart(models):
    with pytest.raises(ValueError, match="models: expected one group, of the seed; found"):
        Rows(**SUBSET | {"models": models})


@given(st.floats(0.5, 2), st.integers(0, 2**32 - 1))
def test_a_ratio_of_trainings_does_not_depend_on_the_units(factor, seed):
    logs = np.random.default_rng(seed).normal(size=(2, 4))
    over = {"models": r"celeba-gaussian-seed(\d)"}
    shifts = (0.0, np.log(factor))
    found = [
        estimate(
            Rows(**SUBSET, over=over),
            {
                "quality": table(
                    trainings(*logs[0] + shift, model="subset")
                    + trainings(*logs[1] + shift, model="gaussian")
                )
            },
        )
        for shift in shifts
    ]
    assert found[0].value == pytest.approx(found[1].value)
    assert (found[0].low, found[0].high) == pytest.approx((found[1].low, found[1].high))


def test_too_few_trainings_on_either_side_are_not_tested():
    rows = trainings(1.0, 2.0, 3.0, model="subset") + trainings(1.0, 2.0, model="gaussian")
    over = {"models": r"celeba-gaussian-seed(\d)"}
    with pytest.raises(
        UntestedError, match=r"seed\* and as many of celeba-gaussian-seed\* needed, 2"
    ):
        estimate(Rows(**SUBSET, over=over), {"quality": table(rows)})


def test_several_rows_of_a_model_are_refused():
    repeated = {"quality": table([quality("celeba", "subset", 1, 4, 1.0)] * 2)}
    with pytest.raises(LookupError, match="expected one row of seed 1"):
        estimate(Rows(**SUBSET), repeated)


def test_rows_tell_what_they_are():
    rows = Rows("noise", "rate", gain=[2, 8], size=250, condition={"source": "chaos"})
    assert str(rows) == "rate, g = 2, 8, N = 250, source: chaos"
    assert [one.gain for one in rows.each()] == [2, 8]
    assert str(Rows("noise", "rate", over={"gain": 4})) == "rate, over gain 4"


@pytest.mark.parametrize("value", [0.0, np.inf, np.nan])
def test_a_ratio_of_what_is_not_positive_and_finite_is_not_tested(value):
    rows = [quality("celeba", "subset", seed, gain, 1.0) for seed in (1, 2, 3) for gain in (2, 4)]
    rows[0] |= {"median": value}
    with pytest.raises(UntestedError, match="not positive and finite"):
        estimate(Rows(**SUBSET | {"gain": 2, "over": {"gain": 4}}), {"quality": table(rows)})
