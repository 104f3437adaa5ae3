rule simulate_traces:
    """Traces of one random network at several gains (Fig. 1a)."""
    output:
        "<results>/chaos/traces.h5",
    log:
        "<logs>/simulate_traces.log",
    benchmark:
        "<benchmarks>/simulate_traces.tsv"
    conda:
        "../envs/environment.yaml"
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
        "../envs/environment.yaml"
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
    """Timescales, dimension and correlations of networks of one size (section 3.3)."""
    output:
        "<results>/chaos/mixing/size~{size}.h5",
    log:
        "<logs>/simulate_mixing/size~{size}.log",
    benchmark:
        "<benchmarks>/simulate_mixing/size~{size}.tsv"
    wildcard_constraints:
        size=one_of(SIZES),
    conda:
        "../envs/environment.yaml"
    threads: threads_for_size
    resources:
        mem="6GB",
        runtime="8h",
    params:
        settings=mixing_settings,
        seed=config["seed"],
        code=science("simulate_mixing"),
    message:
        "Measuring how networks of {wildcards.size} neurons mix at each gain"
    script:
        "../scripts/simulate_mixing.py"


rule simulate_lyapunov:
    """Lyapunov exponents of networks of one size (sections 3.1 and 4)."""
    output:
        "<results>/chaos/lyapunov/size~{size}.h5",
    log:
        "<logs>/simulate_lyapunov/size~{size}.log",
    benchmark:
        "<benchmarks>/simulate_lyapunov/size~{size}.tsv"
    wildcard_constraints:
        size=one_of(SIZES),
    conda:
        "../envs/environment.yaml"
    threads: threads_for_size
    resources:
        mem="6GB",
        runtime="8h",
    params:
        settings=lyapunov_settings,
        seed=config["seed"],
        code=science("simulate_lyapunov"),
    message:
        "Computing Lyapunov exponents of networks of {wildcards.size} neurons"
    script:
        "../scripts/simulate_lyapunov.py"


rule simulate_convergence:
    """How exact the integrator is at which time step (reading R5)."""
    output:
        "<results>/chaos/convergence.h5",
    log:
        "<logs>/simulate_convergence.log",
    benchmark:
        "<benchmarks>/simulate_convergence.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="2GB",
        runtime="1h",
    params:
        settings=config["chaos"]["convergence"],
        seed=config["seed"],
        code=science("simulate_convergence"),
    message:
        "Comparing integrators and time steps"
    script:
        "../scripts/simulate_convergence.py"


rule simulate_noise:
    """What noise and chaos leave of themselves in population readouts (discussion)."""
    output:
        "<results>/chaos/noise.h5",
    log:
        "<logs>/simulate_noise.log",
    benchmark:
        "<benchmarks>/simulate_noise.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="2GB",
        runtime="1h",
    params:
        settings=config["chaos"]["noise"],
        seed=config["seed"],
        code=science("simulate_noise"),
    message:
        "Comparing noise and chaos in networks of growing size"
    script:
        "../scripts/simulate_noise.py"


rule simulate_latents:
    """Second-order statistics of latents and of their Gaussian controls (section 3.2)."""
    output:
        "<results>/chaos/latents.h5",
    log:
        "<logs>/simulate_latents.log",
    benchmark:
        "<benchmarks>/simulate_latents.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="2GB",
        runtime="1h",
    params:
        settings=latents_settings(),
        seed=config["seed"],
        code=science("simulate_latents"),
    message:
        "Measuring latents and their controls"
    script:
        "../scripts/simulate_latents.py"


rule solve_mean_field:
    """The theory for infinitely many neurons at all gains of the sweep."""
    output:
        "<results>/chaos/mean_field.h5",
    log:
        "<logs>/solve_mean_field.log",
    benchmark:
        "<benchmarks>/solve_mean_field.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="1GB",
        runtime="10m",
    params:
        gains=theory_gains(),
        interval=config["chaos"]["mixing"]["interval"],
        code=science("solve_mean_field"),
    message:
        "Solving the mean-field theory"
    script:
        "../scripts/solve_mean_field.py"
