"""Time the integrator and the Lyapunov exponents beside their peers; print Markdown tables.

Everything runs in this one process: implementations take turns, each round gives one time of each,
and the median of the rounds counts. All use as many threads as the process may use cores, so that
`taskset` sets the number for all alike. Compilation is excluded. README.md shows how to run it.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import diffrax
import jax
import numpy as np
import scipy
import torch
import torchdiffeq
from peers import (
    DT,
    GAIN,
    INTEGRATORS,
    INTERVAL,
    OUR_PRODUCTS,
    OURS,
    PRODUCTS,
    Problem,
    numpy_exponents,
    our_exponents,
    scipy_adaptive,
)

from chaos_sampling.network.dynamics import advance
from chaos_sampling.network.weights import Network

STEPS = {(250, 128): 300, (250, 32): 1000, (250, 1): 4000, (2000, 32): 20}
"""Steps in a run, by number of neurons and of states: some tenths of a second."""

STATE_TOLERANCE = 2e-5
"""Largest error allowed in a state after 1 τ, of the order of float32's rounding."""

PRODUCT_TOLERANCE = 1e-4
"""Largest difference allowed between products of as many matrices as 1 τ needs."""

SPECTRUM_DURATION = 5.0  # τ in a timed run
FULL_DURATION = 2000.0  # τ
EXPONENT_TOLERANCE = 1e-2
"""Largest difference allowed between exponents measured over SPECTRUM_DURATION, in 1/τ."""


def chaotic_problem(neurons: int, batch: int, steps: int) -> Problem:
    """Return a network with independent Gaussian weights, its states on the attractor."""
    rng = np.random.default_rng(1)
    weights = (rng.standard_normal((neurons, neurons)) / np.sqrt(neurons)).astype(np.float32)
    state = torch.from_numpy(rng.standard_normal((batch, neurons), dtype=np.float32))
    state = advance(Network(torch.from_numpy(weights)), state, GAIN, duration=10, dt=DT)
    return Problem(weights, state.numpy(), steps)


def orthogonal_problem(neurons: int, batch: int, steps: int) -> Problem:
    """Return weights that leave the sizes of states alone, however often they are applied."""
    rng = np.random.default_rng(1)
    weights, _ = np.linalg.qr(rng.standard_normal((neurons, neurons), dtype=np.float32))
    return Problem(weights, rng.standard_normal((batch, neurons), dtype=np.float32), steps)


def errors(
    results: dict[str, np.ndarray], expected: np.ndarray, tolerance: float
) -> dict[str, float]:
    """Return the largest difference of each result from the expected one.

    Raises:
        ValueError: a difference exceeds the tolerance.
    """
    found = {name: float(np.abs(result - expected).max()) for name, result in results.items()}
    for name, error in found.items():
        if not error <= tolerance:
            raise ValueError(f"{name}: expected an error of at most {tolerance}, found {error}")
    return found


def median_times(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median time of each run in seconds, the runs taking turns."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table, all columns but the first aligned to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])], *rows]
    for first, *others in lines:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        print("|", " | ".join([first.ljust(widths[0]), *cells]), "|")


def check_integrators(neurons: int, batch: int) -> dict[str, float]:
    """Return the errors of the states after 1 τ; raise where any, or a product, is wrong."""
    problem = orthogonal_problem(neurons, batch, round(1 / DT))
    results = {name: prepare(problem)()[0] for name, prepare in PRODUCTS.items()}
    errors(results, results[OUR_PRODUCTS], PRODUCT_TOLERANCE)
    problem = chaotic_problem(neurons, batch, round(1 / DT))
    exact, _ = scipy_adaptive(problem, "DOP853", 1e-9)()
    results = {name: prepare(problem)()[0] for name, prepare in INTEGRATORS.items()}
    return errors(results, exact, STATE_TOLERANCE)


def compare_integrators(neurons: int, batch: int, steps: int, rounds: int) -> None:
    """Print the table of one size: integrators, and the matrix products that they need."""
    error = check_integrators(neurons, batch)
    chaotic = chaotic_problem(neurons, batch, steps)
    orthogonal = orthogonal_problem(neurons, batch, steps)
    runs = {name: prepare(chaotic) for name, prepare in INTEGRATORS.items()}
    runs |= {name: prepare(orthogonal) for name, prepare in PRODUCTS.items()}
    products = {name: run()[1] for name, run in runs.items()}  # compiles, too
    times = median_times(runs, rounds)
    references = [times[OURS], times[OUR_PRODUCTS], min(times[name] for name in PRODUCTS)]
    rows = []
    for name, found in times.items():
        ratios = [f"{found / reference:.2f}" for reference in references]
        accuracy = f"{error[name]:.0e}" if name in error else ""
        rows.append(
            [name, f"{1e6 * found / steps:.0f}", *ratios, f"{products[name]:.1f}", accuracy]
        )
    print(f"\nN = {neurons}, B = {batch}, runs of {steps} steps\n")
    ratios = ["/ ours", "/ our products", "/ fastest products"]
    print_table(["", "µs a step", *ratios, "products a step", "error after 1 τ"], rows)


def compare_exponents(rounds: int) -> None:
    """Print the table of the Lyapunov exponents."""
    problem = chaotic_problem(250, 1, round(SPECTRUM_DURATION / DT))
    print(f"\nLyapunov exponents, N = 250, runs of {SPECTRUM_DURATION:g} τ, QR each {INTERVAL} τ\n")
    rows = []
    for count in (250, 50):
        runs = {
            "ours": lambda count=count: our_exponents(problem, count),
            "numpy": lambda count=count: numpy_exponents(problem, count),
        }
        errors({"ours": runs["ours"]()}, runs["numpy"](), EXPONENT_TOLERANCE)
        for name, found in (times := median_times(runs, rounds)).items():
            rate = found / SPECTRUM_DURATION
            ratio = found / times["ours"]
            cells = [f"{1e3 * rate:.1f}", f"{ratio:.2f}", f"{FULL_DURATION * rate:.0f}"]
            rows.append([f"{name}, {count} exponents", *cells])
    extrapolated = f"s for {FULL_DURATION:g} τ, extrapolated from {SPECTRUM_DURATION:g} τ"
    print_table(["", "ms a τ", "/ ours", extrapolated], rows)


def time_full_spectrum() -> None:
    """Print how long a full spectrum really takes."""
    problem = chaotic_problem(250, 1, round(FULL_DURATION / DT))
    start = time.perf_counter()
    our_exponents(problem, 250)
    found = time.perf_counter() - start
    print(f"\nFull spectrum, N = 250, {FULL_DURATION:g} τ, in one run: {found:.0f} s")


def processor() -> str:
    """Return what the processor calls itself."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.split(": ")[1] for line in lines if line.startswith("model name"))


def main() -> None:
    """Compare at every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    parser.add_argument(
        "--full-spectrum",
        action="store_true",
        help=f"also run a full spectrum over {FULL_DURATION:g} τ, which takes minutes",
    )
    arguments = parser.parse_args()
    threads = len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    print(f"{date.today()}, {processor()}, Python {platform.python_version()}, threads: {threads}")
    modules = (torch, np, scipy, jax, diffrax, torchdiffeq)
    print(", ".join(f"{module.__name__} {module.__version__}" for module in modules))
    for (neurons, batch), steps in STEPS.items():
        compare_integrators(neurons, batch, steps, arguments.rounds)
    compare_exponents(arguments.rounds)
    if arguments.full_spectrum:
        time_full_spectrum()


if __name__ == "__main__":
    main()
