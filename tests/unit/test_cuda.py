"""What the library does on a CUDA device, tested without one.

Here "cuda" is a pretence: tensors stay on the CPU, marked as if they were not. Where marked ones
meet others, or numpy reads them, it fails as CUDA does. So these tests show that a training, its
checkpoints, sampling and measuring bring each tensor to where it is needed, and that results do not
depend on the device.

What they cannot show is the device itself: its kernels and how they round, bfloat16, compilation,
memory, random numbers, asynchronous errors, and speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from weakref import WeakSet

import numpy as np
import pytest
import torch
from small_gan import IMAGES, OURS, SETTINGS, source, untrained
from torch import Tensor
from torch.overrides import TorchFunctionMode

from chaos_sampling import seeds, store
from chaos_sampling.device import Stopwatch
from chaos_sampling.gan import sampling, training
from chaos_sampling.gan.dcgan import Generator
from chaos_sampling.gan.generators import load_generator, save_generator
from chaos_sampling.gan.sampling import sample_gain, sample_grid, sample_switched
from chaos_sampling.latents.names import CONTROLS, SOURCES
from chaos_sampling.measures.lyapunov import lyapunov_exponents
from chaos_sampling.network.dynamics import Noise, trajectory
from chaos_sampling.network.weights import Network, random_states, random_weights
from chaos_sampling.quality.features import extract
from chaos_sampling.quality.metrics import training_distance

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)
ACROSS = (
    Tensor.copy_,
    Tensor.__setitem__,
    Tensor.data.__set__,
    torch._has_compatible_shallow_copy_type,
)
"""What takes tensors of two devices."""
TRAINING = SETTINGS | OURS | {"learning_rate": 1e-4, "grid_every": 8}
TIMES = {"burn_in": 1.0, "dt": 0.05, "interval": 0.15}


class PretendedCUDA(TorchFunctionMode):
    """Sees every call of torch: follows which tensors would be on the GPU, and holds them to that.

    Attributes:
        there: what holds the values of tensors that would be on the GPU.
    """

    def __init__(self) -> None:
        super().__init__()
        self.there = WeakSet()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        tensors = list(tensors_in((args, kwargs)))
        if function == Tensor.device.__get__:
            return self._place(tensors[0])
        if function == Tensor.is_cuda.__get__:
            return self._place(tensors[0]) == CUDA
        if function in (Tensor.to, Tensor.cpu):
            return self._move(function, *args, **kwargs)
        if function in ACROSS:
            return function(*args, **kwargs)
        if function is Tensor.__deepcopy__:
            tensors = tensors[:1]  # the others are what else has been copied
        place = self._meeting_place(function, tensors)
        reads = function in (Tensor.numpy, Tensor.__array__) and not kwargs.get("force")
        if reads and place == CUDA:
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        if kwargs.get("device") is not None:
            place, kwargs = torch.device(kwargs["device"]), kwargs | {"device": CPU}
        if kwargs.get("generator") is not None and kwargs["generator"].device.type != place.type:
            raise RuntimeError(f"{function.__name__}: the generator is not on {place}")
        return self._put(function(*args, **kwargs), place)

    def _meeting_place(self, function, tensors: list[Tensor]) -> torch.device:
        """Return where a function computes; numbers and indices may come from the CPU."""
        if function is Tensor.__getitem__ and self._place(tensors[0]) == CUDA:
            return CUDA
        places = {self._place(value) for value in tensors if value.dim()}
        places |= {CUDA} & set(map(self._place, tensors))
        if len(places) > 1:
            name = getattr(function, "__name__", function)
            raise RuntimeError(f"{name}: expected all tensors on one device")
        return CUDA if places == {CUDA} else CPU

    def _move(self, function, tensor: Tensor, *args, **kwargs) -> Tensor:
        """Call `to` or `cpu` without a change of devices, which is pretended."""
        places = [self._place(tensor)]  # the last one is where it goes to

        def stripped(value: Any) -> Any:
            if not isinstance(value, Tensor | torch.device | str):
                return value
            places.append(self._place(value) if isinstance(value, Tensor) else torch.device(value))
            return value if isinstance(value, Tensor) else CPU

        args = [stripped(value) for value in args]
        kwargs = {name: stripped(value) for name, value in kwargs.items()}
        place = CPU if function is Tensor.cpu else places[-1]
        found = function(tensor, *args, **kwargs)
        moved = place.type != places[0].type
        return self._put(found.clone() if moved else found, place)

    def _place(self, tensor: Tensor) -> torch.device:
        return CUDA if tensor.untyped_storage() in self.there else CPU

    def _put(self, found: Any, place: torch.device) -> Any:
        """Mark the tensors that a function returned if it computes on the GPU."""
        if place.type == "cuda":
            self.there.update(tensor.untyped_storage() for tensor in tensors_in(found))
        return found


def tensors_in(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors_in(part)


class PretendedGenerator(torch.Generator):
    """A generator on the CPU that says it is on the device that was asked for."""

    def __new__(cls, device: torch.device | str = CPU):
        generator = super().__new__(cls)
        generator.place = torch.device(device)
        return generator

    @property
    def device(self) -> torch.device:
        return self.place


@pytest.fixture(autouse=True)
def cuda(monkeypatch):
    monkeypatch.setattr(torch, "Generator", PretendedGenerator)
    monkeypatch.setattr(training, "can_compile", lambda device: False)
    monkeypatch.setattr(training, "has_fast_bfloat16", lambda device: False)
    monkeypatch.setattr(training, "Stopwatch", lambda device: Stopwatch(CPU))
    monkeypatch.setattr(training, "STATISTICS_BATCHES", 2)
    monkeypatch.setattr(sampling, "RECORDED", 6.0)
    with PretendedCUDA():
        yield


def test_tensors_on_two_devices_may_not_meet():
    here, there = torch.ones(3), torch.ones(3, device="cuda")
    assert (here.device, there.device, (2 * there[here > 0]).device) == (CPU, CUDA, CUDA)
    assert (there * here.sum()).device == CUDA
    assert there.cpu().numpy().tolist() == there.to(here).tolist() == [1, 1, 1]
    with pytest.raises(RuntimeError, match="add: expected all tensors on one device"):
        here + there
    with pytest.raises(RuntimeError, match="mul: expected all tensors on one device"):
        here * there.sum()
    with pytest.raises(RuntimeError, match="expected all tensors on one device"):
        here[there > 0]
    with pytest.raises(RuntimeError, match="the generator is not on cuda"):
        torch.randn(3, device="cuda", generator=torch.Generator())
    with pytest.raises(TypeError, match="can't convert cuda:0 device type tensor to numpy"):
        there.numpy()
    with pytest.raises(TypeError, match="can't convert cuda:0 device type tensor to numpy"):
        np.asarray(there)


def train(name: str, device: str, path, images_shown: int = 16) -> tuple[Generator, store.Dataset]:
    settings = TRAINING | {"images_shown": images_shown, "device": device}
    files = {"checkpoint": path / "checkpoint", "lines": path / "lines.jsonl"}
    return training.train(IMAGES, source(name, device), **settings, **files)


def devices(generator: Generator) -> set[torch.device]:
    return {value.device for value in generator.state_dict().values()}


def assert_close_results(first, second) -> None:
    for name, value in first[0].state_dict().items():
        other = second[0].state_dict()[name]
        torch.testing.assert_close(value.cpu(), other.cpu(), rtol=1e-3, atol=1e-3)
    for name in ("discriminator_loss", "generator_loss", "real_probability"):
        np.testing.assert_allclose(first[1][name], second[1][name], rtol=1e-3)


@pytest.mark.parametrize("name", SOURCES)
def test_a_training_gives_what_it_gives_on_the_cpu(name, tmp_path):
    there = train(name, "cuda", tmp_path)
    assert devices(there[0]) == {CUDA}
    (tmp_path / "checkpoint").unlink()
    assert_close_results(there, train(name, "cpu", tmp_path))


@pytest.mark.parametrize(
    ("name", "begun", "ended"),
    [
        ("whitened", "cuda", "cpu"),
        ("whitened", "cpu", "cuda"),
        ("ornstein_uhlenbeck", "cuda", "cuda"),
        ("surrogate", "cuda", "cuda"),
    ],
)
def test_a_training_goes_on_where_it_is_continued(name, begun, ended, tmp_path):
    train(name, begun, tmp_path, images_shown=8)
    generator, history = train(name, ended, tmp_path)
    assert history["images_seen"].tolist() == [8, 16]
    assert {device.type for device in devices(generator)} == {ended}


@pytest.fixture
def path(tmp_path):
    """Write an untrained generator to a file and return its path."""
    save_generator(tmp_path / "generator.safetensors", untrained({"seed": 1}))
    return tmp_path / "generator.safetensors"


def assert_equal_samples(there: store.Dataset, here: store.Dataset) -> None:
    for name, variable in here.variables.items():
        tolerance = 1 if variable.values.dtype == np.uint8 else 1e-3  # of 255 grey levels
        np.testing.assert_allclose(there[name].astype(float), variable.values, atol=tolerance)


@pytest.mark.parametrize("latents", ["subset", *CONTROLS])
def test_samples_are_those_made_on_the_cpu(latents, path):
    sizes = {"frames": 6, "trajectories": 3, "ensemble": 8, "reestimation": 150}
    gained, grids, switched = [], [], []
    for device in ("cuda", "cpu"):
        model = load_generator(path, device)
        model = replace(model, attributes={"latents": latents, "seed": 1})
        gained.append(sample_gain(model, gain=8.0, **TIMES, **sizes, seed=1))
        grids.append(sample_grid(model, samples=8, burn_in=1.0, dt=0.05, seed=1))
        if latents == "subset":
            gains = {"gains": [2, 8], "duration": 1.5}
            switched.append(sample_switched(model, **gains, **TIMES, seed=1))
    for pair in filter(None, (gained, grids, switched)):
        assert_equal_samples(*pair)


def test_a_generator_is_saved_and_loaded_on_either_device(path):
    there, here = load_generator(path, "cuda"), load_generator(path, "cpu")
    assert devices(there.generator) == {there.network.random.device} == {CUDA}
    save_generator(path, there)
    again = load_generator(path, "cpu")
    for name, value in here.generator.state_dict().items():
        assert again.generator.state_dict()[name].equal(value)


def test_images_are_measured_as_on_the_cpu():
    for measure in (
        lambda device: extract("efficientnet_lite0", IMAGES[:3], weights=None, device=device),
        lambda device: training_distance(IMAGES[:3], IMAGES[3:6], IMAGES[6:], device=device),
    ):
        np.testing.assert_allclose(measure("cuda"), measure("cpu"), rtol=1e-5)


def test_networks_are_simulated_as_on_the_cpu():
    paths, exponents = [], []
    for device in ("cuda", "cpu"):
        rng = np.random.default_rng(1)
        network = Network(random_weights(20, rng), random_weights(20, rng)).to(device)
        state = random_states(3, 20, rng).to(device)
        noise = Noise(0.1, seeds.torch_generator(1, "noise", device=device))
        settings = {"duration": 1, "dt": 0.05, "noise": noise}
        _, states = trajectory(network, state, lambda time: 2 + time, **settings)
        paths.append(states.numpy())
        settings = {"count": 3, "dt": 0.05, "burn_in": 1, "duration": 2, "qr_interval": 0.5}
        spectrum = lyapunov_exponents(network, state, 2.0, **settings, blocks=2, rng=rng)
        exponents.append(spectrum.exponents)
    np.testing.assert_allclose(*paths, rtol=1e-6)
    np.testing.assert_allclose(*exponents, rtol=1e-6)
