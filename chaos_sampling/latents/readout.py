"""Fixed readouts W_out (K, N) from neurons to latents.

The paper describes two, both binary: its appendix a random subset of the neurons, its main text the
adjacency matrix of a sparse expander graph (reading R2 in docs/paper.md). `whiten` is ours.
"""

from __future__ import annotations

import numpy as np

from chaos_sampling.latents.names import Readout

SINGULAR = 1e-6
"""Ratio of second moments below which a direction counts as one in which nothing happens."""


def draw_readout(
    readout: Readout, neurons: int, count: int, *, degree: int | None, rng: np.random.Generator
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
        ValueError: it is neither of them, K > N, or a degree is impossible or lacking.
    """
    if readout == "subset":
        return subset(neurons, count, rng)
    if readout == "expander":
        if degree is None:
            raise ValueError("degree: expected the neurons per latent of the expander, found None")
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


def whiten(readout: np.ndarray, latents: np.ndarray) -> np.ndarray:
    """Return the readout whose latents are uncorrelated and of variance 1, and change least (ZCA).

    That is W' = M^(−1/2) W with M = ⟨z zᵀ⟩. Chaos in these networks is symmetric under h → −h, so
    that the mean of z is 0 and takes no part.

    Args:
        readout: W (K, N).
        latents: z = W φ(h) recorded at the gain of training, shape (..., K).

    Returns:
        (K, N) of the readout's precision.

    Raises:
        ValueError: the recording is too short to tell all K directions.
    """
    samples = latents.reshape(-1, latents.shape[-1]).astype(np.float64)
    values, vectors = np.linalg.eigh(samples.T @ samples / len(samples))
    if values[0] <= SINGULAR * values[-1]:
        raise ValueError(
            f"latents: expected variance in all {len(values)} directions to whiten, found "
            f"{len(samples)} samples with none in some. Record for longer; where the network is at "
            "rest or on a cycle, raise the gain, take more neurons, or fewer latents."
        )
    return (vectors / np.sqrt(values) @ vectors.T @ readout).astype(readout.dtype)
