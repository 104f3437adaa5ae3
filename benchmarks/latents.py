"""Time latents from chaos beside Gaussian random numbers; write cost.tsv for the paper's claim.

Both make batches of as many latents as training does, in this one process and by turns; each round
gives one ratio. A batch of chaos follows the last one after 1 τ, as in the default training, which
is less than independent latents need (T2 is 4.4 τ), so that the ratio is a lower bound of theirs.

    PYTHONPATH=. python benchmarks/latents.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch
import yaml

from chaos_sampling import store
from chaos_sampling.latents.sources import draw
from chaos_sampling.statistics.table import row, table

ROUNDS, BATCHES = 20, 20
CONFIG = Path(__file__).parents[1] / "config.yaml"


def seconds(make: Callable[[], torch.Tensor]) -> float:
    """Return the processor time of BATCHES calls, which an idle core takes whatever else runs."""
    start = time.process_time()
    for _ in range(BATCHES):
        make()
    return time.process_time() - start


def main() -> None:
    """Time both, and write the ratios."""
    torch.set_num_threads(1)
    settings = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["gan"]
    batch = settings["batch"]
    source, _ = draw("subset", **settings["latents"], batch=batch, seed=1, device="cpu")
    advance = settings["training"]["advance"]

    def chaos() -> torch.Tensor:
        return source.next(advance)

    def gaussian() -> torch.Tensor:
        return torch.randn(batch, source.size)

    seconds(chaos), seconds(gaussian)
    ratios = [seconds(chaos) / seconds(gaussian) for _ in range(ROUNDS)]
    condition = {"device": "cpu", "threads": 1, "advance": advance}
    found = table([row("cost_ratio", ratios, condition=condition, ranks=True)])
    store.save_table(found, Path(__file__).with_name("cost.tsv"))
    print(found.to_string())


if __name__ == "__main__":
    main()
