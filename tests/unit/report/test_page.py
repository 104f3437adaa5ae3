from __future__ import annotations

import base64
import io
import re

import jinja2
import numpy as np
import pytest
from PIL import Image

from chaos_sampling.report.claims import judge, read
from chaos_sampling.report.lineage import Rule
from chaos_sampling.report.page import expectation, p_value, render, summary
from chaos_sampling.statistics.table import row, table

TABLE = table(
    [
        row("rate", [0.1, 0.2, 0.3], gain=4),
        row("rate", [-0.2], gain=2),
        row("half_life", [1.0, 2.0, 3.0, np.inf], ranks=True),
        row("silence", [np.nan, np.nan]),
        row("twice", [1.0], condition={"n": 1}, theory=1.25),
        row("twice", [2.0], condition={"n": 2}),
        row("pooled_p_patterns", [0.0] * 6, ranks=True),
    ]
)


def picture(width, height):
    """Return a PNG of random pixels."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


CLAIMS = """
- claim: rising
  section: "3.1"
  statement: It rises.
  figure: "1"
  criteria:
    - {label: a rate, table: numbers, quantity: rate, gain: 4, above: 0.1}
- claim: lacking
  section: "3.2"
  statement: It is large.
  figure: "1"
  criteria:
    - {label: a rate, table: numbers, quantity: rate, gain: 8, above: 0}
- claim: tiny
  section: "3.3"
  statement: It is no chance.
  criteria:
    - {label: median p, table: numbers, quantity: pooled_p_patterns, below: 1.0e-16}
"""
READING = {"number": "R1", "changes": '{{ measured("numbers", "rate", gain=2) }}'}


def page(template, caption="", png=None):
    verdicts, evidence = judge(read(CLAIMS), {"numbers": TABLE}, altered=["numbers"])
    return render(
        template,
        figures={"figure1": (png or picture(4, 3), caption)},
        tables={"numbers": TABLE},
        config={"chaos": {"gains": [2, 4]}},
        altered=["numbers"],
        claims=verdicts,
        evidence=evidence,
        reference=judge(read(CLAIMS)[:1], {"numbers": TABLE})[0],
        readings=[READING],
        files={},
        rules=[Rule("simulate_traces")],
        sources={},
        models=[],
        shown={},
        code_version="abc",
    )


@pytest.mark.parametrize(
    ("quantity", "where", "expected"),
    [
        ("rate", {"gain": 4}, "0.2 (95 % interval −0.0484 to 0.448, 3 networks)"),
        ("rate", {"gain": 2}, "−0.2 (1 network)"),
        ("rate", {"gain": 8}, "not measured"),
        ("silence", {}, "not measured"),
        ("twice", {"condition": {"n": 2}}, "2 (1 network)"),
    ],
)
def test_summary_gives_value_interval_and_networks(quantity, where, expected):
    assert summary(TABLE, quantity, **where) == expected


@pytest.mark.parametrize(
    ("gain", "expected"), [(4, "0.2 (−0.0484 to 0.448)"), (2, "−0.2"), (8, "–")]
)
def test_brief_summary_leaves_out_the_networks(gain, expected):
    assert summary(TABLE, "rate", gain=gain, brief=True) == expected


def test_summary_of_ranks_gives_the_median():
    many = table([row("time", [*range(1, 12), np.inf], ranks=True)])
    assert summary(many, "time") == "median 6.5 (95 % interval 3 to 10, 12 networks)"


def test_summary_refuses_a_quantity_that_the_table_does_not_have():
    with pytest.raises(LookupError, match=r"raet: expected one of .*rate"):
        summary(TABLE, "raet", gain=4)


def test_summary_refuses_to_choose_between_rows():
    with pytest.raises(LookupError, match=r"twice, \{\}: expected one row, found 2"):
        summary(TABLE, "twice")


def test_theory_stands_in_parentheses_where_there_is_one():
    assert expectation(TABLE, "twice", condition={"n": 1}) == " (1.25)"
    assert expectation(TABLE, "twice", condition={"n": 2}) == ""
    assert expectation(TABLE, "rate", gain=8) == ""
    with pytest.raises(LookupError, match="expected one row"):
        expectation(TABLE, "twice")


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "< 1e-300"), (1e-310, "< 1e-300"), (3.2e-17, "3e-17"), (0.04, "0.04")]
)
def test_median_p_value_that_underflows_is_a_bound(value, text):
    found = table([row("p", [value, value], ranks=True)])
    assert p_value(found, "p") == text


def test_page_holds_its_figures_unchanged():
    png = picture(40, 30)
    kind, text = page("{{ figures.figure1.source }}", png=png).split(",")
    assert kind == "data:image/webp;base64"
    found, expected = (Image.open(io.BytesIO(data)) for data in (base64.b64decode(text), png))
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_captions_see_the_configuration():
    caption = "gains {{ snakemake.config.chaos.gains | join(', ') }} & more"
    assert page("{{ figures.figure1.caption }}", caption) == "gains 2, 4 &amp; more"


def test_page_shows_measured_values_tables_and_parameters():
    assert page('{{ measured("numbers", "rate", gain=2) }}') == "−0.2 (1 network)"
    assert "<td>half_life</td>" in page("{{ as_html(tables.numbers) }}")
    assert "gains: [2, 4]" in page("{{ parameters }}")


def test_columns_without_values_are_left_out():
    shown = page("{{ as_html(tables.numbers) }}")
    assert "<th>gain</th>" in shown
    assert "<th>size</th>" not in shown


def test_a_word_stands_where_no_network_has_a_value():
    shown = page("{{ as_html(tables.numbers, 'not computed') }}")
    assert shown.count("<td>not computed</td>") == 1
    assert "<td>not computed</td>" not in page("{{ as_html(tables.numbers) }}")


def test_page_shows_claims_with_their_criteria():
    template = """{% for claim in claims %}{% set criterion = claim.criteria[0] %}
    {{ claim.claim }}: {{ claim.verdict }}, figure{{ claim.figure }}, {{ claim.evidence }},
    {{ criterion.lines[0].row }}; {{ criterion.forest }}
    {% endfor %}"""
    rising, lacking, _ = re.split("lacking:|tiny:", page(template))
    assert "rising: partly, figure1" in rising
    assert "not the paper preset, rate, g = 4; <svg" in " ".join(rising.split())
    assert "not tested, figure1" in lacking
    assert "<svg" not in lacking


def test_lines_of_evidence_have_their_values_in_words():
    template = "{% for claim in claims %}{{ claim.criteria[0].lines[0].value }}; {% endfor %}"
    assert page(template) == "0.2 (−0.0484 to 0.448); –; &lt; 1e-300; "


def test_entries_of_conditions_are_found():
    assert page('{{ entries("numbers", "twice", "n") | max }}') == "2"


def test_readings_see_the_tables():
    assert page("{{ readings[0].number }}: {{ readings[0].changes }}") == "R1: −0.2 (1 network)"


def test_page_draws_the_rules():
    assert 'href="#rule-simulate_traces"' in page("{{ graph }}")


def test_page_refuses_a_name_that_it_does_not_know():
    with pytest.raises(jinja2.UndefinedError, match="figuers"):
        page("{{ figuers }}")


def test_a_claim_has_the_reference_verdict_beside_it_where_there_is_one():
    template = (
        "{% for claim in claims %}{{ claim.reference.verdict if claim.reference }};{% endfor %}"
    )
    assert page(template) == "partly;;;"
