"""Write docs/paper.md and pretrained/README.md from their templates, and reference/claims.tsv.

Their results come from the tables in reference/.

make docs
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml

from chaos_sampling import store
from chaos_sampling.report import claims
from chaos_sampling.report.document import fill
from chaos_sampling.statistics.selection import load

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "docs" / "paper.md", ROOT / "pretrained" / "README.md")
VERDICTS = ROOT / "reference" / "claims.tsv"
TRAINED = {"quality": "quality_seeds", "sampling": "sampling_seeds"}
"""Tables of presets/seeds.yaml, by which claims on images are judged."""


def reference() -> dict[str, pd.DataFrame]:
    """Return the tables in reference/ by name, without those of verdicts."""
    paths = sorted((ROOT / "reference").glob("*.tsv"))
    return {path.stem: load(path) for path in paths if not path.stem.startswith("claims")}


def judge(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return verdicts by the largest runs so far, those on images by short trainings."""
    trained = {name: tables[kept] for name, kept in TRAINED.items()}
    cost = load(ROOT / "benchmarks" / "cost.tsv")
    listed = claims.read((ROOT / "report" / "claims.yaml").read_text(encoding="utf-8"))
    return claims.judge(listed, {**tables, **trained, "cost": cost}, altered=trained)[0]


def write(page: Path, tables: Mapping[str, pd.DataFrame], verdicts: pd.DataFrame) -> str:
    """Return what a page has to be."""
    again = load(ROOT / "reference" / "claims_seed2.tsv")
    runs = {"reference": verdicts, "default run, seed 2": again}
    return fill(
        page.with_suffix(".md.j2").read_text(encoding="utf-8"),
        tables=tables,
        verdicts={run: table.fillna({"paper": ""}) for run, table in runs.items()},
        readings=yaml.safe_load((ROOT / "report" / "readings.yaml").read_text(encoding="utf-8")),
    )


if __name__ == "__main__":
    tables = reference()
    verdicts = judge(tables)
    store.save_table(verdicts, VERDICTS)
    for page in PAGES:
        page.write_text(write(page, tables, verdicts), encoding="utf-8")
