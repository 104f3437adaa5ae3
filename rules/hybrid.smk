rule simulate_hybrid:
    """Networks with stored patterns and random weights, at fixed, swept or cycled gain (Fig. 4)."""
    output:
        "<results>/hybrid/{protocol}.h5",
    log:
        "<logs>/simulate_hybrid/{protocol}.log",
    benchmark:
        "<benchmarks>/simulate_hybrid/{protocol}.tsv"
    conda:
        "../envs/environment.yaml"
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
        "../envs/environment.yaml"
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


rule simulate_reading:
    """Fig. 4c, d with the weights of one literal reading of the text (reading R3)."""
    output:
        "<results>/hybrid/readings/{reading}.h5",
    log:
        "<logs>/simulate_reading/{reading}.log",
    benchmark:
        "<benchmarks>/simulate_reading/{reading}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="2GB",
        runtime="30m",
    params:
        settings=readings_settings(),
        seed=config["seed"],
        code=science("simulate_reading"),
    message:
        "Simulating Fig. 4c, d with literal weights, {wildcards.reading}"
    script:
        "../scripts/simulate_reading.py"


rule simulate_structure_map:
    """Hybrid networks over the strength of their structure and the gain (reading R3)."""
    output:
        "<results>/hybrid/structure_map/strength~{strength}.h5",
    log:
        "<logs>/simulate_structure_map/strength~{strength}.log",
    benchmark:
        "<benchmarks>/simulate_structure_map/strength~{strength}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="2GB",
        runtime="2h",
    params:
        settings=structure_map_settings,
        seed=config["seed"],
        code=science("simulate_structure_map"),
    message:
        "Mapping hybrid networks of strength {wildcards.strength} over gain"
    script:
        "../scripts/simulate_structure_map.py"


rule simulate_capacity:
    """Retrieval from more and more patterns, by either learning rule (section 3.4)."""
    output:
        "<results>/hybrid/capacity/size~{size}.h5",
    log:
        "<logs>/simulate_capacity/size~{size}.log",
    benchmark:
        "<benchmarks>/simulate_capacity/size~{size}.tsv"
    wildcard_constraints:
        size=one_of(config["hybrid"]["capacity"]["sizes"]),
    conda:
        "../envs/environment.yaml"
    resources:
        mem="2GB",
        runtime="2h",
    params:
        settings=capacity_settings,
        seed=config["seed"],
        code=science("simulate_capacity"),
    message:
        "Measuring the capacity of {wildcards.size} neurons"
    script:
        "../scripts/simulate_capacity.py"


rule simulate_escapes:
    """Escapes from stored patterns, by chaos and by noise, against size (section 3.4)."""
    output:
        "<results>/hybrid/escapes/size~{size}.h5",
    log:
        "<logs>/simulate_escapes/size~{size}.log",
    benchmark:
        "<benchmarks>/simulate_escapes/size~{size}.tsv"
    wildcard_constraints:
        size=one_of(config["hybrid"]["escapes"]["sizes"]),
    conda:
        "../envs/environment.yaml"
    resources:
        mem="4GB",
        runtime="2h",
    params:
        settings=escapes_settings,
        seed=config["seed"],
        code=science("simulate_escapes"),
    message:
        "Counting escapes from stored patterns, {wildcards.size} neurons"
    script:
        "../scripts/simulate_escapes.py"


rule simulate_cycles:
    """States in which cycles of gain or of noise end, under many conditions (section 3.4)."""
    output:
        "<results>/hybrid/cycles/network~{network}.h5",
    log:
        "<logs>/simulate_cycles/network~{network}.log",
    benchmark:
        "<benchmarks>/simulate_cycles/network~{network}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="2GB",
        runtime="1h",
    params:
        settings=cycles_settings,
        seed=config["seed"],
        code=science("simulate_cycles"),
    message:
        "Simulating cycles of hybrid network {wildcards.network}"
    script:
        "../scripts/simulate_cycles.py"
