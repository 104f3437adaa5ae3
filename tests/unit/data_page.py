"""What docs/data.md says of the files of a run."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "data.md"


class Section(NamedTuple):
    """What stands under a heading: all of it, and the rows of its table without the header."""

    text: str
    header: list[str]
    rows: list[list[str]]

    def listed(self):
        """Return all names in the first column."""
        return {name for row in self.rows for name in quoted(row[0])}


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


def _fits(name, path):
    return re.fullmatch(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(name)), path) is not None
