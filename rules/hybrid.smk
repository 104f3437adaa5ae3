rule simulate_hybrid:
    """Networks with stored patterns and random weights, at fixed or cycled gain (Fig. 4)."""
    output:
        "<results>/hybrid/{protocol}.h5",
    log:
        "<logs>/simulate_hybrid/{protocol}.log",
    benchmark:
        "<benchmarks>/simulate_hybrid/{protocol}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="30m",
    params:
        settings=protocol_settings,
        seed=config["seed"],
        code=science("simulate_hybrid"),
    message:
        "Simulating hybrid networks, {wildcards.protocol}"
    script:
        "../scripts/simulate_hybrid.py"


rule measure_overlaps:
    """Overlaps with the stored patterns and with the orthogonal directions (Fig. 4d, e)."""
    input:
        rules.simulate_hybrid.output[0],
    output:
        "<results>/hybrid/{protocol}_overlaps.h5",
    log:
        "<logs>/measure_overlaps/{protocol}.log",
    benchmark:
        "<benchmarks>/measure_overlaps/{protocol}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="2GB",
        runtime="10m",
    params:
        settings=config["hybrid"]["overlaps"],
        code=science("measure_overlaps"),
    message:
        "Measuring overlaps, {wildcards.protocol}"
    script:
        "../scripts/measure_overlaps.py"
