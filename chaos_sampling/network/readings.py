"""The four literal readings of Fig. 4's weights (reading R3); without torch.

The text has W_struct = Σ ξ ξᵀ, as does the appendix; Hopfield's rule, which both name, is often
given as the mean Σ ξ ξᵀ/N. The text gives the entries of W_rand the variance 1/N, the appendix 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RandomVariance = Literal["1/N", "1"]
"""Variance of the entries of W_rand: the paper's text or its appendix."""


@dataclass(frozen=True)
class Reading:
    """One way to take the paper at its word.

    Attributes:
        rule: W_struct is the sum of ξ ξᵀ over the patterns, or that sum / N.
        random_variance: of the entries of W_rand.
    """

    rule: Literal["sum", "mean"]
    random_variance: RandomVariance

    @property
    def label(self) -> str:
        """The reading in formulas."""
        structure = "Σξξᵀ" if self.rule == "sum" else "Σξξᵀ/N"
        return f"{structure}, variance {self.random_variance}"

    def strength(self, neurons: int) -> float:
        """Return s in W_struct = (s/N) Σ ξ ξᵀ."""
        return float(neurons) if self.rule == "sum" else 1.0

    def gain_factor(self, neurons: int) -> float:
        """Return the gain that does with variance 1/N what a gain of 1 does in this reading."""
        return float(neurons) ** 0.5 if self.random_variance == "1" else 1.0


READINGS = {
    "sum_1": Reading("sum", "1"),
    "sum_1N": Reading("sum", "1/N"),
    "mean_1": Reading("mean", "1"),
    "mean_1N": Reading("mean", "1/N"),
}
