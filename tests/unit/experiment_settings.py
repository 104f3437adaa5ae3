"""Small settings of every experiment, as sections of config.yaml have them."""

from __future__ import annotations

TRACES = dict(neurons=30, gains=[0.5, 2, 4], burn_in=5, duration=4, dt=0.1, seed=1)

DIVERGENCE = dict(
    neurons=40,
    networks=2,
    gains=[0.5, 4, 2],
    perturbation=1e-4,
    duration=10,
    dt=0.1,
    interval=0.5,
    seed=1,
)

CONVERGENCE = dict(
    neurons=40,
    networks=2,
    trials=2,
    gain=4,
    time_steps=[0.2, 0.1, 0.05],
    burn_in=10,
    horizon=1,
    duration=20,
    interval=0.2,
    seed=1,
)

LYAPUNOV = dict(
    neurons=30,
    networks=2,
    exponents=4,
    gains=[0.5, 4, 8],
    burn_in=40,
    dt=0.1,
    tangent_burn_in=10,
    duration=40,
    qr_interval=0.5,
    blocks=4,
    seed=1,
)

MIXING = dict(
    neurons=40,
    networks=2,
    trials=3,
    gains=[2, 8, 0.5],
    burn_in=20,
    dt=0.1,
    duration=60,
    interval=0.2,
    longest_lag=10,
    seed=1,
)

NOISE = {
    "sizes": [20, 40],
    "networks": 2,
    "trials": 3,
    "stable_gain": 0.5,
    "chaotic_gain": 4,
    "coupling": 2,
    "amplitudes": [0.01, 1],
    "swept_neurons": 20,
    "burn_in": 5,
    "duration": 10,
    "dt": 0.1,
    "interval": 0.2,
    "seed": 1,
}

LATENTS = dict(
    neurons=100,
    count=40,
    degree=4,
    training={
        **{"gain": 4, "burn_in": 40, "dt": 0.1, "method": "euler", "batch": 64},
        "recording": {"duration": 100, "interval": 0.5},
    },
    gains=[4, 8],
    networks=2,
    trials=32,
    burn_in=40,
    duration=45,
    dt=0.1,
    interval=0.3,
    longest_lag=15,
    seed=1,
)

HYBRID_NETWORKS = dict(
    neurons=40,
    patterns=2,
    rule="outer_product",
    strength=4,
    random_variance="1/N",
    networks=3,
    dt=0.1,
    seed=1,
)
FIXED_GAIN = dict(**HYBRID_NETWORKS, gains=[0, 3, 8], duration=20, interval=0.5)
CYCLED_GAIN = dict(
    **HYBRID_NETWORKS,
    low_gain=1,
    high_gain=8,
    low_duration=(4, 6),
    high_duration=(8, 10),
    duration=60,
    interval=0.1,
)

STRUCTURE_MAP = dict(
    neurons=40,
    patterns=2,
    strengths=[0.3, 4],
    gains=[0, 1, 8],
    networks=3,
    trials=2,
    burn_in=30,
    duration=20,
    dt=0.1,
    interval=1,
    tangent_burn_in=10,
    tangent_duration=20,
    qr_interval=1,
    seed=1,
)

CYCLED_NETWORKS = dict(
    neurons=100, patterns=2, strength=4, random_variance="1/N", networks=3, seed=1
)
CYCLES = dict(
    **CYCLED_NETWORKS,
    rule="outer_product",
    copies=4,
    cycles=2,
    low_gains=[0.5, 0],
    high_gains=[6],
    low_durations=[[15, 18], [2, 3]],
    high_durations=[[20, 25]],
    restarts=5,
    dt=0.2,
    first=0,
)

CAPACITY = dict(
    sizes=[60, 100],
    patterns=[1, 5, 60],
    corruptions=[0, 0.1, 0.5],
    networks=2,
    starts=6,
    strength=4,
    gain=0,
    duration=30,
    dt=0.2,
    seed=1,
)

ESCAPES = dict(
    sizes=[60, 100],
    patterns=3,
    strength=4,
    networks=2,
    gains=[0, 3, 12],
    duration=20,
    dt=0.1,
    interval=1,
    traced_gain=12,
    seed=1,
)
