rule plot_figure1:
    """Fig. 1: chaotic traces and sensitivity to initial conditions."""
    input:
        traces=rules.simulate_traces.output[0],
        divergence=rules.simulate_divergence.output[0],
    output:
        png=report(
            "<results>/figures/figure1.png",
            caption="../report/figure1.rst",
            category="Figure 1",
            labels={"figure": "1"},
        ),
        svg="<results>/figures/figure1.svg",
    log:
        "<logs>/plot_figure1.log",
    benchmark:
        "<benchmarks>/plot_figure1.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figure1"),
    message:
        "Drawing Fig. 1"
    script:
        "../scripts/plot_figure1.py"


rule plot_figure2:
    """Fig. 2: the generator and images sampled from it."""
    input:
        samples=f"<results>/gan/{config['figures']['model']}/samples.h5",
    output:
        png=report(
            "<results>/figures/figure2.png",
            caption="../report/figure2.rst",
            category="Figure 2",
            labels={"figure": "2"},
        ),
        svg="<results>/figures/figure2.svg",
    log:
        "<logs>/plot_figure2.log",
    benchmark:
        "<benchmarks>/plot_figure2.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figure2"),
    message:
        "Drawing Fig. 2"
    script:
        "../scripts/plot_figure2.py"


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


rule plot_figure3:
    """Fig. 3: consecutive images of one trajectory at low and at high gain."""
    input:
        gains=trajectories(config["figures"]["model"]),
    output:
        png=report(
            "<results>/figures/figure3.png",
            caption="../report/figure3.rst",
            category="Figure 3",
            labels={"figure": "3"},
        ),
        svg="<results>/figures/figure3.svg",
    log:
        "<logs>/plot_figure3.log",
    benchmark:
        "<benchmarks>/plot_figure3.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figure3"),
    message:
        "Drawing Fig. 3"
    script:
        "../scripts/plot_figure3.py"


use rule plot_figure3 as plot_model_figure3 with:
    input:
        gains=trajectories_of,
    output:
        png="<results>/figures/{model}/figure3.png",
        svg="<results>/figures/{model}/figure3.svg",
    log:
        "<logs>/plot_figure3/{model}.log",
    benchmark:
        "<benchmarks>/plot_figure3/{model}.tsv"
    message:
        "Drawing Fig. 3 of {wildcards.model}"


rule plot_figure4:
    """Fig. 4: hybrid networks at fixed and at cycled gain."""
    input:
        fixed="<results>/hybrid/fixed_gain.h5",
        fixed_overlaps="<results>/hybrid/fixed_gain_overlaps.h5",
        cycled_overlaps="<results>/hybrid/cycled_gain_overlaps.h5",
    output:
        png=report(
            "<results>/figures/figure4.png",
            caption="../report/figure4.rst",
            category="Figure 4",
            labels={"figure": "4"},
        ),
        svg="<results>/figures/figure4.svg",
    log:
        "<logs>/plot_figure4.log",
    benchmark:
        "<benchmarks>/plot_figure4.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figure4"),
    message:
        "Drawing Fig. 4"
    script:
        "../scripts/plot_figure4.py"
