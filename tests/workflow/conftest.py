from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from snakemake_runs import ROOT, run


class Smoke(NamedTuple):
    repository: Path
    directory: Path
    preset: Path


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """A copy of the checkout, so that tests may edit it and edits of the original do not matter."""
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "results", "data", "tests")
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("copy") / "repository", ignore=unwanted)


@pytest.fixture(scope="session")
def smoke(repository, tmp_path_factory):
    """The whole workflow, run once with the smoke preset."""
    directory = tmp_path_factory.mktemp("smoke")
    finished = run(repository, directory)
    assert finished.returncode == 0, finished.stderr
    return Smoke(repository, directory, repository / "presets" / "smoke.yaml")
