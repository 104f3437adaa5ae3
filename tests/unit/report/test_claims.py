from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pytest
from data_page import tables
from hypothesis import given
from hypothesis import strategies as st

from chaos_sampling.report import claims
from chaos_sampling.report.claims import (
    COLUMNS,
    EVIDENCE,
    RULES,
    UNDECIDED,
    UNORDERED,
    VERDICTS,
    combine,
    judge,
    read,
)
from chaos_sampling.report.estimates import Estimate, estimate
from chaos_sampling.statistics.selection import load
from chaos_sampling.statistics.table import row, table

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "report" / "claims.yaml").read_text()
CLAIMS = read(TEXT)


def around(*values, width=0.1):
    return [Estimate(value, value - width, value + width, 8) for value in values]


CASES = [
    ("above", 0, around(0.5), around(0.05), around(-0.05)),
    ("below", 0, around(-0.5), around(-0.05), around(0.05)),
    ("within", (1, 2), around(1.5), around(1.05), around(0.95)),
    ("within", (1, 2), around(1.5), around(1.95), around(2.05)),
    ("rises", "g", around(1, 2, 3), around(1, 3, 2), around(3, 2, 1)),
    ("rises", "g", around(1, 2), around(1, 1.1), around(1, 1)),
    ("falls", "g", around(3, 2, 1), around(3, 1, 2), around(1, 2, 3)),
]


@pytest.mark.parametrize(("rule", "argument", "supporting", "borderline", "contradicting"), CASES)
def test_rules_tell_three_verdicts(rule, argument, supporting, borderline, contradicting):
    found = [
        RULES[rule](estimates, argument) for estimates in (supporting, borderline, contradicting)
    ]
    assert found == ["supported", "partly", "not supported"]


@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.01, 1), st.floats(-1, 1))
def test_above_and_below_mirror_each_other(value, under, over, bound):
    one = Estimate(value, value - under, value + over, 5)
    mirrored = Estimate(-value, -value - over, -value + under, 5)
    assert RULES["above"]([one], bound) == RULES["below"]([mirrored], -bound)


@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.1, 0.9))
def test_a_narrower_interval_never_weakens_support(value, width, share):
    order = {"supported": 0, "partly": 1, "not supported": 2}
    wide, narrow = (RULES["above"](around(value, width=w), 0) for w in (width, width * share))
    assert order[narrow] <= order[wide]


def test_rules_with_bounds_ask_it_of_every_row():
    assert RULES["below"](around(-1, -2), 0) == "supported"
    assert RULES["below"](around(-1, 2), 0) == "not supported"
    assert RULES["below"](around(1, 2), 0) == "not supported"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["supported", "supported"], "supported"),
        (["supported", "partly"], "partly"),
        (["supported", "not supported"], "partly"),
        (["partly", "not supported"], "not supported"),
        (["not supported"], "not supported"),
        (["supported", "not tested"], "not tested"),
        (["not supported", "not tested"], "not supported"),
        (["not supported", "supported"], "not supported"),
        (["supported", "partly", "not supported"], "partly"),
    ],
)
def test_criteria_combine(parts, whole):
    assert combine(parts) == whole


def claim(*criteria, **more):
    listed = "".join(f"\n  - {criterion}" for criterion in criteria)
    extra = "".join(f"\n  {name}: {value}" for name, value in more.items())
    listed = listed or " []"
    head = '- claim: one\n  section: "3.1"\n  statement: It grows.\n  figure: S1'
    return read(f"{head}{extra}\n  criteria:{listed}")


def chaos(*values, gain=4.0):
    return {"chaos": table([row("rate", np.array(values), gain=gain, size=250)])}


ABOVE = "{label: rate, table: chaos, quantity: rate, gain: 4, size: 250, above: 0}"
EACH = "{label: 'rate at {gain}', table: chaos, quantity: rate, gain: [2, 4], size: 250, above: 0}"


@pytest.mark.parametrize(
    ("tables", "verdict"),
    [
        (chaos(1.0, 1.1, 1.2), "supported"),
        (chaos(-1.0, 1.1, 1.2), "partly"),
        (chaos(-1.0, -1.1, -1.2), "not supported"),
        (chaos(1.0), "not tested"),
        (chaos(1.0, 1.1, 1.2, gain=2.0), "not tested"),
        ({}, "not tested"),
    ],
)
def test_the_verdict_follows_the_data(tables, verdict):
    found, evidence = judge(claim(ABOVE), tables)
    assert list(found["verdict"]) == list(evidence["verdict"]) == [verdict]
    assert list(found.columns) == COLUMNS
    assert list(evidence.columns) == EVIDENCE


def test_a_claim_shows_the_last_row_of_its_first_criterion():
    rising = (
        "{label: 'rate at {gain}', table: chaos, quantity: rate, gain: [2, 4], size: 250, rises: g}"
    )
    rows = [row("rate", [gain, gain + 0.1], gain=gain, size=250) for gain in (2, 4)]
    found, evidence = judge(claim(rising, ABOVE), {"chaos": table(rows)})
    assert found["measured"][0] == pytest.approx(4.05)
    assert (found["evidence"][0], found["figure"][0]) == ("chaos.tsv", "S1")
    assert list(evidence["criterion"]) == [1, 1, 2]
    assert list(evidence["row"]) == [f"rate, g = {gain}, N = 250" for gain in (2, 4, 4)]
    assert list(evidence["from"].isna()) == [True, True, False]


@pytest.mark.parametrize(
    ("values", "undecided"),
    [((-1.0, -1.1, -1.2), False), ((-1.0, -0.5, 0.5), True), ((-0.5, 0.5, 1.0), True)],
)
def test_an_interval_that_holds_the_bound_is_said_to_decide_nothing(values, undecided):
    found, evidence = judge(claim(ABOVE), chaos(*values))
    assert found["verdict"][0] != "supported"
    assert ("undecided" in found["evidence"][0]) == undecided
    assert evidence["note"][0] == (UNDECIDED if undecided else "")


@pytest.mark.parametrize(
    ("values", "verdict", "note"),
    [
        ([1.0, 1.5, 3.0], "supported", ""),
        ([1.0, 0.99, 3.0], "partly", UNORDERED),
        ([1.0, 1.1, 1.2], "partly", UNORDERED),
        ([1.2, 1.1, 1.0], "not supported", UNORDERED),
        ([3.0, 1.5, 1.0], "not supported", ""),
        ([1.0, -2.0, 3.0], "partly", ""),
    ],
)
def test_values_that_may_be_in_either_order_are_undecided(values, verdict, note):
    rows = [
        row("rate", value + np.array([-0.2, 0, 0.2]), gain=gain, size=250)
        for gain, value in zip((2, 4, 8), values, strict=True)
    ]
    rising = EACH.replace("[2, 4]", "[2, 4, 8]").replace("above: 0", "rises: g")
    falling = rising.replace("rises", "falls").replace("[2, 4, 8]", "[8, 4, 2]")
    for criterion in (rising, falling):
        found, evidence = judge(claim(criterion), {"chaos": table(rows)})
        assert found["verdict"][0] == verdict
        assert (evidence["note"] == note).all()
        words = ("undecided" in found["evidence"][0], "against" in found["evidence"][0])
        assert words == (bool(note), not note and verdict != "supported")


def test_what_is_not_tested_is_not_called_undecided():
    lacking = ABOVE.replace("chaos", "hybrid")
    found, _ = judge(claim(ABOVE, lacking), chaos(-1.0, -0.5, 0.5))
    assert found["verdict"][0] == "not supported"
    assert found["evidence"][0] == "chaos.tsv, hybrid.tsv; no table hybrid in this run; undecided"
    found, _ = judge(claim(ABOVE, lacking), chaos(-0.5, 0.5, 1.0))
    assert found["verdict"][0] == "not tested"
    assert "undecided" not in found["evidence"][0]


def test_each_row_has_its_own_verdict_and_the_worst_decides():
    rows = [
        row("rate", values, gain=gain, size=250)
        for gain, values in ((2, [1, 1.1, 1.2]), (4, [-1, -1.1, -1.2]))
    ]
    found, evidence = judge(claim(EACH), {"chaos": table(rows)})
    assert list(evidence["verdict"]) == ["supported", "not supported"]
    assert found["verdict"][0] == "not supported"
    assert "undecided" not in found["evidence"][0]


def test_what_speaks_against_a_claim_beside_its_headline_is_said():
    further = ABOVE.replace("above: 0", "above: 2").replace("label: rate", "label: rate again")
    found, _ = judge(claim(ABOVE, further), chaos(1.0, 1.1, 1.2))
    assert found["verdict"][0] == "partly"
    assert found["evidence"][0] == "chaos.tsv; against: rate again, 1.1 (0.852 to 1.35)"
    found, _ = judge(claim(further, ABOVE), chaos(1.0, 1.1, 1.2))
    assert found["verdict"][0] == "not supported"
    assert found["evidence"][0] == "chaos.tsv; against"
    undecided = ABOVE.replace("above: 0", "above: 1.2")
    found, _ = judge(claim(ABOVE, undecided), chaos(1.0, 1.1, 1.2))
    assert "against" not in found["evidence"][0]


def test_evidence_tells_its_unit():
    cost = "{label: rate, table: cost, quantity: rate, gain: 4, size: 250, above: 0}"
    tables = chaos(1.0, 1.1, 1.2)
    _, evidence = judge(claim(ABOVE, cost), tables | {"cost": tables["chaos"]})
    assert list(evidence["unit"]) == ["networks", "rounds"]


def test_other_parameters_and_what_is_lacking_are_said():
    found, evidence = judge(claim(ABOVE), {}, altered=["chaos"])
    assert found["evidence"][0].endswith("; no table chaos in this run; not the paper preset")
    assert list(evidence["reason"]) == ["no table chaos in this run"]
    assert found["networks"][0] == 0
    found, _ = judge(claim(ABOVE), {}, altered=["hybrid"])
    assert found["evidence"][0].endswith("; no table chaos in this run")


@pytest.mark.parametrize(
    ("values", "verdict"), [((1, 1.1, 1.2), "partly"), ((-1, -1.1, -1.2), "not supported")]
)
def test_what_was_fitted_is_at_most_partly_supported(values, verdict):
    found, _ = judge(claim(ABOVE, fitted="s to r"), chaos(*values))
    assert list(found["verdict"]) == [verdict]
    assert "fitted: s to r" in found["evidence"][0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{label: rate, table: chaos, quantity: rate, aboev: 0}",
            "claim one: .*expected one rule.*found \\[\\]",
        ),
        (
            "{label: rate, table: chaos, quantity: rate, above: 0, below: 1}",
            r"found \['above', 'below'\]",
        ),
        ("{label: rate, table: chaos, quantity: rate, above: 0, gian: 4}", "claim one: .*gian"),
        ("{label: rate, table: chaos, above: 0}", "claim one: .*quantity"),
        (
            "{label: rate, table: chaos, quantity: rate, gain: [], above: 0}",
            "claim one: gain: .*found none",
        ),
        (
            "{label: rate, table: chaos, quantity: rate, above: 1e-3}",
            "above: expected a number.*found 1e-3",
        ),
        ("{label: rate, table: chaos, quantity: rate, within: 1}", "within: expected two numbers"),
        (
            "{label: rate, table: chaos, quantity: rate, within: [2, 1]}",
            "within: expected two numbers",
        ),
        (
            "{label: rate, table: chaos, quantity: rate, gain: 4, rises: g}",
            "rises: .* several gains",
        ),
        ("{table: chaos, quantity: rate, above: 0}", "claim one: 'label'"),
        (
            "{label: rate, table: chaos, quantity: rate, gain: [2, 4], rises: g}",
            "label: expected {gain} in it",
        ),
        (
            "{label: rate, table: chaos, quantity: rate, over: {gian: 1}, above: 0}",
            r"over: .*\['gian'\]",
        ),
    ],
)
def test_a_mistake_in_a_claim_is_named(text, message):
    with pytest.raises(ValueError, match=message):
        claim(text)


def test_a_claim_without_criteria_is_refused():
    with pytest.raises(ValueError, match="claim one: criteria: expected one at least"):
        claim()


def test_an_identifier_given_twice_is_refused():
    with pytest.raises(ValueError, match=r"found several \['decay'\]"):
        read(TEXT + TEXT[TEXT.index("- claim: decay") : TEXT.index("- claim: unstable_origin")])


def test_the_claims_do_not_name_their_verdicts():
    assert not [word for word in VERDICTS if word in TEXT]
    source = Path(claims.__file__).read_text()
    assert not [one.claim for one in CLAIMS if f'"{one.claim}"' in source]


def targets(criterion, kind):
    """Return a value for each row of a criterion, and how far networks scatter about it."""
    count = len(criterion.rows.each())
    if criterion.rule in ("rises", "falls"):
        sign = 1 if (criterion.rule == "rises") == (kind != "contradicting") else -1
        step = 0.01 if kind == "borderline" else 1.0
        return [5 + sign * step * index for index in range(count)], 0.1
    if criterion.rule == "within":
        low, high = criterion.argument
        inside = {"supporting": 0.5, "borderline": 0.95, "contradicting": 1.5}[kind]
        return [low + inside * (high - low)] * count, 0.05 * (high - low)
    bound, scale = criterion.argument, abs(criterion.argument) or 1.0
    sign = 1 if criterion.rule == "above" else -1
    beyond = {"supporting": 0.5, "borderline": 0.01, "contradicting": -0.5}[kind]
    return [bound + sign * beyond * scale] * count, 0.05 * scale


def rows_for(rows, value, scatter):
    """Return the rows that say a value, by what identifies them; three networks or trainings."""
    quantity = rows.quantity.replace("*", "features")
    size = 250 if rows.size == "largest" else rows.size
    at = {"gain": np.nan if rows.gain is None else rows.gain, "size": size or np.nan}
    values = value + scatter * np.array([-1, 0, 1])
    if not rows.models:
        found = {"": row(quantity, values, condition=rows.condition, **at)}
    else:
        pattern = re.sub(r"[()]", "", rows.models.replace(r"\w+", "subset"))
        found = {
            model: row(quantity, [one], condition={"model": model, **rows.condition}, **at)
            for seed, one in enumerate(values, 1)
            for model in [pattern.replace(r"\d+", str(seed))]
        }
    return {
        (rows.table, quantity, str(at), str(rows.condition), model): one
        for model, one in found.items()
    }


def data(one, kind):
    """Make tables in which every criterion of a claim meets data of one kind."""
    made, criteria_of = {}, {}
    for number, criterion in enumerate(one.criteria):
        values, scatter = targets(criterion, kind)
        for rows, value in zip(criterion.rows.each(), values, strict=True):
            rows_of_criterion = rows_for(rows, value, scatter)
            if rows.over:
                made |= rows_for(replace(rows, over=None, **rows.over), 1.0, 0.0)
            made |= rows_of_criterion
            for key in rows_of_criterion:
                criteria_of.setdefault(key, set()).add(number)
    tables = {key[0] for key in made}
    shared = any(len(numbers) > 1 for numbers in criteria_of.values())
    return {
        name: table([made_row for key, made_row in made.items() if key[0] == name])
        for name in tables
    }, shared


def test_p_values_are_labelled_as_such():
    criteria = [criterion for one in CLAIMS for criterion in one.criteria]
    labelled = {one.rows.quantity for one in criteria if one.label.startswith("median p")}
    assert labelled == {one.rows.quantity for one in criteria if "_p_" in one.rows.quantity}
    assert labelled


@pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.claim)
def test_every_claim_can_have_every_verdict(one):
    expected = {
        "supporting": "partly" if one.fitted else "supported",
        "borderline": "partly",
        "contradicting": "not supported",
    }
    found = {}
    for kind in expected:
        tables, shared = data(one, kind)
        found[kind] = judge([one], tables)[0]["verdict"][0]
        if shared and kind == "contradicting":  # what one criterion refuses, another may accept
            assert found[kind] in ("partly", "not supported")
            expected[kind] = found[kind]
    assert found == expected
    assert judge([one], {})[0]["verdict"][0] == "not tested"


NEVER_TRAINED = [r"(celeba-\w+-seed\d+)"]
"""Models of claims of which the repository has no table of three trainings."""


@pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.claim)
def test_rows_of_claims_are_among_those_that_runs_make(one):
    made = {path.stem: load(path) for path in (ROOT / "reference").glob("*.tsv")}
    made |= {name: made[f"{name}_seeds"] for name in ("quality", "sampling")}
    made["cost"] = load(ROOT / "benchmarks" / "cost.tsv")
    for criterion in one.criteria:
        if criterion.rows.models not in NEVER_TRAINED:
            for rows in criterion.rows.each():
                estimate(rows, made)  # raises UntestedError where there is no such row


def documented():
    """Return table and quantity of each quantity in docs/data.md."""
    return {
        (Path(name).stem, quantity)
        for name, section in tables().items()
        for quantity in section.listed()
    }


@pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.claim)
def test_evidence_is_documented_and_has_a_figure(one):
    names = documented()
    for criterion in one.criteria:
        rows = criterion.rows
        others = rows.over if isinstance(rows.over, dict) else {}
        for quantity in {rows.quantity, others.get("quantity", rows.quantity)}:
            assert [
                name
                for table_name, name in names
                if table_name == rows.table
                and (fnmatchcase(quantity, name) or fnmatchcase(name, quantity))
            ], f"{rows.table}: {quantity}"
    assert not one.figure or (ROOT / "report" / f"figure{one.figure}.rst").exists()
