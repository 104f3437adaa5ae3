"""What a whole run leaves behind, with the smoke preset."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import xarray
from data_page import PAGE, describing, differences
from PIL import Image
from snakemake_runs import ROOT, dry_run, parsed, run

from chaos_sampling.report.claims import COLUMNS as COLUMNS_OF_CLAIMS
from chaos_sampling.report.claims import VERDICTS
from chaos_sampling.statistics.selection import load
from chaos_sampling.statistics.table import COLUMNS

MODEL = "avatars-subset-seed1"
PRETRAINED = "celeba64-subset"
FIGURES = tuple(parsed().globals["FIGURES"])
TABLES = tuple(parsed().globals["TABLES"])
TABLE_FILES = [
    *(f"statistics/{name}.tsv" for name in TABLES),
    *(f"gan/{model}/quality.tsv" for model in (MODEL, PRETRAINED)),
]
WITHOUT_TORCH = (
    *("files", "store", "seeds", "progress", "network.schedules", "network.readings"),
    *("measures.autocorrelation", "measures.mixing", "measures.timescales"),
    *("measures.overlaps", "measures.energy", "measures.visits"),
    *("latents.readout", "datasets.images", "experiments.theory", "experiments.protocols"),
)


def files_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_run_leaves_exactly_the_declared_files(smoke):
    jobs = dry_run(smoke.repository, smoke.directory, smoke.preset, everything=True).values()
    declared = {path for job in jobs for path in [*job.output, *job.records]}
    found = {path for path in files_below(smoke.directory) if not path.startswith(".snakemake/")}
    # Not declared, since Snakemake deletes logs before a job, and prints those of a failed one.
    log = f"results/logs/train_gan/{MODEL}"
    assert found - declared == {f"{log}.png", f"{log}.jsonl"}
    assert declared <= found


@pytest.mark.parametrize("name", ["hybrid", "cycles"])
def test_rows_of_hybrid_networks_name_their_weights(smoke, name):
    table = load(smoke.directory / "results" / "statistics" / f"{name}.tsv")
    found = [json.loads(condition) for condition in table["condition"]]
    assert {one["rule"] for one in found} == {"outer_product"}


def test_a_second_run_has_nothing_to_do(smoke):
    again = run(smoke.repository, smoke.directory)
    assert again.returncode == 0
    assert "Nothing to be done" in again.stderr


def test_a_run_elsewhere_gives_the_same_results(smoke, tmp_path, pytestconfig):
    if not pytestconfig.getoption("thorough"):
        pytest.skip("runs the smoke preset once more, as make test-faults does")
    assert run(smoke.repository, tmp_path).returncode == 0
    results = smoke.directory / "results"
    names = [name for name in files_below(results) if name.endswith((".h5", ".safetensors"))]
    different = [
        name
        for name in names
        if (results / name).read_bytes() != (tmp_path / "results" / name).read_bytes()
    ]
    assert {name.partition("/")[0] for name in names} == {"chaos", "data", "gan", "hybrid"}
    assert different == []


def test_no_log_is_empty(smoke):
    logs = list((smoke.directory / "results" / "logs").rglob("*.log"))
    assert logs
    assert [log for log in logs if not log.read_text().strip()] == []


def test_the_training_log_shows_device_rate_and_time_left(smoke):
    log = (smoke.directory / f"results/logs/train_gan/{MODEL}.log").read_text()
    assert "training on cpu" in log
    assert re.search(r"training: .*384/384 \[\d\d:\d\d<\d\d:\d\d, .*image/s, loss", log)


def test_hdf5_files_show_the_labelled_arrays_that_are_documented(smoke):
    assert differences(smoke.directory / "results") == []


def test_the_example_on_files_runs(smoke, monkeypatch):
    monkeypatch.chdir(smoke.directory)
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    found = {}
    exec(code, found)
    assert found["at_eight"].dims == ("network", "time", "pattern")
    assert found["names"] == ["/network", "/gain", "/time", "/pattern"]
    assert found["overlap"].shape == found["overlaps"]["overlap"].shape
    assert found["kind"] == "overlaps"


def test_every_hdf5_file_tells_where_it_comes_from(smoke):
    paths = sorted((smoke.directory / "results").rglob("*.h5"))
    assert paths
    for path in paths:
        with xarray.open_dataset(path, engine="h5netcdf") as dataset:
            attributes = dataset.attrs
        assert all(attributes[name] for name in ("kind", "title", "rule", "code_version")), path
        assert attributes["seed"] == ("none" if path.name == "mean_field.h5" else "1"), path
        assert json.loads(attributes["config"]), path
        assert {"numpy", "h5py", "torch"} <= json.loads(attributes["software"]).keys(), path


@pytest.mark.parametrize("name", [f"figure{number}" for number in FIGURES])
def test_figures_are_drawn_as_png_and_svg(smoke, name):
    folder = smoke.directory / "results" / "figures"
    with Image.open(folder / f"{name}.png") as image:
        image.load()
        assert image.width == pytest.approx(180 / 25.4 * 300, abs=1)  # 180 mm at 300 dpi
        assert 500 < image.height < 9000
        assert len(image.convert("L").resize((64, 64)).getcolors()) > 10
    drawing = ElementTree.parse(folder / f"{name}.svg").getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert (folder / f"{name}.svg").stat().st_size < 5e6


@pytest.mark.parametrize("path", TABLE_FILES)
def test_tables_have_their_columns_and_documented_quantities(smoke, path):
    table = load(smoke.directory / "results" / path)
    assert list(table.columns) == COLUMNS
    assert (table["networks"][table["mean"].notna()] >= 1).all()
    assert table["theory" if "mean_field" in path else "mean"].notna().any()
    (section,) = describing(path)
    found, documented = set(table["quantity"]), section.listed()
    described = {(one, name) for one in found for name in documented if fnmatchcase(one, name)}
    assert found == {quantity for quantity, _ in described}
    assert documented == {name for _, name in described}


def test_every_claim_has_a_verdict(smoke):
    claims = load(smoke.directory / "results" / "claims.tsv")
    evidence = load(smoke.directory / "results" / "evidence.tsv")
    assert list(claims.columns) == COLUMNS_OF_CLAIMS
    assert set(claims["verdict"]) <= set(VERDICTS)
    assert set(claims["claim"]) == set(evidence["claim"])
    altered = claims["evidence"].str.endswith("not the paper preset")
    assert list(claims["claim"][~altered]) == ["serial_cost"]  # no run makes its table


class Page(HTMLParser):
    """What a page loads, and what it says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.names: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name == "id":
                self.names.append(value)
            elif tag == "img" and name == "src":
                self.images.append(value)
            elif name in ("src", "href", "srcset", "data", "action", "poster"):
                self.loaded.append(value)


def test_the_report_needs_no_other_file_and_no_network(smoke):
    text = (smoke.directory / "results" / "report.html").read_text()
    page = Page(text)
    assert len(page.images) == len(FIGURES)
    assert all(source.startswith("data:image/webp;base64,") for source in page.images)
    assert all(source.startswith(("data:", "#")) for source in page.loaded)
    assert {source[1:] for source in page.loaded if source.startswith("#")} <= set(page.names)
    assert len(page.names) == len(set(page.names))
    assert len(text) < 8e6
    assert not {"script", "iframe", "object", "embed"} & set(page.tags)
    assert "url(" not in text
    assert "@import" not in text


def test_the_report_leads_from_a_claim_to_the_simulation(smoke):
    page = Page((smoke.directory / "results" / "report.html").read_text())
    overlaps, simulated = (f"results/hybrid/fixed_gain{name}.h5" for name in ("_overlaps", ""))
    steps = ["table-hybrid", f"file-{overlaps}", "rule-measure_overlaps", "rule-simulate_hybrid"]
    assert {"claim-exploration", *steps, f"file-{simulated}"} <= set(page.names)
    assert {f"#{step}" for step in steps} <= set(page.loaded)


def test_the_report_names_what_the_quality_was_measured_against(smoke):
    page = Page((smoke.directory / "results" / "report.html").read_text())
    files = (f"file-results/data/avatars{name}.h5" for name in ("-reference", ""))
    assert {"rule-measure_reference", *files} <= set(page.names)


def test_the_report_counts_the_jobs_of_each_rule(smoke):
    text = (smoke.directory / "results" / "report.html").read_text()
    shown = re.findall(r'<tr id="rule-(\w+)">.*<td>(\d+)</td><td>\d+</td></tr>', text)
    jobs = dry_run(smoke.repository, smoke.directory, smoke.preset, everything=True)
    ran = [name.partition("/")[0] for name in jobs]
    assert {rule: int(count) for rule, count in shown} == {
        rule: ran.count(rule) for rule, _ in shown
    }
    assert {"train_gan", "sample_gain", "simulate_hybrid"} <= {rule for rule, _ in shown}


def test_the_report_has_everything_measured(smoke):
    text = (smoke.directory / "results" / "report.html").read_text()
    assert "not measured" not in text
    assert {f"Figure {number}." for number in FIGURES} <= set(re.findall(r"Figure S?\d+\.", text))


def test_analysis_and_figures_do_without_torch():
    whole = [
        f"{package}.{path.stem}"
        for package in ("figures", "report", "statistics", "theory")
        for path in (ROOT / "chaos_sampling" / package).glob("[!_]*.py")
    ]
    imports = "; ".join(f"import chaos_sampling.{name}" for name in (*WITHOUT_TORCH, *whole))
    check = f"import sys; {imports}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0
