"""What README.md and docs/ say is there, is there; the example in README.md runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import yaml
from snakemake_runs import ROOT, dry_run

README = ROOT / "README.md"
PAGES = sorted([README, *(ROOT / "docs").glob("*.md")])
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
SOURCE = "(?:py|yaml|smk|md|txt)"
PRODUCT = "(?:h5|tsv|html|png|svg|zip|safetensors)"
YOURS = {"my.yaml", "pictures.yaml"}
MODULES = list((ROOT / "chaos_sampling").rglob("*.py"))


def quoted(page):
    """Return what stands between backticks in a page, code blocks left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def test_the_example_runs_and_draws(tmp_path):
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, "README.md must have one block of Python"
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error::DeprecationWarning", "-c", blocks[0]]
    finished = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    pictures = list(tmp_path.iterdir())
    assert [picture.suffix for picture in pictures] == [".png"]
    assert pictures[0].stat().st_size > 10_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page):
    files = [path.as_posix() for path in (*ROOT.glob("*.*"), *ROOT.glob("[!.]*/**/*.*"))]
    names = {name for name in quoted(page) if re.fullmatch(rf"[\w./-]+\.{SOURCE}", name)}
    names -= YOURS
    assert [name for name in names if not any(file.endswith(f"/{name}") for file in files)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_keys_and_functions_that_are_named_exist(page):
    names = {name for name in quoted(page) if re.fullmatch(r"[a-z_]+(\.\w+)+", name)}
    names = {name for name in names if not re.search(rf"\.(?:{SOURCE}|{PRODUCT})$", name)}
    assert [name for name in names if not (is_key(name) or is_defined(name))] == []


def is_key(name):
    section = CONFIG
    for key in name.split("."):
        if not isinstance(section, dict) or key not in section:
            return False
        section = section[key]
    return True


def is_defined(name):
    *_, module, attribute = name.split(".")
    definition = re.compile(rf"^\s*(?:def |class )?{attribute}\b", re.MULTILINE)
    return any(definition.search(path.read_text()) for path in MODULES if path.stem == module)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_results_that_are_named_are_made(page, tmp_path):
    made = {path for job in dry_run(ROOT, tmp_path).values() for path in job.output}
    named = {name for name in quoted(page) if re.fullmatch(r"results/[\w./~-]+\.\w+", name)}
    assert named <= made
