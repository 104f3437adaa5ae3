"""Where an interrupted training continues: everything that changes in it, in one file.

The file of the last checkpoint and of that before it are kept, each with a checksum: a damaged one
costs the time between two.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Protocol

import numpy as np
import torch

from chaos_sampling import store
from chaos_sampling.files import replacing, temporaries

logger = logging.getLogger("chaos_sampling")

CHECKSUM_BYTES = hashlib.sha256().digest_size
SIGNALS = (signal.SIGINT, signal.SIGTERM)
PLAIN = (bool, bytes, float, int, str, type(None))
UNREADABLE = (EOFError, LookupError, RuntimeError, TypeError, ValueError, UnpicklingError)
"""What torch raises on a file of other content, depending on the content."""


class Part(Protocol):
    """Anything whose state can be taken and put back, such as a module or an optimizer."""

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes: tensors, numbers and text in dicts, lists and tuples."""

    def load_state_dict(self, state: dict[str, Any]) -> object:
        """Continue from what `state_dict` returned; raise where that does not fit."""


def checkpoint_path(output: str | Path, images: np.ndarray, parameters: Any) -> Path:
    """Return a name for the checkpoint beside `output` that belongs to these images and parameters.

    Args:
        output: a file that the training makes.
        images: what it learns from.
        parameters: everything else that decides its course, in a form that JSON can represent.
    """
    digest = hashlib.sha256(np.ascontiguousarray(images))
    digest.update(json.dumps(parameters, sort_keys=True).encode())
    return Path(output).with_suffix(f".{digest.hexdigest()[:12]}.checkpoint")


def save_checkpoint(path: Path, parts: Mapping[str, Part]) -> None:
    """Write the states of `parts` with their checksum, atomically; the last such file is kept too.

    Raises:
        OSError: the file cannot be written, as when the disk is full; the last two are intact.
        TypeError: a state holds what `load_checkpoint` would refuse; the message names its place.
    """
    states = {name: part.state_dict() for name, part in parts.items()}
    for name, state in states.items():
        _require_plain(state, name)
    content = BytesIO()
    torch.save(states, content)
    with replacing(path) as temporary:
        with temporary.open("wb") as file:
            file.write(hashlib.sha256(content.getbuffer()).digest())
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())  # before anything is renamed: where it fails, both are kept
        if path.exists():
            path.replace(previous(path))


def load_checkpoint(path: Path, parts: Mapping[str, Part]) -> Path | None:
    """Put the last states that `save_checkpoint` wrote and that are whole back into `parts`.

    A damaged file is reported, renamed to "<name>.damaged", and otherwise taken for none. States
    are read onto the CPU; a part moves its own to where it needs them.

    Returns:
        The file to continue from, None where there is none.

    Raises:
        store.WrongFileError: the file is whole, but other code wrote it.
    """
    for file in (path, previous(path)):
        if file.is_file() and (content := _verified(file)) is not None:
            try:
                _put_back(_read(content), parts)
            except ValueError as error:
                raise store.WrongFileError(
                    f"{file}: expected a checkpoint of this code and this kind of device, found "
                    f"one whose {error}. Delete {path.name} and {previous(path).name} to train "
                    "from the beginning, or continue with the code and on the device that wrote it."
                ) from error
            return file
    return None


def discard_checkpoint(path: Path) -> None:
    """Delete a training's checkpoints, half-written ones included, once its results are written."""
    for file in (path, previous(path), *temporaries(path)):
        file.unlink(missing_ok=True)


def previous(path: Path) -> Path:
    """Return where the checkpoint before that at `path` is."""
    return path.with_name(f"{path.name}.previous")


@contextmanager
def postponing_signals() -> Iterator[list[int]]:
    """Let SIGTERM and Ctrl-C wait until the block has saved what it did, and ends.

    Yields:
        The signals received so far, for the block to look at; always empty outside the main
        thread, which signals do not reach.

    Raises:
        KeyboardInterrupt: the block has ended, and a signal had come.
    """
    received: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in SIGNALS if main}
    for number in before:
        signal.signal(number, lambda number, _: received.append(number))
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        raise KeyboardInterrupt


def _verified(file: Path) -> bytes | None:
    """Return what a checkpoint holds behind its checksum; set a damaged one aside."""
    content = file.read_bytes()
    checksum, content = content[:CHECKSUM_BYTES], content[CHECKSUM_BYTES:]
    if hashlib.sha256(content).digest() == checksum:
        return content
    damaged = file.with_name(f"{file.name}.damaged")
    file.replace(damaged)
    logger.warning("%s: damaged checkpoint, renamed to %s", file, damaged.name)
    return None


def _read(content: bytes) -> Any:
    try:
        return torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    except UNREADABLE:  # left out: torch's message, which advises to run what the file says
        raise ValueError("content is not tensors, numbers and text alone") from None


def _put_back(states: Mapping[str, Any], parts: Mapping[str, Part]) -> None:
    for name, part in parts.items():
        try:
            part.load_state_dict(states[name])
        except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"part '{name}' does not fit ({reason})") from error


def _require_plain(state: Any, key: str) -> None:
    """Refuse to save what could not be loaded without running code, numpy's arrays among it."""
    if isinstance(state, Mapping | list | tuple):
        items = state.items() if isinstance(state, Mapping) else enumerate(state)
        for name, value in items:
            _require_plain(value, f"{key}.{name}")
    elif not (isinstance(state, torch.Tensor) or type(state) in PLAIN):
        raise TypeError(
            f"{key}: expected tensors, numbers and text in a state that is saved, "
            f"found {type(state).__name__}"
        )
