from __future__ import annotations

import logging
from contextlib import nullcontext

import pytest
import torch

from chaos_sampling.device import Stopwatch, can_compile, choose, has_fast_bfloat16


@pytest.fixture(params=[True, False], ids=["with CUDA", "without CUDA"])
def available(request, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param)
    monkeypatch.setattr(torch, "ones", lambda *shape, device: torch.zeros(*shape))
    return request.param


@pytest.mark.parametrize("granted", [True, False])
def test_cuda_is_taken_only_when_granted_and_there(available, granted, caplog):
    with caplog.at_level(logging.WARNING):
        device = choose("auto", granted)
    assert device.type == ("cuda" if available and granted else "cpu")
    assert bool(caplog.records) == (device.type == "cpu")


@pytest.mark.parametrize("granted", [True, False])
def test_cuda_is_never_replaced_silently(available, granted):
    if available and granted:
        assert choose("cuda", granted).type == "cuda"
    else:
        with pytest.raises(RuntimeError, match="device: expected a GPU"):
            choose("cuda", granted)


def test_a_gpu_that_torch_has_no_kernels_for_counts_as_none(monkeypatch, caplog):
    def fail(*shape, device):
        raise torch.AcceleratorError("CUDA error: no kernel image is available\nmore")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", fail)
    assert choose("auto", granted=True).type == "cpu"
    assert "(CUDA error: no kernel image is available); running on the CPU" in caplog.text
    with pytest.raises(RuntimeError, match=r"device: expected a GPU .* no kernel image"):
        choose("cuda", granted=True)


def test_cpu_is_cpu_without_warning(available, caplog):
    assert choose("cpu", granted=True).type == "cpu"
    assert not caplog.records


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx2": True}, False)],
)
def test_bfloat16_is_fast_where_the_cpu_multiplies_it(capabilities, expected, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert has_fast_bfloat16(torch.device("cpu")) is expected


def test_bfloat16_is_fast_where_the_gpu_that_computes_multiplies_it(monkeypatch):
    current = []
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext(current.append(device)))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bool(current))
    assert has_fast_bfloat16(torch.device("cuda", 1))
    assert current == [torch.device("cuda", 1)]


def test_cpus_do_without_compilation(monkeypatch):
    monkeypatch.setattr(torch, "compile", None)
    assert not can_compile(torch.device("cpu"))


def test_gpus_compile(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda function: function)
    monkeypatch.setattr(torch, "zeros", lambda *shape, device: torch.ones(*shape))
    assert can_compile(torch.device("cuda"))


def test_nothing_is_compiled_where_that_is_turned_off(monkeypatch):
    with torch._dynamo.config.patch(disable=True):
        monkeypatch.setattr(torch, "compile", lambda function: function)
        monkeypatch.setattr(torch, "zeros", lambda *shape, device: torch.ones(*shape))
        assert not can_compile(torch.device("cuda"))


def test_a_gpu_without_a_compiler_is_reported(monkeypatch, caplog):
    def fail(function):
        raise RuntimeError("Failed to find C compiler\nmore")

    monkeypatch.setattr(torch, "compile", fail)
    assert not can_compile(torch.device("cuda"))
    assert "torch.compile does not work here (Failed to find C compiler);" in caplog.text


GPU = torch.device("cuda", 1)


class Event:
    """Stands for torch.cuda.Event: each takes place half a second after the one before."""

    clock = 0.0

    def __init__(self, *, enable_timing: bool) -> None:
        assert enable_timing

    def record(self, stream: torch.device) -> None:
        assert stream == GPU
        Event.clock += 500.0  # ms
        self.time = Event.clock

    def elapsed_time(self, later: Event) -> float:
        return later.time - self.time


@pytest.mark.parametrize("device", [torch.device("cpu"), GPU], ids=str)
def test_a_stopwatch_knows_the_share_of_each_part(device, monkeypatch):
    cpu = iter([0, 0.5, 1, 1, 1.5, 1.5, 2, 5, 5, 6, 10])
    gpu = iter([0, 5, 10])  # it asks the GPU for the rest
    clock = gpu if device == GPU else cpu
    waits = []
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: device)
    monkeypatch.setattr(torch.cuda, "synchronize", waits.append)
    stopwatch = Stopwatch(device)
    for part in ("data", "latents", "latents"):
        with stopwatch.timing(part):
            pass
    assert stopwatch.lap() == (5.0, {"data": 0.1, "latents": 0.2})
    with stopwatch.timing("data"):
        pass
    assert stopwatch.lap() == (5.0, {"data": 0.1 if device == GPU else 0.2})
    assert waits == ([GPU, GPU] if device == GPU else [])
