rule summarise_chaos:
    """Sensitivity, exponents and speed per gain and size, over networks (sections 3.1, 3.3)."""
    input:
        divergence=rules.simulate_divergence.output[0],
        mixing=expand("<results>/chaos/mixing/size~{size}.h5", size=SIZES),
        lyapunov=expand("<results>/chaos/lyapunov/size~{size}.h5", size=SIZES),
        theory=rules.solve_mean_field.output[0],
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
        pairs=gain_pairs(),
        code=science("summarise_chaos"),
    message:
        "Summarising the random networks"
    script:
        "../scripts/summarise_chaos.py"


rule summarise_mean_field:
    """The theory as a table, with the names of chaos.tsv."""
    input:
        rules.solve_mean_field.output[0],
    output:
        "<results>/statistics/mean_field.tsv",
    log:
        "<logs>/summarise_mean_field.log",
    benchmark:
        "<benchmarks>/summarise_mean_field.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        sizes=list(SIZES),
        code=science("summarise_mean_field"),
    message:
        "Tabulating the mean-field theory"
    script:
        "../scripts/summarise_mean_field.py"


rule summarise_noise:
    """How population readouts of noise and chaos scale with size (discussion)."""
    input:
        rules.simulate_noise.output[0],
    output:
        "<results>/statistics/noise.tsv",
    log:
        "<logs>/summarise_noise.log",
    benchmark:
        "<benchmarks>/summarise_noise.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        code=science("summarise_noise"),
    message:
        "Summarising noise and chaos"
    script:
        "../scripts/summarise_noise.py"


rule summarise_latents:
    """Statistics of latents and of their controls, per gain (section 3.2)."""
    input:
        rules.simulate_latents.output[0],
    output:
        "<results>/statistics/latents.tsv",
    log:
        "<logs>/summarise_latents.log",
    benchmark:
        "<benchmarks>/summarise_latents.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        code=science("summarise_latents"),
    message:
        "Summarising the latents"
    script:
        "../scripts/summarise_latents.py"


rule summarise_sampling:
    """Speed of latents and images per gain, for every model (section 3.3)."""
    input:
        [path for model in MODELS for path in all_samples(model)],
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
        models=[model for model in MODELS for path in all_samples(model)],
        code=science("summarise_sampling"),
    message:
        "Summarising the generated images"
    script:
        "../scripts/summarise_sampling.py"


rule summarise_hybrid:
    """Regression of overlap on gain and visits of patterns, over networks (section 3.4)."""
    input:
        fixed="<results>/hybrid/fixed_gain_overlaps.h5",
        sweep="<results>/hybrid/gain_sweep_overlaps.h5",
        readings=expand("<results>/hybrid/readings/{reading}.h5", reading=READINGS),
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
        block=config["statistics"]["block"],
        seed=config["seed"],
        code=science("summarise_hybrid"),
    message:
        "Summarising the hybrid networks"
    script:
        "../scripts/summarise_hybrid.py"


rule summarise_structure:
    """For which strengths of the structure the claims of Fig. 4 hold (section 3.4)."""
    input:
        parts("structure_map", "strength", config["hybrid"]["structure_map"]["strengths"]),
    output:
        "<results>/statistics/structure.tsv",
    log:
        "<logs>/summarise_structure.log",
    benchmark:
        "<benchmarks>/summarise_structure.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        seed=config["seed"],
        code=science("summarise_structure"),
    message:
        "Summarising the map over strength and gain"
    script:
        "../scripts/summarise_structure.py"


rule summarise_cycles:
    """Visits at the ends of cycles, their spread, order, energies and basins (section 3.4)."""
    input:
        cycles=parts("cycles", "network", range(config["hybrid"]["cycles"]["networks"])),
    output:
        "<results>/statistics/cycles.tsv",
    log:
        "<logs>/summarise_cycles.log",
    benchmark:
        "<benchmarks>/summarise_cycles.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        seed=config["seed"],
        code=science("summarise_cycles"),
    message:
        "Summarising the cycles"
    script:
        "../scripts/summarise_cycles.py"


rule summarise_capacity:
    """Capacity of hybrid networks, and escapes from their patterns (section 3.4)."""
    input:
        capacity=parts("capacity", "size", config["hybrid"]["capacity"]["sizes"]),
        escapes=parts("escapes", "size", config["hybrid"]["escapes"]["sizes"]),
    output:
        "<results>/statistics/capacity.tsv",
    log:
        "<logs>/summarise_capacity.log",
    benchmark:
        "<benchmarks>/summarise_capacity.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        code=science("summarise_capacity"),
    message:
        "Summarising capacity and escapes"
    script:
        "../scripts/summarise_capacity.py"


rule summarise_training:
    """How long each generator took to train (appendix A.1)."""
    input:
        training=expand("<results>/gan/{model}/training.h5", model=TRAINED),
        records=expand("<results>/gan/{model}/records.jsonl", model=TRAINED),
    output:
        "<results>/statistics/training.tsv",
    log:
        "<logs>/summarise_training.log",
    benchmark:
        "<benchmarks>/summarise_training.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        models=TRAINED,
        code=science("summarise_training"),
    message:
        "Tabulating the trainings"
    script:
        "../scripts/summarise_training.py"
