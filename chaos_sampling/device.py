"""Where to compute, and in which precision."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch

logger = logging.getLogger("chaos_sampling")


def choose(requested: Literal["auto", "cuda", "cpu"], granted: bool) -> torch.device:
    """Return the device to use, cuDNN set up for it; never fall back without saying so.

    Args:
        requested: "auto" takes CUDA when it is granted and there and computes, otherwise the CPU
            with a warning.
        granted: whether the job was given a GPU.

    Raises:
        RuntimeError: "cuda" was requested, but is not there, does not compute, or was not granted.
    """
    if requested == "cpu":
        return torch.device("cpu")
    if not granted:
        missing = "this job was granted no GPU (--resources gpu=0)"
    elif not torch.cuda.is_available():
        build = f"for CUDA {torch.version.cuda}" if torch.version.cuda else "without CUDA"
        missing = f"torch finds no CUDA device that it can use (it was built {build})"
    elif error := _error_of_cuda():
        missing = f"torch cannot compute on the CUDA device ({error})"
    else:
        torch.backends.cudnn.allow_tf32 = False  # it rounds convolutions in float32 to 10 bits
        torch.backends.cudnn.benchmark = True  # algorithms are tried once a shape; shapes are few
        return torch.device("cuda")
    if requested == "cuda":
        raise RuntimeError(
            f"device: expected a GPU for 'cuda', but {missing}. Run with --resources gpu=1 on a "
            "machine with an NVIDIA GPU and its driver, or set device to 'auto' or 'cpu'."
        )
    logger.warning("device: %s; running on the CPU", missing)
    return torch.device("cpu")


def has_fast_bfloat16(device: torch.device) -> bool:
    """Say whether the hardware multiplies bfloat16 matrices natively rather than by emulation."""
    if device.type == "cuda":
        with torch.cuda.device(device):
            return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def can_compile(device: torch.device) -> bool:
    """Say whether to compile networks: on a GPU where it works; on a CPU it gains nothing.

    With TORCH_COMPILE_DISABLE=1 in the environment torch compiles nothing, and does not say so.
    """
    if device.type != "cuda" or torch._dynamo.config.disable:
        return False
    try:
        torch.compile(lambda x: x.relu() + 1)(torch.zeros(1, device=device))
    except Exception as error:  # a compiler or Python's headers may be missing, or Triton too old
        reason = _first_line(error)
        logger.warning("device: torch.compile does not work here (%s); going on without", reason)
        return False
    return True


class Stopwatch:
    """Measure what share of a loop's time its parts take, without stopping a GPU at each of them.

    Args:
        device: where the parts compute; on a GPU, its own clock is what counts.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.on_gpu = device.type == "cuda"
        self.spans: list[tuple[str, Any, Any]] = []
        self.began = time.monotonic()

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Count the time of the block towards `part`."""
        start = self._now()
        yield
        self.spans.append((part, start, self._now()))

    def lap(self) -> tuple[float, dict[str, float]]:
        """Return the seconds since the last lap, and the share of each part; wait for the GPU."""
        if self.on_gpu:
            torch.cuda.synchronize(self.device)
        now = time.monotonic()
        seconds = now - self.began
        shares: dict[str, float] = {}
        for part, start, end in self.spans:
            taken = start.elapsed_time(end) / 1000 if self.on_gpu else end - start
            shares[part] = shares.get(part, 0.0) + taken / seconds
        self.began = now
        self.spans.clear()
        return seconds, shares

    def _now(self) -> Any:
        if not self.on_gpu:
            return time.monotonic()
        event = torch.cuda.Event(enable_timing=True)
        event.record(torch.cuda.current_stream(self.device))
        return event


def _error_of_cuda() -> str | None:
    """Return what CUDA answers to a first kernel: torch has none for GPUs of old generations."""
    try:
        torch.ones(1, device="cuda").item()
    except RuntimeError as error:
        return _first_line(error)
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
