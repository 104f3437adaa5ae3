"""Where the files of a run come from, as they tell themselves, and how long their rules took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from chaos_sampling.store import attributes_of


@dataclass
class Rule:
    """A rule of a run: the rules whose files it read, its jobs, and their time in seconds."""

    name: str
    sources: set[str] = field(default_factory=set)
    jobs: int = 0
    seconds: float = 0.0


def lineage(paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the root attributes of HDF5 files and of all those that they were made from, by path.

    Args:
        paths: of files, relative to the folder of the run as their attributes "inputs" are; those
            that are missing or no HDF5 are left out.
    """
    found: dict[str, dict[str, Any]] = {}
    waiting = sorted(paths, reverse=True)
    while waiting:
        path = waiting.pop()
        if path not in found and Path(path).is_file() and Path(path).suffix == ".h5":
            found[path] = attributes_of(path)
            waiting += sorted(found[path].get("inputs", []), reverse=True)
    return dict(sorted(found.items()))


def rules_of(
    files: Mapping[str, Mapping[str, Any]],
    sources: Mapping[str, Sequence[str]],
    benchmarks: Mapping[str, Iterable[str]],
) -> list[Rule]:
    """Return the rules that made files, each after those whose files it read.

    Args:
        files: as `lineage` returns them.
        sources: by rules that made no HDF5, the files that these read.
        benchmarks: by rule, where Snakemake's benchmarks of its jobs are, or would be.
    """
    made = {
        path: attributes["rule"]
        for file, attributes in files.items()
        for path in [file, *attributes.get("outputs", [])]
    }
    read: dict[str, set[str]] = {}
    for attributes in files.values():
        read.setdefault(attributes["rule"], set()).update(attributes.get("inputs", []))
    for rule, paths in sources.items():
        read.setdefault(rule, set()).update(paths)
    edges = {rule: {made[path] for path in paths if path in made} for rule, paths in read.items()}
    rules = [Rule(name, edges[name], *time_of(benchmarks.get(name, ()))) for name in edges]
    return sorted(rules, key=lambda rule: (depth(rule.name, edges), rule.name))


def depth(rule: str, edges: Mapping[str, set[str]]) -> int:
    """Return how many rules at most come before one, by edges to those whose files it read."""
    return max((1 + depth(source, edges) for source in edges[rule]), default=0)


def time_of(benchmarks: Iterable[str | Path]) -> tuple[int, float]:
    """Return how many jobs Snakemake's benchmarks are of, and their seconds in all.

    A file that is missing or empty counts for none: its job did not run, or is running.
    """
    written = [path for path in map(Path, benchmarks) if path.is_file() and path.stat().st_size]
    return len(written), sum(float(pd.read_csv(path, sep="\t")["s"].sum()) for path in written)
