"""Time the batched simulation of hybrid networks beside a loop over networks; print a table.

Everything runs in this one process on one thread: implementations take turns, each round gives one
time of each, and the median of the rounds counts. Processor time is counted, which is an idle
core's whatever else runs. README.md shows how to run it.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date

import numpy as np
import torch

from chaos_sampling.experiments.hybrid_networks import networks_of
from chaos_sampling.network.dynamics import advance
from chaos_sampling.network.weights import Network, random_states

NETWORKS = 20
GAINS = np.array([[0], [3], [5], [8]], np.float32)
"""Of the states of each network, as in Fig. 4d."""
DT = 0.05
DURATIONS = {100: 10.0, 200: 5.0, 400: 2.0, 800: 0.5, 1600: 0.1}
"""τ in a run, by number of neurons."""
TOLERANCE = 1e-4
"""Largest difference allowed between the two after 0.5 τ, of the order of float32's rounding."""


def numpy_loop(network: Network, state: np.ndarray, duration: float) -> np.ndarray:
    """Integrate network by network, by RK4 as it is written in textbooks."""
    random, structured = network.random.numpy(), network.structured.numpy()
    ends = []
    for weights_random, weights_structured, h in zip(random, structured, state, strict=True):

        def slope(
            h: np.ndarray,
            random: np.ndarray = weights_random.T,
            structured: np.ndarray = weights_structured.T,
        ) -> np.ndarray:
            phi = np.tanh(h)
            return -h + phi @ structured + GAINS * (phi @ random)

        for _ in range(round(duration / DT)):
            first = slope(h)
            second = slope(h + DT / 2 * first)
            third = slope(h + DT / 2 * second)
            fourth = slope(h + DT * third)
            h = h + DT / 6 * (first + 2 * second + 2 * third + fourth)
        ends.append(h)
    return np.stack(ends)


def products(network: Network, state: torch.Tensor, duration: float) -> None:
    """Multiply as often as the batched simulation does, and do nothing else."""
    random, structured = network.random.mT, network.structured.mT
    for _ in range(4 * round(duration / DT)):
        torch.matmul(state, random)
        torch.matmul(state, structured)


def median_times(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median processor time of each run in seconds, the runs taking turns."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def compare(neurons: int, duration: float, rounds: int) -> str:
    """Return the row of one size.

    Raises:
        ValueError: the two simulations differ.
    """
    _, network = networks_of(
        neurons=neurons,
        patterns=10,
        strength=4,
        random_variance="1/N",
        networks=NETWORKS,
        seed=1,
    )
    rng = np.random.default_rng(1)
    state = random_states(NETWORKS * len(GAINS), neurons, rng).float()
    state = state.reshape(NETWORKS, len(GAINS), neurons)
    gain = torch.from_numpy(GAINS)
    ours = advance(network, state, gain, duration=0.5, dt=DT).numpy()
    difference = np.abs(ours - numpy_loop(network, state.numpy(), 0.5)).max()
    if not difference <= TOLERANCE:
        raise ValueError(f"expected a difference of at most {TOLERANCE}, found {difference}")
    times = median_times(
        {
            "ours": lambda: advance(network, state, gain, duration=duration, dt=DT),
            "loop": lambda: numpy_loop(network, state.numpy(), duration),
            "products": lambda: products(network, state, duration),
        },
        rounds,
    )
    rate = {name: f"{NETWORKS * duration / found:.0f}" for name, found in times.items()}
    ratios = [times["loop"] / times["ours"], times["ours"] / times["products"]]
    return " | ".join([str(neurons), *rate.values(), *(f"{ratio:.2f}" for ratio in ratios)])


def main() -> None:
    """Compare at every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{date.today()}, {platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"one thread, torch {torch.__version__}, numpy {np.__version__}\n")
    print(f"network·τ per second; {NETWORKS} networks at {len(GAINS)} gains each, dt = {DT} τ\n")
    print("| N | batched | numpy loop | products alone | speed-up over the loop | / products |")
    print("| --: | --: | --: | --: | --: | --: |")
    for neurons, duration in DURATIONS.items():
        print(f"| {compare(neurons, duration, arguments.rounds)} |", flush=True)


if __name__ == "__main__":
    main()
