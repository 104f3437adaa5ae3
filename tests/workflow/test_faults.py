"""Disks, mounts, workers and second calls that fail: a clear message, and nothing half-made.

Damaged inputs are in test_broken_inputs.py and in the tests of the modules that read them, losses
that are not finite and a GPU's memory in tests/unit/gan/test_training.py.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import torch
from snakemake_runs import ROOT, run, start

from chaos_sampling import store
from chaos_sampling.datasets import avatars
from chaos_sampling.gan.checkpoint import load_checkpoint, save_checkpoint

TRACES = "results/chaos/traces.h5"
LOG = "results/logs/simulate_traces.log"
SECONDS = 300
"""How long a call may take on a busy machine."""


@pytest.fixture
def mount():
    """Return a function that mounts on a folder until the test ends."""
    mounted = []

    def on(folder, *options):
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", *options, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"this process may not mount ({done.stderr.strip()})")
        mounted.append(folder)

    yield on
    for folder in reversed(mounted):
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def small_disk(mount, tmp_path):
    folder = tmp_path / "small"
    mount(folder, "-t", "tmpfs", "-o", "size=256k", "tmpfs")
    with pytest.raises(OSError, match="No space left on device"):
        (folder / "probe").write_bytes(bytes(10**6))
    (folder / "probe").unlink()
    return folder


def noise(count: int) -> store.Dataset:
    values = np.random.default_rng(0).normal(size=count)
    return store.Dataset("noise", "", {"x": store.Variable(values, ("time",), "1", "noise")})


@pytest.mark.parametrize("free", [None, 10**9], ids=["as it is", "less than was said"])
def test_a_full_disk_leaves_no_hdf5_file(small_disk, monkeypatch, free):
    if free:  # another process, or a quota, takes what seemed to be free
        usage = shutil.disk_usage(small_disk)._replace(free=free)
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(OSError, match=r"noise\.h5: cannot be written .*Free some space"):
        store.save(noise(10**5), small_disk / "noise.h5")
    assert list(small_disk.iterdir()) == []


def test_a_full_disk_leaves_the_last_checkpoint(small_disk):
    path = small_disk / "it.checkpoint"
    small, large = torch.nn.Linear(10, 10), torch.nn.Linear(300, 300)
    save_checkpoint(path, {"part": small})
    with pytest.raises(OSError, match=r"it\.checkpoint: cannot be written .*No space left"):
        save_checkpoint(path, {"part": large})
    assert [file.name for file in small_disk.iterdir()] == ["it.checkpoint"]
    restored = torch.nn.Linear(10, 10)
    assert load_checkpoint(path, {"part": restored}) == path
    assert restored.weight.equal(small.weight)


def test_a_job_says_which_file_does_not_fit_on_the_disk(repository, mount, tmp_path):
    mount(tmp_path / "results" / "chaos", "-t", "tmpfs", "-o", "size=100k", "tmpfs")
    failed = run(repository, tmp_path, TRACES)
    assert failed.returncode != 0
    assert (
        f"OSError: [Errno 28] {TRACES}: cannot be written (expected 1.0 MB of free space"
        in failed.stderr
    )
    assert list((tmp_path / "results" / "chaos").iterdir()) == []


def test_results_that_cannot_be_written_to_are_refused_at_once(repository, mount, tmp_path):
    results = tmp_path / "results"
    mount(results, "--bind", results)
    (results / "old").write_text("kept")
    subprocess.run(["mount", "-o", "remount,ro,bind", results], check=True)
    with pytest.raises(OSError, match="Read-only") as error:
        (results / "new").write_text("")
    assert error.value.errno == errno.EROFS
    refused = run(repository, tmp_path, TRACES)
    assert refused.returncode != 0
    assert f"{results}: expected a folder that can be written to" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [file.name for file in results.iterdir()] == ["old"]


def test_a_second_call_in_the_same_place_is_refused(repository, tmp_path):
    first = start(repository, tmp_path, TRACES)
    limit = time.monotonic() + SECONDS
    try:
        while not (tmp_path / LOG).exists():
            assert first.poll() is None
            assert time.monotonic() < limit
            time.sleep(0.005)
        os.killpg(first.pid, signal.SIGSTOP)
        second = run(repository, tmp_path, TRACES)
        os.killpg(first.pid, signal.SIGCONT)
        assert first.wait(SECONDS) == 0
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.stderr
    assert "Traceback" not in second.stderr
    assert store.load(tmp_path / TRACES, "traces")


def test_a_killed_worker_is_named(monkeypatch):
    def kill_a_worker(items, *arguments, **options):
        for index, item in enumerate(items):
            if index == 1:
                psutil.Process().children()[-1].kill()
            yield item

    monkeypatch.setattr(avatars, "track", kill_a_worker)
    with pytest.raises(RuntimeError, match="avatars: a process that draws was killed"):
        avatars.render(count=2000, seed=1, workers=2)


READER = """
import sys, time
from chaos_sampling import store
sizes = set()
while len(sizes) < 2:
    sizes.add(len(store.load(sys.argv[1], "noise")["x"]))
"""


def test_a_reader_only_ever_sees_complete_files(tmp_path):
    path = tmp_path / "noise.h5"
    store.save(noise(2 * 10**5), path)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, path], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    for turn in range(1, 10**6):
        store.save(noise(10**5 * (1 + turn % 2)), path)
        if reader.poll() is not None:
            break
    assert reader.wait() == 0, reader.stderr.read()
