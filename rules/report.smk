rule judge_claims:
    """A verdict on each of the paper's claims, by the rules in report/claims.yaml."""
    input:
        claims=f"{workflow.basedir}/report/claims.yaml",
        tables=expand("<results>/statistics/{table}.tsv", table=TABLES),
        quality=expand("<results>/gan/{model}/quality.tsv", model=MODELS),
        cost=f"{workflow.basedir}/benchmarks/cost.tsv",
    output:
        claims="<results>/claims.tsv",
        evidence="<results>/evidence.tsv",
    log:
        "<logs>/judge_claims.log",
    benchmark:
        "<benchmarks>/judge_claims.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="1GB",
        runtime="10m",
    params:
        altered=altered_tables(),
        code=science("judge_claims"),
    message:
        "Judging the paper's claims"
    script:
        "../scripts/judge_claims.py"


rule build_report:
    """The whole run on one page: verdicts, figures with captions, tables, provenance."""
    input:
        template=f"{workflow.basedir}/report/report.html.j2",
        readings=f"{workflow.basedir}/report/readings.yaml",
        captions=expand(f"{workflow.basedir}/report/figure{{number}}.rst", number=FIGURES),
        claims=rules.judge_claims.output.claims,
        evidence=rules.judge_claims.output.evidence,
        reference=f"{workflow.basedir}/reference/claims.tsv",
        figures=expand("<results>/figures/figure{number}.png", number=FIGURES),
        tables=rules.judge_claims.input.tables,
        quality=rules.judge_claims.input.quality,
        samples=f"<results>/gan/{config['figures']['model']}/samples.h5",
    output:
        "<results>/report.html",
    log:
        "<logs>/build_report.log",
    benchmark:
        "<benchmarks>/build_report.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem="1GB",
        runtime="10m",
    params:
        settings={
            name: value
            for name, value in config.items()
            if name not in ("device", "checkpoint_seconds")
        },
        altered=altered_tables(),
        sources=sources_of_tables(),
        models=list(MODELS),
        benchmarks=benchmarks(),
        code=science("build_report"),
    message:
        "Writing the report"
    script:
        "../scripts/build_report.py"
