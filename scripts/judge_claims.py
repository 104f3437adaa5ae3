"""Judge the paper's claims by the tables of a run."""

from pathlib import Path

from stage import stage

from chaos_sampling import store
from chaos_sampling.report import claims
from chaos_sampling.statistics.selection import load_run

with stage(snakemake):
    verdicts, evidence = claims.judge(
        claims.read(Path(snakemake.input.claims).read_text(encoding="utf-8")),
        load_run([*snakemake.input.tables, snakemake.input.cost], snakemake.input.quality),
        altered=snakemake.params.altered,
    )
    store.save_table(verdicts, snakemake.output.claims)
    store.save_table(evidence, snakemake.output.evidence)
