rule simulate_traces:
    """Traces of one random network at several gains (Fig. 1a)."""
    output:
        "<results>/chaos/traces.h5",
    log:
        "<logs>/simulate_traces.log",
    benchmark:
        "<benchmarks>/simulate_traces.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        settings=config["chaos"]["traces"],
        seed=config["seed"],
        code=science("simulate_traces"),
    message:
        "Simulating the traces of Fig. 1a"
    script:
        "../scripts/simulate_traces.py"


rule simulate_divergence:
    """Pairs of trajectories from almost the same initial state (Fig. 1b)."""
    output:
        "<results>/chaos/divergence.h5",
    log:
        "<logs>/simulate_divergence.log",
    benchmark:
        "<benchmarks>/simulate_divergence.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="30m",
    params:
        settings=config["chaos"]["divergence"],
        seed=config["seed"],
        code=science("simulate_divergence"),
    message:
        "Simulating the divergence of nearby trajectories (Fig. 1b)"
    script:
        "../scripts/simulate_divergence.py"


rule simulate_mixing:
    """Autocorrelation and step size of the activity at several gains (section 3.3)."""
    output:
        "<results>/chaos/mixing.h5",
    log:
        "<logs>/simulate_mixing.log",
    benchmark:
        "<benchmarks>/simulate_mixing.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="30m",
    params:
        settings=config["chaos"]["mixing"],
        seed=config["seed"],
        code=science("simulate_mixing"),
    message:
        "Measuring how fast the activity mixes at each gain"
    script:
        "../scripts/simulate_mixing.py"
