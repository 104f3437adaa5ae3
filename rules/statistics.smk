# What each table is made from, and the parameters that it has beside, in the order of the report. Its
# rule, script and file have its name; docs/data.md says what is in it.
TABLES = {
    "chaos": {
        "divergence": rules.simulate_divergence.output[0],
        "mixing": expand("<results>/chaos/mixing/size~{size}.h5", size=SIZES),
        "lyapunov": expand("<results>/chaos/lyapunov/size~{size}.h5", size=SIZES),
        "theory": rules.solve_mean_field.output[0],
    },
    "mean_field": {"theory": rules.solve_mean_field.output[0]},
    "noise": {"noise": rules.simulate_noise.output[0]},
    "latents": {"latents": rules.simulate_latents.output[0]},
    "sampling": {"gains": [path for model in MODELS for path in all_samples(model)]},
    "training": {
        "training": expand("<results>/gan/{model}/training.h5", model=TRAINED),
        "records": expand("<results>/gan/{model}/records.jsonl", model=TRAINED),
    },
    "hybrid": {
        "fixed": "<results>/hybrid/fixed_gain_overlaps.h5",
        "sweep": "<results>/hybrid/gain_sweep_overlaps.h5",
        "cycled": "<results>/hybrid/cycled_gain_overlaps.h5",
        "readings": expand("<results>/hybrid/readings/{reading}.h5", reading=READINGS),
    },
    "structure": {
        "structure": parts(
            "structure_map", "strength", config["hybrid"]["structure_map"]["strengths"]
        ),
    },
    "cycles": {"cycles": parts("cycles", "network", range(config["hybrid"]["cycles"]["networks"]))},
    "capacity": {
        "capacity": parts("capacity", "size", config["hybrid"]["capacity"]["sizes"]),
        "escapes": parts("escapes", "size", config["hybrid"]["escapes"]["sizes"]),
    },
}
PARAMETERS_OF_TABLES = {
    "chaos": {
        "transient": config["statistics"]["transient"],
        "reference_gain": config["gan"]["latents"]["gain"],
        "pairs": gain_pairs(),
    },
    "mean_field": {"sizes": list(SIZES)},
    "sampling": {"models": [model for model in MODELS for path in all_samples(model)]},
    "training": {
        "models": TRAINED,
        **{name: config["gan"]["training"][name] for name in ("width", "images_shown")},
    },
    "hybrid": {
        "sample_every": config["statistics"]["sample_every"],
        "dropped": config["statistics"]["dropped"],
    },
    "structure": {"seed": config["seed"]},
    "cycles": {"seed": config["seed"]},
}


for table, files in TABLES.items():

    rule:
        """A table of statistics, with the network or the training as unit; docs/data.md says which."""
        name:
            f"summarise_{table}"
        input:
            **files,
        output:
            f"<results>/statistics/{table}.tsv",
        log:
            f"<logs>/summarise_{table}.log",
        benchmark:
            f"<benchmarks>/summarise_{table}.tsv"
        conda:
            "../envs/environment.yaml"
        resources:
            mem="3GB",
            runtime="10m",
        params:
            **PARAMETERS_OF_TABLES.get(table, {}),
            table=table,  # for `script`, which Snakemake evaluates after the loop
            code=science(f"summarise_{table}"),
        message:
            f"Summarising {table}"
        script:
            "../scripts/summarise_{params.table}.py"
