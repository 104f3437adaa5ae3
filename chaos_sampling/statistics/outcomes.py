"""In what runs of hybrid networks end."""

from __future__ import annotations

import numpy as np

from chaos_sampling.measures.overlaps import AT_REST, STATES


def outcome_kinds(codes: np.ndarray, speed: np.ndarray) -> dict[str, np.ndarray]:
    """Tell what each state is, by the name of the quantity that counts such states.

    Args:
        codes: those of `overlaps.classify`, any shape.
        speed: rms over neurons of dh/dt in 1/τ, of the same shape.

    Returns:
        Arrays of bool of that shape.
    """
    kinds = {name: codes == code for code, name in enumerate(STATES)}
    return {
        "retrieval_fraction": kinds["pattern"] | kinds["negative"],
        "negative_fraction": kinds["negative"],
        "mixture_fraction": kinds["mixture"],
        "wandering_fraction": kinds["wandering"],
        "at_rest_fraction": speed < AT_REST,
    }
