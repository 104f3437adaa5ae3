"""Files from the web: continued where they stopped, tried again, verified."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import gdown
import httpx2
from gdown.exceptions import FileURLRetrievalError

from chaos_sampling.progress import Meter, track

logger = logging.getLogger("chaos_sampling")
Result = TypeVar("Result")

ATTEMPTS = 4
BACKOFF = 5.0
"""Seconds before the second attempt; doubled before each further one."""
TIMEOUT = 30.0
"""Seconds to wait for a connection, and for the next bytes."""
EXCESS = 1.1
"""Size, relative to the expected one, from which a file is refused unread."""
REFUSALS = 2
"""Refusals in a row to continue a file before it is begun anew; one may be a failing server's."""
MIB = 2**20
TRANSIENT = (OSError, httpx2.HTTPError, gdown.exceptions.DownloadError, json.JSONDecodeError)
"""What gdown and huggingface_hub raise when a connection fails or a server does."""


class DownloadError(Exception):
    """A file cannot be had from the web; the message says which and why, in one line."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on the web: where it is, its size in bytes, and its checksum by an algorithm."""

    url: str
    size: int
    algorithm: str
    checksum: str

    def is_at(self, path: Path) -> bool:
        """Tell whether the file at `path` is this one, by its checksum."""
        return path.is_file() and digest(path, self.algorithm) == self.checksum


def fetch(file: RemoteFile, path: Path) -> None:
    """Download `file` to `path`, unless it is there.

    What was received before an interruption, of this process or of an earlier one, is kept
    beside `path` and continued. `path` itself only ever holds a verified file. Links of Google
    Drive are followed through its confirmation page.

    Raises:
        DownloadError: the server failed several times, or sends another file than expected.
    """
    if file.is_at(path):
        logger.info("%s is complete, not downloaded again", path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unverified = path.with_name(f"{path.name}.unverified")
    refusals = 0

    def receive() -> None:
        nonlocal refusals
        before = _received(unverified)
        try:
            _receive(file, unverified)
        except FileURLRetrievalError:
            raise  # Google Drive has not come to the file itself
        except gdown.exceptions.DownloadError:
            refusals = refusals + 1 if _received(unverified) == before else 0
            if refusals == REFUSALS:
                _forget(unverified)  # it would be in the way forever
            raise

    retrying(receive, file.url, lambda: _received(unverified))
    found = digest(unverified, file.algorithm)
    if found != file.checksum:
        unverified.unlink()
        raise DownloadError(
            f"{file.url}: expected {file.algorithm} {file.checksum}, found {found}; removed it"
        )
    unverified.chmod(0o644)
    unverified.replace(path)


def retrying(
    action: Callable[[], Result], what: str, received: Callable[[], int] = lambda: 0
) -> Result:
    """Return what `action` returns, tried anew with growing pauses between.

    Args:
        action: what to try.
        what: it does, for the log.
        received: how many bytes there are; with an attempt that adds to the most there were the
            count begins again.

    Raises:
        DownloadError: `ATTEMPTS` attempts in a row failed, of which only the first may have brought
            something new; or `action` raised it, which is not tried again.
    """
    failed, most = 0, received()
    while failed < ATTEMPTS:
        try:
            return action()
        except TRANSIENT as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        if received() > most:
            failed, most = 0, received()
        failed += 1
        logger.warning("%s: attempt %d of %d failed: %s", what, failed, ATTEMPTS, reason)
        if failed < ATTEMPTS:
            time.sleep(BACKOFF * 2 ** (failed - 1))
    raise DownloadError(f"{what}: {ATTEMPTS} attempts failed, the last with {reason}")


def digest(path: Path, algorithm: str) -> str:
    """Return the checksum of a file by an algorithm of hashlib, such as "md5"."""
    state = hashlib.new(algorithm, usedforsecurity=False)
    blocks = range(0, path.stat().st_size, MIB)
    with path.open("rb") as file:
        for _ in track(blocks, f"{algorithm} of {path.name}", unit="MiB"):
            state.update(file.read(MIB))
    return state.hexdigest()


def _receive(file: RemoteFile, path: Path) -> None:
    """Download to `path`, continuing what an earlier attempt left."""
    before = _received(path)
    meter = Meter(path.stem, file.size / MIB, unit="MiB")
    start = time.monotonic()

    def progress(received: int, announced: int | None) -> None:
        if max(received, announced or 0) > EXCESS * file.size:
            _forget(path)
            raise DownloadError(
                f"{file.url}: expected {file.size} bytes, found {announced or received}; refused"
            )
        rate = (received - before) / MIB / max(time.monotonic() - start, 1e-9)
        meter.report(received / MIB, "", rate=rate)

    options = {"quiet": True, "use_cookies": False, "resume": True, "timeout": TIMEOUT}
    gdown.download(file.url, str(path), progress=progress, **options)


def _partials(path: Path) -> list[Path]:
    """Return the files in which gdown keeps what it has received of `path`."""
    return list(path.parent.glob(f"{path.name}????????.part"))


def _received(path: Path) -> int:
    return sum(file.stat().st_size for file in _partials(path))


def _forget(path: Path) -> None:
    for file in _partials(path):
        file.unlink()
