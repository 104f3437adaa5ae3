"""Checks of the configuration, made while the workflow is read."""

import difflib
import math
import sys
from pathlib import Path

import jsonschema
import yaml
from snakemake.exceptions import WorkflowError

SCHEMA = Path(workflow.basedir, "rules", "config.schema.yaml")


def check_config():
    """Refuse a configuration that cannot run, naming the key and what was expected."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    error = jsonschema.exceptions.best_match(Validator(schema).iter_errors(config))
    if error is not None:
        raise WorkflowError(describe(error))
    for key, found, limit, expected in limits():
        if found > limit:
            raise WorkflowError(f"{key}: expected at most {limit} ({expected}), found {found}.")
    for key, found, choices in references():
        if found not in choices:
            listed = ", ".join(map(str, choices))
            raise WorkflowError(f"{key}: expected one of {listed}; found {found}.")
    for key, gain in critical_gains():
        raise WorkflowError(
            f"{key}: expected at most 1 or at least 1.01, found {gain}; between them the timescales "
            "diverge and there is no mean-field theory to compare with."
        )
    for key, duration, interval, name in whole_multiples():
        ratio = duration / interval
        if not math.isfinite(ratio) or abs(ratio - round(ratio)) > 1e-6:
            raise WorkflowError(
                f"{key}: expected a whole multiple of {name} = {interval}, found {duration}."
            )


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
    if error.validator != "additionalProperties":
        return f"{key}: {error.message}. Edit config.yaml or the preset that sets it."
    known = error.schema["properties"]
    unknown = next(name for name in error.instance if name not in known)
    near = difflib.get_close_matches(str(unknown), known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"Known keys: {', '.join(known)}."
    return f"{key}: unknown key '{unknown}'. {hint}"


def limits():
    """List (key, value, upper limit, what the limit is) of keys that bound one another."""
    network, latents = config["hybrid"]["network"], config["gan"]["latents"]
    yield (
        "hybrid.network.patterns",
        network["patterns"],
        network["neurons"] - 1,
        "one fewer than hybrid.network.neurons, so that an orthogonal direction is left",
    )
    for name in ("count", "degree"):
        yield f"gan.latents.{name}", latents[name], latents["neurons"], "gan.latents.neurons"
    for name in ("mixing", "latents"):
        section = config["chaos"][name]
        yield (
            f"chaos.{name}.longest_lag",
            section["longest_lag"],
            section["duration"],
            f"chaos.{name}.duration",
        )
    for index, size in enumerate(config["chaos"]["sweep"]["sizes"]):
        key = f"chaos.sweep.sizes.{index}"
        yield f"{key}.exponents", size["exponents"], size["neurons"], f"{key}.neurons"
    for phase in ("low_duration", "high_duration"):
        shortest, longest = config["hybrid"]["cycled_gain"][phase]
        yield f"hybrid.cycled_gain.{phase}", shortest, longest, "its second value"


def references():
    """List (key, value, allowed values) of keys that name something defined elsewhere."""
    for index, model in enumerate(config["models"]):
        yield f"models.{index}.dataset", model["dataset"], list(config["datasets"])
        yield f"models.{index}.recipe", model["recipe"], list(config["recipes"])
    yield "figures.model", config["figures"]["model"], [
        name_of(model) for model in config["models"]
    ]
    for index, gain in enumerate(config["figures"]["gains"]):
        yield f"figures.gains.{index}", gain, config["sampling"]["gains"]


def critical_gains():
    """List (key, gain) of gains so close to the transition that mean_field refuses them."""
    for stage in ("divergence", "sweep", "latents"):
        for index, gain in enumerate(config["chaos"][stage]["gains"]):
            if 1 < gain < 1.01:
                yield f"chaos.{stage}.gains.{index}", gain


def whole_multiples():
    """List (key, duration, interval, name of the interval) of times that must fit one another."""
    chaos, gan, hybrid = config["chaos"], config["gan"], config["hybrid"]
    dt = hybrid["network"]["dt"]
    for section, settings, names in (
        ("chaos.traces", chaos["traces"], ("burn_in", "duration")),
        ("chaos.divergence", chaos["divergence"], ("every",)),
        ("sampling", config["sampling"], ("burn_in", "interval")),
        ("gan.latents", gan["latents"], ("burn_in",)),
        ("gan.grid", gan["grid"], ("burn_in",)),
    ):
        for name in names:
            yield f"{section}.{name}", settings[name], settings["dt"], f"{section}.dt"
    for section, settings, name, interval in (
        ("chaos.divergence", chaos["divergence"], "duration", "every"),
        ("chaos.mixing", chaos["mixing"], "duration", "interval"),
        ("chaos.mixing", chaos["mixing"], "longest_lag", "interval"),
        ("hybrid.fixed_gain", hybrid["fixed_gain"], "duration", "every"),
        ("hybrid.cycled_gain", hybrid["cycled_gain"], "duration", "every"),
    ):
        yield f"{section}.{name}", settings[name], settings[interval], f"{section}.{interval}"
    sweep_dt = chaos["sweep"]["dt"]
    yield "chaos.mixing.interval", chaos["mixing"]["interval"], sweep_dt, "chaos.sweep.dt"
    for name in ("noise", "latents"):
        section = chaos[name]
        for time in ("burn_in", "interval"):
            yield f"chaos.{name}.{time}", section[time], section["dt"], f"chaos.{name}.dt"
        yield (
            f"chaos.{name}.duration",
            section["duration"],
            section["interval"],
            f"chaos.{name}.interval",
        )
    convergence = chaos["convergence"]
    for dt in convergence["time_steps"]:
        for time in ("horizon", "interval"):
            yield f"chaos.convergence.{time}", convergence[time], dt, "a time step"
    yield (
        "chaos.convergence.burn_in",
        convergence["burn_in"],
        min(convergence["time_steps"]),
        "the finest time step",
    )
    yield (
        "chaos.convergence.duration",
        convergence["duration"],
        convergence["interval"],
        "chaos.convergence.interval",
    )
    latents = chaos["latents"]
    yield (
        "chaos.latents.longest_lag",
        latents["longest_lag"],
        latents["interval"],
        "chaos.latents.interval",
    )
    lyapunov = chaos["lyapunov"]
    yield "chaos.lyapunov.interval", lyapunov["interval"], sweep_dt, "chaos.sweep.dt"
    block = lyapunov["duration"] / lyapunov["blocks"]
    for name, time in (
        ("tangent_burn_in", lyapunov["tangent_burn_in"]),
        ("duration, divided by blocks,", block),
    ):
        yield f"chaos.lyapunov.{name}", time, lyapunov["interval"], "chaos.lyapunov.interval"
    yield (
        "gan.training.advance",
        gan["training"]["advance"],
        gan["latents"]["dt"],
        "gan.latents.dt",
    )
    for section in ("fixed_gain", "cycled_gain"):
        every = hybrid[section]["every"]
        yield f"hybrid.{section}.every", every, dt, "hybrid.network.dt"
    every = hybrid["fixed_gain"]["every"]
    sample_every = config["statistics"]["sample_every"]
    yield "statistics.sample_every", sample_every, every, "hybrid.fixed_gain.every"


def name_of(model):
    """Return the folder name of a model: {dataset}-{latents}-seed{seed}, and -{recipe} unless ours."""
    name = f"{model['dataset']}-{model['latents']}-seed{model['seed']}"
    return name if model["recipe"] == "ours" else f"{name}-{model['recipe']}"


check_config()
