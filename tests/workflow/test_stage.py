"""What a script leaves behind when its body ends well, fails or is interrupted."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import SimpleNamespace

import pytest
from snakemake_runs import ROOT


@pytest.fixture
def stage(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    handlers, level = logging.root.handlers[:], logging.root.level
    before = signal.getsignal(signal.SIGTERM)
    from stage import stage

    yield stage
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(False)
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def job(tmp_path):
    return SimpleNamespace(
        log=[str(tmp_path / "log")],
        rule="simulate",
        threads=1,
        input=["results/gan/generator.safetensors", "/data/pictures"],
        output=["traces.h5"],
        params={"settings": {"gains": [2, 4]}, "seed": 7, "code": "abc"},
    )


def log_of(job):
    with open(job.log[0], encoding="utf-8") as file:
        return file.read()


def test_a_body_that_ends_well_is_logged_with_what_it_printed(stage, job):
    with stage(job) as provenance:
        print("half of it")
        print("a warning", file=sys.stderr)
    assert provenance["rule"] == "simulate"
    assert provenance["config"] == {"settings": {"gains": [2, 4]}, "seed": 7}
    assert provenance["seed"] == 7
    assert provenance["inputs"] == ["results/gan/generator.safetensors"]
    assert provenance["outputs"] == ["traces.h5"]
    lines = log_of(job).splitlines()
    assert lines[:2] == ["half of it", "a warning"]
    assert lines[2].endswith("wrote traces.h5")


def test_an_error_ends_the_job_with_its_message_and_a_traceback_in_the_log(stage, job):
    expected = r"^simulate: ValueError: gain: expected a number$"
    with pytest.raises(SystemExit, match=expected), stage(job):
        raise ValueError("gain: expected a number")
    assert "Traceback" in log_of(job)
    assert log_of(job).endswith("ValueError: gain: expected a number\n")


def test_an_interruption_is_no_error(stage, job):
    with pytest.raises(SystemExit, match=r"^simulate: interrupted; run snakemake"), stage(job):
        raise KeyboardInterrupt
    assert "Traceback" not in log_of(job)
    assert log_of(job).endswith("interrupted\n")


def test_sigterm_where_nothing_is_to_be_saved_is_an_interruption(stage, job):
    with pytest.raises(SystemExit, match=r"^simulate: interrupted; run snakemake"), stage(job):
        os.kill(os.getpid(), signal.SIGTERM)
    assert log_of(job).endswith("interrupted\n")


def test_an_error_is_told_where_the_log_has_no_room(stage, job):
    job.log = ["/dev/full"]
    with pytest.raises(SystemExit, match="simulate: ValueError: too small"), stage(job):
        raise ValueError("too small")


def test_a_log_without_room_ends_the_job(stage, job):
    job.log = ["/dev/full"]
    with pytest.raises(SystemExit, match=r"simulate: .*No space left on device"), stage(job):
        print("half of it")
