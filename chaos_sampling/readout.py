"""Fixed binary readouts W_out (K, N) from neurons to latents.

The paper describes two: its appendix a random subset of the neurons, its main text the adjacency
matrix of a sparse expander graph (reading R2 in docs/paper.md).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

Readout = Literal["subset", "expander"]


def draw_readout(
    readout: Readout, neurons: int, count: int, *, degree: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw the readout of the given kind.

    Args:
        readout: "subset" or "expander".
        neurons: N.
        count: number of latents, K.
        degree: neurons per latent of the expander; the subset has no use for it.
        rng: source of randomness.

    Returns:
        (K, N) zeros and ones in float32.

    Raises:
        ValueError: it is neither of them, K > N, or a degree is impossible.
    """
    if readout == "subset":
        return subset(neurons, count, rng)
    if readout == "expander":
        return expander(neurons, count, degree, rng)
    raise ValueError(f"readout: expected 'subset' or 'expander', found {readout!r}")


def subset(neurons: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return a readout in which every latent is one neuron, all of them different (appendix).

    Args:
        neurons: N.
        count: number of latents, K.
        rng: source of randomness.

    Returns:
        (K, N) zeros and ones in float32; each row holds a single one, each column at most one.

    Raises:
        ValueError: K > N.
    """
    if count > neurons:
        raise ValueError(f"count: expected at most {neurons} (the neurons), found {count}")
    readout = np.zeros((count, neurons), np.float32)
    readout[np.arange(count), rng.choice(neurons, count, replace=False)] = 1
    return readout


def expander(neurons: int, count: int, degree: int, rng: np.random.Generator) -> np.ndarray:
    """Return a readout in which every latent sums `degree` neurons (section 3.2).

    The bipartite graph is random, and the neurons are used evenly: one takes part in at most one
    latent more than another. Each latent takes the neurons used least so far, ties at random.

    Args:
        neurons: N.
        count: number of latents, K.
        degree: neurons per latent.
        rng: source of randomness.

    Returns:
        (K, N) zeros and ones in float32; each row holds `degree` ones.

    Raises:
        ValueError: the degree is below 1 or exceeds the number of neurons.
    """
    if not 1 <= degree <= neurons:
        raise ValueError(f"degree: expected 1 to {neurons} (the neurons), found {degree}")
    readout = np.zeros((count, neurons), np.float32)
    for row in readout:
        used = readout.sum(axis=0)
        row[np.lexsort((rng.random(neurons), used))[:degree]] = 1
    return readout
