rule build_report:
    """The whole run on one page: figures with captions, tables, provenance."""
    input:
        figures=expand("<results>/figures/figure{number}.png", number=[1, 2, 3, 4]),
        tables=expand("<results>/statistics/{table}.tsv", table=["chaos", "sampling", "hybrid"]),
    output:
        "<results>/report.html",
    log:
        "<logs>/build_report.log",
    benchmark:
        "<benchmarks>/build_report.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem="1GB",
        runtime="10m",
    params:
        settings=config,
    message:
        "Writing the report"
    script:
        "../scripts/build_report.py"
