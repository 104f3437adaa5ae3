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
        gains=samples(config["figures"]["model"], config["figures"]["gains"]),
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


rule plot_figureS1:
    """Extended: exponents, dimension and timescales against gain, simulated and in theory."""
    input:
        theory=rules.solve_mean_field.output[0],
        mixing=expand("<results>/chaos/mixing/size~{size}.h5", size=SIZES),
        lyapunov=expand("<results>/chaos/lyapunov/size~{size}.h5", size=SIZES),
    output:
        png=report(
            "<results>/figures/figureS1.png",
            caption="../report/figureS1.rst",
            category="Extended figures",
            labels={"figure": "S1"},
        ),
        svg="<results>/figures/figureS1.svg",
    log:
        "<logs>/plot_figureS1.log",
    benchmark:
        "<benchmarks>/plot_figureS1.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS1"),
    message:
        "Drawing Fig. S1"
    script:
        "../scripts/plot_figureS1.py"


rule plot_figureS2:
    """Extended: autocorrelation functions over theory."""
    input:
        theory=rules.solve_mean_field.output[0],
        mixing=expand("<results>/chaos/mixing/size~{size}.h5", size=SIZES),
    output:
        png=report(
            "<results>/figures/figureS2.png",
            caption="../report/figureS2.rst",
            category="Extended figures",
            labels={"figure": "S2"},
        ),
        svg="<results>/figures/figureS2.svg",
    log:
        "<logs>/plot_figureS2.log",
    benchmark:
        "<benchmarks>/plot_figureS2.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS2"),
    message:
        "Drawing Fig. S2"
    script:
        "../scripts/plot_figureS2.py"


rule plot_figureS3:
    """Extended: sampling speed relative to the training gain, in four senses (section 3.3)."""
    input:
        theory=rules.solve_mean_field.output[0],
        mixing=expand("<results>/chaos/mixing/size~{size}.h5", size=SIZES),
    output:
        png=report(
            "<results>/figures/figureS3.png",
            caption="../report/figureS3.rst",
            category="Extended figures",
            labels={"figure": "S3"},
        ),
        svg="<results>/figures/figureS3.svg",
    log:
        "<logs>/plot_figureS3.log",
    benchmark:
        "<benchmarks>/plot_figureS3.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        reference_gain=config["gan"]["latents"]["gain"],
        pairs=gain_pairs(),
        code=science("plot_figureS3"),
    message:
        "Drawing Fig. S3"
    script:
        "../scripts/plot_figureS3.py"


rule plot_figureS4:
    """Extended: convergence with the time step (reading R5)."""
    input:
        convergence=rules.simulate_convergence.output[0],
    output:
        png=report(
            "<results>/figures/figureS4.png",
            caption="../report/figureS4.rst",
            category="Extended figures",
            labels={"figure": "S4"},
        ),
        svg="<results>/figures/figureS4.svg",
    log:
        "<logs>/plot_figureS4.log",
    benchmark:
        "<benchmarks>/plot_figureS4.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS4"),
    message:
        "Drawing Fig. S4"
    script:
        "../scripts/plot_figureS4.py"


rule plot_figureS5:
    """Extended: population readouts of noise and of chaos (discussion)."""
    input:
        noise=rules.simulate_noise.output[0],
    output:
        png=report(
            "<results>/figures/figureS5.png",
            caption="../report/figureS5.rst",
            category="Extended figures",
            labels={"figure": "S5"},
        ),
        svg="<results>/figures/figureS5.svg",
    log:
        "<logs>/plot_figureS5.log",
    benchmark:
        "<benchmarks>/plot_figureS5.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS5"),
    message:
        "Drawing Fig. S5"
    script:
        "../scripts/plot_figureS5.py"


rule plot_figureS6:
    """Extended: latents and their Gaussian controls (section 3.2)."""
    input:
        latents=rules.simulate_latents.output[0],
    output:
        png=report(
            "<results>/figures/figureS6.png",
            caption="../report/figureS6.rst",
            category="Extended figures",
            labels={"figure": "S6"},
        ),
        svg="<results>/figures/figureS6.svg",
    log:
        "<logs>/plot_figureS6.log",
    benchmark:
        "<benchmarks>/plot_figureS6.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        gain=config["gan"]["latents"]["gain"],
        code=science("plot_figureS6"),
    message:
        "Drawing Fig. S6"
    script:
        "../scripts/plot_figureS6.py"


rule plot_figureS7:
    """Extended: one trajectory at every gain, batch norm kept and re-estimated (section 3.3)."""
    input:
        gains=samples(config["figures"]["model"], config["sampling"]["gains"]),
    output:
        png=report(
            "<results>/figures/figureS7.png",
            caption="../report/figureS7.rst",
            category="Extended figures",
            labels={"figure": "S7"},
        ),
        svg="<results>/figures/figureS7.svg",
    log:
        "<logs>/plot_figureS7.log",
    benchmark:
        "<benchmarks>/plot_figureS7.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS7"),
    message:
        "Drawing Fig. S7"
    script:
        "../scripts/plot_figureS7.py"


rule plot_figureS8:
    """Extended: quality of the images of every model against gain (section 3.2)."""
    input:
        expand("<results>/gan/{model}/quality.tsv", model=MODELS),
    output:
        png=report(
            "<results>/figures/figureS8.png",
            caption="../report/figureS8.rst",
            category="Extended figures",
            labels={"figure": "S8"},
        ),
        svg="<results>/figures/figureS8.svg",
    log:
        "<logs>/plot_figureS8.log",
    benchmark:
        "<benchmarks>/plot_figureS8.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        models=list(MODELS),
        code=science("plot_figureS8"),
    message:
        "Drawing Fig. S8"
    script:
        "../scripts/plot_figureS8.py"


rule plot_figureS9:
    """Extended: hybrid networks over the strength of their structure and the gain (reading R3)."""
    input:
        structure=parts("structure_map", "strength", config["hybrid"]["structure_map"]["strengths"]),
        table=rules.summarise_structure.output[0],
    output:
        png=report(
            "<results>/figures/figureS9.png",
            caption="../report/figureS9.rst",
            category="Extended figures",
            labels={"figure": "S9"},
        ),
        svg="<results>/figures/figureS9.svg",
    log:
        "<logs>/plot_figureS9.log",
    benchmark:
        "<benchmarks>/plot_figureS9.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        strength=config["hybrid"]["network"]["strength"],
        code=science("plot_figureS9"),
    message:
        "Drawing Fig. S9"
    script:
        "../scripts/plot_figureS9.py"


rule plot_figureS10:
    """Extended: Fig. 4c, d with the weights of the four literal readings (reading R3)."""
    input:
        readings=expand("<results>/hybrid/readings/{reading}.h5", reading=READINGS),
        table=rules.summarise_hybrid.output[0],
    output:
        png=report(
            "<results>/figures/figureS10.png",
            caption="../report/figureS10.rst",
            category="Extended figures",
            labels={"figure": "S10"},
        ),
        svg="<results>/figures/figureS10.svg",
    log:
        "<logs>/plot_figureS10.log",
    benchmark:
        "<benchmarks>/plot_figureS10.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS10"),
    message:
        "Drawing Fig. S10"
    script:
        "../scripts/plot_figureS10.py"


rule plot_figureS11:
    """Extended: what hybrid networks sample under cycled gain (section 3.4)."""
    input:
        cycles=parts("cycles", "network", range(config["hybrid"]["cycles"]["networks"])),
    output:
        png=report(
            "<results>/figures/figureS11.png",
            caption="../report/figureS11.rst",
            category="Extended figures",
            labels={"figure": "S11"},
        ),
        svg="<results>/figures/figureS11.svg",
    log:
        "<logs>/plot_figureS11.log",
    benchmark:
        "<benchmarks>/plot_figureS11.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS11"),
    message:
        "Drawing Fig. S11"
    script:
        "../scripts/plot_figureS11.py"


rule plot_figureS12:
    """Extended: capacity of hybrid networks, and escapes from their patterns (section 3.4)."""
    input:
        capacity=parts("capacity", "size", config["hybrid"]["capacity"]["sizes"]),
        escapes=parts("escapes", "size", config["hybrid"]["escapes"]["sizes"]),
    output:
        png=report(
            "<results>/figures/figureS12.png",
            caption="../report/figureS12.rst",
            category="Extended figures",
            labels={"figure": "S12"},
        ),
        svg="<results>/figures/figureS12.svg",
    log:
        "<logs>/plot_figureS12.log",
    benchmark:
        "<benchmarks>/plot_figureS12.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS12"),
    message:
        "Drawing Fig. S12"
    script:
        "../scripts/plot_figureS12.py"


rule plot_figureS13:
    """Extended: speed of latents and of generated images against gain (section 3.3)."""
    input:
        gains=samples(config["figures"]["model"], config["sampling"]["gains"]),
        table=rules.summarise_sampling.output[0],
    output:
        png=report(
            "<results>/figures/figureS13.png",
            caption="../report/figureS13.rst",
            category="Extended figures",
            labels={"figure": "S13"},
        ),
        svg="<results>/figures/figureS13.svg",
    log:
        "<logs>/plot_figureS13.log",
    benchmark:
        "<benchmarks>/plot_figureS13.tsv"
    conda:
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("plot_figureS13"),
    message:
        "Drawing Fig. S13"
    script:
        "../scripts/plot_figureS13.py"


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
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
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
        "../envs/plot.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        code=science("animate_switched"),
    message:
        "Animating {wildcards.model} while its gain is switched"
    script:
        "../scripts/animate_switched.py"
