from __future__ import annotations

import runpy
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd
import pytest

from chaos_sampling.report.claims import judge, read
from chaos_sampling.report.document import fill
from chaos_sampling.statistics.selection import load
from chaos_sampling.statistics.table import row, table

ROOT = Path(__file__).parents[3]
TABLES = {
    "chaos": table(
        [
            row("rate", [0.1, 0.2, 0.3], gain=4, theory=0.25),
            row("rate", [0.2, 0.3], gain=8, theory=0.2),
            row("rate", [1.0], gain=2),
            row("time", [*range(1, 12), np.inf], ranks=True),
            row("fraction", np.array([True, False, True]), gain=4),
        ]
    )
}
CLAIM = """
- claim: rising
  section: "3.1"
  statement: It rises.
  figure: S1
  criteria:
    - {label: a rate, table: chaos, quantity: rate, gain: 4, above: 0}
"""


def text(template, **verdicts):
    return fill(template, tables=TABLES, verdicts=verdicts, readings=[{"number": "R1"}])


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('value("chaos", "rate", 2, gain=4)', "0.20 (−0.05 to 0.45)"),
        ('value("chaos", "rate", 1, gain=2)', "1.0"),
        ('value("chaos", "time", 1)', "6.5 (3.0 to 10.0)"),
        ('point("chaos", "rate", 1, gain=4)', "0.2"),
        ('theory("chaos", "rate", 3, gain=4)', "0.250"),
        ('count("chaos", "fraction", 0, gain=4)', "2"),
        ('percent("chaos", "fraction", 0, gain=4)', "67"),
        ('networks("chaos", "fraction", 0, gain=4)', "3"),
        ('deviations("chaos", "rate", [4, 8]) | map("round") | join(" ")', "-20.0 25.0"),
        ('estimated("chaos", "rate", 2, gain=4)', "0.20 (−0.05 to 0.45)"),
        ("readings[0].number", "R1"),
    ],
)
def test_numbers_come_from_the_tables(template, expected):
    assert text("{{ " + template + " }}") == expected


@pytest.mark.parametrize("where", ['"raet", 2', '"rate", 2', '"rate", 2, gain=3'])
def test_a_number_that_no_single_row_has_is_refused(where):
    with pytest.raises(LookupError, match=r"expected one row, found [03]"):
        text("{{ value('chaos', " + where + ") }}")


def test_a_name_that_does_not_exist_is_refused():
    with pytest.raises(jinja2.UndefinedError, match="valeu"):
        text("{{ valeu('chaos', 'rate', 2) }}")


def test_verdicts_of_several_runs_stand_side_by_side():
    first, _ = judge(read(CLAIM), TABLES)
    others = read(CLAIM.replace("claim: rising", "claim: new"))
    second, _ = judge(others, {})
    template = """{% for claim in verdicts %}{{ claim.claim }}:
{%- for run in claim.runs.values() %} {{ run.verdict if run else "–" }}{% endfor %}; {% endfor %}"""
    found = text(template, one=first, two=second)
    assert found == "rising: partly –; new: – not tested; "
    assert text("{{ runs | join(', ') }}", one=first, two=second) == "one, two"


def test_pages_are_what_their_templates_and_tables_make():
    made = runpy.run_path(str(ROOT / "docs" / "write_paper.py"))
    tables = made["reference"]()
    verdicts = made["judge"](tables)
    for page in made["PAGES"]:
        assert page.read_text() == made["write"](page, tables, verdicts), "run: make docs"
    kept = load(ROOT / "reference" / "claims.tsv").astype(object).fillna("")
    pd.testing.assert_frame_equal(kept, verdicts.astype(object).fillna(""), check_dtype=False)
