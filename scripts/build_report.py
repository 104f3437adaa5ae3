"""Write the whole run on one page."""

from pathlib import Path

import yaml
from stage import stage

from chaos_sampling import store
from chaos_sampling.files import replacing
from chaos_sampling.report import lineage, page
from chaos_sampling.statistics.selection import load, load_run

with stage(snakemake) as provenance:
    captions = [Path(path).read_text(encoding="utf-8") for path in snakemake.input.captions]
    figures = [Path(path).read_bytes() for path in snakemake.input.figures]
    sources = snakemake.params.sources
    files = lineage.lineage(path for paths in sources.values() for path in paths)
    text = page.render(
        Path(snakemake.input.template).read_text(encoding="utf-8"),
        figures={
            Path(path).stem: content
            for path, *content in zip(snakemake.input.figures, figures, captions, strict=True)
        },
        tables=load_run(snakemake.input.tables, snakemake.input.quality),
        claims=load(snakemake.input.claims).fillna({"paper": "", "figure": ""}),
        evidence=load(snakemake.input.evidence).fillna({"note": "", "reason": ""}),
        reference=load(snakemake.input.reference),
        readings=yaml.safe_load(Path(snakemake.input.readings).read_text(encoding="utf-8")),
        files=files,
        rules=lineage.rules_of(files, sources, snakemake.params.benchmarks),
        sources=sources,
        models=snakemake.params.models,
        config=snakemake.params.settings,
        altered=snakemake.params.altered,
        shown=store.load(snakemake.input.samples, "samples").attributes,
        code_version=provenance["code_version"],
    )
    with replacing(snakemake.output[0]) as temporary:
        temporary.write_text(text, encoding="utf-8")
