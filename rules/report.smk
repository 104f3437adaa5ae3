rule build_report:
    """The whole run on one page: figures with captions, tables, provenance."""
    input:
        template=f"{workflow.basedir}/report/report.html.j2",
        captions=expand(f"{workflow.basedir}/report/figure{{number}}.rst", number=FIGURES),
        figures=expand("<results>/figures/figure{number}.png", number=FIGURES),
        tables=expand("<results>/statistics/{table}.tsv", table=TABLES),
        quality=expand("<results>/gan/{model}/quality.tsv", model=MODELS),
        samples=f"<results>/gan/{config['figures']['model']}/samples.h5",
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
        settings={name: value for name, value in config.items() if name != "device"},
        code=science("build_report"),
    message:
        "Writing the report"
    script:
        "../scripts/build_report.py"
