"""The smoke preset on a real Slurm: what it is asked for, and what becomes of killed jobs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from single_node import wait_until
from snakemake_runs import ROOT, dry_run

SMOKE = ROOT / "presets" / "smoke.yaml"
MODEL = "avatars-subset-seed1"
GPU_RULES = {"train_gan", "sample_grid", "sample_gain", "sample_switched"}
GPU_RULES |= {"measure_reference", "measure_quality"}
MINUTE = 60
PATIENCE = 30 * MINUTE  # on a busy machine; a quiet one takes a fraction


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    """profiles/slurm as a user of this cluster edits it."""
    text = (ROOT / "profiles" / "slurm" / "profile.yaml").read_text()
    for line in ("slurm_account: my-project", "slurm-status-command: squeue"):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    edited = tmp_path_factory.mktemp("profile") / "profile.yaml"
    edited.write_text(text)
    return edited.parent


class Run(NamedTuple):
    directory: Path
    process: subprocess.Popen[bytes]
    output: Path

    def wait_for(self, reached):
        """Return as soon as something is reached, while the workflow still runs."""

        def reached_in_time():
            assert self.process.poll() is None, self.output.read_text()
            return reached()

        wait_until(reached_in_time, PATIENCE)

    def finish(self):
        """Return when the workflow has ended well."""
        assert self.process.wait(PATIENCE) == 0, self.output.read_text()


@contextmanager
def workflow(node, profile, directory, *words):
    """Run the smoke preset in a directory, with further words on the command line."""
    directory.mkdir()
    command = node.command(sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile")
    command += ["--workflow-profile", profile, "--directory", directory, "--max-threads", "1"]
    command += ["--slurm-init-seconds-before-status-checks", "2", "--configfile", SMOKE, *words]
    environment = {name: value for name, value in os.environ.items() if "CUDA" not in name}
    output = directory.with_suffix(".log")
    with output.open("w") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, process_group=0
        )
        try:
            yield Run(directory, process, output)
        finally:
            if process.poll() is None:  # a test failed; as Ctrl-C does, this cancels all jobs
                os.killpg(process.pid, signal.SIGINT)
                process.wait(MINUTE)


class Finished(NamedTuple):
    directory: Path
    jobs: list[dict[str, str]]
    waiting: list[dict[str, str]]  # the jobs while the node was drained


@pytest.fixture(scope="module")
def finished(node, profile, tmp_path_factory):
    """The whole smoke preset, in a folder with a space; the node is drained on the way."""
    directory = tmp_path_factory.mktemp("cluster") / "my results"

    def some_have_ended():
        return sum(job["JobState"] == "COMPLETED" for job in node.jobs(directory)) >= 3

    def all_wait():
        states = {job["JobState"] for job in node.jobs(directory)}
        return "PENDING" in states and not states - {"PENDING", "COMPLETED"}

    with workflow(node, profile, directory) as run:
        run.wait_for(some_have_ended)
        node.set_node("drain")
        run.wait_for(all_wait)
        waiting = node.jobs(directory)
        node.set_node("resume")
        run.finish()
    return Finished(directory, node.jobs(directory), waiting)


def test_everything_is_made(finished):
    jobs = dry_run(ROOT, finished.directory, SMOKE, everything=True)
    declared = {path for job in jobs.values() for path in [*job.output, *job.records]}
    assert [path for path in sorted(declared) if not (finished.directory / path).is_file()] == []
    assert dry_run(ROOT, finished.directory, SMOKE) == {}


def test_each_job_is_submitted_once_and_ends_well(finished):
    assert {job["JobState"] for job in finished.jobs} == {"COMPLETED"}
    assert len(finished.jobs) == len(dry_run(ROOT, finished.directory, SMOKE, everything=True))


def test_a_drained_node_only_delays(finished):
    held = [job["JobId"] for job in finished.waiting if job["JobState"] == "PENDING"]
    assert held
    assert all(job["Restarts"] == "0" for job in finished.jobs)


@pytest.mark.parametrize(
    ("rule", "partition", "memory", "time"),
    [
        ("simulate_traces", "main", "1000M", "00:10:00"),
        ("simulate_lyapunov", "main", "6000M", "08:00:00"),
        ("sample_grid", "gpu", "6000M", "00:30:00"),
        ("train_gan", "gpu", "10000M", "2-00:00:00"),
    ],
)
def test_resources_of_the_rules_reach_slurm(finished, rule, partition, memory, time):
    jobs = [job for job in finished.jobs if job["Rule"] == rule]
    asked = {(job["Partition"], job["MinMemoryNode"], job["TimeLimit"]) for job in jobs}
    assert asked == {(partition, memory, time)}


def test_all_jobs_are_charged_to_the_account_and_may_be_requeued(finished):
    assert {(job["Account"], job["Requeue"]) for job in finished.jobs} == {("my-project", "1")}


def test_rules_that_ask_for_a_gpu_and_no_others_see_one(finished, node):
    visible = node.visible_gpus()
    seen = {(job["Rule"], *sorted(visible[job["JobId"]])) for job in finished.jobs}
    rules = {job["Rule"] for job in finished.jobs}
    assert rules > GPU_RULES
    assert seen == {(rule, "0" if rule in GPU_RULES else "none") for rule in rules}


def test_the_gains_of_a_model_are_one_array(finished):
    sampled = [job for job in finished.jobs if job["Rule"] == "sample_gain"]
    arrays = [job.get("ArrayJobId") for job in sampled]
    gains = len(yaml.safe_load((ROOT / "config.yaml").read_text())["sampling"]["gains"])
    assert None not in arrays
    assert [arrays.count(array) for array in sorted(set(arrays))] == [gains, gains]


@pytest.fixture
def long_training(tmp_path):
    """A training that is killed twice, and saved at no other time than when it is told to end."""
    overlay = tmp_path / "long.yaml"
    overlay.write_text("checkpoint_seconds: 60\ngan: {training: {images_shown: 10000}}\n")
    return overlay


def test_a_killed_training_is_resubmitted_and_a_requeued_one_restarted(
    node, profile, long_training, tmp_path
):
    directory = tmp_path / "killed"
    generator = f"results/gan/{MODEL}/generator.safetensors"
    log = directory / "results" / "logs" / "train_gan" / f"{MODEL}.log"
    lines = log.with_suffix(".jsonl")
    batch = yaml.safe_load(SMOKE.read_text())["gan"]["batch"]

    def trainings():
        return [job for job in node.jobs(directory) if job["Rule"] == "train_gan"]

    def steps(phrase):
        """Return the step that the log of the training that began last tells of, 0 without it."""
        said = log.read_text() if log.exists() else ""
        found = re.search(rf"{phrase}.* after (\d+) steps", said)
        return int(found[1]) if found else 0

    def shown():
        """Return how many images the training had been shown when it last told."""
        told = lines.read_text().splitlines() if lines.exists() else []
        return json.loads(told[-1])["images_seen"] if told else 0

    def stopped_by(*words, after):
        """Stop a training that has gone on after a step, and return at which one it was saved."""
        run.wait_for(lambda: shown() > after * batch)
        node.ask(*words)
        run.wait_for(lambda: steps("stopping, saved"))
        return steps("stopping, saved")

    with workflow(node, profile, directory, long_training, "--", generator) as run:
        run.wait_for(trainings)
        saved = stopped_by("scancel", trainings()[0]["JobId"], after=0)
        run.wait_for(lambda: len(trainings()) == 2 and steps("continuing from") == saved)
        saved = stopped_by("scontrol", "requeue", trainings()[1]["JobId"], after=saved)
        run.wait_for(lambda: steps("continuing from") == saved)
        run.finish()
    assert [job["JobState"] for job in trainings()] == ["CANCELLED", "COMPLETED"]
    assert [job["Restarts"] for job in trainings()] == ["0", "1"]
    assert (directory / generator).is_file()
