"""The profile for Slurm goes with the rules."""

from __future__ import annotations

import re

import yaml
from snakemake_runs import ROOT

PROFILE = yaml.safe_load((ROOT / "profiles" / "slurm" / "profile.yaml").read_text())


def rules():
    """Return the text of every rule by its name."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    parts = re.split(r"^rule (\w+):", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_rules_that_ask_for_a_gpu_and_no_others_go_to_its_partition():
    asking = {name for name, text in rules().items() if re.search(r"^ +gpu=1,$", text, re.M)}
    assert asking
    assert PROFILE["set-resources"].keys() == asking


def test_jobs_of_one_array_ask_for_the_same():
    for name in PROFILE["slurm-array-jobs"].split(","):
        asked = re.search(r"threads: .*?(?=\n +params:)", rules()[name], re.DOTALL)[0]
        assert re.fullmatch(r'threads: \d+\s+resources:(\s+\w+=(\d+|"\w+"),)+', asked)
