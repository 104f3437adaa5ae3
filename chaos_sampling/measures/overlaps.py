"""Overlap of population activity with stored patterns and with the directions orthogonal to them.

numpy and scipy only: statistics and figures use it without torch.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.linalg import null_space

from chaos_sampling.store import Dataset, Variable

Activity = Literal["phi", "h"]
"""Which population vector is compared with the patterns (reading R7)."""
RETRIEVED = 0.9
"""Overlap |m| above which a state counts as a stored pattern or its negative."""
AT_REST = 1e-3
"""Speed, the rms over neurons of dh/dt in 1/τ, below which a state counts as at rest."""
SILENT = 1e-3
"""Root mean square over neurons of φ, up to which a state counts as silent."""
STATES = ("pattern", "negative", "mixture", "wandering", "silent")
"""What `classify` tells apart; its codes are places in this tuple."""


def overlaps(activity: np.ndarray, patterns: np.ndarray) -> np.ndarray:
    """Return the normalised dot products m_k = a·ξ_k / (|a| |ξ_k|) (appendix A.1).

    Args:
        activity: population vectors, shape (..., N).
        patterns: directions to compare with, shape (K, N).

    Returns:
        Overlaps in [−1, 1], shape (..., K); 0 where the activity vanishes.
    """
    directions = _unit(activity)
    return directions @ _unit(patterns).T.astype(directions.dtype)


def heard(overlap: np.ndarray, activity: np.ndarray) -> np.ndarray:
    """Return overlaps (..., K), 0 where the activity φ(h) (..., N) is silent.

    What has died out still has a direction, of which `overlaps` tells.
    """
    loudness = np.sqrt(np.square(activity).mean(axis=-1, keepdims=True))
    return np.where(loudness > SILENT, overlap, 0)


def projection_norms(activity: np.ndarray, patterns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the norms of a/|a| projected onto the patterns' subspace and onto its complement.

    The squares of the two sum to 1 wherever the activity does not vanish.

    Args:
        activity: population vectors, shape (..., N).
        patterns: (K, N).

    Returns:
        Two arrays of shape (...,).
    """
    orthogonal = overlaps(activity, null_space(patterns).T)
    square = np.square(orthogonal).sum(-1)
    present = np.linalg.norm(activity, axis=-1) > 0
    return np.where(present, np.sqrt(np.clip(1 - square, 0, 1)), 0.0), np.sqrt(square)


def low_phase_ends(gain: np.ndarray) -> np.ndarray:
    """Return the indices of the last record of each complete phase at the lowest gain.

    Args:
        gain: g of the interval that ends at each record, shape (T,).
    """
    low = gain == gain.min()
    return np.flatnonzero(low[:-1] & ~low[1:])


def largest_overlap(overlap: np.ndarray) -> np.ndarray:
    """Return the overlap of largest magnitude of each vector (..., K), with its sign."""
    index = np.abs(overlap).argmax(axis=-1)
    return np.take_along_axis(overlap, index[..., None], axis=-1)[..., 0]


def classify(overlap: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Tell which kind of state each network is in, as a place in `STATES`.

    A state is a pattern or a negative if its largest overlap is beyond `RETRIEVED`, at rest or not.
    What else is at rest is a mixture, silence (no overlap at all) excepted; what else moves
    wanders.

    Args:
        overlap: signed overlaps (..., K), 0 in silence, as `heard` has it.
        speed: rms over neurons of dh/dt in 1/τ, shape (...,).

    Returns:
        Codes of shape (...,).
    """
    largest, silent = largest_overlap(overlap), (overlap == 0).all(axis=-1)
    conditions = [largest > RETRIEVED, largest < -RETRIEVED, speed >= AT_REST, silent]
    names = ("pattern", "negative", "wandering", "silent")
    codes = [STATES.index(name) for name in names]
    return np.select(conditions, codes, STATES.index("mixture"))


def measure(simulation: Dataset, *, activity: Activity) -> Dataset:
    """Measure a simulation of hybrid networks against the patterns that each one stores.

    Args:
        simulation: kind "hybrid": h (network, ..., time, neuron), patterns
            (network, pattern, neuron), time and gain.
        activity: "phi" for φ(h), the population activity; "h" for the input.

    Returns:
        Dataset of kind "overlaps", axes as simulated: overlap (network, ..., time, pattern), 0 in
        silence, orthogonal (network, ..., time, direction), and (network, ..., time) the norms
        projection_patterns and projection_orthogonal, and speed, the rms over neurons of the
        change of h since the record before, per τ.
    """
    h, patterns = simulation["h"], simulation["patterns"]
    dims = simulation.variables["h"].dims[:-1]
    rates = np.tanh(h)
    vectors = rates if activity == "phi" else h
    pairs = list(zip(vectors, patterns, strict=True))
    overlap = np.stack([overlaps(*pair) for pair in pairs])
    norms = [projection_norms(vector, stored) for vector, stored in pairs]
    names = ("normalised overlap with stored pattern", "projection on orthogonal direction")
    return Dataset(
        "overlaps",
        f"Overlaps of {activity} with stored patterns and orthogonal directions",
        {
            "time": simulation.variables["time"],
            "gain": simulation.variables["gain"],
            "overlap": Variable(heard(overlap, rates), (*dims, "pattern"), "1", names[0]),
            "orthogonal": Variable(
                np.stack([overlaps(v, null_space(stored).T) for v, stored in pairs]),
                (*dims, "direction"),
                "1",
                names[1],
            ),
            "projection_patterns": Variable(
                np.stack([inside for inside, _ in norms]),
                dims,
                "1",
                "norm of the projection onto the patterns' subspace",
            ),
            "projection_orthogonal": Variable(
                np.stack([outside for _, outside in norms]),
                dims,
                "1",
                "norm of the projection onto the orthogonal subspace",
            ),
            "speed": Variable(
                _speed(h, simulation["time"]),
                dims,
                "1/τ",
                "rms change since the record before, per τ",
            ),
        },
        {"weights": simulation.attributes["weights"], "activity": activity},
    )


def _speed(h: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Return the speed at which each record (..., T, N) was reached; the first has the second's."""
    change = np.sqrt(np.square(np.diff(h, axis=-2)).mean(axis=-1)) / np.diff(time)
    return np.concatenate([change[..., :1], change], axis=-1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(norms > 0, norms, 1)
