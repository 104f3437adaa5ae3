"""Files that appear under their names only when they are complete."""

from __future__ import annotations

import errno
import glob
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNWRITABLE = (errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EROFS)
"""Errors of a disk or a folder that cannot be written to."""
ABANDONED = 60 * 60
"""Seconds after which a temporary file that nothing was written to is a killed process's."""


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, moved onto it when the block ends without error.

    A reader therefore sees the old file, or none, or the complete new one, after a power failure
    too. What a killed process left of an earlier attempt is removed when it is an hour old; a
    younger one may be that of a process that still writes.

    Raises:
        OSError: the file cannot be written; the message names it. Errors in the block that are not
            of the disk, or of a file elsewhere, stay as they are.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    try:
        with _naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(path)
        try:
            yield temporary
        except OSError as error:
            here = error.filename is None or Path(error.filename).parent == path.parent
            if here and error.errno in UNWRITABLE:
                raise _unwritable(path, error) from error
            raise
        with _naming(path):
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
    finally:
        with suppress(OSError):  # what hindered the writing may hinder this
            temporary.unlink()


def temporaries(path: Path) -> list[Path]:
    """Return the files that writers of `path` have not finished, be they at work or killed."""
    pattern = f".{glob.escape(path.stem)}-????????{glob.escape(path.suffix)}"
    return list(path.parent.glob(pattern))


def _remove_abandoned(path: Path) -> None:
    """Remove temporary files of `path` that no process can still be writing."""
    for leftover in temporaries(path):
        with suppress(FileNotFoundError):  # another process has just moved or removed it
            if time.time() - leftover.stat().st_mtime > ABANDONED:
                leftover.unlink()


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Say of every error of the file system which file it keeps from being written."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> OSError:
    reason = " ".join((error.strerror or str(error)).split())
    return OSError(
        error.errno,
        f"{path}: cannot be written ({reason}). Free some space, or mend the permissions of its "
        "folder, and run snakemake again.",
    )
