from __future__ import annotations

import numpy as np
import pytest

from chaos_sampling.report.lineage import Rule, lineage, rules_of, time_of
from chaos_sampling.store import Dataset, Variable, save


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of three rules: simulate → h.h5, model.bin; measure → m.h5; summarise → a table."""
    monkeypatch.chdir(tmp_path)
    dataset = Dataset("traces", "Traces", {"h": Variable(np.zeros(2), ("time",), "1", "h")})
    provenance = {"rule": "simulate", "inputs": [], "outputs": ["h.h5", "model.bin"]}
    save(dataset, "h.h5", provenance)
    (tmp_path / "model.bin").write_bytes(b"weights")
    provenance = {"rule": "measure", "inputs": ["h.h5", "model.bin"], "outputs": ["m.h5"]}
    save(dataset, "m.h5", provenance)
    return tmp_path


def benchmark(path, seconds):
    path.write_text(f"s\th:m:s\n{seconds}\t0:00:01\n")
    return path


def test_files_are_followed_to_the_first(run):
    found = lineage(["m.h5", "missing.h5", "model.bin"])
    assert list(found) == ["h.h5", "m.h5"]
    assert found["h.h5"]["title"] == "Traces"


def test_rules_come_after_those_that_they_read(run):
    benchmark(run / "measure.tsv", 3.5)
    benchmarks = {"measure": ["measure.tsv"], "not shown": ["no table"]}
    rules = rules_of(lineage(["m.h5"]), {"summarise": ["m.h5"]}, benchmarks)
    assert rules == [
        Rule("simulate"),
        Rule("measure", {"simulate"}, 1, 3.5),
        Rule("summarise", {"measure"}),
    ]


def test_a_file_that_is_no_hdf5_has_the_rule_that_made_it_too(run):
    rules = rules_of(lineage(["h.h5"]), {"summarise": ["model.bin"]}, {})
    assert rules[-1] == Rule("summarise", {"simulate"})


def test_files_without_inputs_stand_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(Dataset("traces", "Traces", {}), "old.h5", {"rule": "simulate"})
    assert rules_of(lineage(["old.h5"]), {}, {}) == [Rule("simulate")]


def test_times_of_the_jobs_of_a_rule_add_up(tmp_path):
    one, two = benchmark(tmp_path / "one.tsv", 2), benchmark(tmp_path / "two.tsv", 3.5)
    (tmp_path / "of a running job.tsv").touch()
    assert time_of([one, two, tmp_path / "of a running job.tsv"]) == (2, 5.5)
    assert time_of([one, tmp_path / "missing.tsv"]) == (1, 2)
    assert time_of([]) == (0, 0)
