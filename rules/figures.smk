# What each figure is drawn from, and the parameters that it or its caption has beside. Its rule, script,
# module and caption have its number in their names; the caption says what it shows.
FIGURES = {
    "1": {
        "traces": rules.simulate_traces.output[0],
        "divergence": rules.simulate_divergence.output[0],
    },
    "2": {"samples": f"<results>/gan/{config['figures']['model']}/samples.h5"},
    "3": {"gains": samples(config["figures"]["model"], config["figures"]["gains"])},
    "4": {
        "fixed": "<results>/hybrid/fixed_gain.h5",
        "fixed_overlaps": "<results>/hybrid/fixed_gain_overlaps.h5",
        "cycled_overlaps": "<results>/hybrid/cycled_gain_overlaps.h5",
    },
    "S1": {name: TABLES["chaos"][name] for name in ("theory", "mixing", "lyapunov")},
    "S2": {name: TABLES["chaos"][name] for name in ("theory", "mixing")},
    "S3": {name: TABLES["chaos"][name] for name in ("theory", "mixing")},
    "S4": {"convergence": rules.simulate_convergence.output[0]},
    "S5": TABLES["noise"],
    "S6": TABLES["latents"],
    "S7": {"gains": samples(config["figures"]["model"], config["sampling"]["gains"])},
    "S8": {"quality": expand("<results>/gan/{model}/quality.tsv", model=MODELS)},
    "S9": TABLES["structure"] | {"table": rules.summarise_structure.output[0]},
    "S10": {
        "readings": TABLES["hybrid"]["readings"],
        "table": rules.summarise_hybrid.output[0],
    },
    "S11": TABLES["cycles"],
    "S12": TABLES["capacity"],
    "S13": {
        "gains": samples(config["figures"]["model"], config["sampling"]["gains"]),
        "table": rules.summarise_sampling.output[0],
    },
}
# The order of input files is a parameter where it matters: Snakemake compares them without their order.
PARAMETERS_OF_FIGURES = {
    "S3": {"reference_gain": config["gan"]["latents"]["gain"], "pairs": gain_pairs()},
    "3": {"gains": config["figures"]["gains"]},
    "S6": {"gain": config["gan"]["latents"]["gain"]},
    "S7": {"gains": config["sampling"]["gains"]},
    "S8": {"models": list(MODELS)},
    "S9": {"strength": config["hybrid"]["network"]["strength"]},
    "S13": {"model": config["figures"]["model"], "gains": config["sampling"]["gains"]},
}


for number, files in FIGURES.items():

    rule:
        """A figure of the paper or, with an S, beyond it; report/figure*.rst say what they show."""
        name:
            f"plot_figure{number}"
        input:
            **files,
        output:
            png=report(
                f"<results>/figures/figure{number}.png",
                caption=f"../report/figure{number}.rst",
                category="Extended figures" if number.startswith("S") else f"Figure {number}",
                labels={"figure": number},
            ),
            svg=f"<results>/figures/figure{number}.svg",
        log:
            f"<logs>/plot_figure{number}.log",
        benchmark:
            f"<benchmarks>/plot_figure{number}.tsv"
        conda:
            "../envs/environment.yaml"
        resources:
            mem="4GB",
            runtime="10m",
        params:
            **PARAMETERS_OF_FIGURES.get(number, {}),
            number=number,  # for `script`, which Snakemake evaluates after the loop
            code=science(f"plot_figure{number}"),
        message:
            f"Drawing Fig. {number}"
        script:
            "../scripts/plot_figure{params.number}.py"


use rule plot_figure2 as plot_model_figure2 with:
    input:
        samples="<results>/gan/{model}/samples.h5",
    output:
        png="<results>/figures/{model}/figure2.png",
        svg="<results>/figures/{model}/figure2.svg",
    log:
        "<logs>/plot_figure2/{model}.log",
    benchmark:
        "<benchmarks>/plot_figure2/{model}.tsv"
    message:
        "Drawing Fig. 2 of {wildcards.model}"


use rule plot_figure3 as plot_model_figure3 with:
    input:
        gains=rows_of_figure3,
    output:
        png="<results>/figures/{model}/figure3.png",
        svg="<results>/figures/{model}/figure3.svg",
    log:
        "<logs>/plot_figure3/{model}.log",
    benchmark:
        "<benchmarks>/plot_figure3/{model}.tsv"
    message:
        "Drawing Fig. 3 of {wildcards.model}"


rule plot_training:
    """Losses and images in the course of a training (appendix A.1)."""
    input:
        training="<results>/gan/{model}/training.h5",
    output:
        png="<results>/figures/{model}/training.png",
        svg="<results>/figures/{model}/training.svg",
    log:
        "<logs>/plot_training/{model}.log",
    benchmark:
        "<benchmarks>/plot_training/{model}.tsv"
    wildcard_constraints:
        model=one_of(TRAINED),
    conda:
        "../envs/environment.yaml"
    resources:
        mem="4GB",
        runtime="10m",
    params:
        code=science("plot_training"),
    message:
        "Drawing the training of {wildcards.model}"
    script:
        "../scripts/plot_training.py"


rule animate_gains:
    """Trajectories of images at every gain, side by side (section 3.3)."""
    input:
        gains=all_samples_of,
    output:
        "<results>/figures/{model}/gains.gif",
    log:
        "<logs>/animate_gains/{model}.log",
    benchmark:
        "<benchmarks>/animate_gains/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="4GB",
        runtime="10m",
    params:
        gains=config["sampling"]["gains"],
        code=science("animate_gains"),
    message:
        "Animating {wildcards.model} at every gain"
    script:
        "../scripts/animate_gains.py"


rule animate_switched:
    """A trajectory of images whose gain is switched, with the gain drawn under it (section 3.3)."""
    input:
        switched=rules.sample_switched.output[0],
    output:
        "<results>/figures/{model}/switched.gif",
    log:
        "<logs>/animate_switched/{model}.log",
    benchmark:
        "<benchmarks>/animate_switched/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="4GB",
        runtime="10m",
    params:
        code=science("animate_switched"),
    message:
        "Animating {wildcards.model} while its gain is switched"
    script:
        "../scripts/animate_switched.py"
