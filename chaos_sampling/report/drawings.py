"""Small drawings in the page of a run, as SVG whose colours the page sets by classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import markupsafe
import numpy as np

from chaos_sampling.report.estimates import Estimate

WIDTH, LINE, MARGIN = 150, 14, 6
"""Pixels: width, height of a line, and what is left free at either side."""


def forest(estimates: Sequence[Estimate], start: float, end: float) -> markupsafe.Markup:
    """Draw estimates, one a line, over the range that a rule allows; intervals may run off it.

    Args:
        estimates: with finite values or not; ends at infinity are drawn up to the border.
        start: lower end of the allowed range, which is shaded: −∞ for none, NaN for no range.
        end: its upper end.

    Returns:
        An SVG element of class "forest", with the classes "allowed", "bound" and "interval".
    """
    numbers = [number for one in estimates for number in (one.value, one.low, one.high)]
    shown = np.array([*numbers, start, end])
    shown = shown[np.isfinite(shown)]
    low, high = (shown.min(), shown.max()) if shown.size else (0.0, 1.0)
    if low == high:
        low, high = low - 1, high + 1

    def place(number: float) -> float:
        share = np.clip((number - low) / (high - low), 0, 1)
        return round(float(MARGIN + share * (WIDTH - 2 * MARGIN)), 1)

    height = LINE * len(estimates)
    parts = []
    if not np.isnan(start):
        left = place(start) if np.isfinite(start) else 0
        right = place(end) if np.isfinite(end) else WIDTH
        size = f'width="{max(right - left, 1):g}" height="{height}"'
        parts.append(f'<rect class="allowed" x="{left:g}" y="0" {size}/>')
        for bound in (start, end):
            if np.isfinite(bound):
                at = place(bound)
                parts.append(f'<line class="bound" x1="{at}" y1="0" x2="{at}" y2="{height}"/>')
    for index, one in enumerate(estimates):
        y = LINE * (index + 0.5)
        left = place(one.low) if np.isfinite(one.low) else 0
        right = place(one.high) if np.isfinite(one.high) else WIDTH
        parts.append(f'<line class="interval" x1="{left:g}" y1="{y:g}" x2="{right:g}" y2="{y:g}"/>')
        if np.isfinite(one.value):
            parts.append(f'<circle class="interval" cx="{place(one.value)}" cy="{y:g}" r="3.5"/>')
    label = "interval and the range that the rule allows, shaded"
    return markupsafe.Markup(
        f'<svg class="forest" role="img" aria-label="{label}" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}">{"".join(parts)}</svg>'
    )


def rule_graph(sources: Mapping[str, Sequence[str]]) -> markupsafe.Markup:
    """Draw rules from left to right, each to the right of those whose files it reads.

    Args:
        sources: of each rule, the rules whose files it reads, which come before it.

    Returns:
        An SVG element of class "rules"; each rule is a link to "#rule-" and its name.
    """
    columns: dict[str, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for rule, before in sources.items():
        columns[rule] = max((columns[source] + 1 for source in before), default=0)
        line = sum(column == columns[rule] for column in columns.values()) - 1
        places[rule] = 10 + 230 * columns[rule], 10 + 30 * line
    parts = [
        f'<path d="M{x + 150} {y + 10} C{x + 190} {y + 10} {u - 40} {v + 10} {u} {v + 10}"/>'
        for rule, before in sources.items()
        for (x, y), (u, v) in ((places[source], places[rule]) for source in sorted(before))
    ]
    for rule, (x, y) in places.items():
        box = f'<rect x="{x}" y="{y}" width="150" height="20" rx="4"/>'
        text = f'<text x="{x + 75}" y="{y + 14}">{markupsafe.escape(rule)}</text>'
        parts.append(f'<a href="#rule-{markupsafe.escape(rule)}">{box}{text}</a>')
    width = 170 + max(x for x, _ in places.values())
    height = 30 + max(y for _, y in places.values())
    return markupsafe.Markup(
        f'<svg class="rules" role="img" aria-label="rules and the files between them" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )
