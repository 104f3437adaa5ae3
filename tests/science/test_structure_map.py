"""The map over strength and gain, where theory knows what must come out (section 3.4)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from chaos_sampling.experiments.structure_map import simulate_structure_map
from chaos_sampling.measures.overlaps import STATES

COMMON = dict(
    networks=3,
    trials=2,
    dt=0.1,
    interval=1,
    tangent_burn_in=20,
    tangent_duration=20,
    qr_interval=1,
    seed=1,
)
WEAK, STRONG = [0.5, 0.7], [1.5, 4]


@pytest.fixture(scope="module")
def at_rest():
    """Three patterns in 300 neurons: the eigenvalues of Σξξᵀ/N are 1 up to crosstalk, 1 ± 0.2."""
    return simulate_structure_map(
        **COMMON,
        neurons=300,
        patterns=3,
        strengths=WEAK + STRONG,
        gains=[0],
        burn_in=60,
        duration=10,
    )


def test_structure_below_the_transition_decays(at_rest):
    assert (at_rest["outcome"][: len(WEAK)] == STATES.index("silent")).all()


def test_structure_above_the_transition_holds_a_state_in_the_span_of_the_patterns(at_rest):
    strong = at_rest["outcome"][len(WEAK) :]
    assert np.isin(strong, [STATES.index(n) for n in ("pattern", "negative", "mixture")]).all()
    # h lies in the span; φ(h) of a mixture of three leaves it by its saturation, in the limit of
    # strong structure to sign(ξ1 + ξ2 + ξ3), of overlap 1/2 with each
    assert (at_rest["projection_patterns"][len(WEAK) :] > 0.97 * np.sqrt(3 / 4)).all()


@pytest.mark.parametrize("strength", [0.5, 1.5, 2])
def test_exponent_at_a_single_pattern_is_that_of_its_linearisation(strength):
    found = simulate_structure_map(
        **COMMON | {"tangent_burn_in": 80},
        neurons=100,
        patterns=1,
        strengths=[strength],
        gains=[0],
        burn_in=60,
        duration=10,
    )
    # at rest h = x ξ with x = s tanh x; along ξ the linearisation is −1 + s φ′(x), else −1
    x = brentq(lambda x: strength * np.tanh(x) - x, 1e-3, strength) if strength > 1 else 0
    expected = strength * (1 - np.tanh(x) ** 2) - 1
    np.testing.assert_allclose(found["lyapunov_max"], expected, atol=1e-3)
    expected = ("pattern", "negative") if strength > 1 else ("silent",)
    assert {STATES[code] for code in found["outcome"].flat} <= set(expected)
    np.testing.assert_allclose(found["projection_patterns"], 1, atol=1e-5)


def test_without_structure_it_is_the_random_network():
    found = simulate_structure_map(
        **COMMON | {"networks": 4},
        neurons=200,
        patterns=10,
        strengths=[0],
        gains=[0.5, 6],
        burn_in=40,
        duration=60,
    )
    assert (found["outcome"][0, 0] == STATES.index("silent")).all()
    # the largest real part of R is 1 up to N^(−1/2)
    np.testing.assert_allclose(found["lyapunov_max"][0, 0], 0.5 - 1, atol=0.1)
    assert (found["lyapunov_max"][0, 1] > 0.1).all()
    # 10 of 200 directions hold a twentieth of the activity; averages of 8 runs, 10 %
    square = np.square(found["projection_patterns"][0, 1]).mean()
    assert square == pytest.approx(10 / 200, rel=0.1)
