"""The table of the library in docs/architecture.md is complete, and imports follow its order."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "chaos_sampling"
PACKAGES = dict(
    re.findall(
        r"^\| `(\w+)` \| (.*) \|$",
        (ROOT / "docs" / "architecture.md").read_text().split("## The library")[1],
        re.MULTILINE,
    )
)
# one module per figure, experiment or table: these are not listed one by one
OF_RESULTS = {"experiments", "figures", "statistics"}


def modules_of(package):
    """Return the modules of a package, those that the table names in its order."""
    folder = LIBRARY if package == "chaos_sampling" else LIBRARY / package
    found = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    named = [name for name in re.findall(r"`(\w+)`", PACKAGES[package]) if name in found]
    return [*dict.fromkeys(named)], found


def imported(path):
    """Yield the modules of the library that a file imports, as (package, module)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("chaos_sampling"):
            for alias in node.names:
                parts = [*node.module.split("."), alias.name][1:]
                folder = LIBRARY / parts[0]
                yield (parts[0], parts[1]) if folder.is_dir() else ("chaos_sampling", parts[0])


def test_every_package_is_listed():
    folders = {path.parent.name for path in LIBRARY.rglob("__init__.py")}
    assert PACKAGES.keys() == folders, "list it in docs/architecture.md"


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_are_listed(package):
    named, found = modules_of(package)
    assert package in OF_RESULTS or set(named) == found, "list it in docs/architecture.md"


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_come_from_above(package):
    order = [*PACKAGES]
    named, found = modules_of(package)
    folder = LIBRARY if package == "chaos_sampling" else LIBRARY / package
    for module in found:
        for source, name in imported(folder / f"{module}.py"):
            if source != package:
                assert order.index(source) < order.index(package), f"{module} imports {source}"
            elif package not in OF_RESULTS:
                assert named.index(name) < named.index(module), f"{module} imports {name}"
