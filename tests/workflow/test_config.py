"""What a configuration may say, and how a wrong one is refused, by dry runs in this process."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save
from snakemake.exceptions import MissingRuleException, WorkflowError
from snakemake_runs import ROOT, dry_run, parsed, run

DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())
OF_MODELS = ("quality", "sampling", "training")
TABLES = ("chaos", "mean_field", "noise", "latents", "hybrid", "structure", "cycles", "capacity")
TABLES += OF_MODELS


@pytest.fixture(scope="session")
def attempt(tmp_path_factory):
    """Dry-run the default configuration with overlays on it, and nothing made yet."""
    folder = tmp_path_factory.mktemp("config")

    def jobs(*overlays):
        paths = [folder / f"overlay{index}.yaml" for index in range(len(overlays))]
        for path, overlay in zip(paths, overlays, strict=True):
            path.write_text(overlay)
        return dry_run(ROOT, folder, *paths)

    return jobs


BROKEN = [
    # Misspelt keys, at every level.
    ("sed: 2", "the top level: unknown key 'sed'. Did you mean 'seed'?"),
    ("hybird: {}", "the top level: unknown key 'hybird'. Did you mean 'hybrid'?"),
    ("sampling: {gain: [2]}", "sampling: unknown key 'gain'. Did you mean 'gains'?"),
    (
        "hybrid: {fixed_gain: {gain: [0, 3]}}",
        "hybrid.fixed_gain: unknown key 'gain'. Did you mean 'gains'?",
    ),
    (
        "gan: {training: {learning_rates: 1.0e-4}}",
        "gan.training: unknown key 'learning_rates'. Did you mean 'learning_rate'?",
    ),
    ("recipes: {ours: {flips: true}}", "recipes.ours: unknown key 'flips'. Did you mean 'flip'?"),
    (
        "models: [{data: avatars, latents: subset, recipe: ours, seed: 1}]",
        "models.0: unknown key 'data'. Did you mean 'dataset'?",
    ),
    ("datasets: {mine: {paht: x}}", "datasets.mine: unknown key 'paht'. Did you mean 'path'?"),
    ("datasets: {flowers: {crop: 90}}", "datasets.flowers: 'path' is a required property"),
    (
        "datasets: {my-flowers: {path: x}}",
        "datasets: expected a name of letters, digits and _, found 'my-flowers'",
    ),
    (
        "statistics: {1: 2}",
        "statistics: unknown key '1'. Known keys: transient, sample_every",
    ),
    # Wrong types.
    ("seed: one", "seed: 'one' is not of type 'integer'"),
    ("seed: true", "seed: True is not of type 'integer'"),
    ("chaos: null", "chaos: None is not of type 'object'"),
    ("chaos: {traces: {gains: 4}}", "chaos.traces.gains: 4 is not of type 'array'"),
    ("chaos: {traces: {neurons: 1.0e+3}}", "chaos.traces.neurons: 1000.0 is not of type 'integer'"),
    ("gan: {training: {learning_rate: 1e-4}}", "gan.training.learning_rate: '1e-4' is not of type"),
    ("hybrid: {network: {dt: .nan}}", "hybrid.network.dt: nan is not of type 'number'"),
    ("sampling: {burn_in: .inf}", "sampling.burn_in: inf is not of type 'number'"),
    ("hybrid: {network: {random_variance: 1}}", "hybrid.network.random_variance: 1 is not one of"),
    ("device: gpu", "device: 'gpu' is not one of ['auto', 'cuda', 'cpu']"),
    # Values out of range.
    ("checkpoint_seconds: 3601", "checkpoint_seconds: 3601 is greater than the maximum of 3600"),
    (
        "hybrid: {fixed_gain: {gains: [0, -3]}}",
        "hybrid.fixed_gain.gains.1: -3 is less than the minimum of 0",
    ),
    ("chaos: {divergence: {gains: [2, 2.0]}}", "chaos.divergence.gains: [2, 2.0] has non-unique"),
    ("statistics: {dropped: 1}", "statistics.dropped: 1 is greater than or equal to the maximum"),
    (
        "hybrid: {network: {patterns: 200}}",
        "hybrid.network.patterns: expected at most 199",
    ),
    ("sampling: {frames: 3}", "sampling.frames: 3 is less than the minimum of 8"),
    ("gan: {latents: {count: 251}}", "gan.latents.count: expected at most 250"),
    ("gan: {latents: {degree: 251}}", "gan.latents.degree: expected at most 250"),
    (
        "gan: {batch: 2, latents: {recording: {duration: 20}}}",
        "gan.latents.count: expected at most 80",
    ),
    ("statistics: {transient: 201}", "statistics.transient: expected at most 200"),
    ("hybrid: {cycled_gain: {low_gain: 9}}", "hybrid.cycled_gain.low_gain: expected at most 8"),
    ("datasets: {avatars: {count: 39}}", "quality.neighbours: expected at most 2"),
    ("datasets: {avatars: {count: 70}}", "gan.batch: expected at most 63"),
    ("chaos: {noise: {amplitudes: [0.0001]}}", "chaos.noise.amplitudes.0: 0.0001 is less than"),
    ("chaos: {sweep: {gains: [4, 1.005]}}", "chaos.sweep.gains.1: expected at most 1 or at"),
    ("chaos: {sweep: {gains: [101]}}", "chaos.sweep.gains.0: 101 is greater than the maximum"),
    (
        "chaos: {sweep: {sizes: [{neurons: 10, networks: 1, exponents: 11}]}}",
        "chaos.sweep.sizes.0.exponents: expected at most 10",
    ),
    (
        "chaos: {sweep: {sizes: [{neurons: 9, networks: 1, exponents: 1}, "
        "{neurons: 9, networks: 2, exponents: 1}]}}",
        "chaos.sweep.sizes.1.neurons: expected every size once, found 9 again",
    ),
    (
        "chaos: {sweep: {gains: [2, 3]}}",
        "chaos.sweep.gains: expected 4 among them (gan.latents.gain, to which speeds "
        "are compared), found 2, 3.",
    ),
    ("chaos: {sweep: {gains: [0, 4]}}", "chaos.sweep.gains.0: 0 is less than or equal to"),
    (
        "gan: {latents: {gain: 1.005}}",
        "gan.latents.gain: 1.005 is less than the minimum of 1.01",
    ),
    ("chaos: {latents: {gains: [1]}}", "chaos.latents.gains.0: 1 is less than the minimum"),
    ("chaos: {noise: {stable_gain: 1}}", "chaos.noise.stable_gain: 1 is greater than or equal"),
    ("chaos: {traces: {shown: 3}}", "chaos.traces: unknown key 'shown'"),
    (
        "hybrid: {cycled_gain: {low_duration: [120, 100]}}",
        "hybrid.cycled_gain.low_duration: expected at most 100",
    ),
    ("hybrid: {escapes: {strength: 1}}", "hybrid.escapes.strength: 1 is less than the minimum"),
    ("hybrid: {escapes: {strength: 100}}", "hybrid.escapes.strength: 100 is greater than the"),
    (
        "hybrid: {fixed_gain: {gains: [3]}}",
        "hybrid.fixed_gain.gains: expected at least 2 in the list, found [3].",
    ),
    ("hybrid: {escapes: {gains: [1]}}", "hybrid.escapes.gains.0: 1 is less than the minimum"),
    ("hybrid: {escapes: {patterns: 100}}", "hybrid.escapes.patterns: expected at most 99"),
    ("datasets: {avatars: {count: 9}}", "datasets.avatars.count: 9 is less than the minimum of 10"),
    ("hybrid: {capacity: {patterns: [5, 201]}}", "hybrid.capacity.patterns: expected at most 200"),
    (
        "hybrid: {structure_map: {gains: [0, 1, 5, 8]}}",
        "hybrid.structure_map.gains: expected 3 among them (a gain of Fig. 4, at which weights are "
        "judged), found 0, 1, 5, 8.",
    ),
    (
        "quality: {features: inception}",
        "quality.features: expected efficientnet_lite0, the features of",
    ),
    ("chaos: {traces: {duration: 1.0e-9}}", "chaos.traces.duration: expected a whole multiple"),
    ("seed: 10000000000", "seed: 10000000000 is greater than the maximum of 4294967295"),
    (f"seed: 0x{'f' * 5000}", "the configuration: expected numbers of ordinary size"),
    (
        "hybrid: {escapes: {sizes: [1000000000000000]}}",
        "hybrid.escapes.sizes.0: 1000000000000000 is greater than the maximum",
    ),
    (f"recipes: {{{'a' * 300}: {{}}}}", "recipes"),
    (
        "hybrid: {cycles: {low_durations: [[9, 12], [3, 2]]}}",
        "hybrid.cycles.low_durations.1: expected at most 2 (its second value), found 3",
    ),
    ("hybrid: {cycles: {copies: 1}}", "hybrid.cycles.copies: 1 is less than the minimum of 2"),
    ("chaos: {mixing: {longest_lag: 450}}", "chaos.mixing.longest_lag: expected at most 300"),
    # Times that do not fit one another.
    (
        "hybrid: {network: {dt: 0.07}}",
        "hybrid.fixed_gain.interval: expected a whole multiple of hybrid.network.dt = 0.07",
    ),
    (
        "sampling: {interval: 0.12}",
        "sampling.interval: expected a whole multiple of sampling.dt = 0.05",
    ),
    (
        "statistics: {sample_every: 0.6}",
        "statistics.sample_every: expected a whole multiple of hybrid.fixed_gain.interval = 0.25",
    ),
    (
        "hybrid: {structure_map: {tangent_duration: 61}}",
        "hybrid.structure_map.tangent_duration, halved,: expected a whole multiple",
    ),
    (
        "chaos: {lyapunov: {blocks: 7}}",
        "chaos.lyapunov.duration, divided by blocks,: expected a whole multiple",
    ),
    (
        "chaos: {convergence: {time_steps: [0.2, 0.03]}}",
        "chaos.convergence.horizon: expected a whole multiple of a time step = 0.03",
    ),
    ("chaos: {traces: {dt: 1.0e-320}}", "chaos.traces.burn_in: expected a whole multiple"),
    # Names of things that are not there.
    (
        "models: [{dataset: mnist, latents: subset, recipe: ours, seed: 1}]",
        "models.0.dataset: expected one of avatars, celeba; found mnist",
    ),
    (
        "models: [{dataset: avatars, latents: subset, recipe: theirs, seed: 1}]",
        "models.0.recipe: expected one of ours, paper; found theirs",
    ),
    (
        "figures: {model: mine}",
        "figures.model: expected one of avatars-subset-seed1, celeba64-subset, celeba64-whitened; "
        "found mine",
    ),
    (
        "{models: [{pretrained: celeba64-subset}, "
        "{dataset: avatars, latents: gaussian, recipe: ours, seed: 1}], "
        "figures: {model: avatars-gaussian-seed1}}",
        "figures.model: expected one of celeba64-subset; found avatars-gaussian-seed1",
    ),
    (
        "models: [{pretrained: celeba128}]",
        "models.0.pretrained: expected one of celeba64-subset, celeba64-whitened; found celeba128",
    ),
    (
        "models: [{pretrained: celeba64-subset, recipe: ours}]",
        "models.0: unknown key 'recipe'. Known keys: pretrained, dataset",
    ),
    (
        "gan: {training: {advance: 0.75}}",
        "gan.training.advance: expected a whole multiple of gan.latents.dt = 0.1",
    ),
    (
        "{gan: {training: {advance: 0.7}}, models: [{dataset: avatars, latents: surrogate, "
        "recipe: ours, seed: 1}, {pretrained: celeba64-subset}]}",
        "gan.training.advance: expected a whole multiple of gan.latents.recording.interval = 0.5",
    ),
    (
        "sampling: {switched: {duration: 20}}",
        "sampling.switched.duration: expected a whole multiple of sampling.interval = 0.15",
    ),
    ("quality: {features: vgg}", "quality.features: 'vgg' is not one of"),
    ("datasets: {celeba: {sources: [web]}}", "datasets.celeba.sources.0: 'web' is not one of"),
    (
        "figures: {gains: [2, 3]}",
        "figures.gains.1: expected one of 2, 2.83, 4, 5.66, 8; found 3",
    ),
    ("models: []", "models: expected at least 1 in the list, found []"),
    (
        "models: [{dataset: avatars, latents: subset, recipe: ours, seed: 1}, "
        "{dataset: avatars, latents: subset, recipe: ours, seed: 1}]",
        "models: [{'dataset': 'avatars', 'latents': 'subset', 'recipe': 'ours', 'seed': 1}, "
        "{'dataset': 'avatars', 'latents': 'subset', 'recipe': 'ours', 'seed': 1}] has non-unique",
    ),
    (
        "models: [{pretrained: celeba64-subset}, {pretrained: celeba64-subset, dataset: avatars}]",
        "models.1: expected models of different names, found celeba64-subset again",
    ),
    (
        "quality: {neighbours: 500}",
        "quality.neighbours: expected at most 499 (one fewer than sampling.ensemble), found 500.",
    ),
    (
        "{recipes: {The-Paper: {discriminator: text, real_label: 1, flip: true, "
        "learning_rate_decay: 0, ema_decay: 0}}}",
        "recipes: expected a name of at most 40 lower-case letters, digits and _, the first "
        "a letter, found 'The-Paper'",
    ),
]


@pytest.mark.parametrize(
    ("overlay", "message"), BROKEN, ids=[overlay[:80] for overlay, _ in BROKEN]
)
def test_a_broken_configuration_is_refused_by_its_key(attempt, overlay, message):
    with pytest.raises(WorkflowError) as refusal:
        attempt(overlay)
    assert str(refusal.value).startswith(message)


def test_a_user_sees_the_key_and_no_traceback(repository, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("hybrid: {fixed_gain: {gain: [0, 3]}}")
    refused = run(repository, tmp_path / "run", overlays=[overlay])
    assert refused.returncode != 0
    assert "hybrid.fixed_gain: unknown key 'gain'. Did you mean 'gains'?" in refused.stderr
    assert "Traceback" not in refused.stdout + refused.stderr
    assert len(refused.stderr.splitlines()) < 10
    assert not (tmp_path / "run" / "results").exists()


VALID = {
    "the default": ("{}", "simulate_hybrid/fixed_gain"),
    "the other learning rule": (
        "hybrid: {network: {rule: pseudo_inverse}}",
        "simulate_hybrid/cycled_gain",
    ),
    "the other readout": (
        "{models: [{dataset: avatars, latents: expander, recipe: paper, seed: 3}], "
        "figures: {model: avatars-expander-seed3-paper}}",
        "train_gan/avatars-expander-seed3-paper",
    ),
    "a pretrained generator compared with real images": (
        "models: [{pretrained: celeba64-subset, dataset: celeba}]",
        "retrieve_celeba",
    ),
    "a surrogate": (
        "models: [{pretrained: celeba64-subset}, "
        "{dataset: avatars, latents: surrogate, recipe: ours, seed: 1}]",
        "sample_gain/avatars-surrogate-seed1/4",
    ),
    "own pictures": (
        "{datasets: {folder: {path: pictures}}, "
        "models: [{dataset: folder, latents: subset, recipe: ours, seed: 1}], "
        "figures: {model: folder-subset-seed1}}",
        "read_pictures/folder",
    ),
    "models that differ by recipe only": (
        "{models: [{dataset: avatars, latents: subset, recipe: ours, seed: 1}, "
        "{dataset: avatars, latents: subset, recipe: paper, seed: 1}], "
        "figures: {model: avatars-subset-seed1}}",
        "sample_gain/avatars-subset-seed1-paper/2.83",
    ),
    "a literal reading of Fig. 4": (
        'hybrid: {network: {strength: 200, random_variance: "1"}}',
        "simulate_hybrid/cycled_gain",
    ),
    "no structure": ("hybrid: {network: {strength: 0}}", "simulate_hybrid/cycled_gain"),
    "a recipe of one's own": (
        "{recipes: {mine: {discriminator: text, real_label: 1, flip: true, learning_rate_decay: 0, "
        "ema_decay: 0}}, "
        "models: [{dataset: avatars, latents: subset, recipe: mine, seed: 1}], "
        "figures: {model: avatars-subset-seed1-mine}}",
        "train_gan/avatars-subset-seed1-mine",
    ),
    "gains of any size": (
        "{sampling: {gains: [0.00001, 2.8284271247461903]}, "
        "figures: {gains: [0.00001, 2.8284271247461903]}}",
        "sample_gain/avatars-subset-seed1/2.8284271247461903",
    ),
}


@pytest.mark.parametrize(("overlay", "job"), VALID.values(), ids=VALID)
def test_a_valid_configuration_gives_jobs(attempt, overlay, job):
    assert job in attempt(overlay)


@pytest.mark.parametrize("preset", sorted(path.name for path in (ROOT / "presets").iterdir()))
def test_presets_are_valid(tmp_path, preset):
    assert dry_run(ROOT, tmp_path, ROOT / "presets" / preset)


@pytest.mark.parametrize(
    "name", ["chaos/mixing/size~200", "hybrid/escapes/size~250", "hybrid/capacity/size~100"]
)
def test_no_rule_makes_files_of_sizes_that_only_others_have(tmp_path, name):
    with pytest.raises(MissingRuleException, match="No rule to produce"):
        dry_run(ROOT, tmp_path, targets=[f"results/{name}.h5"])


def paths_to(tree, path=()):
    """List every key of a nested mapping, as the tuple of keys that leads to it."""
    if path:
        yield path
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from paths_to(value, (*path, key))


PATHS = list(paths_to(DEFAULT))
NAMED = tuple(f"{'.'.join(path)}{end}" for path in PATHS for end in ":.")
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, 1, 2, 0.05, 300, math.inf, math.nan])
VALUES = st.recursive(
    NUMBERS | st.none() | st.booleans() | st.text(max_size=5) | st.just("1/N"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=2)
    ),
    max_leaves=3,
)


def overlay_of(path, value):
    for key in reversed(path):
        value = {key: value}
    return yaml.safe_dump(value, allow_unicode=True)


def refusal(attempt, overlays):
    """Return why overlays are refused, or nothing when they give jobs."""
    try:
        assert attempt(*overlays)
    except WorkflowError as error:
        return str(error)
    return None


@given(
    st.lists(
        st.builds(overlay_of, st.sampled_from(PATHS), NUMBERS | VALUES), min_size=1, max_size=3
    )
)
def test_any_change_is_either_valid_or_refused_by_a_key(attempt, overlays):
    message = refusal(attempt, overlays)
    assert message is None or message.startswith(NAMED)


@pytest.fixture
def publish(repository):
    """Put files into the folder of pretrained generators until the test ends."""
    made = []

    def put(name, content):
        made.append(repository / "pretrained" / name)
        made[-1].write_bytes(content)

    yield put
    for path in made:
        path.unlink()


def published(latents, gain):
    """Return the bytes of a file that says what a generator was trained on."""
    description = {"gain": gain, "attributes": {"latents": latents}}
    return save({"readout": np.zeros(1)}, {"model": json.dumps(description)})


CONTROL_ONLY = "models: [{pretrained: celeba64-subset}, {pretrained: celeba64-control}]"


@pytest.mark.parametrize(
    ("latents", "gains"), [("gaussian", {"3"}), ("expander", {"2", "2.83", "4", "5.66", "8"})]
)
def test_a_published_control_is_sampled_at_its_gain_only(
    repository, publish, tmp_path, latents, gains
):
    publish("celeba64-control.safetensors", published(latents, 3))
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(CONTROL_ONLY)
    jobs = dry_run(repository, tmp_path, overlay)
    prefix = "sample_gain/celeba64-control/"
    assert {job.removeprefix(prefix) for job in jobs if job.startswith(prefix)} == gains


@pytest.mark.parametrize("content", [b"", b"no generator", save({"readout": np.zeros(1)})])
def test_a_published_file_that_is_no_generator_is_refused(repository, publish, tmp_path, content):
    publish("celeba64-control.safetensors", content)
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(CONTROL_ONLY)
    with pytest.raises(WorkflowError, match=r"control\.safetensors: expected a generator that"):
        dry_run(repository, tmp_path, overlay)


@pytest.mark.parametrize(
    ("latents", "read"),
    [
        ("gaussian", set()),
        ("subset", set()),
        ("expander", {"degree"}),
        ("whitened", {"recording"}),
        ("surrogate", {"recording"}),
    ],
)
def test_a_training_has_the_parameters_of_its_own_latents_only(monkeypatch, latents, read):
    names = parsed().globals
    monkeypatch.setitem(names["MODELS"], "model", {"latents": latents})
    settings = names["training_settings"](SimpleNamespace(model="model"))
    assert settings["latents"].keys() & {"degree", "recording"} == read


def test_a_python_whose_path_has_a_space_is_refused(repository, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.executable", "/home/me/my code/.venv/bin/python")
    with pytest.raises(WorkflowError, match=r"my code/\.venv/bin/python: expected a Python whose"):
        dry_run(repository, tmp_path)


@pytest.mark.parametrize(
    ("presets", "expected"),
    [
        ([], {*TABLES}),
        (["paper"], set()),
        (["paper", "paper_short"], {"quality", "sampling", "training"}),
        (["paper", {"chaos": {"traces": {"duration": 70}}}], set()),
        (["paper", {"chaos": {"lyapunov": {"duration": 400}}}], {"chaos"}),
        (["paper", {"gan": {"latents": {"gain": 2}}}], {"chaos", "latents", *OF_MODELS}),
        (["paper", {"recipes": {"ours": {"ema_decay": 0.0}}}], {*OF_MODELS}),
        (["paper", {"datasets": {"celeba": {"path": "faces.zip"}}}], set()),
        (["paper", {"quality": {"neighbours": 1}}], {"quality"}),
        (["paper", {"statistics": {"dropped": 0.5}}], {"hybrid"}),
    ],
)
def test_tables_with_other_parameters_than_the_paper_preset_are_known(tmp_path, presets, expected):
    (tmp_path / "change.yaml").write_text(yaml.safe_dump(presets[-1] if presets else {}))
    overlays = [ROOT / "presets" / f"{each}.yaml" for each in presets if isinstance(each, str)]
    if presets and isinstance(presets[-1], dict):
        overlays.append(tmp_path / "change.yaml")
    names = parsed(*overlays).globals
    assert {*names["altered_tables"]()} == expected
    assert names["MADE_FROM"].keys() == {*names["TABLES"], "quality"} == {*TABLES}


def leaves(section, name):
    """List the keys of a section that has no sections in it."""
    if not isinstance(section, dict):
        return [name]
    return [key for part, value in section.items() for key in leaves(value, f"{name}.{part}")]


NO_TABLE = [
    *("seed", "device", "checkpoint_seconds", "figures", "quality.weights"),
    *("chaos.traces", "chaos.convergence", "gan.grid", "datasets.avatars"),
    *("datasets.celeba.sources", "datasets.celeba.path", "datasets.celeba.downloads"),
]
"""Keys on which no number in a table depends that is not known by other keys, too."""


def test_every_key_is_known_to_decide_on_a_table_or_on_none():
    sections = parsed().globals["MADE_FROM"].values()
    known = [*{key for keys in sections for key in keys}, *NO_TABLE]
    keys = [key for name, section in DEFAULT.items() for key in leaves(section, name)]
    beginnings = tuple(f"{key}." for key in known)
    assert [key for key in keys if not f"{key}.".startswith(beginnings)] == []
