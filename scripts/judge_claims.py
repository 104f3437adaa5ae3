"""Judge the paper's claims by the tables of a run."""

from pathlib import Path

from stage import stage, tables_of

from chaos_sampling import store
from chaos_sampling.report import claims

with stage(snakemake):
    verdicts, evidence = claims.judge(
        claims.read(Path(snakemake.input.claims).read_text(encoding="utf-8")),
        tables_of([*snakemake.input.tables, snakemake.input.cost], snakemake.input.quality),
        reduced=snakemake.params.reduced,
    )
    store.save_table(verdicts, snakemake.output.claims)
    store.save_table(evidence, snakemake.output.evidence)
