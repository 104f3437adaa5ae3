"""A Slurm of one node, real but for its GPU, in namespaces that end with it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
PACKAGES = ("munge", "slurmctld", "slurmd", "slurm-client")
NODE = socket.gethostname().partition(".")[0]


class SingleNode:
    """Slurm's daemons, with the configuration beside this file.

    The job steps of Snakemake's executor read /etc/slurm and nothing else. So the daemons, and all
    that calls them, run where the configuration is mounted over /etc/slurm: what the machine has
    there stays as it is, and nothing is left behind, however a test ends.

    Args:
        folder: where the daemons keep what they keep.

    Raises:
        RuntimeError: namespaces are not allowed here, or the daemons do not start; the message has
            their log.
    """

    def __init__(self, folder: Path) -> None:
        self.tasks = folder / "tasks.txt"
        self.socket = folder / "munge.socket"
        for name in ("etc", "state", "spool"):
            (folder / name).mkdir()
        values = {"folder": folder, "host": NODE}
        values |= {"controller_port": free_port(), "node_port": free_port()}
        for name in ("slurm.conf", "gres.conf", "task_prolog.sh"):
            target = folder / "etc" / name
            target.write_text(Template((HERE / name).read_text()).substitute(values))
            target.chmod(0o755)
        (folder / "munge.key").write_bytes(os.urandom(1024))
        (folder / "munge.key").chmod(0o600)
        self.log = folder / "node.log"
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "sh", HERE / "node.sh", folder], stdout=log, stderr=log
            )
        try:
            wait_until(self.is_idle, seconds=120)
        except TimeoutError:
            self.stop()
            raise RuntimeError(f"Slurm does not start:\n{self.log.read_text()}") from None

    def stop(self) -> None:
        """End the first process of the namespaces, and by that all others in them."""
        self.process.kill()
        self.process.wait()

    def command(self, *words: str | Path) -> list[str | Path]:
        """Return a command that runs these words beside the daemons."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return ["nsenter", "--target", *children.split(), "--mount", "--pid", *words]

    def ask(self, *words: str) -> str:
        """Return what a command of Slurm answers."""
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, check=True
        ).stdout

    def is_idle(self) -> bool:
        """Tell whether the node is up and has nothing to do."""
        if self.process.poll() is not None:
            raise RuntimeError(f"no namespaces of its own here:\n{self.log.read_text()}")
        if not self.socket.exists():  # before that, /etc/slurm may still be the machine's
            return False
        try:
            return self.ask("sinfo", "--noheader", "--format=%T", "--partition=main") == "idle\n"
        except subprocess.CalledProcessError:
            return False

    def set_node(self, state: str) -> None:
        """Bring the node into a state, as an administrator does."""
        self.ask("scontrol", "update", f"NodeName={NODE}", f"State={state}", "Reason=test")

    def jobs(self, directory: Path) -> list[dict[str, str]]:
        """Return all jobs submitted from a directory, oldest first, tasks of arrays one by one."""
        shown = self.ask("scontrol", "show", "job", "--oneliner").splitlines()
        jobs = [
            dict(re.findall(r"([\w/]+)=(\S*)", line))
            for line in shown
            if f" WorkDir={directory} " in line
        ]
        for job in jobs:
            job["Rule"] = job["Comment"].removeprefix("rule_").partition("_wildcards_")[0]
        return sorted(jobs, key=lambda job: int(job["JobId"]))

    def visible_gpus(self) -> dict[str, set[str]]:
        """Return CUDA_VISIBLE_DEVICES of the tasks of every job, "none" where it is not set."""
        found: dict[str, set[str]] = {}
        for line in self.tasks.read_text().splitlines():
            job, devices = line.split()
            found.setdefault(job, set()).add(devices)
        return found


def install() -> None:
    """Install the distribution's packages where they are missing.

    Raises:
        RuntimeError: not allowed to, or no way to.
    """
    if os.geteuid() != 0:
        raise RuntimeError("expected to be root, as Slurm's daemons need; found another user")
    if all(map(shutil.which, PROGRAMS)):
        return
    if not shutil.which("apt-get"):
        raise RuntimeError(f"expected apt-get, to install {', '.join(PACKAGES)}; found none")
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "--quiet", "--yes"]
    for words in (["update"], ["install", "--no-install-recommends", *PACKAGES]):
        finished = subprocess.run([*apt, *words], env=quietly, capture_output=True, text=True)
        if finished.returncode != 0:
            raise RuntimeError(f"apt-get {words[0]} fails:\n{finished.stderr}")


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(reached: Callable[[], bool], seconds: float) -> None:
    """Return as soon as something is reached.

    Raises:
        TimeoutError: it was not within these seconds.
    """
    limit = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > limit:
            raise TimeoutError(f"{reached.__name__} not within {seconds} s")
        time.sleep(0.3)
