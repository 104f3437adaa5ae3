"""What every script shares: the log of its rule and the provenance of what it writes."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

# Threads that spin while they wait for each other come to a standstill beside other busy processes.
# OpenMP reads this when torch is loaded, which every script does after this module.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@contextmanager
def stage(snakemake: Any) -> Iterator[dict[str, Any]]:
    """Run the body of a script with everything it prints, logs or raises in the rule's log.

    SIGTERM, with which a scheduler ends a job, does what Ctrl-C does.

    Yields:
        The provenance for `store.save`: rule, parameters, seed, version of this code.

    Raises:
        SystemExit: the body failed; the message is the error's, the traceback is in the log.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    failure = None
    layout = "%(asctime)s %(levelname)s %(message)s"
    try:
        with (
            open(snakemake.log[0], "w", buffering=1, encoding="utf-8") as log,
            redirect_stdout(log),
            redirect_stderr(log),
        ):
            logging.basicConfig(stream=log, force=True, level=logging.INFO, format=layout)
            logging.captureWarnings(True)
            try:
                yield _provenance(snakemake)
                logging.info("wrote %s", ", ".join(snakemake.output))
            except KeyboardInterrupt:
                failure = f"{snakemake.rule}: interrupted; run snakemake again to continue"
                logging.warning("interrupted")
            except Exception as error:
                failure = f"{snakemake.rule}: {type(error).__name__}: {error}"
                traceback.print_exc()
    except OSError as error:  # of the log, as when the disk is full
        failure = failure or f"{snakemake.rule}: {snakemake.log[0]}: {error}"
    if failure:
        sys.exit(failure)


def device_of(snakemake: Any) -> torch.device:
    """Return the device that the job computes on, and let torch use the job's threads."""
    import torch  # here, since most rules do without it

    from chaos_sampling.device import choose

    torch.set_num_threads(snakemake.threads)
    return choose(snakemake.config["device"], snakemake.resources.get("gpu", 0) > 0)


def _provenance(snakemake: Any) -> dict[str, Any]:
    params = {name: value for name, value in snakemake.params.items() if name != "code"}
    return {
        "rule": snakemake.rule,
        # what lies in the repository or elsewhere is no file of the run
        "inputs": [path for path in snakemake.input if not os.path.isabs(path)],
        "outputs": list(snakemake.output),
        "config": params,
        "seed": params.get("seed", "none"),
        "code_version": _code_version(),
    }


def _code_version() -> str:
    command = ["git", "-C", Path(__file__).parent, "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
