from __future__ import annotations

import io
import math

import numpy as np
import pytest
import torch

from chaos_sampling.latents.controls import (
    OrnsteinUhlenbeck,
    Surrogate,
    from_chaos,
    surrogate_kernel,
)
from chaos_sampling.latents.names import CONTROLS
from chaos_sampling.latents.protocol import record

INTERVAL = 0.5
FLIP = 0.1
"""Probability that a telegraph signal changes its sign from one sample to the next."""


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def telegraph(samples: int, trials: int, rng: np.random.Generator) -> np.ndarray:
    """Return latents ±1 with autocorrelation (1 − 2 FLIP)^lag: the second trails the first by 4
    samples, the third is twice as large and independent of them."""
    flips = rng.random((samples + 4, trials, 2)) < FLIP
    start = rng.choice([-1.0, 1.0], (trials, 2))
    signal = start * np.where(np.cumsum(flips, axis=0) % 2, -1.0, 1.0)
    latents = [signal[4:, :, 0], signal[:-4, :, 0], 2 * signal[4:, :, 1]]
    return np.stack(latents, axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def recording() -> np.ndarray:
    return telegraph(400, 40, np.random.default_rng(0))


def source(name: str, recording: np.ndarray, *, seed: int = 0, batch: int = 5):
    return from_chaos(name, recording, interval=INTERVAL, batch=batch, generator=generator(seed))


def moments(z: np.ndarray, lag: int) -> np.ndarray:
    """Return ⟨z_i(s + lag) z_j(s)⟩, averaged over time and trials, shape (K, K)."""
    later, earlier = z[lag:], z[: len(z) - lag]
    return np.einsum("tbi,tbj->ij", later, earlier) / later[..., 0].size


# --- all sources ---


@pytest.mark.parametrize("name", CONTROLS)
def test_a_restored_source_continues_bitwise(name, recording):
    original, restored = source(name, recording[:7]), source(name, recording[:7], seed=1)
    original.next(5 * INTERVAL)
    file = io.BytesIO()
    torch.save(original.state_dict(), file)
    expected = record(original, duration=20 * INTERVAL, interval=INTERVAL)
    file.seek(0)
    restored.load_state_dict(torch.load(file, weights_only=True))
    found = record(restored, duration=20 * INTERVAL, interval=INTERVAL)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", CONTROLS)
def test_what_was_fitted_is_restored_too(name, recording):
    original, restored = source(name, recording[:7]), source(name, 2 * recording[:7])
    restored.load_state_dict(original.state_dict())
    found, expected = (
        record(one, duration=20 * INTERVAL, interval=INTERVAL) for one in (restored, original)
    )
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", CONTROLS)
def test_only_the_generator_decides_what_is_drawn(name, recording):
    torch.manual_seed(0)
    first = source(name, recording).next(INTERVAL)
    torch.manual_seed(1)
    assert source(name, recording).next(INTERVAL).equal(first)
    assert not source(name, recording, seed=1).next(INTERVAL).equal(first)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ornstein_uhlenbeck", r"z: expected shape \(5, 3\), found \(4, 3\)"),
        ("surrogate", r"noise: expected shape \(400, 5, 40\), found \(400, 4, 40\)"),
    ],
)
def test_a_state_of_another_shape_is_refused(name, message, recording):
    state = source(name, recording, batch=4).state_dict()
    with pytest.raises(ValueError, match=message):
        source(name, recording).load_state_dict(state)


def test_an_unknown_name_is_refused(recording):
    with pytest.raises(ValueError, match=r"name: expected one of gaussian, .* found 'white'"):
        source("white", recording)


# --- gaussian ---


def test_gaussian_is_standard_normal_and_new_at_every_call(recording):
    latents = source("gaussian", recording, batch=10_000)
    first, second = latents.next(0.0).double(), latents.next(0.0).double()
    # standard error of the moments: 0.01, of the fourth: 0.1
    torch.testing.assert_close(first.T @ first / 1e4, torch.eye(3).double(), atol=0.05, rtol=0)
    torch.testing.assert_close(
        first.pow(4).mean(0), torch.full((3,), 3.0).double(), atol=0.4, rtol=0
    )
    assert (first.T @ second / 1e4).abs().max() < 0.05


# --- Ornstein-Uhlenbeck ---


@pytest.mark.parametrize("duration", [0.0, 0.7, 3.0])
def test_transitions_are_exact_over_any_time(duration):
    deviation = torch.tensor([0.5, 3.0])
    latents = OrnsteinUhlenbeck(deviation, 2.0, 40_000, generator())
    first, second = latents.next(1.3), latents.next(duration)
    kept = math.exp(-duration / 2)
    for now, then, expected in ((second, second, 1.0), (second, first, kept)):
        found = (now / deviation).T @ (then / deviation) / 40_000
        # standard error: 0.005, and √2 times as much on the diagonal
        torch.testing.assert_close(found, expected * torch.eye(2), atol=0.03, rtol=0)


def test_variances_and_t2_are_those_of_the_recording(recording):
    latents = source("ornstein_uhlenbeck", recording)
    torch.testing.assert_close(latents.deviation, torch.tensor([1.0, 1.0, 2.0]))
    # Σ r^(2|k|) Δ, by the trapezoidal rule, with r = 1 − 2 FLIP
    kept = (1 - 2 * FLIP) ** 2
    expected = INTERVAL * (1 + kept) / (1 - kept)
    assert latents.time == pytest.approx(expected, rel=0.1)


def test_t2_of_the_process_is_its_time_constant():
    latents = OrnsteinUhlenbeck(torch.ones(50), 1.5, 20, generator())
    again = from_chaos(
        "ornstein_uhlenbeck",
        record(latents, duration=100, interval=0.25),
        interval=0.25,
        batch=1,
        generator=generator(),
    )
    assert again.time == pytest.approx(1.5, rel=0.03)


# --- surrogate ---


@pytest.mark.parametrize("lag", [0, 1, 4, 10])
def test_surrogate_has_the_second_moments_of_the_recording(lag, recording):
    z = record(source("surrogate", recording, batch=60), duration=200, interval=INTERVAL)
    # in units of the deviations: standard error √(T2 / time) = √(2.3 / 12000) = 0.014
    scale = np.outer([1, 1, 2], [1, 1, 2])
    found, expected = moments(z, lag) / scale, moments(recording, lag) / scale
    np.testing.assert_allclose(found, expected, atol=0.06)
    kept = (1 - 2 * FLIP) ** np.abs([lag, lag + 4, lag - 4, lag])
    theory = [[kept[0], kept[1], 0], [kept[2], kept[0], 0], [0, 0, kept[3]]]
    np.testing.assert_allclose(found, theory, atol=0.08)


def test_surrogate_of_binary_latents_is_normal(recording):
    z = record(source("surrogate", recording, batch=60), duration=200, interval=INTERVAL)
    z /= [1, 1, 2]
    directions = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]) / np.sqrt(
        [[1], [1], [1], [3]]
    )
    projected = z @ directions.T
    kurtosis = (projected**4).mean((0, 1)) / (projected**2).mean((0, 1)) ** 2 - 3
    assert (recording**4).mean() / (recording**2).mean() ** 2 < 2  # far from normal itself
    np.testing.assert_allclose(kurtosis, 0, atol=0.15)


def test_surrogate_filters_noise_with_the_recording_across_blocks(recording):
    kernel = torch.from_numpy(surrogate_kernel(recording[:9]))
    latents = Surrogate(kernel, INTERVAL, 2, generator())
    noise = latents.noise  # of the block that begins now
    z = record(latents, duration=12 * INTERVAL, interval=INTERVAL)
    noise = torch.cat([noise, latents.noise])  # and of the next
    for time in (9, 12):  # in samples from now
        past = noise[time - 8 : time + 1].flip(0)
        expected = torch.einsum("sbm,smk->bk", past, kernel)
        torch.testing.assert_close(torch.from_numpy(z[time - 1]), expected, rtol=1e-4, atol=1e-5)


def test_surrogate_leaps_as_far_as_it_walks(recording):
    walking, leaping = source("surrogate", recording[:7]), source("surrogate", recording[:7])
    steps = record(walking, duration=30 * INTERVAL, interval=INTERVAL)
    for leap, end in ((5, 4), (15, 19), (10, 29)):
        np.testing.assert_array_equal(leaping.next(leap * INTERVAL), steps[end])


def test_surrogate_stands_only_at_multiples_of_its_interval(recording):
    with pytest.raises(ValueError, match=r"whole multiple of dt = 0.5 τ, found 0.7 τ"):
        source("surrogate", recording).next(0.7)


@pytest.mark.parametrize(("share", "kept"), [(0.0, 1.0), (0.05, 0.988), (0.1, 0.954)])
def test_taper_keeps_short_lags(share, kept):
    # (1 − u) cos πu + sin(πu)/π at the share u of the recording's length
    kernel = surrogate_kernel(np.ones((400, 3, 1)))
    lag = round(share * 400)
    assert (kernel[lag:] * kernel[: 400 - lag]).sum() == pytest.approx(kept, abs=1e-3)
