"""Speed of the generated images per gain (section 3.3)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from chaos_sampling import mixing, timescales
from chaos_sampling.statistics.table import row, table
from chaos_sampling.store import Dataset


def sampling_table(gain_samples: Iterable[Dataset]) -> pd.DataFrame:
    """Summarise how fast latents and images change along one trajectory per gain (section 3.3).

    There is one generator, hence one network, and no interval.

    Args:
        gain_samples: kind "gain_samples", one per gain.
    """
    rows = []
    for samples in gain_samples:
        time = samples["trajectory/time"]
        images = samples["trajectory/images"].reshape(len(time), -1) / np.float32(255)
        latents = samples["trajectory/latents"]
        spread = (samples["ensemble/images"] / np.float32(255)).std(axis=0)
        gain = samples.attributes["gain"]
        condition = samples.attributes["model"]
        step = time[1] - time[0]
        centred = images - images.mean(axis=0)
        correlation = mixing.autocorrelation(centred, len(time) // 4).mean(axis=1)
        values = {
            f"step_change_latents_{step:g}": mixing.step_change(latents),
            f"step_change_images_{step:g}": mixing.step_change(images),
            "deviation_images": np.sqrt(np.square(spread).mean()),
        }
        rows += [
            row(name, [value], gain=gain, condition=condition) for name, value in values.items()
        ]
        half_life = timescales.crossing_time(correlation, step)
        rows.append(
            row("half_life_images", [half_life], gain=gain, condition=condition, ranks=True)
        )
    return table(rows)
