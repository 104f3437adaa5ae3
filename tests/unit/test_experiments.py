"""What experiments have in common: they are reproducible, by their seed and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from test_simulate_convergence import CONVERGENCE
from test_simulate_divergence import DIVERGENCE
from test_simulate_hybrid import CYCLED, FIXED
from test_simulate_traces import TRACES

from chaos_sampling.experiments.convergence import simulate_convergence
from chaos_sampling.experiments.divergence import simulate_divergence
from chaos_sampling.experiments.hybrid import simulate_cycled_gain, simulate_fixed_gain
from chaos_sampling.experiments.traces import simulate_traces

CASES = [
    (simulate_traces, TRACES),
    (simulate_divergence, DIVERGENCE),
    (simulate_convergence, CONVERGENCE),
    (simulate_fixed_gain, FIXED),
    (simulate_cycled_gain, CYCLED),
]


@pytest.mark.parametrize(("simulate", "settings"), CASES)
def test_equal_seeds_give_equal_data_and_others_do_not(simulate, settings):
    first, again, other = (simulate(**{**settings, "seed": seed}) for seed in (1, 1, 2))
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)
        coordinate = variable.dims == (name,)
        assert np.array_equal(other[name], variable.values) == coordinate, name


@pytest.mark.parametrize(("simulate", "settings"), CASES)
def test_global_random_state_plays_no_part(simulate, settings):
    found = []
    for seed in (0, 1):
        np.random.seed(seed)  # noqa: NPY002
        torch.manual_seed(seed)
        found.append(simulate(**settings))
    first, again = found
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)
