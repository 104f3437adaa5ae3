"""What a change makes run again, by dry runs on a finished run."""

from __future__ import annotations

import os
import shutil

import pytest
from PIL import Image
from snakemake_runs import dry_run, run

MODEL = "avatars-subset-seed1"
PRETRAINED = "celeba64-subset"  # the one in the figures of the paper's numbers
MODELS = (MODEL, PRETRAINED)
GAINS = ("2", "2.83", "4", "5.66", "8")


def each(rule, *models):
    """Name the jobs of a rule for models, all of the smoke preset if none are given."""
    return {f"{rule}/{model}" for model in models or MODELS}


def after_gain(*models, gains=GAINS):
    """Name the jobs of models that need samples at these gains, but for those of all models."""
    return {
        *(f"sample_gain/{model}/{gain}" for model in models for gain in gains),
        *each("measure_quality", *models),
        *each("plot_model_figure3", *models),
        *each("animate_gains", *models),
    }


def after_training(*models):
    """Name the jobs that need the generators of models, but for those of all models."""
    return {
        *each("sample_grid", *models),
        *each("plot_model_figure2", *models),
        *each("sample_switched", *models),
        *each("animate_switched", *models),
        *after_gain(*models),
    }


REPORT = {"judge_claims", "build_report"}
OF_ALL_MODELS = {"summarise_sampling", "plot_figureS8", "plot_figureS13", *REPORT}
SHOWN = {"plot_figure2", "plot_figure3", "plot_figureS7"}
FIGURES_3 = {"plot_figure3", *each("plot_model_figure3")}
AFTER_TRAINING = {*after_training(MODEL), f"plot_training/{MODEL}", "summarise_training"}
AFTER_TRAINING |= OF_ALL_MODELS
PROTOCOLS = ("fixed_gain", "gain_sweep", "cycled_gain")
READINGS = {f"simulate_reading/{name}" for name in ("sum_1", "sum_1N", "mean_1", "mean_1N")}
OF_FIGURE_4 = {*(f"simulate_hybrid/{protocol}" for protocol in PROTOCOLS), *READINGS}
LOADED = {"simulate_capacity/60", "simulate_escapes/40", "simulate_escapes/80"}
CYCLES = {f"simulate_cycles/{network}" for network in (0, 1)}
MAP = {f"simulate_structure_map/{strength}" for strength in ("0.5", "4", "20")}
HYBRID = {*OF_FIGURE_4, *MAP, *CYCLES, *LOADED}
HYBRID_FIGURES = {"plot_figure4", *(f"plot_figureS{number}" for number in (9, 10, 11, 12))}
HYBRID_TABLES = {f"summarise_{name}" for name in ("hybrid", "structure", "cycles", "capacity")}
AFTER_CYCLES = {"summarise_cycles", "plot_figureS11"}
SIZES = (40, 80)
MIXING = {f"simulate_mixing/{size}" for size in SIZES}
LYAPUNOV = {f"simulate_lyapunov/{size}" for size in SIZES}
EXTENDED = {"simulate_convergence", "simulate_noise", "simulate_latents"}
CHAOS = {"simulate_traces", "simulate_divergence", *MIXING, *LYAPUNOV, *EXTENDED}
SWEEP_FIGURES = {"plot_figureS1", "plot_figureS2", "plot_figureS3"}
EXTENDED_FIGURES = {*SWEEP_FIGURES, *(f"plot_figureS{number}" for number in (4, 5, 6))}
FROM_AVATARS = {"measure_reference/avatars", f"train_gan/{MODEL}", *AFTER_TRAINING}
OVERLAPS = {f"measure_overlaps/{protocol}" for protocol in PROTOCOLS}
SECOND = "avatars-expander-seed2"
TWO_TRAINED = (
    "models: [{dataset: avatars, latents: subset, recipe: ours, seed: 1}, "
    "{dataset: avatars, latents: expander, recipe: ours, seed: 2}, {pretrained: celeba64-subset}]"
)
CONTROL = "avatars-gaussian-seed1"
WITH_CONTROL = (
    "models: [{dataset: avatars, latents: subset, recipe: ours, seed: 1}, "
    "{dataset: avatars, latents: gaussian, recipe: ours, seed: 1}, {pretrained: celeba64-subset}]"
)
JOBS_OF_SECOND = {f"train_gan/{SECOND}", f"plot_training/{SECOND}", *after_training(SECOND)}
JOBS_OF_SECOND |= {"summarise_training"}
CHAOS_TABLES = {"summarise_chaos", "summarise_noise", "summarise_latents"}
TABLES = {*CHAOS_TABLES, "summarise_sampling", *HYBRID_TABLES}


@pytest.fixture
def after(smoke, tmp_path):
    """Say which jobs would run again after a change of the configuration."""

    def jobs(overlay=""):
        preset = tmp_path / "overlay.yaml"
        preset.write_text(overlay or "{}")
        return dry_run(smoke.repository, smoke.directory, smoke.preset, preset)

    return jobs


@pytest.fixture
def edit(repository, tmp_path):
    """Replace text in a file of the repository until the test ends."""
    saved = {}

    def replace(name, old, new):
        path = repository / name
        saved[path] = shutil.copy2(path, tmp_path / path.name)
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    yield replace
    for path, original in saved.items():
        shutil.copy2(original, path)


@pytest.fixture
def copied(smoke, tmp_path):
    return shutil.copytree(smoke.directory, tmp_path / "run")


CONFIGURED = {
    "a gain of Fig. 4": (
        "hybrid: {fixed_gain: {gains: [0, 3, 5, 9]}}",
        {"simulate_hybrid/fixed_gain", "measure_overlaps/fixed_gain", *READINGS}
        | {"summarise_hybrid", "plot_figure4", "plot_figureS10", *REPORT},
    ),
    "the width of the GAN": (
        "gan: {training: {width: 6}}",
        {f"train_gan/{MODEL}", *AFTER_TRAINING},
    ),
    "the grid of Fig. 2": (
        "gan: {grid: {samples: 16}}",
        {*each("sample_grid"), *each("plot_model_figure2"), "plot_figure2", "build_report"},
    ),
    "a gain of Fig. 3": (
        "{sampling: {gains: [2, 2.83, 4, 6, 8]}, figures: {gains: [2, 8, 2.83, 6]}}",
        {*after_gain(*MODELS, gains=["6"]), "plot_figure3", "plot_figureS3", "plot_figureS7"}
        | {"summarise_chaos", *OF_ALL_MODELS},
    ),
    "the size of the data set": (
        "datasets: {avatars: {count: 130}}",
        {"render_avatars", *FROM_AVATARS},
    ),
    "what an overlap is": (
        "hybrid: {overlaps: {activity: h}}",
        {*OVERLAPS, *READINGS, "summarise_hybrid"} | {"plot_figure4", "plot_figureS10", *REPORT},
    ),
    "a strength of the map": (
        "hybrid: {structure_map: {strengths: [0.5, 4, 10]}}",
        {"simulate_structure_map/10", "summarise_structure", "plot_figureS9", *REPORT},
    ),
    "the strength of Fig. 4": (
        "hybrid: {network: {strength: 3}}",
        {*(f"simulate_hybrid/{protocol}" for protocol in PROTOCOLS), *OVERLAPS}
        | {*CYCLES, *AFTER_CYCLES}
        | {"summarise_hybrid", "plot_figure4", "plot_figureS9", "plot_figureS10", *REPORT},
    ),
    "the number of restarts": (
        "hybrid: {cycles: {restarts: 5}}",
        {*CYCLES, *AFTER_CYCLES, *REPORT},
    ),
    "the number of networks": (
        "hybrid: {cycles: {networks: 3}}",
        {"simulate_cycles/2", *AFTER_CYCLES, *REPORT},
    ),
    "the dropped share": (
        "statistics: {dropped: 0.25}",
        {"summarise_hybrid", "plot_figureS10", *REPORT},
    ),
    "the rows of Fig. 3": (
        "figures: {gains: [2, 8]}",
        {*FIGURES_3, "plot_figureS3", "summarise_chaos", *REPORT},
    ),
    "the order of gains": (
        "{sampling: {gains: [8, 5.66, 4, 2.83, 2]}, figures: {gains: [5.66, 2.83, 8, 2]}}",
        {*FIGURES_3, *each("animate_gains"), "plot_figureS7", "plot_figureS13"}
        | {"plot_figureS3", "summarise_chaos", *REPORT},
    ),
    "the features of the quality": (
        "quality: {directions: 17}",
        {*each("measure_quality"), "plot_figureS8", *REPORT},
    ),
    "what only other latents are fitted to": (
        "gan: {latents: {recording: {duration: 30}}}",
        {"simulate_latents", "summarise_latents", "plot_figureS6", *REPORT},
    ),
    "how many neurons a latent of the expander sums": (
        "gan: {latents: {degree: 5}}",
        {"simulate_latents", "summarise_latents", "plot_figureS6", *REPORT},
    ),
    "another model beside the first": (
        f"{{{TWO_TRAINED}}}",
        {*JOBS_OF_SECOND, *OF_ALL_MODELS},
    ),
    "another model in the figures": (
        f"{{{TWO_TRAINED}, figures: {{model: {SECOND}}}}}",
        {*JOBS_OF_SECOND, *SHOWN, *OF_ALL_MODELS},
    ),
    "a control, which has no gain": (
        f"{{{WITH_CONTROL}}}",
        {f"train_gan/{CONTROL}", f"sample_gain/{CONTROL}/4", "summarise_training", *OF_ALL_MODELS}
        | {
            f"{rule}/{CONTROL}"
            for rule in ("plot_training", "sample_grid", "measure_quality", "plot_model_figure2")
        },
    ),
    "a size of the sweep": (
        "chaos: {sweep: {sizes: [{neurons: 40, networks: 2, exponents: 10}, "
        "{neurons: 60, networks: 1, exponents: 9}]}}",
        {"simulate_mixing/60", "simulate_lyapunov/60", "summarise_chaos", "summarise_mean_field"}
        | {*SWEEP_FIGURES, *REPORT},
    ),
    "how many exponents": (
        "chaos: {sweep: {sizes: [{neurons: 40, networks: 2, exponents: 11}, "
        "{neurons: 80, networks: 2, exponents: 12}]}}",
        {"simulate_lyapunov/40", "summarise_chaos", "plot_figureS1", *REPORT},
    ),
    "the device": ("device: cpu", set()),
    "how often a training is saved": ("checkpoint_seconds: 10", set()),
    "the order of keys": (
        "{gan: {latents: {recording: {interval: 0.5, duration: 20}, burn_in: 2}, batch: 32}, "
        "models: [{seed: 1, recipe: ours, latents: subset, dataset: avatars}, "
        "{pretrained: celeba64-subset}]}",
        set(),
    ),
    "nothing": ("{}", set()),
}


@pytest.mark.parametrize(("overlay", "expected"), CONFIGURED.values(), ids=CONFIGURED)
def test_a_parameter_reruns_what_depends_on_it(after, overlay, expected):
    assert after(overlay).keys() == expected


def test_logic_in_network_reruns_the_rules_that_use_it(after, edit):
    edit("chaos_sampling/network/weights.py", "np.sqrt(1 / neurons if", "np.sqrt(2 / neurons if")
    jobs = after()
    changed = {name for name, job in jobs.items() if job.reason.startswith("Params have changed")}
    samples = {name for name in after_training(PRETRAINED) if name.startswith("sample_")}
    assert changed == {*CHAOS, *HYBRID, f"train_gan/{MODEL}", *samples}
    assert jobs.keys() == {
        *changed,
        *OVERLAPS,
        *AFTER_TRAINING,
        *after_training(PRETRAINED),
        *SHOWN,
        *TABLES,
        *EXTENDED_FIGURES,
        "plot_figure1",
        *HYBRID_FIGURES,
    }


LOGIC = {
    "network/patterns.py": (
        "strength / patterns.shape[1]",
        {*HYBRID, *OVERLAPS, *HYBRID_TABLES, *HYBRID_FIGURES, *REPORT},
    ),
    "gan/sampling.py": (
        'IMAGE_AXES = ("y", "x", "channel")',
        {*after_training(*MODELS), *SHOWN, *OF_ALL_MODELS},
    ),
    "datasets/pictures.py": ("LISTED = 10", set()),
    "datasets/images.py": (
        "SIZE = 64",
        {"render_avatars", *FROM_AVATARS, *after_training(PRETRAINED), *SHOWN},
    ),
}


@pytest.mark.parametrize("name", LOGIC)
def test_logic_reruns_no_more_than_what_uses_it(after, edit, name):
    old, expected = LOGIC[name]
    edit(f"chaos_sampling/{name}", old, f"{old} + 0")
    assert after().keys() == expected


def test_a_module_that_is_imported_whole_is_seen(after, edit):
    edit(
        "scripts/simulate_traces.py",
        "from stage",
        "import chaos_sampling.measures.energy\nfrom stage",
    )
    assert "Params have changed" in after()["simulate_traces"].reason


def test_a_measure_of_activity_trains_nothing_anew(after, edit):
    edit(
        "chaos_sampling/measures/mixing.py", "np.diff(series, axis=0)", "np.diff(series, 1, axis=0)"
    )
    jobs = after().keys()
    assert "summarise_chaos" in jobs
    assert f"train_gan/{MODEL}" not in jobs


def test_logic_in_statistics_reruns_the_tables(after, edit):
    edit("chaos_sampling/statistics/table.py", "\nCOLUMNS = [", "\nUNUSED = 0\nCOLUMNS = [")
    # these take what they draw from statistics
    figures = {f"plot_figureS{number}" for number in (1, 3, 8, 9, 10, 11, 12, 13)}
    tables = {*TABLES, "summarise_mean_field", "summarise_training", *each("measure_quality")}
    assert after().keys() == {*tables, *figures, *REPORT}


def test_logic_in_an_experiment_reruns_it_alone(after, edit):
    edit("chaos_sampling/measures/lyapunov.py", "len(self.rates))", "len(self.rates) + 0)")
    map_of_strength = {*MAP, "summarise_structure", "plot_figureS9"}
    sweep = {*LYAPUNOV, "summarise_chaos", "plot_figureS1"}
    assert after().keys() == {*sweep, *map_of_strength, *REPORT}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            "network/weights.py",
            "@dataclass(frozen=True)",
            "# A comment.\n@dataclass( frozen = True )",
        ),
        ("network/weights.py", '"""Weights of the networks:', '"""The weights of all networks:'),
        ("network/weights.py", '"""Number of neurons, N."""', '"""Size, N."""'),
        ("store.py", '"kind": dataset.kind', '"kind": str(dataset.kind)'),
        ("progress.py", "interval: float = 5.0", "interval: float = 6.0"),
        ("gan/generators.py", '"size": model.generator.size', '"size": int(model.generator.size)'),
        ("gan/checkpoint.py", 'f"{file.name}.damaged"', 'f"{file.name}.broken"'),
        ("gan/journal.py", "If it lasts, use more images", "If it lasts, take more images"),
    ],
    ids=[
        *("comment", "module docstring", "docstring"),
        *("store", "progress", "file", "checkpoint", "journal"),
    ],
)
def test_words_and_file_handling_rerun_nothing(after, edit, name, old, new):
    edit(f"chaos_sampling/{name}", old, new)
    assert after() == {}


def test_an_edited_script_reruns_its_rule(after, edit):
    edit("scripts/summarise_chaos.py", "with stage(snakemake):", "with stage(snakemake) as _:")
    assert after().keys() == {"summarise_chaos", *REPORT}


def test_a_script_that_is_newer_or_has_a_comment_reruns_nothing(after, edit, repository):
    edit("scripts/summarise_chaos.py", "with stage(", "# A comment.\nwith stage(")
    for script in (repository / "scripts").glob("*.py"):
        script.touch()
    assert after() == {}


def test_a_pretrained_generator_that_is_newer_reruns_nothing(after, repository):
    for path in (repository / "pretrained").iterdir():
        path.touch()
    assert after() == {}


def test_an_edited_rule_of_a_verdict_reruns_the_verdicts(after, edit):
    edit("report/claims.yaml", "below: 1.0e-6", "below: 1.0e-7")
    assert after().keys() == REPORT


@pytest.mark.parametrize(
    ("deleted", "expected"),
    [
        (["statistics/hybrid.tsv"], {"summarise_hybrid", "plot_figureS10", *REPORT}),
        (
            ["figures/figure4.png", "hybrid/fixed_gain_overlaps.h5"],
            {"measure_overlaps/fixed_gain", "summarise_hybrid", "plot_figure4", "plot_figureS10"}
            | {*REPORT},
        ),
        (["hybrid/fixed_gain_overlaps.h5"], set()),
    ],
    ids=["a table", "a figure and its input", "an intermediate that nothing asks for"],
)
def test_a_deleted_file_is_made_again_where_needed(smoke, copied, deleted, expected):
    for name in deleted:
        (copied / "results" / name).unlink()
    assert dry_run(smoke.repository, copied, smoke.preset).keys() == expected


def test_logs_and_benchmarks_can_be_deleted(smoke, copied):
    for name in ("logs", "benchmarks"):
        shutil.rmtree(copied / "results" / name)
    (copied / "results" / "statistics" / "training.tsv").unlink()
    jobs = dry_run(smoke.repository, copied, smoke.preset)
    assert jobs.keys() == {"summarise_training", *REPORT}


@pytest.fixture
def built(repository, tmp_path):
    """Build a data set, and say of overlays which jobs it would then need again."""

    def build(name, overlay):
        target = f"results/data/{name}.h5"
        first = tmp_path / "first.yaml"
        first.write_text(overlay)
        finished = run(repository, tmp_path, target, overlays=[first])
        assert finished.returncode == 0, finished.stderr

        def jobs(overlay="{}"):
            second = tmp_path / "second.yaml"
            second.write_text(overlay)
            presets = (repository / "presets" / "smoke.yaml", first, second)
            return dry_run(repository, tmp_path, *presets, targets=[target]).keys()

        return jobs

    return build


def put_pictures(folder, names, size=(64, 64)):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", size, "white").save(folder / f"{name}.png")


def test_a_changed_folder_of_pictures_is_built_again(built, edit, tmp_path):
    folder = tmp_path / "pictures"
    put_pictures(folder / "inner", range(10))
    jobs = built("folder", f"datasets: {{folder: {{path: {folder}}}}}")
    assert jobs() == jobs("seed: 2") == set()
    (folder / "inner" / "gone.png").symlink_to(tmp_path / "gone.png")
    for name in (".DS_Store", "notes.txt"):
        (folder / name).write_text("not read")
    assert jobs() == set()
    put_pictures(folder / "inner", ["new"])
    assert jobs() == {"read_pictures/folder"}
    (folder / "inner" / "new.png").unlink()
    assert jobs() == set()
    edit("chaos_sampling/datasets/pictures.py", "side = min(width, height)", "side = 64")
    assert jobs() == {"read_pictures/folder"}


def test_a_zip_replaced_by_an_older_one_is_read_again(built, tmp_path):
    put_pictures(tmp_path / "pictures", range(10))
    path = shutil.make_archive(str(tmp_path / "pictures"), "zip", tmp_path / "pictures")
    jobs = built("folder", f"datasets: {{folder: {{path: {path}}}}}")
    assert jobs() == set()
    os.utime(path, (10**9, 10**9))
    assert jobs() == {"read_pictures/folder"}


def test_celeba_stays_when_its_source_changes_or_goes(built, edit, tmp_path):
    folder = tmp_path / "img_align_celeba"
    put_pictures(folder, [f"{number:06d}" for number in (1, 2, 182_638)], (178, 218))
    jobs = built("celeba", f"datasets: {{celeba: {{sources: [local], path: {folder}}}}}")
    assert jobs("datasets: {celeba: {sources: [torchvision], downloads: kept}}") == set()
    put_pictures(folder, ["000003"], (178, 218))
    assert jobs() == set()
    shutil.rmtree(folder)
    assert jobs() == set()
    assert jobs("datasets: {celeba: {crop: 178}}") == {"retrieve_celeba"}
    edit("chaos_sampling/datasets/celeba.py", "UNREADABLE = 0.001", "UNREADABLE = 0.002")
    assert jobs() == {"retrieve_celeba"}
