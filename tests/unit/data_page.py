"""What docs/data.md says of the files of a run, and in what files differ from it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import h5py
import xarray

PAGE = Path(__file__).parents[2] / "docs" / "data.md"


class Section(NamedTuple):
    """What stands under a heading: all of it, and the rows of its table without the header."""

    text: str
    header: list[str]
    rows: list[list[str]]

    def listed(self):
        """Return all names in the first column."""
        return {name for row in self.rows for name in quoted(row[0])}

    def kind(self):
        return next(iter(re.findall(r"^Kind `(\w+)`", self.text, re.MULTILINE)), None)

    def attributes(self):
        """Return the names in the paragraph on attributes."""
        paragraphs = re.findall(r"^Attributes: (?:.+\n)+", self.text, re.MULTILINE)
        return {name for paragraph in paragraphs for name in quoted(paragraph)}


def quoted(text):
    return re.findall(r"`([^`]+)`", text)


@cache
def sections():
    """Return sections by the files in their headings, {…} included, or by the headings."""
    found = {}
    pattern = r"^### (.+)\n((?:(?!## |### ).*\n)*)"
    for heading, text in re.findall(pattern, PAGE.read_text(), re.MULTILINE):
        lines = [line for line in text.splitlines() if line.startswith("|")]
        table = [re.split(r" *(?<!\\)\| *", line)[1:-1] for line in lines]
        section = Section(text, table[0] if table else [], table[2:])
        found |= dict.fromkeys(quoted(heading) or [heading], section)
    return found


def describing(path):
    """Return the sections whose heading names a file, given by its path below results/."""
    return [section for name, section in sections().items() if _fits(name, path)]


def tables():
    """Return the sections on tables of quantities by the files in their headings."""
    return {name: one for name, one in sections().items() if one.header[:1] == ["quantity"]}


def differences(results):
    """Return in what the HDF5 files below a folder are not as the page has them, a line each."""
    paths = {path.relative_to(results).as_posix(): path for path in results.rglob("*.h5")}
    found = [
        f"{name}: no such file"
        for name in sections()
        if name.endswith(".h5") and not any(_fits(name, path) for path in paths)
    ]
    for name, path in sorted(paths.items()):
        found += [f"{name}: {line}" for line in _differences_of_file(name, path)]
    return found


def _fits(name, path):
    return re.fullmatch(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(name)), path) is not None


def _differences_of_file(name, path):
    with h5py.File(path) as file:
        groups = ["/", *(name for name, item in file.items() if isinstance(item, h5py.Group))]
    variables, counted = {}, set()
    for group in groups:
        with xarray.open_dataset(path, engine="h5netcdf", group=group) as dataset:
            if group == "/":
                attributes = dataset.attrs
            counted |= set(dataset.dims) - set(dataset.coords)
            for variable, values in dataset.variables.items():
                units, meaning = (values.attrs.get(key) for key in ("units", "long_name"))
                label = [", ".join(values.dims), units if meaning else "no long_name"]
                variables[f"{group}/{variable}".strip("/")] = label
    found = [one for one in describing(name) if one.kind() == attributes["kind"]]
    if len(found) != 1:
        return [f"{len(found)} headings for it with kind {attributes['kind']}"]
    (section,) = found
    said = {quoted(row[0])[0]: row[1:] for row in section.rows}
    lines = [
        f"{variable} has {variables.get(variable)}, said to have {said.get(variable, [])[:2]}"
        for variable in sorted(variables.keys() | said.keys())
        if variables.get(variable) != said.get(variable, [])[:2]
        and not (variable not in variables and said[variable][2].startswith("optional"))
    ]
    with_values = {variable.rpartition("/")[2] for variable in variables}
    counted -= sections()["Dimensions"].listed() | with_values
    lines += [f"dimension {dimension} is not listed" for dimension in sorted(counted)]
    own = attributes.keys() - sections()["Attributes"].listed()
    lines += [f"attribute {one}" for one in sorted(own ^ section.attributes())]
    return lines
