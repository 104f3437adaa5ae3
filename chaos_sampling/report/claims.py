"""Verdicts on the paper's claims, by rules, from the tables of a run.

A claim has one criterion or more: rows of a table and the rule that they must obey. The burden of
proof is on the claim. `ON_CRITERIA` and `ON_CLAIMS` say, for readers too, how a verdict is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import yaml

from chaos_sampling.report.estimates import Estimate, Rows, Tables, UntestedError, estimate
from chaos_sampling.report.numbers import measured

Verdict = Literal["supported", "partly", "not supported", "not tested"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

COLUMNS = [
    *("claim", "section", "statement", "paper", "label", "measured", "low", "high"),
    *("networks", "verdict", "evidence", "figure"),
]
EVIDENCE = [
    *("claim", "criterion", "label", "table", "row", "rule", "from", "to"),
    *("measured", "low", "high", "networks", "unit", "verdict", "note", "reason"),
]


ON_CRITERIA = (
    "A criterion is *supported* if the whole 95 % interval obeys its rule, *partly* supported if "
    "only the measured value does, and otherwise *not supported*, which is no refutation where the "
    "interval contains the bound. A rule that a quantity rises or falls with gain is supported if "
    "all values are in order and the first and the last interval do not overlap. Of several rows "
    "the worst decides. Without an interval, or with fewer than three trainings of a generator, "
    "a criterion is *not tested*."
)
"""How rows are judged, in Markdown."""
ON_CLAIMS = (
    "*not supported*, if its first criterion, the decisive one, is not",
    "*not tested*, if one of its criteria is not",
    "*not supported*, if a criterion is not and none is supported",
    "*supported*, if all criteria are and no parameter was fitted to the claim",
    "*partly* supported",
)
"""Verdicts on a claim, of which the first that applies is given, in Markdown."""
UNDECIDED = "undecided: the interval contains the bound"
"""Note on a value that may lie on either side: not supported, but not refuted either."""
UNORDERED = "undecided: the intervals overlap"
"""The same on values of which no one is shown to be on the wrong side of another."""
ALTERED = "not the paper preset"
"""Note on a claim that is judged by tables made with other parameters."""
TRENDS = ("rises", "falls")
"""Rules on all rows of a criterion together."""


@dataclass(frozen=True)
class Criterion:
    """What must hold of the rows.

    Attributes:
        label: what is measured, in words, with {gain} for that of a row.
        rows: of a table.
        rule: that they obey, a name of `RULES`.
        argument: of the rule.
    """

    label: str
    rows: Rows
    rule: str
    argument: Any


@dataclass(frozen=True)
class Claim:
    """A claim of the paper.

    Attributes:
        claim: its identifier.
        section: of the paper.
        statement: what is claimed, in our words.
        criteria: what must hold, the decisive one first; what its last row says is the measured
            value.
        figure: that shows it, such as "S1", if one does.
        paper: the paper's value, as text, where it gives one.
        fitted: which parameter was fitted to what is claimed, if one was.
    """

    claim: str
    section: str
    statement: str
    criteria: Sequence[Criterion]
    figure: str = ""
    paper: str = ""
    fitted: str = ""


def above(estimates: Sequence[Estimate], bound: float) -> Verdict:
    """Judge whether all are above a bound."""
    return worst([_verdict(one.low > bound, one.value > bound) for one in estimates])


def below(estimates: Sequence[Estimate], bound: float) -> Verdict:
    """Judge whether all are below a bound."""
    return worst([_verdict(one.high < bound, one.value < bound) for one in estimates])


def within(estimates: Sequence[Estimate], bounds: tuple[float, float]) -> Verdict:
    """Judge whether all lie between two bounds, these included."""
    low, high = bounds
    return worst(
        [
            _verdict(low <= one.low and one.high <= high, low <= one.value <= high)
            for one in estimates
        ]
    )


def rises(estimates: Sequence[Estimate], along: str) -> Verdict:
    """Judge whether values grow at each step, and the last is above the first by all intervals.

    Args:
        estimates: two or more, in order.
        along: what tells them apart, for the words of the rule.
    """
    first, last = estimates[0], estimates[-1]
    steadily = all(one.value < following.value for one, following in pairwise(estimates))
    return _verdict(steadily and first.high < last.low, first.value < last.value)


def falls(estimates: Sequence[Estimate], along: str) -> Verdict:
    """Judge whether values shrink, as `rises` does whether they grow."""
    return rises(estimates[::-1], along)


RULES: dict[str, Callable[[Sequence[Estimate], Any], Verdict]] = {
    rule.__name__: rule for rule in (above, below, within, rises, falls)
}


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict on a criterion from those on its rows."""
    return max(verdicts, key=VERDICTS.index)


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict on a claim from those on its criteria, but for what was fitted."""
    if verdicts[0] == "not supported":
        return "not supported"
    if "not tested" in verdicts:
        return "not tested"
    if "not supported" in verdicts and "supported" not in verdicts:
        return "not supported"
    return "supported" if set(verdicts) == {"supported"} else "partly"


def read(text: str) -> list[Claim]:
    """Return the claims that a YAML text lists.

    Each entry has the fields of `Claim`, each criterion those of `estimates.Rows` and one rule.

    Raises:
        ValueError: a field is unknown or missing, or an identifier is given twice.
    """
    claims = []
    for entry in yaml.safe_load(text):
        try:
            criteria = [_criterion(dict(fields)) for fields in entry.pop("criteria")]
            if not criteria:
                raise ValueError("criteria: expected one at least, found none")
            claims.append(Claim(criteria=criteria, **entry))
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"claim {entry.get('claim')}: {error}") from error
    names = [claim.claim for claim in claims]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"claims: expected each identifier once, found several {sorted(twice)}")
    return claims


def judge(
    claims: Sequence[Claim], tables: Tables, *, altered: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge every claim by its criteria.

    Args:
        claims: as `read` returns them.
        tables: by name, as made by `statistics.table`; a run may lack some.
        altered: tables whose parameters are others than in the paper preset, which the evidence
            says of claims that are judged by them.

    Returns:
        The table of claims, with `COLUMNS`, and that of the evidence, with `EVIDENCE`: for every
        criterion one line for each of its rows, or one that says what is lacking.

    Raises:
        LookupError: several rows fit where there should be one.
    """
    summaries, evidence = [], []
    for claim in claims:
        found = [_test(criterion, tables) for criterion in claim.criteria]
        summaries.append(_summary(claim, found, altered))
        for number, lines in enumerate(found, 1):
            evidence += [{"claim": claim.claim, "criterion": number} | line for line in lines]
    return pd.DataFrame(summaries, columns=COLUMNS), pd.DataFrame(evidence, columns=EVIDENCE)


def rule_in_words(rule: str, argument: Any) -> str:
    """Return a rule as text, such as "above 0"."""
    if rule == "within":
        return f"between {argument[0]:g} and {argument[1]:g}".replace("-", "−")
    if rule in TRENDS:
        return f"{rule} with {argument}"
    return f"{rule} {argument:g}".replace("-", "−")


def _criterion(fields: dict[str, Any]) -> Criterion:
    rules = fields.keys() & RULES
    if len(rules) != 1:
        raise ValueError(f"criterion: expected one rule of {list(RULES)}, found {sorted(rules)}")
    rule = rules.pop()
    argument, label, rows = fields.pop(rule), fields.pop("label"), Rows(**fields)
    if rule in TRENDS:
        expected, right = "a name, and several gains", len(rows.each()) > 1
    elif rule == "within":
        expected, right = "two numbers, the smaller first", _are_increasing_numbers(argument)
    else:
        expected, right = "a number, such as 0.001 or 1.0e-3", isinstance(argument, int | float)
    if not right:
        raise ValueError(f"{rule}: expected {expected}; found {argument}, {rows}")
    if len(rows.each()) > 1 and "{gain}" not in label:
        raise ValueError(f"label: expected {{gain}} in it, since there are several; found {label}")
    return Criterion(label, rows, rule, argument)


def _are_increasing_numbers(pair: Any) -> bool:
    is_pair = isinstance(pair, list) and len(pair) == 2
    return is_pair and all(isinstance(end, int | float) for end in pair) and pair[0] < pair[1]


def _verdict(whole: bool, value: bool) -> Verdict:
    if whole:
        return "supported"
    return "partly" if value else "not supported"


def _test(criterion: Criterion, tables: Tables) -> list[dict[str, Any]]:
    """Return the lines of evidence of one criterion."""
    rule, argument = criterion.rule, criterion.argument
    ends = {"above": (argument, np.inf), "below": (-np.inf, argument), "within": argument}
    start, end = ends.get(rule, (np.nan, np.nan))
    shared = {"table": criterion.rows.table, "rule": rule_in_words(rule, argument)}
    shared |= {"from": start, "to": end}
    each = criterion.rows.each()
    try:
        estimates = [estimate(rows, tables) for rows in each]
    except UntestedError as error:
        lacking = {"verdict": "not tested", "note": "", "reason": str(error), "networks": 0}
        return [
            shared | lacking | {"label": _label(criterion, each[-1]), "row": str(criterion.rows)}
        ]
    judged = [estimates] * len(each) if rule in TRENDS else [[one] for one in estimates]
    return [
        shared
        | {"label": _label(criterion, rows), "row": str(rows)}
        | {"measured": one.value, "low": one.low, "high": one.high}
        | {"networks": one.networks, "unit": one.unit, "reason": ""}
        | {"verdict": RULES[rule](by, argument), "note": _note(by, rule, (start, end))}
        for rows, one, by in zip(each, estimates, judged, strict=True)
    ]


def _label(criterion: Criterion, rows: Rows) -> str:
    return criterion.label.format(gain=rows.gain)


def _note(judged: Sequence[Estimate], rule: str, bounds: tuple[float, float]) -> str:
    """Say of intervals that contain a bound, or overlap, that they decide neither way."""
    if rule not in TRENDS:
        (one,) = judged
        held = any(one.low <= bound <= one.high for bound in bounds if np.isfinite(bound))
        return UNDECIDED if held else ""
    ordered = judged if rule == "rises" else judged[::-1]
    reversed_ = any(one.low > later.high for one, later in combinations(ordered, 2))
    supported = RULES[rule](judged, "") == "supported"
    return "" if supported or reversed_ else UNORDERED


def _failures(failing: Sequence[Mapping[str, Any]], headline: Mapping[str, Any]) -> Iterator[str]:
    """Say of what fails whether the data speak against it or, if all is so, leave it undecided."""
    undecided = all(line["note"] for line in failing)
    for line in failing:
        if undecided or not line["note"]:
            word = "undecided" if undecided else "against"
            same = line["label"] == headline["label"]
            yield word if same else f"{word}: {line['label']}, {measured(line)}"


def _summary(
    claim: Claim, found: Sequence[Sequence[Mapping[str, Any]]], altered: Collection[str]
) -> dict[str, Any]:
    """Return the line of a claim from the lines of evidence of each criterion."""
    verdict = combine([worst([line["verdict"] for line in lines]) for lines in found])
    told = [
        lines[-1:] if criterion.rule in TRENDS else lines
        for criterion, lines in zip(claim.criteria, found, strict=True)
    ]
    failing = [
        line for lines in told for line in lines if line["verdict"] in ("partly", "not supported")
    ]
    if claim.fitted and verdict == "supported":
        verdict = "partly"
    sources = dict.fromkeys(f"{criterion.rows.table}.tsv" for criterion in claim.criteria)
    notes = [", ".join(sources)]
    notes += [f"fitted: {claim.fitted}"] if claim.fitted else []
    notes += dict.fromkeys(lines[0]["reason"] for lines in found if lines[0]["reason"])
    headline = found[0][-1]
    if verdict != "not tested":
        notes += dict.fromkeys(_failures(failing, headline))
    used = {criterion.rows.table for criterion in claim.criteria}
    notes += [ALTERED] if used & {*altered} else []
    return {
        **{name: getattr(claim, name) for name in ("claim", "section", "statement", "paper")},
        **{name: headline.get(name, np.nan) for name in ("measured", "low", "high")},
        **{"label": headline["label"], "networks": headline["networks"]},
        **{"verdict": verdict, "evidence": "; ".join(notes), "figure": claim.figure},
    }
