"""Where to compute, and in which precision."""

from __future__ import annotations

import logging
from typing import Literal

import torch

logger = logging.getLogger("chaos_sampling")


def choose(requested: Literal["auto", "cuda", "cpu"], granted: bool) -> torch.device:
    """Return the device to use; never fall back without saying so.

    Args:
        requested: "auto" takes CUDA when it is granted and there, otherwise the CPU with a warning.
        granted: whether the job was given a GPU.

    Raises:
        RuntimeError: "cuda" was requested, but is not there or was not granted.
    """
    if requested == "cpu":
        return torch.device("cpu")
    if not granted:
        missing = "this job was granted no GPU (--resources gpu=0)"
    elif not torch.cuda.is_available():
        missing = "torch finds no CUDA device"
    else:
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
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
