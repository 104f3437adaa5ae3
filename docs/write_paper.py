"""Write docs/paper.md from its template and the tables in reference/.

make docs
"""

from __future__ import annotations

from pathlib import Path

import yaml

from chaos_sampling.claims import judge, read
from chaos_sampling.document import fill
from chaos_sampling.statistics.selection import load

ROOT = Path(__file__).parents[1]
PAPER = ROOT / "docs" / "paper.md"


def paper() -> str:
    """Return what docs/paper.md has to be."""
    tables = {path.stem: load(path) for path in sorted((ROOT / "reference").glob("*.tsv"))}
    judged = [name for name in tables if name.startswith("claims_")]
    by_seed = {name.removeprefix("claims_seed"): tables.pop(name) for name in judged}
    claims = read((ROOT / "report" / "claims.yaml").read_text(encoding="utf-8"))
    cost = {"cost": load(ROOT / "benchmarks" / "cost.tsv")}
    verdicts = {"paper preset, seed 1": judge(claims, tables | cost, reduced=False)[0]}
    verdicts |= {f"default run, seed {seed}": table for seed, table in by_seed.items()}
    return fill(
        PAPER.with_suffix(".md.j2").read_text(encoding="utf-8"),
        tables=tables,
        verdicts={run: table.fillna({"paper": ""}) for run, table in verdicts.items()},
        readings=yaml.safe_load((ROOT / "report" / "readings.yaml").read_text(encoding="utf-8")),
    )


if __name__ == "__main__":
    PAPER.write_text(paper(), encoding="utf-8")
