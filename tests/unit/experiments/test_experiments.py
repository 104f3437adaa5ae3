"""What experiments have in common: their seed decides, and nothing else."""

from __future__ import annotations

import experiment_settings as settings
import numpy as np
import pytest
import torch

from chaos_sampling.experiments.capacity import simulate_capacity
from chaos_sampling.experiments.convergence import simulate_convergence
from chaos_sampling.experiments.cycles import simulate_cycles
from chaos_sampling.experiments.divergence import simulate_divergence
from chaos_sampling.experiments.escapes import simulate_escapes
from chaos_sampling.experiments.hybrid import simulate_cycled_gain, simulate_fixed_gain
from chaos_sampling.experiments.latents import MEASURES, simulate_latents
from chaos_sampling.experiments.lyapunov import simulate_lyapunov
from chaos_sampling.experiments.mixing import simulate_mixing
from chaos_sampling.experiments.noise import simulate_noise
from chaos_sampling.experiments.structure_map import simulate_structure_map
from chaos_sampling.experiments.traces import simulate_traces

# what each measures that other seeds, of networks, states or noise, change
CASES = [
    (simulate_traces, settings.TRACES, ["h"]),
    (simulate_divergence, settings.DIVERGENCE, ["distance"]),
    (simulate_convergence, settings.CONVERGENCE, ["error"]),
    (simulate_lyapunov, settings.LYAPUNOV, ["exponents"]),
    (simulate_mixing, settings.MIXING, ["autocorrelation"]),
    (simulate_noise, settings.NOISE, ["deviation", "swept_deviation"]),
    (simulate_latents, settings.LATENTS, ["autocorrelation", "density", *MEASURES]),
    (simulate_fixed_gain, settings.FIXED_GAIN, ["h", "patterns"]),
    (simulate_cycled_gain, settings.CYCLED_GAIN, ["h", "patterns"]),
    (simulate_structure_map, settings.STRUCTURE_MAP, ["projection_patterns"]),
    (
        simulate_cycles,
        settings.CYCLES,
        ["overlap", "restart_overlap", "pattern_energy", "noise_amplitude"],
    ),
    (simulate_capacity, settings.CAPACITY, ["overlap"]),
    (simulate_escapes, settings.ESCAPES, ["checks", "trace_overlap"]),
]


@pytest.mark.parametrize(
    ("simulate", "section", "measured"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_the_seed_decides_and_no_global_random_state(simulate, section, measured):
    found = []
    for seed, state in ((1, 0), (1, 1), (2, 0)):
        np.random.seed(state)  # noqa: NPY002
        torch.manual_seed(state)
        found.append(simulate(**section | {"seed": seed}))
    first, again, other = found
    for name, variable in first.variables.items():
        np.testing.assert_array_equal(again[name], variable.values)
    for name in measured:
        assert not np.array_equal(other[name], first[name]), name
