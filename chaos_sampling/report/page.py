"""One page that shows a whole run: figures, what was measured, tables, parameters."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
import markupsafe
import numpy as np
import pandas as pd
import yaml
from PIL import Image

from chaos_sampling.report.claims import ON_CLAIMS, ON_CRITERIA, worst
from chaos_sampling.report.drawings import forest, rule_graph
from chaos_sampling.report.estimates import Estimate
from chaos_sampling.report.lineage import Rule
from chaos_sampling.report.numbers import measured, probability, significant
from chaos_sampling.statistics.selection import find, only, value


def render(
    template: str,
    *,
    figures: Mapping[str, tuple[bytes, str]],
    tables: Mapping[str, pd.DataFrame],
    claims: pd.DataFrame,
    evidence: pd.DataFrame,
    reference: pd.DataFrame,
    readings: Sequence[Mapping[str, str]],
    files: Mapping[str, Mapping[str, Any]],
    rules: Sequence[Rule],
    sources: Mapping[str, Sequence[str]],
    models: Sequence[str],
    config: Mapping[str, Any],
    altered: Sequence[str],
    shown: Mapping[str, Any],
    code_version: str,
) -> str:
    """Return a page that needs no other file and no network.

    Args:
        template: Jinja text. It sees the arguments below and the functions `measured` (table,
            quantity, **where → a value with its interval), `theory` (the same →
            the theory's value), `p_value` (the same → the median), `entries` (table, quantity,
            name, **where → what the conditions of the rows that fit have under that name) and
            `as_html` (table → HTML), and `on_criteria` and `on_claims` of `claims`.
        figures: by name, PNG and caption; captions are Jinja text that sees `snakemake.config`, as
            those of Snakemake's own report do.
        tables: tables of `statistics` by name.
        claims: verdicts, as `claims.judge` returns them.
        evidence: of the verdicts, likewise.
        reference: verdicts of the largest runs so far, like `claims`, to stand beside them.
        readings: of the paper where it leaves things open; "changes" is Jinja text.
        files: attributes of the HDF5 files of the run by path, as `lineage.lineage` returns them.
        rules: of the run, as `lineage.rules_of` returns them.
        sources: of each table, the files that it is made from.
        models: names of the generators.
        config: parameters of the run.
        altered: tables whose parameters are others than in the paper preset.
        shown: attributes of the file of kind "samples" of the model in Figs. 2 and 3.
        code_version: of this code.

    Raises:
        LookupError: the template asks for one row where its table has several.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"code": _with_code, "emphasis": _with_emphasis}
    environment.globals |= {
        "config": config,
        "altered": altered,
        "on_criteria": ON_CRITERIA,
        "on_claims": ON_CLAIMS,
        "tables": tables,
        "measured": lambda table, quantity, **where: summary(tables[table], quantity, **where),
        "theory": lambda table, quantity, **where: expectation(tables[table], quantity, **where),
        "p_value": lambda table, quantity, **where: p_value(tables[table], quantity, **where),
        "entries": lambda table, quantity, name, **where: [
            json.loads(condition)[name]
            for condition in find(tables[table], quantity, **where)["condition"]
        ],
        "as_html": _as_html,
    }
    plain = environment.overlay(autoescape=False)
    return environment.from_string(template).render(
        figures={
            name: {
                "source": _inline(png),
                "caption": environment.from_string(caption).render(snakemake={"config": config}),
            }
            for name, (png, caption) in figures.items()
        },
        claims=[_claim(claim, evidence, reference) for _, claim in claims.iterrows()],
        readings=[
            {**reading, "changes": plain.from_string(reading["changes"]).render()}
            for reading in readings
        ],
        files=files,
        rules=rules,
        graph=rule_graph({rule.name: sorted(rule.sources) for rule in rules}),
        sources=sources,
        models=models,
        shown=shown,
        code_version=code_version,
        parameters=yaml.safe_dump(dict(config), sort_keys=False, default_flow_style=None),
    )


def summary(table: pd.DataFrame, quantity: str, *, brief: bool = False, **where: Any) -> str:
    """Return one row of a table as text: mean or median, 95 % interval, number of networks.

    Args:
        table: as made by `statistics.table`.
        quantity: its name.
        brief: for a cell of a table: value and interval only, a dash where there is none.
        where: values of other columns that single out the row, as for `statistics.selection.find`.

    Returns:
        The text; "not measured", or a dash, when no network has the quantity there.

    Raises:
        LookupError: the table has no such quantity, or several rows fit.
    """
    row = _row(table, quantity, **where)
    if row is None or row["networks"] == 0:
        return "–" if brief else "not measured"
    shown, known = significant(value(row)), not np.isnan(row["low"])
    if brief:
        ends = f" ({significant(row['low'])} to {significant(row['high'])})" if known else ""
        return shown + ends
    networks = "1 network" if row["networks"] == 1 else f"{row['networks']} networks"
    if not known:
        return f"{shown} ({networks})"
    interval = f"{significant(row['low'])} to {significant(row['high'])}"
    median = "median " if row["interval"] == "median" else ""
    return f"{median}{shown} (95 % interval {interval}, {networks})"


def expectation(table: pd.DataFrame, quantity: str, **where: Any) -> str:
    """Return the theory's value of one row in parentheses; nothing where there is none.

    Args:
        table: as made by `statistics.table`.
        quantity: its name.
        where: as for `summary`.

    Raises:
        LookupError: the table has no such quantity, or several rows fit.
    """
    row = _row(table, quantity, **where)
    return "" if row is None or np.isnan(row["theory"]) else f" ({significant(row['theory'])})"


def _row(table: pd.DataFrame, quantity: str, **where: Any) -> pd.Series | None:
    if quantity not in set(table["quantity"]):
        raise LookupError(f"{quantity}: expected one of {sorted(set(table['quantity']))}")
    return only(table, quantity, **where)


def p_value(table: pd.DataFrame, quantity: str, **where: Any) -> str:
    """Return the median of the networks' p-values as text, "< 1e-300" where it underflows.

    Args:
        table: as made by `statistics.table`.
        quantity: its name.
        where: as for `summary`.

    Raises:
        LookupError: the table has no such quantity, or not one row fits.
    """
    row = _row(table, quantity, **where)
    if row is None:
        raise LookupError(f"{quantity}, {where}: expected one row, found none")
    return probability(row["median"])


def _claim(claim: pd.Series, evidence: pd.DataFrame, reference: pd.DataFrame) -> dict[str, Any]:
    """Return a claim with its criteria, each with lines of evidence and a drawing.

    Its "reference" is the verdict elsewhere, None on a claim that was not judged there.
    """
    criteria = []
    for _, lines in evidence[evidence["claim"] == claim["claim"]].groupby("criterion"):
        estimates = [
            Estimate(*line)
            for line in lines[["measured", "low", "high", "networks", "unit"]].itertuples(
                index=False
            )
        ]
        first = lines.iloc[0]
        picture = "" if first["reason"] else forest(estimates, first["from"], first["to"])
        shown = [
            {**line, "value": "–" if line["reason"] else measured(line)}
            for line in lines.to_dict("records")
        ]
        verdict = {"verdict": worst(list(lines["verdict"]))}
        criteria.append({**first, "lines": shown, "forest": picture, **verdict})
    elsewhere = reference[reference["claim"] == claim["claim"]].to_dict("records")
    judged = [{**line, "value": measured(line) if line["networks"] else ""} for line in elsewhere]
    return {**claim, "criteria": criteria, "reference": next(iter(judged), None)}


def _with_code(text: str) -> markupsafe.Markup:
    """Return text with what stands between backticks as code."""
    return markupsafe.Markup(re.sub("`([^`]*)`", r"<code>\1</code>", str(markupsafe.escape(text))))


def _with_emphasis(text: str) -> markupsafe.Markup:
    """Return text with what stands between asterisks emphasised."""
    return markupsafe.Markup(re.sub(r"\*([^*]*)\*", r"<em>\1</em>", str(markupsafe.escape(text))))


def _inline(png: bytes) -> str:
    """Return a picture as a link that holds it, compressed without loss to half the size."""
    smaller = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.save(smaller, "WEBP", lossless=True)
    return "data:image/webp;base64," + base64.b64encode(smaller.getvalue()).decode()


def _as_html(table: pd.DataFrame, lacking: str = "") -> markupsafe.Markup:
    """Return a table as HTML; `lacking` stands for the mean where no network has a value."""
    shown = table.dropna(axis="columns", how="all")
    if lacking:
        shown = shown.assign(
            mean=shown["mean"].astype(object).mask(shown["networks"] == 0, lacking)
        )
    html = shown.to_html(index=False, na_rep="", border=0, float_format=lambda x: f"{x:.4g}")
    return markupsafe.Markup(html)
