"""A training that is killed goes on where it was, and ends as if nothing had been."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import psutil
from snakemake_runs import run, start

from chaos_sampling import store
from chaos_sampling.datasets import images

FOLDER = "results/gan/avatars-subset-seed1"
RESULTS = (f"{FOLDER}/generator.safetensors", f"{FOLDER}/training.h5")
TARGET = (RESULTS[0], "--set-threads", "train_gan=1")
RECORDS = f"{FOLDER}/records.jsonl"
"""These hold times, which differ between equal runs."""
LOG = "results/logs/train_gan/avatars-subset-seed1.log"
LINES = "results/logs/train_gan/avatars-subset-seed1.jsonl"
BATCH = 32
STEPS_BETWEEN = 8
"""Steps, at most, that a test lets a training do before it kills it."""
SECONDS_TO_EXIT = 60  # on a busy machine


class Training:
    """Calls of snakemake that train one generator, with a checkpoint and a record at every step."""

    def __init__(self, repository: Path, directory: Path, steps: int) -> None:
        self.repository, self.directory = repository, directory
        directory.mkdir()
        self.overlay = directory / "overlay.yaml"
        lengths = f"images_shown: {steps * BATCH}, record_every: {BATCH}, grid_every: 1280"
        self.overlay.write_text(f"{{checkpoint_seconds: 0, gan: {{training: {{{lengths}}}}}}}")
        pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 64, 3), np.uint8)
        data = images.dataset(pixels, images.every_tenth(64), "noise", {})
        store.save(data, directory / "results" / "data" / "avatars.h5")

    def finish(self) -> None:
        """Train to the end."""
        finished = run(self.repository, self.directory, *TARGET, overlays=[self.overlay])
        assert finished.returncode == 0, finished.stderr

    def killed(self, steps: int, delay: float, number: signal.Signals, whole: bool) -> str:
        """Kill a call of snakemake after some steps, and return the log of its training.

        Args:
            steps: how many more are to be recorded.
            delay: seconds to wait after that.
            number: the signal.
            whole: send it to snakemake and all that it started, or to the training alone.
        """
        before = self.steps_recorded()
        (self.directory / LINES).unlink(missing_ok=True)
        call = start(self.repository, self.directory, *TARGET, overlays=[self.overlay])
        while self.steps_recorded() < before + steps:
            assert call.poll() is None, "snakemake ended before it could be killed"
            time.sleep(0.005)
        training = psutil.Process(call.pid).children(recursive=True)[-1]
        time.sleep(delay)
        os.kill(-call.pid if whole else training.pid, number)
        gone, _ = psutil.wait_procs([training], timeout=SECONDS_TO_EXIT)
        assert gone
        call.wait()
        if whole and number == signal.SIGKILL:  # as after a power failure
            run(self.repository, self.directory, "--unlock")
        return (self.directory / LOG).read_text()

    def steps_recorded(self) -> int:
        lines = self.directory / LINES
        return len(lines.read_text().splitlines()) if lines.exists() else 0

    def contents(self) -> list[bytes]:
        return [(self.directory / result).read_bytes() for result in RESULTS]

    def files(self) -> set[str]:
        found = (self.directory / FOLDER).rglob("*")
        return {path.relative_to(self.directory).as_posix() for path in found}


def steps_in(log: str, phrase: str) -> int:
    """Return the number of steps that a log tells of, 0 where it does not."""
    found = re.search(rf"{phrase}.* after (\d+) steps", log)
    return int(found[1]) if found else 0


def test_a_training_that_is_killed_often_gives_what_an_uninterrupted_one_gives(
    repository, tmp_path, pytestconfig
):
    kills = 20 if pytestconfig.getoption("thorough") else 3
    steps = 2 * STEPS_BETWEEN * (kills + 1)
    whole = Training(repository, tmp_path / "whole", steps)
    whole.finish()

    broken = Training(repository, tmp_path / "broken", steps)
    rng = np.random.default_rng(kills)
    ways = [(signal.SIGTERM, True), (signal.SIGKILL, True), (signal.SIGKILL, False)]
    resumed, saved = [], []
    for index in range(kills):
        way = ways[index % len(ways)]
        log = broken.killed(rng.integers(1, STEPS_BETWEEN + 1), rng.uniform(0, 0.1), *way)
        resumed.append(steps_in(log, "continuing from"))
        saved.append(steps_in(log, "stopping, saved"))
    broken.finish()
    resumed.append(steps_in((broken.directory / LOG).read_text(), "continuing from"))

    # The first call begins at 0; SIGTERM lets the training save before it goes.
    assert sum(step > 0 for step in resumed[1:]) >= 0.75 * kills
    assert saved[0] > 0
    assert [resumed[index + 1] for index in range(0, kills, 3)] == saved[::3]
    assert broken.contents() == whole.contents()
    assert broken.files() == {*RESULTS, RECORDS}
    records = [(each.directory / RECORDS).read_text().splitlines() for each in (whole, broken)]
    assert [len(lines) for lines in records] == [steps, steps]
