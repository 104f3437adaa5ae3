"""Fig. 4c, d with the weights of each literal reading (reading R3)."""

from __future__ import annotations

from collections.abc import Sequence

from chaos_sampling.experiments.hybrid import simulate_fixed_gain
from chaos_sampling.measures.overlaps import Activity, measure
from chaos_sampling.network.readings import READINGS
from chaos_sampling.store import Dataset, Variable


def simulate_reading(
    *,
    reading: str,
    neurons: int,
    patterns: int,
    networks: int,
    gains: Sequence[float],
    duration: float,
    dt: float,
    interval: float,
    activity: Activity,
    seed: int,
) -> Dataset:
    """Run the networks of Fig. 4c, d at fixed gains with the weights that one reading gives.

    Args:
        reading: a name in `READINGS`.
        neurons: N.
        patterns: K, the number of stored patterns.
        networks: number of independent networks.
        gains: gains, all run with the same weights.
        duration: τ to run.
        dt: RK4 step in τ.
        interval: τ between records.
        activity: what overlaps are measured of, as for `overlaps.measure`.
        seed: top-level seed.

    Returns:
        Dataset of kind "reading": overlap, projection_patterns, projection_orthogonal and speed as
        `overlaps.measure` has them, and of the first network only h (gain, time, neuron) and
        orthogonal (gain, time, direction). Attributes: those of the weights, and reading.

    Raises:
        ValueError: there is no reading of that name.
    """
    if reading not in READINGS:
        raise ValueError(f"reading: expected one of {', '.join(READINGS)}; found {reading!r}")
    scales = {
        "strength": READINGS[reading].strength(neurons),
        "random_variance": READINGS[reading].random_variance,
    }
    simulation = simulate_fixed_gain(
        neurons=neurons,
        patterns=patterns,
        rule="outer_product",
        **scales,
        networks=networks,
        gains=gains,
        duration=duration,
        dt=dt,
        interval=interval,
        seed=seed,
    )
    measured = measure(simulation, activity=activity)
    first = {"h": simulation.variables["h"], "orthogonal": measured.variables["orthogonal"]}
    return Dataset(
        "reading",
        f"Hybrid networks at fixed gain, {READINGS[reading].label}",
        {
            **measured.variables,
            **{
                name: Variable(many.values[0], many.dims[1:], many.units, many.long_name)
                for name, many in first.items()
            },
        },
        {**measured.attributes, "reading": reading, "networks": networks},
    )
