"""Runs of the workflow: real ones as a user starts them, dry ones inside this process."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml
from humanfriendly import parse_size
from snakemake.api import SnakemakeApi
from snakemake.logging import logger
from snakemake.settings.enums import RerunTrigger
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, ResourceSettings
from snakemake.workflow import Workflow
from snakemake_interface_logger_plugins.common import LogEvent

ROOT = Path(__file__).parents[2]
PROFILE = yaml.safe_load((ROOT / "profiles" / "default" / "profile.yaml").read_text())
WITHOUT_GPU = os.environ | {"CUDA_VISIBLE_DEVICES": ""}


class Job(NamedTuple):
    reason: str
    output: list[str]
    records: list[str]  # log and benchmark


class JobCollector(logging.Handler):
    """Keeps what Snakemake announces about each job, by rule and wildcards."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, Job] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", None) == LogEvent.JOB_INFO and record.rule_name != "all":
            name = "/".join([record.rule_name, *record.wildcards.values()])
            self.jobs[name] = Job(record.reason, record.output, [*record.log, record.benchmark])


def dry_run(
    repository: Path,
    directory: Path,
    *overlays: Path,
    targets: Sequence[str] = (),
    everything: bool = False,
) -> dict[str, Job]:
    """Return the jobs that would run, under names such as "sample_gain/avatars-subset-seed1/2".

    Raises:
        WorkflowError: Snakemake refuses the configuration or finds no way to make a file.
    """
    collector = JobCollector()
    with keeping_sigterm(), SnakemakeApi(OutputSettings(dryrun=True)) as api:
        logger.addHandler(collector)
        workflow = api.workflow(
            ResourceSettings(cores=2),
            ConfigSettings(configfiles=overlays),
            snakefile=repository / "Snakefile",
            workdir=directory,
        )
        settings = DAGSettings(
            targets=frozenset(targets),
            forceall=everything,
            rerun_triggers=RerunTrigger.parse_choices_set(PROFILE["rerun-triggers"]),
            max_checksum_file_size=parse_size(PROFILE["max-checksum-file-size"]),
        )
        workflow.dag(settings).execute_workflow(executor="dryrun")
    return collector.jobs


def parsed(*overlays: Path, **resources: int) -> Workflow:
    """Return the workflow with overlays and a limit on resources, its rules not yet applied."""
    with keeping_sigterm(), SnakemakeApi() as api:
        return api.workflow(
            ResourceSettings(resources=resources),
            ConfigSettings(configfiles=overlays),
            snakefile=ROOT / "Snakefile",
        )._workflow


@contextmanager
def keeping_sigterm() -> Iterator[None]:
    """Put back the handler of SIGTERM: with Snakemake's, forks of this process would ignore it."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


def run(
    repository: Path,
    directory: Path,
    *arguments: str,
    overlays: Sequence[Path] = (),
    gpu: int = 0,
) -> subprocess.CompletedProcess[str]:
    """Run the smoke preset, with overlays on it, the way a user without a GPU does."""
    command = _command(repository, directory, *arguments, overlays=overlays, gpu=gpu)
    return subprocess.run(
        command, cwd=repository, env=WITHOUT_GPU, capture_output=True, text=True, check=False
    )


def start(
    repository: Path, directory: Path, *arguments: str, overlays: Sequence[Path] = ()
) -> subprocess.Popen[bytes]:
    """Begin what `run` does, in a process group of its own that can be killed as a whole."""
    command = _command(repository, directory, *arguments, overlays=overlays, gpu=0)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(
        command, cwd=repository, env=WITHOUT_GPU, start_new_session=True, **quiet
    )


def _command(
    repository: Path, directory: Path, *arguments: str, overlays: Sequence[Path], gpu: int
) -> list[str | Path]:
    command = [sys.executable, "-m", "snakemake", *arguments, "--directory", directory]
    command += ["--configfile", repository / "presets" / "smoke.yaml", *overlays]
    return [*command, "--resources", f"gpu={gpu}", "--cores", "2"]
