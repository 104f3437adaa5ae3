from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chaos_sampling import seeds

NAMES = st.tuples(
    st.integers(0, 2**32 - 1), st.text(max_size=8), st.lists(st.integers(0, 2**32 - 1), max_size=3)
)


def numbers(seed, purpose, indices):
    return seeds.generator(seed, purpose, *indices).integers(0, 2**63, 8)


@given(NAMES)
def test_equal_names_give_equal_streams(name):
    np.testing.assert_array_equal(numbers(*name), numbers(*name))


@given(NAMES, NAMES)
def test_different_names_give_different_streams(first, second):
    assume(first != second)
    assert not np.isin(numbers(*first), numbers(*second)).any()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, "a"), (2, "a")),
        ((1, "a"), (1, "b")),
        ((1, "a"), (1, "a", 0)),
        ((1, "a", 0), (1, "a", 0, 0)),
        ((1, "a", 1, 2), (1, "a", 2, 1)),
        ((1, "fixed gain", 0), (1, "cycled gain", 0)),
        ((1, "a1"), (1, "a", 1)),
    ],
)
def test_streams_are_uncorrelated(first, second):
    streams = [seeds.generator(*name).standard_normal(10_000) for name in (first, second)]
    assert abs(np.corrcoef(streams)[0, 1]) < 0.05  # 5 standard errors


@given(NAMES)
def test_integer_fits_into_63_bits_and_is_stable(name):
    seed, purpose, indices = name
    found = seeds.integer(seed, purpose, *indices)
    assert type(found) is int
    assert 0 <= found < 2**63
    assert found == seeds.integer(seed, purpose, *indices)


def test_integers_of_many_networks_differ():
    assert len({seeds.integer(1, "network", index) for index in range(2000)}) == 2000


def test_streams_are_those_of_earlier_versions():
    assert seeds.integer(1, "traces") == 3922540157309160940
    assert seeds.generator(1, "fixed gain", 3).integers(0, 1000, 4).tolist() == [373, 909, 740, 234]


def test_generators_of_torch_are_of_the_same_tree():
    found = seeds.torch_generator(1, "traces", 2)
    assert found.device.type == "cpu"
    assert found.initial_seed() == seeds.integer(1, "traces", 2)


def test_negative_index_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        seeds.generator(1, "network", -1)
