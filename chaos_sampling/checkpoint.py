"""Where an interrupted training continues: everything that changes in it, in one file."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Protocol

import numpy as np
import torch

from chaos_sampling import store

logger = logging.getLogger("chaos_sampling")


class Part(Protocol):
    """Anything whose state can be taken and put back, such as a module or an optimizer."""

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes."""

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
    """Write the states of `parts`, atomically."""
    with store.replacing(path) as temporary, temporary.open("wb") as file:
        torch.save({name: part.state_dict() for name, part in parts.items()}, file)


def load_checkpoint(path: Path, parts: Mapping[str, Part]) -> bool:
    """Put the states that `save_checkpoint` wrote back into `parts`.

    A damaged file is reported, renamed to "<name>.damaged", and otherwise taken for none. States
    are read onto the CPU; a part moves its own to where it needs them.

    Returns:
        Whether there was a checkpoint to continue from.

    Raises:
        store.WrongFileError: the file is whole, but other code wrote it.
    """
    if not path.is_file():
        return False
    try:
        states = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, UnpicklingError) as error:
        damaged = path.with_name(f"{path.name}.damaged")
        path.replace(damaged)
        logger.warning(
            "%s: damaged checkpoint, renamed to %s; starting from the beginning (%s)",
            path,
            damaged.name,
            error,
        )
        return False
    for name, part in parts.items():
        try:
            part.load_state_dict(states[name])
        except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise store.WrongFileError(
                f"{path}: expected a checkpoint of this code and this kind of device, found one "
                f"whose part '{name}' does not fit ({reason}). Delete it to train from the "
                "beginning, or continue with the code and on the device that wrote it."
            ) from error
    return True
