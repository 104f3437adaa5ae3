"""Harnessing and modulating chaos to sample from neural generative models: a reproduction."""

from snakemake.utils import min_version

min_version("9.25")


configfile: f"{workflow.basedir}/config.yaml"


pathvars:
    results="results",
    logs="results/logs",
    benchmarks="results/benchmarks",


include: "rules/config.smk"
include: "rules/common.smk"
include: "rules/dataset.smk"
include: "rules/chaos.smk"
include: "rules/gan.smk"
include: "rules/hybrid.smk"
include: "rules/statistics.smk"
include: "rules/figures.smk"
include: "rules/report.smk"


rule all:
    """Everything: figures, statistics, report."""
    default_target: True
    input:
        rules.build_report.output,
        rules.build_report.input,
        expand("<results>/figures/{model}/training.png", model=TRAINED),
        expand("<results>/figures/{model}/figure2.png", model=MODELS),
        expand(
            "<results>/figures/{model}/{picture}",
            model=CHAOTIC,
            picture=["figure3.png", "gains.gif", "switched.gif"],
        ),
