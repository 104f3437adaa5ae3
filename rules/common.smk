"""Names and input functions that rules share, and the hash of the science they run."""

import ast
import hashlib
import os
import re
import shutil
from functools import cache
from pathlib import Path

from snakemake.io import strip_wildcard_constraints

from chaos_sampling.latents.names import FITTED
from chaos_sampling.network.readings import READINGS

ROOT = Path(workflow.basedir)
# How a result is kept, told or continued does not change what it is.
NOT_SCIENCE = {"files", "store", "progress", "journal", "generators", "checkpoint"}
NOT_SCIENCE |= {"coordinates", "download"}


MODELS = {name_of(model): model for model in config["models"]}
TRAINED = [name for name, model in MODELS.items() if "pretrained" not in model]
CHAOTIC = [name for name, model in MODELS.items() if is_chaotic(model)]
PROTOCOLS = ["fixed_gain", "gain_sweep", "cycled_gain"]
SIZES = {
    size["neurons"]: size
    for size in sorted(config["chaos"]["sweep"]["sizes"], key=lambda size: size["neurons"])
}
# All values of each wildcard but the gain, which may be any; no rule makes files of others.
VALUES = {
    "dataset": config["datasets"],
    "model": MODELS,
    "protocol": PROTOCOLS,
    "reading": READINGS,
    "size": {
        *SIZES,
        *config["hybrid"]["capacity"]["sizes"],
        *config["hybrid"]["escapes"]["sizes"],
    },
    "strength": config["hybrid"]["structure_map"]["strengths"],
    "network": range(config["hybrid"]["cycles"]["networks"]),
}
TRAININGS = ["models", "recipes", "datasets.celeba.crop"]
TRAININGS += ["gan.latents", "gan.batch", "gan.training"]
# The keys of the configuration that each table follows from, the seed apart.
MADE_FROM = {
    "chaos": [
        *("chaos.sweep", "chaos.mixing", "chaos.lyapunov", "chaos.divergence"),
        *("gan.latents.gain", "statistics.transient"),
    ],
    "mean_field": ["chaos.sweep", "chaos.divergence.gains", "chaos.mixing.interval"],
    "noise": ["chaos.noise"],
    "latents": ["chaos.latents", "gan.latents", "gan.batch"],
    "sampling": [*TRAININGS, "sampling"],
    "quality": [*TRAININGS, "sampling", "quality.features", "quality.directions"]
    + ["quality.neighbours"],
    "training": TRAININGS,
    "hybrid": [
        *("hybrid.network", "hybrid.fixed_gain", "hybrid.gain_sweep", "hybrid.cycled_gain"),
        *("hybrid.overlaps", "hybrid.readings", "statistics.sample_every", "statistics.dropped"),
    ],
    "structure": ["hybrid.network", "hybrid.structure_map"],
    "cycles": ["hybrid.network", "hybrid.cycles"],
    "capacity": ["hybrid.capacity", "hybrid.escapes"],
}
# Neurons from which a network is worth several threads.
LARGE = 1000


onstart:
    refuse_read_only("results")


def refuse_read_only(folder):
    """Refuse to begin where nothing can be written, before each job fails at it."""
    if Path(folder).exists() and not os.access(folder, os.W_OK):
        raise WorkflowError(
            f"{Path(folder).resolve()}: expected a folder that can be written to, found a read-only "
            "one. Mend its permissions or its mount, or run in another place with --directory."
        )


def one_of(names):
    """Return a pattern that matches these names and nothing else."""
    return "|".join(re.escape(str(name)) for name in names) or "(?!)"


wildcard_constraints:
    gain=r"[0-9.e+-]+",
    dataset=one_of(VALUES["dataset"]),
    model=one_of(VALUES["model"]),
    protocol=one_of(VALUES["protocol"]),
    reading=one_of(VALUES["reading"]),
    size=one_of(VALUES["size"]),
    strength=one_of(VALUES["strength"]),
    network=one_of(VALUES["network"]),


def fingerprint(wildcards):
    """Hash what would be read as pictures, by names, sizes and times; of a zip, by its own.

    A path that is missing or cannot be read is the job's to explain.
    """
    from chaos_sampling.datasets import pictures  # here, since few runs have such a data set

    try:
        state = pictures.state(Path(config["datasets"][wildcards.dataset]["path"]))
    except pictures.DataError as error:
        state = str(error)
    return hashlib.sha256(repr(state).encode()).hexdigest()[:12]


def images_of(wildcards):
    """Return the data set of a model; a pretrained one can do without."""
    model = MODELS[wildcards.model]
    return [f"<results>/data/{model['dataset']}.h5"] if "dataset" in model else []


def reference_of(wildcards):
    """Return the moments of the images that a model is compared with."""
    model = MODELS[wildcards.model]
    if "dataset" in model:
        return f"<results>/data/{model['dataset']}-reference.h5"
    return str(moments_for(model))


def generator_of(wildcards):
    """Return the file of a model, trained in this run or before."""
    if wildcards.model in TRAINED:
        return f"<results>/gan/{wildcards.model}/generator.safetensors"
    return f"{PRETRAINED}/{wildcards.model}.safetensors"


def model_of(wildcards):
    """Return the description of a model that is trained."""
    return MODELS[wildcards.model]


def training_settings(wildcards):
    """Return the parameters of a training, but for those of other latents than the model's."""
    gan, source = config["gan"], MODELS[wildcards.model]["latents"]
    unread = {"degree"} if source != "expander" else set()
    unread |= {"recording"} if source not in FITTED else set()
    latents = {name: value for name, value in gan["latents"].items() if name not in unread}
    return {"latents": latents, "batch": gan["batch"], "training": gan["training"]}


def recipe_of(wildcards):
    """Return the training recipe of a model."""
    return config["recipes"][MODELS[wildcards.model]["recipe"]]


def protocol_settings(wildcards):
    """Return the parameters of one protocol, those of the network included."""
    return config["hybrid"]["network"] | config["hybrid"][wildcards.protocol]


def readings_settings():
    """Return the parameters of the literal readings, at all gains of Fig. 4."""
    hybrid = config["hybrid"]
    shared = {name: hybrid["network"][name] for name in ("neurons", "patterns", "dt")}
    cycled = hybrid["cycled_gain"]
    gains = {*hybrid["fixed_gain"]["gains"], cycled["low_gain"], cycled["high_gain"]}
    return shared | hybrid["overlaps"] | {"gains": sorted(gains)} | hybrid["readings"]


def structure_map_settings(wildcards):
    """Return the parameters of the map over gain at one strength."""
    hybrid = config["hybrid"]
    shared = {name: hybrid["network"][name] for name in ("neurons", "patterns")}
    return shared | hybrid["structure_map"] | {"strengths": [float(wildcards.strength)]}


def capacity_settings(wildcards):
    """Return the parameters of the capacity at one size."""
    return config["hybrid"]["capacity"] | {"sizes": [int(wildcards.size)]}


def escapes_settings(wildcards):
    """Return the parameters of the escapes at one size."""
    return config["hybrid"]["escapes"] | {"sizes": [int(wildcards.size)]}


def parts(measure, name, values):
    """Return the files of a measure of hybrid networks, one for each value of what is swept."""
    return [f"<results>/hybrid/{measure}/{name}~{value}.h5" for value in sorted(values)]


def cycles_settings(wildcards):
    """Return the parameters of the cycles of one network, one like those of the protocols."""
    one = {"networks": 1, "first": int(wildcards.network)}
    return config["hybrid"]["network"] | config["hybrid"]["cycles"] | one


def sweep_settings(wildcards):
    """Return what all measures of the sweep at one size have in common."""
    sweep, size = config["chaos"]["sweep"], SIZES[int(wildcards.size)]
    shared = {name: sweep[name] for name in ("gains", "burn_in", "dt")}
    return shared | {name: size[name] for name in ("neurons", "networks")}


def mixing_settings(wildcards):
    """Return the parameters of the mixing at one size."""
    return sweep_settings(wildcards) | config["chaos"]["mixing"]


def lyapunov_settings(wildcards):
    """Return the parameters of the Lyapunov exponents at one size."""
    exponents = {"exponents": SIZES[int(wildcards.size)]["exponents"]}
    return sweep_settings(wildcards) | exponents | config["chaos"]["lyapunov"]


def latents_settings():
    """Return the parameters of the latents, whose size and readouts are those of the GAN's."""
    gan = config["gan"]
    training = {"batch": gan["batch"]} | gan["latents"]
    shared = {name: training.pop(name) for name in ("neurons", "count", "degree")}
    return shared | {"training": training} | config["chaos"]["latents"]


def theory_gains():
    """Return all gains that are compared with theory, and a dense grid between, for figures."""
    gains = {*config["chaos"]["sweep"]["gains"], *config["chaos"]["divergence"]["gains"]}
    low, high = max(min(gains), 1.05), max(gains)
    steps = 40 if high > low else 0
    grid = {round(low * (high / low) ** (step / 40), 4) for step in range(steps)}
    return sorted({float(gain) for gain in gains} | grid)


def gain_pairs():
    """Return the gains of Fig. 3 two by two, low and high: the readings of R1; an odd one is alone."""
    gains = config["figures"]["gains"]
    return [sorted(pair) for pair in zip(gains[::2], gains[1::2])]


def threads_for_size(wildcards):
    """Ask for several threads where the networks are large."""
    return 4 if int(wildcards.size) >= LARGE else 1


def threads_where_a_gpu_may_compute():
    """Ask for few threads if a GPU of this machine does the work, so that simulations run beside it.

    On a cluster, where gpu has no limit, each job has cores of its own.
    """
    limit = workflow.global_resources.get("gpu")
    granted = limit is not None and limit.value and not workflow.remote_exec
    expected = {"cpu": False, "cuda": True, "auto": shutil.which("nvidia-smi") is not None}
    return 2 if granted and expected[config["device"]] else 8


def mem_of_training(wildcards, input):
    """Ask for 10 GB, which is enough for a training on CelebA, or for more if there are more images."""
    images = sum(os.path.getsize(path) for path in input.dataset)
    return max(10_000, 4000 + round(2.2 * images / 1e6))


def gain_text(gain):
    """Return a gain as file names have it, from which the same number is read again."""
    return repr(float(gain)).removesuffix(".0")


def samples(model, gains):
    """Return the samples of a model at these gains."""
    return [f"<results>/gan/{model}/gain~{gain_text(gain)}.h5" for gain in gains]


def all_samples(model):
    """Return the samples of a model at all gains that it has."""
    _, trained_at = trained_on(MODELS[model])
    return samples(model, config["sampling"]["gains"] if model in CHAOTIC else [trained_at])


def all_samples_of(wildcards):
    """Return the samples, at all gains, of the model that a wildcard names."""
    return all_samples(wildcards.model)


def rows_of_figure3(wildcards):
    """Return the samples at the gains of Fig. 3 of the model that a wildcard names."""
    return samples(wildcards.model, config["figures"]["gains"])


def sources_of_tables():
    """Return the files of the run that each table is made from, by the rule that makes it."""
    sources = {
        f"summarise_{table}": list(map(str, getattr(rules, f"summarise_{table}").input))
        for table in TABLES
    }
    measured = {model["dataset"] for model in MODELS.values() if "dataset" in model}
    reference = [rules.measure_reference.input.dataset, rules.measure_reference.output[0]]
    sources["measure_quality"] = [
        *map(str, rules.summarise_sampling.input),
        *expand(map(strip_wildcard_constraints, reference), dataset=sorted(measured)),
    ]
    return sources


def altered_tables():
    """Return the tables whose parameters are others than in the paper preset."""
    paper = paper_preset()
    return [
        table
        for table, keys in MADE_FROM.items()
        if any(value_of(key) != value_of(key, paper) for key in keys)
    ]


def benchmarks():
    """Return where the times of each rule's jobs are, those that are not needed included."""
    gains = {*config["sampling"]["gains"], *(trained_on(model)[1] for model in MODELS.values())}
    wildcards = VALUES | {"gain": map(gain_text, sorted(gains))}
    return {
        each.name: expand(strip_wildcard_constraints(each.benchmark), **wildcards)
        for each in workflow.rules
        if each.benchmark
    }


@cache
def science(script):
    """Hash a script and the code of chaos_sampling that it imports, without comments and docstrings.

    As a parameter of a rule it makes Snakemake see an edit, and nothing but an edit. By itself it
    goes by the time of the script and sees no import.
    """
    path = ROOT / "scripts" / f"{script}.py"
    files = {path} | imported(path)
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.stem not in NOT_SCIENCE):
        digest.update(file.name.encode() + normalised(file).encode())
    return digest.hexdigest()[:12]


@cache
def imported(file):
    """Collect the modules of chaos_sampling that a file imports, directly or through others."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = set()
    for name in (name for name in names if name.startswith("chaos_sampling.")):
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        if path.exists():
            files |= {path} | imported(path)
    return frozenset(files)


@cache
def normalised(file):
    """Return the code of a file as a syntax tree without docstrings."""
    return repr(plain(ast.parse(file.read_text(encoding="utf-8"))))


def plain(node):
    """Return a syntax tree as nested tuples, the same in all versions of Python.

    `ast.dump` is not: versions add fields, which are empty where a file does not use them.
    """
    if isinstance(node, list):
        return [plain(part) for part in node if not is_text(part)]
    if not isinstance(node, ast.AST):
        return node
    fields = ((name, plain(value)) for name, value in ast.iter_fields(node))
    return type(node).__name__, [(name, value) for name, value in fields if value not in (None, [])]


def is_text(node):
    """Tell whether a statement is a bare string, as docstrings are."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
