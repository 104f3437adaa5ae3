"""Captions are reStructuredText for Snakemake's own report, and plain text for ours."""

from __future__ import annotations

import docutils.core
import jinja2
import pytest
import yaml
from snakemake_runs import ROOT

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
CAPTIONS = sorted((ROOT / "report").glob("*.rst"))
STRICT = {"report_level": 1, "halt_level": 1}


def filled(caption: str) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    return environment.from_string(caption).render(snakemake={"config": CONFIG})


@pytest.mark.parametrize("path", CAPTIONS, ids=[path.stem for path in CAPTIONS])
def test_a_caption_has_no_markup(path):
    text = filled(path.read_text(encoding="utf-8"))
    document = docutils.core.publish_doctree(text, settings_overrides=STRICT)
    (paragraph,) = document.children
    assert paragraph.astext() == " ".join(text.split())
