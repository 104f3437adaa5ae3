"""The configuration, checked and put in order while the workflow is read."""

import difflib
import json
import math
import sys
from pathlib import Path

import jsonschema
import yaml
from safetensors import SafetensorError, safe_open
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

from chaos_sampling.latents.names import CONTROLS

SCHEMA = Path(workflow.basedir, "rules", "config.schema.yaml")
PRETRAINED = Path(workflow.basedir, "pretrained")
# At which the map over the strength of the structure is judged.
GAINS_OF_FIGURE_4 = (0, 1, 3, 5, 8)


def check_interpreter():
    """Refuse a Python whose path has spaces, with which every job would fail."""
    if len(sys.executable.split()) > 1:
        raise WorkflowError(
            f"{sys.executable}: expected a Python whose path has no spaces, since Snakemake starts "
            "jobs with it unquoted; found some. Move this folder or set up .venv elsewhere, and "
            "call snakemake from there."
        )


def check_config():
    """Refuse a configuration that cannot run, naming the key and what was expected."""
    check_schema()
    for key, found, limit, expected in limits():
        if found > limit:
            raise WorkflowError(f"{key}: expected at most {limit} ({expected}), found {found}.")
    for key, found, choices in references():
        if found not in choices:
            listed = ", ".join(map(str, choices))
            raise WorkflowError(f"{key}: expected one of {listed}; found {found}.")
    for key, needed, reason in members():
        if needed not in value_of(key):
            listed = ", ".join(map(str, value_of(key)))
            raise WorkflowError(f"{key}: expected {needed} among them ({reason}), found {listed}.")
    check_models(config["models"])
    check_sizes(config["chaos"]["sweep"]["sizes"])
    for key, gain in critical_gains():
        raise WorkflowError(
            f"{key}: expected at most 1 or at least 1.01, found {gain}; between them the timescales "
            "diverge and there is no mean-field theory to compare with."
        )
    for key, duration, interval, name in whole_multiples():
        ratio = duration / interval
        none = duration > 0 and ratio < 0.5
        if none or not math.isfinite(ratio) or abs(ratio - round(ratio)) > 1e-6:
            raise WorkflowError(
                f"{key}: expected a whole multiple of {name} = {interval}, found {duration}."
            )


def check_schema():
    """Refuse a configuration that is not as the schema has it."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    try:
        error = jsonschema.exceptions.best_match(Validator(schema).iter_errors(config))
    except ValueError as unprintable:
        raise WorkflowError(
            f"the configuration: expected numbers of ordinary size, found {unprintable}."
        ) from unprintable
    if error is not None:
        raise WorkflowError(describe(error))


def is_number(_, value):
    """Tell whether a value is a number that a float can hold; infinity and nan are not."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and abs(value) <= sys.float_info.max


def is_integer(_, value):
    """Tell whether a value is a whole number and written as one; 1.0 cannot count anything."""
    return is_number(_, value) and isinstance(value, int)


Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"number": is_number, "integer": is_integer}
    ),
)


def describe(error):
    """Say in one line which key is wrong, what was expected and what was found."""
    key = ".".join(map(str, error.absolute_path)) or "the top level"
    if error.validator == "minItems":
        return (
            f"{key}: expected at least {error.validator_value} in the list, found {error.instance}."
        )
    if error.validator == "pattern":
        expected = error.schema["description"]
        return f"{key}: expected a name of {expected}, found {error.instance!r}."
    if error.validator != "additionalProperties":
        return f"{key}: {error.message}. Edit config.yaml or the preset that sets it."
    known = error.schema["properties"]
    unknown = next(name for name in error.instance if name not in known)
    near = difflib.get_close_matches(str(unknown), known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"Known keys: {', '.join(known)}."
    return f"{key}: unknown key '{unknown}'. {hint}"


UPPER_LIMITS = {
    "gan.latents.count": "gan.latents.neurons",
    "gan.latents.degree": "gan.latents.neurons",
    "statistics.transient": "chaos.divergence.duration",
    "chaos.mixing.longest_lag": "chaos.mixing.duration",
    "chaos.latents.longest_lag": "chaos.latents.duration",
    "hybrid.cycled_gain.low_gain": "hybrid.cycled_gain.high_gain",
}
"""Keys that must not exceed another one."""


def limits():
    """List (key, value, upper limit, what the limit is) of keys that bound one another."""
    for key, limit in UPPER_LIMITS.items():
        yield key, value_of(key), value_of(limit), limit
    yield from limits_of_latents(config["gan"]["latents"]["recording"])
    yield from limits_of_patterns(config["hybrid"])
    yield from limits_of_images(config["datasets"]["avatars"]["count"])
    for index, size in enumerate(config["chaos"]["sweep"]["sizes"]):
        key = f"chaos.sweep.sizes.{index}"
        yield f"{key}.exponents", size["exponents"], size["neurons"], f"{key}.neurons"
    for key in PHASES:
        phases = value_of(key)
        several = isinstance(phases[0], list)
        for index, (shortest, longest) in enumerate(phases if several else [phases]):
            yield f"{key}.{index}" if several else key, shortest, longest, "its second value"


PHASES = [
    *("hybrid.cycled_gain.low_duration", "hybrid.cycled_gain.high_duration"),
    *("hybrid.cycles.low_durations", "hybrid.cycles.high_durations"),
]
"""Ranges of time, or lists of them."""


def limits_of_latents(recording):
    """List, as `limits` does, what a recording of so many τ bounds."""
    yield (
        "gan.latents.recording.interval",
        recording["interval"],
        recording["duration"] / 4,
        "a quarter of gan.latents.recording.duration",
    )
    yield (
        "gan.latents.count",
        config["gan"]["latents"]["count"],
        config["gan"]["batch"] * round(recording["duration"] / recording["interval"]),
        "the samples in gan.latents.recording, of gan.batch trajectories",
    )


def limits_of_patterns(hybrid):
    """List, as `limits` does, how many patterns networks may have; most need one other direction."""
    left = "so that an orthogonal direction is left"
    for name, fewest, limit in (
        ("network", hybrid["network"]["neurons"], "hybrid.network.neurons"),
        ("escapes", min(hybrid["escapes"]["sizes"]), "the smallest of hybrid.escapes.sizes"),
    ):
        patterns = hybrid[name]["patterns"]
        yield f"hybrid.{name}.patterns", patterns, fewest - 1, f"one fewer than {limit}, {left}"
    most, fewest = max(hybrid["capacity"]["patterns"]), min(hybrid["capacity"]["sizes"])
    yield "hybrid.capacity.patterns", most, fewest, "the smallest of hybrid.capacity.sizes"


def limits_of_images(avatars):
    """List, as `limits` does, what the numbers of images bound."""
    key, neighbours = "quality.neighbours", config["quality"]["neighbours"]
    yield key, neighbours, config["sampling"]["ensemble"] - 1, "one fewer than sampling.ensemble"
    held_out = avatars // 10
    uses = [model for model in config["models"] if model.get("dataset") == "avatars"]
    if uses:
        limit = "one fewer than the tenth of datasets.avatars.count that is held out"
        yield key, neighbours, held_out - 1, limit
    if any("pretrained" not in model for model in uses):
        limit = "the avatars of datasets.avatars.count that are not held out"
        yield "gan.batch", config["gan"]["batch"], avatars - held_out, limit


def references():
    """List (key, value, allowed values) of keys that name something defined elsewhere."""
    generators = (file.stem for file in PRETRAINED.glob("*.safetensors"))
    choices = {
        "pretrained": sorted(generators),
        "dataset": list(config["datasets"]),
        "recipe": list(config["recipes"]),
    }
    for index, model in enumerate(config["models"]):
        for name in choices.keys() & model.keys():
            yield f"models.{index}.{name}", model[name], choices[name]
    chaotic = [name_of(model) for model in config["models"] if is_chaotic(model)]
    none = "the name of a model that reads its latents from chaos, of which models has none"
    yield "figures.model", config["figures"]["model"], chaotic or [none]
    for index, gain in enumerate(config["figures"]["gains"]):
        yield f"figures.gains.{index}", gain, config["sampling"]["gains"]


def members():
    """List (key of a list, value that must be among it, why)."""
    training = config["gan"]["latents"]["gain"]
    yield "chaos.sweep.gains", training, "gan.latents.gain, to which speeds are compared"
    for gain in GAINS_OF_FIGURE_4:
        yield "hybrid.structure_map.gains", gain, "a gain of Fig. 4, at which weights are judged"


def check_models(models):
    """Refuse two models of one name, and a pretrained one with nothing to be compared with."""
    names = [name_of(model) for model in models]
    for index, model in enumerate(models):
        if names[index] in names[:index]:
            raise WorkflowError(
                f"models.{index}: expected models of different names, found {names[index]} again, "
                f"which is that of models.{names.index(names[index])}."
            )
        if "pretrained" in model and "dataset" not in model:
            check_moments(index, model)


def check_sizes(sizes):
    """Refuse a sweep with two entries for one size."""
    neurons = [size["neurons"] for size in sizes]
    for index, size in enumerate(neurons):
        if size in neurons[:index]:
            raise WorkflowError(
                f"chaos.sweep.sizes.{index}.neurons: expected every size once, found {size} again."
            )


def critical_gains():
    """List (key, gain) of gains so close to the transition that mean_field refuses them."""
    for stage in ("divergence", "sweep"):
        for index, gain in enumerate(config["chaos"][stage]["gains"]):
            if 1 < gain < 1.01:
                yield f"chaos.{stage}.gains.{index}", gain


WHOLE_MULTIPLES = {
    "chaos.traces.dt": ["chaos.traces.burn_in", "chaos.traces.duration"],
    "chaos.divergence.dt": ["chaos.divergence.interval"],
    "chaos.divergence.interval": ["chaos.divergence.duration"],
    "chaos.sweep.dt": ["chaos.mixing.interval", "chaos.lyapunov.qr_interval"],
    "chaos.mixing.interval": ["chaos.mixing.duration", "chaos.mixing.longest_lag"],
    "chaos.lyapunov.qr_interval": ["chaos.lyapunov.tangent_burn_in"],
    "chaos.convergence.interval": ["chaos.convergence.duration"],
    "chaos.noise.dt": ["chaos.noise.burn_in", "chaos.noise.interval"],
    "chaos.noise.interval": ["chaos.noise.duration"],
    "chaos.latents.dt": ["chaos.latents.interval"],
    "chaos.latents.interval": ["chaos.latents.duration", "chaos.latents.longest_lag"],
    "sampling.dt": ["sampling.burn_in", "sampling.interval"],
    "sampling.interval": ["sampling.switched.duration"],
    "gan.latents.dt": [
        "gan.latents.burn_in",
        "gan.latents.recording.interval",
        "gan.training.advance",
    ],
    "gan.latents.recording.interval": ["gan.latents.recording.duration"],
    "gan.grid.dt": ["gan.grid.burn_in"],
    "hybrid.network.dt": [
        "hybrid.fixed_gain.interval",
        "hybrid.gain_sweep.interval",
        "hybrid.cycled_gain.interval",
        "hybrid.readings.interval",
    ],
    "hybrid.fixed_gain.interval": ["hybrid.fixed_gain.duration", "statistics.sample_every"],
    "hybrid.gain_sweep.interval": ["hybrid.gain_sweep.duration", "statistics.sample_every"],
    "hybrid.cycled_gain.interval": ["hybrid.cycled_gain.duration"],
    "hybrid.readings.interval": ["hybrid.readings.duration", "statistics.sample_every"],
    "hybrid.structure_map.dt": [
        "hybrid.structure_map.burn_in",
        "hybrid.structure_map.interval",
        "hybrid.structure_map.qr_interval",
    ],
    "hybrid.structure_map.interval": ["hybrid.structure_map.duration"],
    "hybrid.structure_map.qr_interval": ["hybrid.structure_map.tangent_burn_in"],
    "hybrid.capacity.dt": ["hybrid.capacity.duration"],
    "hybrid.escapes.dt": ["hybrid.escapes.interval"],
    "hybrid.escapes.interval": ["hybrid.escapes.duration"],
}
"""Intervals, and the times that must be whole multiples of each."""


def whole_multiples():
    """List (key, duration, interval, name of the interval) of times that must fit one another."""
    for interval, keys in WHOLE_MULTIPLES.items():
        for key in keys:
            yield key, value_of(key), value_of(interval), interval
    if any(model.get("latents") == "surrogate" for model in config["models"]):
        interval = "gan.latents.recording.interval"
        yield "gan.training.advance", value_of("gan.training.advance"), value_of(interval), interval
    convergence, lyapunov = config["chaos"]["convergence"], config["chaos"]["lyapunov"]
    for dt in convergence["time_steps"]:
        for name in ("horizon", "interval"):
            yield f"chaos.convergence.{name}", convergence[name], dt, "a time step"
    finest = min(convergence["time_steps"])
    yield "chaos.convergence.burn_in", convergence["burn_in"], finest, "the finest time step"
    mapped = config["hybrid"]["structure_map"]
    yield (
        "hybrid.structure_map.tangent_duration, halved,",
        mapped["tangent_duration"] / 2,
        mapped["qr_interval"],
        "hybrid.structure_map.qr_interval",
    )
    block = lyapunov["duration"] / lyapunov["blocks"]
    yield (
        "chaos.lyapunov.duration, divided by blocks,",
        block,
        lyapunov["qr_interval"],
        "chaos.lyapunov.qr_interval",
    )


def value_of(key, settings=config):
    """Return the value of a key such as chaos.traces.dt."""
    value = settings
    for name in key.split("."):
        value = value[name]
    return value


def check_moments(index, model):
    """Refuse a pretrained model whose moments are missing, or are of other features."""
    reference = moments_for(model)
    if not reference.exists():
        raise WorkflowError(
            f"models.{index}: expected the moments of the images that {model['pretrained']} was "
            f"trained on in {reference}, found no file. Give the model a dataset to be held "
            "against, or put a reference there (docs/generators.md)."
        )
    import h5py  # here, since no other part of the workflow needs it to be read

    try:
        with h5py.File(reference) as file:
            measured = file.attrs["features"]
    except (OSError, KeyError) as error:
        raise WorkflowError(
            f"{reference}: expected the moments that the rule measure_reference wrote, found "
            f"{error!r}. Put back the published file (docs/generators.md)."
        ) from error
    chosen = config["quality"]["features"]
    if measured != chosen:
        raise WorkflowError(
            f"quality.features: expected {measured}, the features of {reference}, found {chosen}. "
            f"Give models.{index} a dataset to be compared with, or leave it out."
        )


def moments_for(model):
    """Return where the moments of real images are that come with a pretrained model."""
    data, _, _ = model["pretrained"].partition("-")
    return PRETRAINED / f"{data}-reference.h5"


def trained_on(model):
    """Return the source of latents and the gain that a model's generator was trained on."""
    if "pretrained" not in model:
        return model["latents"], config["gan"]["latents"]["gain"]
    path = PRETRAINED / f"{model['pretrained']}.safetensors"
    try:
        with safe_open(path, framework="numpy") as file:
            description = json.loads(file.metadata()["model"])
        return description["attributes"]["latents"], description["gain"]
    except (KeyError, SafetensorError, TypeError, ValueError) as error:
        raise WorkflowError(
            f"{path}: expected a generator that the rule publish_generator wrote, found {error!r}. "
            f"Put back the published file (docs/generators.md)."
        ) from error


def is_chaotic(model):
    """Tell whether a model reads its latents from chaos at any gain; a control has one gain."""
    latents, _ = trained_on(model)
    return latents not in CONTROLS


def name_of(model):
    """Return the folder name of a model: {dataset}-{latents}-seed{seed}, and -{recipe} unless ours."""
    if "pretrained" in model:
        return model["pretrained"]
    name = f"{model['dataset']}-{model['latents']}-seed{model['seed']}"
    return name if model["recipe"] == "ours" else f"{name}-{model['recipe']}"


def in_order(section, example):
    """Return a section with its keys in the order of an example, others and those in lists sorted.

    Snakemake takes parameters in another order for other parameters, and presets come in any.
    """
    if isinstance(section, list):
        return [in_order(item, {}) for item in section]
    if not isinstance(section, dict):
        return section
    known = [key for key in example if key in section]
    keys = [*known, *sorted(section.keys() - known)]
    return {key: in_order(section[key], example.get(key, {})) for key in keys}


def read_yaml(name):
    """Return what a YAML file of this repository holds."""
    return yaml.safe_load(Path(workflow.basedir, name).read_text("utf-8"))


def paper_preset():
    """Return the configuration of a run of the paper preset."""
    paper = read_yaml("config.yaml")
    update_config(paper, read_yaml("presets/paper.yaml"))
    return paper


check_interpreter()
check_config()
settings = in_order(config, read_yaml("config.yaml"))
config.clear()
config.update(settings)
