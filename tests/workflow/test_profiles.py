"""The profile for Slurm goes with the rules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml
from snakemake_runs import ROOT, parsed

DEFAULT, PROFILE = (
    yaml.safe_load((ROOT / "profiles" / name / "profile.yaml").read_text())
    for name in ("default", "slurm")
)
RULES = {rule.name: rule for rule in parsed().rules}


def test_rules_that_ask_for_a_gpu_and_no_others_go_to_its_partition():
    asking = {name for name, rule in RULES.items() if "gpu" in rule.resources}
    assert asking
    assert PROFILE["set-resources"].keys() == asking


def test_jobs_of_one_array_ask_for_the_same():
    for name in PROFILE["slurm-array-jobs"].split(","):
        asked = dict(RULES[name].resources.items())
        assert asked.keys() >= {"_cores", "mem_mb", "runtime"}
        of_each_job = {resource for resource, value in asked.items() if value.is_evaluable()}
        assert of_each_job == {"tmpdir"}


@pytest.mark.parametrize("key", ["rerun-triggers", "max-checksum-file-size"])
def test_what_runs_again_is_the_same_on_a_cluster(key):
    assert PROFILE[key] == DEFAULT[key]


@pytest.mark.parametrize(
    ("device", "limit", "tool", "threads"),
    [
        ("auto", {"gpu": 1}, "nvidia-smi", 2),
        ("auto", {"gpu": 1}, None, 8),
        ("auto", {"gpu": 0}, "nvidia-smi", 8),
        ("auto", {}, "nvidia-smi", 8),
        ("cuda", {"gpu": 1}, None, 2),
        ("cpu", {"gpu": 1}, "nvidia-smi", 8),
    ],
)
def test_a_job_on_a_gpu_leaves_cores_to_others(monkeypatch, tmp_path, device, limit, tool, threads):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(f"device: {device}")
    monkeypatch.setattr(shutil, "which", lambda name: tool)
    rules = {rule.name: rule for rule in parsed(overlay, **limit).rules}
    asked = {rules[name].resources["_cores"].value for name in PROFILE["set-resources"]}
    assert asked == {threads}


@pytest.mark.parametrize(("size", "mem"), [(0, 10_000), (2 * 10**9, 10_000), (10**10, 26_000)])
def test_a_training_asks_for_what_its_images_need(tmp_path, size, mem):
    path = tmp_path / "images.h5"
    path.touch()
    os.truncate(path, size)
    mem_of_training = parsed().globals["mem_of_training"]
    assert mem_of_training(None, SimpleNamespace(dataset=[path])) == mem


def test_the_test_on_a_cluster_can_be_collected():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/cluster"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "test_slurm.py::" in found.stdout
