"""The lock, the conda environment and the rules say the same about software."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from snakemake_runs import ROOT, parsed

ENVS = ROOT / "envs"
CONDA_NAMES = {"torch": "pytorch", "huggingface-hub": "huggingface_hub"}


def locked(name):
    """Return the requirements of a lock file with all that follows each on its lines."""
    text = (ENVS / name).read_text()
    return re.findall(r"^(\w[^\n]*(?:\n[ \t]+[^\n]*)*)", text, re.MULTILINE)


def versions(name):
    """Return the versions of a lock file by package."""
    pins = (Requirement(line.split("\\")[0].strip()) for line in locked(name))
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def conda_versions():
    """Return the versions in the conda environment by package."""
    *conda, last = yaml.safe_load((ENVS / "environment.yaml").read_text())["dependencies"]
    return dict(re.split(r" ?=+", pin) for pin in [*conda, *last["pip"]] if pin != "pip")


WORKFLOW = parsed()
RULES = {rule.name: rule for rule in WORKFLOW.rules if rule.name != "all"}


@pytest.mark.parametrize("name", ["requirements.txt", "installer.txt"])
def test_every_locked_package_is_pinned_and_hashed(name):
    requirements = locked(name)
    assert requirements
    for requirement in requirements:
        assert re.match(r"[\w.-]+==[\w.]+ ", requirement), requirement
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", requirement), requirement


@pytest.mark.parametrize("name", ["requirements.txt", "installer.txt"])
def test_the_lock_holds_no_address(name):
    text = (ENVS / name).read_text()
    assert not re.search(r"://|index-url|find-links|trusted-host|@ ", text)


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    lock = versions("requirements.txt")
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        assert name in lock
        assert requirement.specifier.contains(lock[name])


def test_the_conda_environment_has_the_locked_versions():
    lock = {CONDA_NAMES.get(name, name): pin for name, pin in versions("requirements.txt").items()}
    pins = conda_versions()
    assert pins.pop("python") == "3.11"
    assert pins == {package: lock[package] for package in pins}


def script_of(rule):
    """Return the name of a rule's script."""
    return Path(rule.script.format(params=rule.params)).stem


def imports(path, seen):
    """Collect the modules outside this project that a file imports, directly or through others."""
    if path in seen:
        return set()
    seen.add(path)
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    outside = {name.split(".")[0] for name in names} - {"chaos_sampling", "stage"}
    for name in names:
        inside = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        outside |= imports(inside, seen) if inside.is_file() else set()
    return outside - sys.stdlib_module_names


def test_the_conda_environment_holds_what_scripts_import():
    wanted = set().union(*(imports(path, set()) for path in (ROOT / "scripts").glob("*.py")))
    providers = packages_distributions()
    packages = {canonicalize_name(providers[module][0]) for module in wanted}
    assert packages
    assert {CONDA_NAMES.get(name, name) for name in packages} <= conda_versions().keys()


@pytest.mark.parametrize("name", RULES)
def test_rules_say_what_they_need(name):
    rule = RULES[name]
    assert name.replace("_model_", "_") == script_of(rule)
    assert rule.docstring.endswith(".")
    assert rule.params["code"] == WORKFLOW.globals["science"](script_of(rule))
    assert all((rule.message, rule.log, rule.benchmark))
    assert rule.conda_env == "../envs/environment.yaml"
    assert rule.resources.keys() >= {"mem_mb", "runtime"}
    assert "gpu" not in rule.resources or rule.resources["_cores"] == 8


def test_every_script_has_a_rule():
    scripts = {path.stem for path in (ROOT / "scripts").glob("*.py")}
    assert scripts == {*map(script_of, RULES.values()), "stage"}


def test_make_works_after_the_folder_was_moved():
    called = re.findall(r"\$\(BIN\)/([\w-]+)", (ROOT / "Makefile").read_text())
    assert set(called) == {"python"}  # scripts begin with the path that they were made under
