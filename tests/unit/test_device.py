from __future__ import annotations

import logging

import pytest
import torch

from chaos_sampling.device import choose, has_fast_bfloat16


@pytest.fixture(params=[True, False], ids=["with CUDA", "without CUDA"])
def available(request, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param)
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
