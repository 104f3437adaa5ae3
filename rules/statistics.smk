rule summarise_chaos:
    """Sensitivity and sampling speed per gain, over networks (sections 3.1 and 3.3)."""
    input:
        divergence=rules.simulate_divergence.output[0],
        mixing=rules.simulate_mixing.output[0],
    output:
        "<results>/statistics/chaos.tsv",
    log:
        "<logs>/summarise_chaos.log",
    benchmark:
        "<benchmarks>/summarise_chaos.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        transient=config["statistics"]["transient"],
        reference_gain=config["gan"]["latents"]["gain"],
        code=science("summarise_chaos"),
    message:
        "Summarising the random networks"
    script:
        "../scripts/summarise_chaos.py"


rule summarise_sampling:
    """Speed of latents and images per gain, for every model (section 3.3)."""
    input:
        expand("<results>/gan/{model}/gain~{gain}.h5", model=MODELS, gain=GAINS),
    output:
        "<results>/statistics/sampling.tsv",
    log:
        "<logs>/summarise_sampling.log",
    benchmark:
        "<benchmarks>/summarise_sampling.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="3GB",
        runtime="10m",
    params:
        code=science("summarise_sampling"),
    message:
        "Summarising the generated images"
    script:
        "../scripts/summarise_sampling.py"


rule summarise_hybrid:
    """Regression of overlap on gain and visits of patterns, over networks (section 3.4)."""
    input:
        fixed="<results>/hybrid/fixed_gain_overlaps.h5",
        cycled="<results>/hybrid/cycled_gain_overlaps.h5",
    output:
        "<results>/statistics/hybrid.tsv",
    log:
        "<logs>/summarise_hybrid.log",
    benchmark:
        "<benchmarks>/summarise_hybrid.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        sample_every=config["statistics"]["sample_every"],
        dropped=config["statistics"]["dropped"],
        code=science("summarise_hybrid"),
    message:
        "Summarising the hybrid networks"
    script:
        "../scripts/summarise_hybrid.py"
