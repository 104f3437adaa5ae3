"""The profile for Slurm goes with the rules."""

from __future__ import annotations

import pytest
import yaml
from snakemake_runs import ROOT, parsed

DEFAULT, PROFILE = (
    yaml.safe_load((ROOT / "profiles" / name / "profile.yaml").read_text())
    for name in ("default", "slurm")
)
RULES = {rule.name: rule for rule in parsed().rules}


def test_rules_that_ask_for_a_gpu_and_no_others_go_to_its_partition():
    asking = {name for name, rule in RULES.items() if "gpu" in rule.resources}
    assert asking
    assert PROFILE["set-resources"].keys() == asking


def test_jobs_of_one_array_ask_for_the_same():
    for name in PROFILE["slurm-array-jobs"].split(","):
        asked = dict(RULES[name].resources.items())
        assert asked.keys() >= {"_cores", "mem_mb", "runtime"}
        of_each_job = {resource for resource, value in asked.items() if value.is_evaluable()}
        assert of_each_job == {"tmpdir"}


@pytest.mark.parametrize("key", ["rerun-triggers", "max-checksum-file-size"])
def test_what_runs_again_is_the_same_on_a_cluster(key):
    assert PROFILE[key] == DEFAULT[key]
