"""What README.md and docs/ say is there, is there; the example in README.md runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import yaml
from data_page import sections
from PIL import Image
from snakemake_runs import ROOT, dry_run

from chaos_sampling.report.claims import COLUMNS as COLUMNS_OF_CLAIMS
from chaos_sampling.report.claims import EVIDENCE, VERDICTS
from chaos_sampling.statistics.table import COLUMNS

README = ROOT / "README.md"
CARD = ROOT / "pretrained" / "README.md"
PAGES = sorted([README, CARD, *(ROOT / "docs").glob("*.md")])
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
SOURCE = "(?:py|yaml|smk|md|txt)"
PRODUCT = "(?:h5|tsv|html|png|svg|gif|zip|safetensors|jsonl)"
YOURS = {"my.yaml", "pictures.yaml"}
MODULES = list((ROOT / "chaos_sampling").rglob("*.py"))


def quoted(page):
    """Return what stands between backticks in a page, code blocks left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def run_example(page, folder, after="", *paths):
    """Run the blocks of Python in a page, and something after them, in a folder."""
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert blocks, f"{page}: expected a block of Python, found none"
    path = os.pathsep.join(map(str, (ROOT, *paths)))
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": path}
    command = [sys.executable, "-W", "error::DeprecationWarning", "-c", "\n".join([*blocks, after])]
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_the_examples_run_and_draw(tmp_path):
    (tmp_path / "pretrained").symlink_to(ROOT / "pretrained")
    run_example(README, tmp_path)
    pictures = sorted(tmp_path.glob("*.png"))
    assert [picture.name for picture in pictures] == ["face.png", "gain_switch.png"]
    assert Image.open(pictures[0]).size == (64, 64)
    assert pictures[1].stat().st_size > 10_000


def test_the_model_card_loads_a_generator_without_this_code():
    check = "import sys\nprint(tuple(images.shape), 'chaos_sampling' in sys.modules)\n"
    check += "print(float(images.std()) > 0.2)"
    assert run_example(CARD, ROOT, check).split("\n")[:2] == ["(16, 3, 64, 64) False", "True"]


def test_a_generator_of_ones_own_runs_under_chaos(tmp_path):
    (tmp_path / "my_models.py").write_text(
        "import torch\nlayers = torch.nn.Linear(100, 3 * 8 * 8), torch.nn.Tanh()\n"
        "generator = torch.nn.Sequential(*layers, torch.nn.Unflatten(1, (3, 8, 8)))\n"
    )
    check = "print(images.shape, slow['trajectory/images'].std() > 10)"
    found = run_example(ROOT / "docs" / "generators.md", tmp_path, check, tmp_path)
    assert found.strip() == "(200, 8, 8, 3) True"


def test_verdicts_are_counted_right():
    table = (ROOT / "docs" / "paper.md").read_text().split("\n## Readings")[0]
    verdicts = re.findall(r"^\|(?:[^|]*\|){3} \*\*([a-z ]+)\*\*", table, re.MULTILINE)
    counts = [verdicts.count(name) for name in VERDICTS]
    counted = re.search(r"Of (\d+) claims.*?\n\n", README.read_text(), re.DOTALL)
    found = [int(number) for number in re.findall(r"\b\d+\b", counted.group())]
    assert found == [len(verdicts), *counts]


def test_what_holds_is_what_the_documents_say():
    found = re.search(r"## What holds.*?## Run it", README.read_text(), re.DOTALL).group()
    numbers = re.findall(r"−?[\d.]+ \(−?[\d.]+ to −?[\d.]+\)", found)
    assert len(numbers) > 5
    known = (ROOT / "docs" / "paper.md").read_text()
    assert [number for number in numbers if number not in known] == []


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
    paths = [path for path in MODULES if module in (path.stem, path.parent.name)]
    return any(definition.search(path.read_text()) for path in paths)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_results_that_are_named_are_made(page, tmp_path):
    made = {path for job in dry_run(ROOT, tmp_path).values() for path in job.output}
    named = {name for name in quoted(page) if re.fullmatch(r"results/[\w./~-]+\.\w+", name)}
    assert named <= made


@pytest.mark.parametrize(
    ("heading", "columns"),
    [("Columns", COLUMNS), ("claims.tsv", COLUMNS_OF_CLAIMS), ("evidence.tsv", EVIDENCE)],
)
def test_columns_of_tables_are_documented(heading, columns):
    assert [row[0] for row in sections()[heading].rows] == [f"`{name}`" for name in columns]
