"""Time a step of training beside the plain DCGAN step, and the latents; print a Markdown table.

Everything runs in this one process: the steps take turns, each round gives one time of each, and
ratios are taken within a round. README.md shows how to run it.
"""

from __future__ import annotations

import argparse
import itertools
import platform
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn

from chaos_sampling.gan.training import Players, shuffled_batches, train
from chaos_sampling.latents.controls import Gaussian
from chaos_sampling.latents.protocol import Latents
from chaos_sampling.latents.sources import draw

LATENTS = 100
BATCH = 128
ADVANCE = 2.0  # τ between two batches
PLAIN, OURS, GAUSSIAN = "plain step", "our step", "our step, Gaussian latents"
EAGER = "our step, Gaussian latents, not compiled"  # on a GPU, where the other two are compiled
PAPER = 25 * 200_000  # images of a training: 25 epochs of CelebA, in the paper's numbers

Step = Callable[[], object]


def plain_networks(width: int) -> tuple[nn.Module, nn.Module]:
    """Return the networks of the DCGAN example: D ends in a sigmoid, all is NCHW."""
    convolution = partial(nn.Conv2d, kernel_size=4, stride=2, padding=1, bias=False)
    transposed = partial(nn.ConvTranspose2d, kernel_size=4, stride=2, padding=1, bias=False)
    generator: list[nn.Module] = [transposed(LATENTS, 8 * width, stride=1, padding=0)]
    discriminator: list[nn.Module] = [convolution(3, width), nn.LeakyReLU(0.2, inplace=True)]
    for factor in (8, 4, 2):
        generator += [nn.BatchNorm2d(factor * width), nn.ReLU(inplace=True)]
        generator += [transposed(factor * width, factor * width // 2)]
    generator += [nn.BatchNorm2d(width), nn.ReLU(inplace=True), transposed(width, 3), nn.Tanh()]
    for factor in (1, 2, 4):
        discriminator += [convolution(factor * width, 2 * factor * width)]
        discriminator += [nn.BatchNorm2d(2 * factor * width), nn.LeakyReLU(0.2, inplace=True)]
    discriminator += [convolution(8 * width, 1, stride=1, padding=0), nn.Sigmoid()]
    return nn.Sequential(*generator), nn.Sequential(*discriminator)


def plain_step(images: Tensor, width: int) -> Step:
    """Prepare the step of the DCGAN example as it is usually written, in float32."""
    device = images.device
    G, D = (network.to(device) for network in plain_networks(width))
    G_optimizer = torch.optim.Adam(G.parameters(), 2e-4, (0.5, 0.999))
    D_optimizer = torch.optim.Adam(D.parameters(), 2e-4, (0.5, 0.999))
    loss = nn.BCELoss()
    ones, zeros = torch.ones(BATCH, device=device), torch.zeros(BATCH, device=device)

    def step() -> tuple[float, ...]:
        chosen = torch.randint(len(images), (BATCH,), device=device)
        real = (images[chosen].permute(0, 3, 1, 2) / 127.5 - 1).contiguous()  # (B, 3, 64, 64)

        D.zero_grad()
        real_output = D(real).view(-1)
        real_loss = loss(real_output, ones)
        real_loss.backward()
        fake = G(torch.randn(BATCH, LATENTS, 1, 1, device=device))
        fake_output = D(fake.detach()).view(-1)
        fake_loss = loss(fake_output, zeros)
        fake_loss.backward()
        D_optimizer.step()

        G.zero_grad()
        output = D(fake).view(-1)
        G_loss = loss(output, ones)
        G_loss.backward()
        G_optimizer.step()
        shown = (real_loss + fake_loss, G_loss, real_output.mean(), fake_output.mean())
        return tuple(value.item() for value in shown)  # which it prints at every step

    return step


def our_step(images: Tensor, width: int, latents: Latents) -> Step:
    """Prepare the step of `training.train` in the recipe "ours", recording left out."""
    players = Players(LATENTS, width, "dcgan", beta1=0.5, seed=1, device=images.device)
    players.set_learning_rate(2e-4)
    batches = shuffled_batches(images, BATCH, flip=True, seed=1, first=0)
    steps = itertools.count()

    def step() -> Tensor:
        means = players.step(next(batches), latents.next(ADVANCE), 0.9)
        players.move_average(next(steps), 0.998)
        return means

    return step


def chaos(device: torch.device) -> Latents:
    """Return the default latents of the workflow."""
    return draw(
        "subset",
        neurons=250,
        count=LATENTS,
        gain=4,
        burn_in=60,
        dt=0.1,
        method="euler",
        batch=BATCH,
        seed=1,
        device=device,
    )[1]


def seconds(run: Step, repeats: int, device: torch.device) -> float:
    """Return the time of one of `repeats` runs: on a GPU until all is done, else of the processor.

    Processor time is that of an idle core, on one core, whatever else runs on it.
    """
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    start = clock()
    for _ in range(repeats):
        run()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (clock() - start) / repeats


def times_in_turns(
    runs: dict[str, tuple[Step, int]], rounds: int, device: torch.device
) -> dict[str, list[float]]:
    """Return the seconds that a run takes in each round; the first round does not count."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, (run, repeats) in runs.items():
            times[name].append(seconds(run, repeats, device))
    return {name: found[1:] for name, found in times.items()}


def spread(values: list[float], form: str) -> str:
    """Return the median of the values, and the smallest and the largest."""
    median, low, high = (format(f(values), form) for f in (statistics.median, min, max))
    return f"{median} ({low} to {high})"


def compare(width: int, images: Tensor, rounds: int, steps: int) -> None:
    """Print the rates at one width, the ratios to the plain step, and what the latents cost."""
    device = images.device
    gaussian = Gaussian(BATCH, LATENTS, torch.Generator(device).manual_seed(1))
    chaotic = chaos(device)
    runs = {
        PLAIN: (plain_step(images, width), steps),
        OURS: (our_step(images, width, chaotic), steps),
        GAUSSIAN: (our_step(images, width, gaussian), steps),
        EAGER: (torch.compiler.set_stance("force_eager")(our_step(images, width, gaussian)), steps),
        "chaos": (lambda: chaotic.next(ADVANCE), 10 * steps),
        "randn": (lambda: gaussian.next(ADVANCE), 10 * steps),
    }
    if device.type == "cpu":
        del runs[EAGER]  # nothing is compiled there
    times = times_in_turns(runs, rounds, device)
    print(f"\nwidth {width}, batch {BATCH}\n")
    print("| | images/s | / plain | hours for 25 epochs of 200,000 |\n| --- | --: | --: | --: |")
    for name in (name for name in (PLAIN, OURS, GAUSSIAN, EAGER) if name in times):
        rates = [BATCH / taken for taken in times[name]]
        ratios = [one / other for one, other in zip(times[PLAIN], times[name], strict=True)]
        hours = PAPER / statistics.median(rates) / 3600
        print(f"| {name} | {spread(rates, '.0f')} | {spread(ratios, '.2f')} | {hours:.1f} |")
    cost = [
        (chaotic - normal) / step
        for chaotic, normal, step in zip(
            times["chaos"], times["randn"], times[GAUSSIAN], strict=True
        )
    ]
    print(f"\nchaos over Gaussian latents, share of a step: {spread(cost, '.1%')}")


def measure_memory(device: torch.device) -> None:
    """Print the largest memory of a short training at width 32 on as many images as CelebA has."""
    images = np.random.default_rng(1).integers(0, 256, (200_000, 64, 64, 3), np.uint8)
    recipe = {
        "discriminator": "dcgan",
        "real_label": 0.9,
        "flip": True,
        "learning_rate_decay": 0,
        "ema_decay": 0.9,
    }
    with TemporaryDirectory() as folder:
        train(
            images,
            chaos(device),
            width=32,
            images_shown=10 * BATCH,
            advance=ADVANCE,
            learning_rate=2e-4,
            beta1=0.5,
            record_every=5 * BATCH,
            grid_every=5 * BATCH,
            **recipe,
            seed=1,
            device=device,
            checkpoint=Path(folder) / "checkpoint",
            checkpoint_seconds=0.0,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\npeak memory of the process, width 32, batch {BATCH}: {peak:.1f} GiB")
    print(f"of which images: {images.nbytes / 2**30:.1f} GiB")
    if device.type == "cuda":
        print(f"peak memory of the GPU: {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB")


def hardware(device: torch.device) -> str:
    """Return what the device calls itself."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    return f"{name}, one thread"


def main() -> None:
    """Compare at both widths."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed")
    parser.add_argument("--steps", type=int, default=1, help="steps timed together; on a GPU, 100")
    parser.add_argument("--memory", action="store_true", help="measure memory instead of time")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    torch.set_num_threads(1)
    print(f"{date.today()}, {hardware(device)}")
    print(f"Python {platform.python_version()}, torch {torch.__version__}")
    if arguments.memory:
        measure_memory(device)
        return
    images = torch.randint(256, (10_000, 64, 64, 3), dtype=torch.uint8, device=device)
    for width in (64, 32):
        compare(width, images, arguments.rounds, arguments.steps)


if __name__ == "__main__":
    main()
