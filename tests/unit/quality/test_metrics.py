from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from chaos_sampling import store
from chaos_sampling.quality import comparison, metrics
from chaos_sampling.quality.comparison import measure
from chaos_sampling.quality.metrics import (
    diversity,
    frechet_distance,
    kernel_distance,
    moments,
    moments_of,
    nearest_distances,
    precision_and_recall,
    reference,
    sliced_wasserstein,
    training_distance,
)
from chaos_sampling.statistics.selection import load
from chaos_sampling.statistics.table import NOT_COMPUTED

SMALL = st.floats(-3, 3)
GAINS = (2.0, 4.0)
SETTINGS = {"directions": 16, "neighbours": 3, "weights": None, "model": "m", "seed": 1}
SETTINGS |= {"features": "efficientnet_lite0", "device": "cpu"}


def features(*shape, seed=0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def pictures(count: int, seed: int, low=0, high=256) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (count, 64, 64, 3), np.uint8)


def gaussian(mean, factor):
    return np.array(mean), np.array(factor) @ np.array(factor).T + 0.1 * np.eye(len(mean))


pairs = arrays(float, 2, elements=SMALL)
factors = arrays(float, (2, 2), elements=SMALL)


@settings(max_examples=50, deadline=None)
@given(pairs, factors, pairs, factors)
def test_frechet_distance_of_gaussians_in_the_plane(mean_1, factor_1, mean_2, factor_2):
    first, second = gaussian(mean_1, factor_1), gaussian(mean_2, factor_2)
    product = first[1] @ second[1]
    # the eigenvalues a, b of the product give √a + √b = (a + b + 2 √(ab))^½
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = np.square(mean_1 - mean_2).sum() + np.trace(first[1] + second[1]) - 2 * root
    assert frechet_distance(first, second) == pytest.approx(expected, abs=1e-6)
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-6)


def test_frechet_distance_of_samples_is_that_of_their_gaussians_and_a_bias():
    rng = np.random.default_rng(0)
    truth = np.zeros(8), np.eye(8)
    sample = (2 * rng.standard_normal((50_000, 8)) + 1).astype(np.float32)
    assert frechet_distance(moments_of(sample), truth) == pytest.approx(8 + 8, rel=0.02)
    few, many = (frechet_distance(moments_of(features(n, 8)), truth) for n in (50, 5000))
    assert 0 < 10 * many < few


@pytest.mark.parametrize("shift", [0, 0.5, 1])
def test_kernel_distance_is_that_of_the_moments(shift):
    first = stats.norm.ppf((np.arange(800)[:, None] + 0.5) / 800)
    # (xy + 1)³ compares the first three moments, those of N(μ, 1) being μ, 1 + μ² and μ³ + 3μ
    expected = 3 * shift**2 + 3 * shift**4 + (shift**3 + 3 * shift) ** 2
    found = kernel_distance(first, first + shift, seed=0)
    assert found == pytest.approx(expected, rel=0.02, abs=0.1)


def test_kernel_distance_has_no_bias():
    found = [
        kernel_distance(features(40, 5, seed=2 * i), features(40, 5, seed=2 * i + 1), seed=i)
        for i in range(60)
    ]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))
    assert min(found) < 0 < max(found)


def test_kernel_distance_of_many_images_is_averaged_over_subsets(monkeypatch):
    monkeypatch.setattr(metrics, "SUBSET_SIZE", 30)
    first, second = features(40, 5, seed=1), features(50, 5, seed=2)
    every = [kernel_distance(first, second, seed=seed) for seed in range(4)]
    assert 0 < np.ptp(every) < 0.1
    assert kernel_distance(first[:30], second[:30], seed=1) == pytest.approx(
        kernel_distance(first[:30], second[:30], seed=2)
    )


def test_precision_and_recall_of_equal_and_of_distant_sets():
    values = features(40, 6)
    assert precision_and_recall(values, values, neighbours=3) == (1, 1)
    assert precision_and_recall(values, values + 100, neighbours=3) == (0, 0)


def test_samples_of_one_of_two_modes_are_precise_and_lack_recall():
    one, other = features(40, 6, seed=1), features(40, 6, seed=2) + 100
    real = np.concatenate([features(40, 6, seed=3), other])
    precision, recall = precision_and_recall(one, real, neighbours=3)
    assert precision > 0.6
    assert 0.3 < recall <= 0.5


def test_precision_needs_more_images_than_neighbours():
    expected = r"images: expected more than 3 \(the neighbours\) in each set, found 3 generated and"
    with pytest.raises(ValueError, match=expected):
        precision_and_recall(features(3, 2), features(9, 2), neighbours=3)


def test_sliced_wasserstein_of_a_shift():
    images = pictures(12, 0, high=200)
    # a shift by c moves the projection on a random direction by c·N(0, 1)
    found = sliced_wasserstein(
        images, images + np.uint8(51), directions=500, rng=np.random.default_rng(0)
    )
    assert found == pytest.approx(0.2 * np.sqrt(2 / np.pi), rel=0.1)


def test_sliced_wasserstein_sees_distributions_whatever_the_numbers():
    images = pictures(5, 0)
    rng = np.random.default_rng(0)
    again = np.repeat(images[::-1], 3, axis=0)
    assert sliced_wasserstein(images, again, directions=16, rng=rng) == pytest.approx(0, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 30), st.floats(0.1, 10))
def test_diversity_is_a_distance_and_that_of_copies_is_0(count, scale):
    simplex = scale * np.eye(count, dtype=np.float32)
    assert diversity(simplex) == pytest.approx(scale * np.sqrt(2), rel=1e-4)
    assert diversity(np.repeat(simplex, 2, axis=0)) == pytest.approx(0, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 99))
def test_nearest_distances_are_those_of_all_pairs(count, others, seed):
    rng = np.random.default_rng(seed)
    one, many = (rng.integers(0, 256, (n, 4, 4, 3), np.uint8) for n in (count, others))
    flat = [images.reshape(len(images), -1) / 255 for images in (one, many)]
    expected = np.linalg.norm(flat[0][:, None] - flat[1], axis=2).min(axis=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "BLOCK", 4)
        np.testing.assert_allclose(nearest_distances(one, many, device="cpu"), expected, rtol=1e-4)


def test_training_distance_is_0_for_copies_and_1_for_images_as_new_as_the_held_out():
    train, test, new = (pictures(20, seed) for seed in range(3))
    for copies in (train[:9], train[:9, :, ::-1]):  # mirrored ones are copies, too
        assert training_distance(copies, test, train, device="cpu") == (0, 1)
    ratio, share = training_distance(test, test, train, device="cpu")
    assert ratio == 1
    assert share <= 1 / len(test)
    ratio, share = training_distance(new, test, train, device="cpu")
    assert ratio == pytest.approx(1, abs=0.02)
    assert share < 0.5


def test_a_few_copies_show_in_the_share_and_not_in_the_median():
    train, test, new = (pictures(20, seed) for seed in range(3))
    new[:5] = train[:5]
    ratio, share = training_distance(new, test, train, device="cpu")
    assert ratio == pytest.approx(1, abs=0.02)
    assert share >= 0.25


@pytest.fixture
def extracted(monkeypatch) -> list[int]:
    """Put pixels in the place of features; return how many images went through, call by call."""
    counts = []

    def extract(name, images, *, weights, device):
        counts.append(len(images))
        return images[:, :2, :2].reshape(len(images), -1) / np.float32(255)

    for module in (metrics, comparison):
        monkeypatch.setattr(module, "extract", extract)
    return counts


@pytest.fixture
def of_real_images(extracted) -> store.Dataset:
    test, train = pictures(300, 1), pictures(600, 2)
    dataset = reference(
        test, train, features="efficientnet_lite0", weights=None, device="cpu", seed=1
    )
    extracted.clear()
    return dataset


@pytest.fixture
def gain_samples() -> list[store.Dataset]:
    axes = ("sample", "y", "x", "channel")
    model = {"dataset": "avatars", "latents": "subset", "seed": 1}
    datasets = []
    for index, gain in enumerate(GAINS):
        kept, again = pictures(20, 10 + index, high=128), pictures(20, 20 + index)
        datasets.append(
            store.Dataset(
                "gain_samples",
                "",
                {
                    "ensemble/images": store.Variable(kept, axes, "1", ""),
                    "ensemble/images_reestimated": store.Variable(again, axes, "1", ""),
                },
                {"model": model, "gain": gain, "training_gain": 4.0},
            )
        )
    return datasets


def test_a_reference_is_read_back_as_the_moments_of_the_test_images(of_real_images, tmp_path):
    store.save(of_real_images, tmp_path / "reference.h5")
    again = store.load(tmp_path / "reference.h5", "reference")
    assert again.attributes["features"] == "efficientnet_lite0"
    assert again.attributes["images"] == 300
    mean, covariance = moments(again)
    values = pictures(300, 1)[:, :2, :2].reshape(300, -1) / 255
    np.testing.assert_allclose(mean, values.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(covariance, np.cov(values, rowvar=False), rtol=1e-4, atol=1e-7)


def test_a_reference_holds_nothing_of_single_images(of_real_images):
    dims = {variable.dims for variable in of_real_images.variables.values()}
    assert dims == {("feature",), ("pair",), ("images",)}


def test_a_reference_says_how_far_real_images_are_from_it(of_real_images, extracted):
    np.testing.assert_array_equal(of_real_images["images"], [250, 500])
    few, many = of_real_images["frechet"]
    assert 0 < many < few < 0.1
    assert (np.diff(of_real_images["diversity"]) < 0).all()


def test_a_reference_of_few_images_is_compared_with_all_of_them(extracted):
    dataset = reference(
        pictures(9, 1), pictures(30, 2), features="inception", weights=None, device="cpu", seed=1
    )
    np.testing.assert_array_equal(dataset["images"], [30])
    with pytest.raises(ValueError, match="test: expected at least 2 images, found 1"):
        reference(
            pictures(1, 1), pictures(9, 2), features="inception", weights=None, device="cpu", seed=1
        )


def conditions(found: pd.DataFrame) -> pd.DataFrame:
    columns = pd.DataFrame([json.loads(text) for text in found["condition"]])
    return pd.concat([found.drop(columns="condition"), columns], axis=1)


def test_every_metric_is_measured_at_every_gain_and_state_of_batch_norm(
    of_real_images, gain_samples, extracted
):
    images = pictures(50, 3), pictures(40, 4)
    found = conditions(measure(gain_samples, of_real_images, images, **SETTINGS))
    assert extracted == [20] * 6  # the real images once
    generated = found[found["gain"].notna()]
    metrics = {f"{name}_efficientnet_lite0" for name in ("frechet", "diversity", "kernel")}
    metrics |= {f"{name}_efficientnet_lite0" for name in ("precision", "recall")}
    for _, rows in generated.groupby(["gain", "batch_norm"]):
        found_here = set(rows["quantity"]) - set(comparison.OF_TRAINING)
        assert found_here == {*metrics, "sliced_wasserstein"}
        assert (rows["images"] == 20).all()
        assert (rows["latents"] == "subset").all()
    for quantity in comparison.OF_TRAINING:
        (nearness,) = generated[generated["quantity"] == quantity].to_dict("records")
        assert (nearness["gain"], nearness["batch_norm"]) == (4.0, "training")
    assert found["mean"].map(np.isfinite).all()
    for metric in ("frechet_efficientnet_lite0", "sliced_wasserstein"):
        of_metric = generated[generated["quantity"] == metric].set_index("batch_norm")["mean"]
        assert of_metric["training"].min() > of_metric["reestimated"].max()  # darker ones


def test_sets_of_equal_numbers_are_compared(of_real_images, gain_samples, extracted):
    images = pictures(50, 3), pictures(12, 4)  # fewer test images than generated ones
    found = conditions(measure(iter(gain_samples), of_real_images, images, **SETTINGS))
    counts = found[found["gain"].notna()].groupby("quantity")["images"].unique().to_dict()
    for quantity, numbers in counts.items():
        alone = quantity.startswith(("frechet", "diversity"))
        assert list(numbers) == [20 if alone else 12], quantity


def test_real_images_are_compared_with_real_ones_by_every_metric(
    of_real_images, gain_samples, extracted
):
    images = pictures(50, 3), pictures(40, 4)
    found = conditions(measure(gain_samples, of_real_images, images, **SETTINGS))
    real = found[found["compared"] == "real"]
    assert real["gain"].isna().all()
    counts = real.groupby("quantity")["images"].apply(list).to_dict()
    compared = ("kernel", "precision", "recall")
    assert counts == {
        **{f"{name}_efficientnet_lite0": [20] for name in compared},
        **{f"{name}_efficientnet_lite0": [250, 500] for name in ("frechet", "diversity")},
        "sliced_wasserstein": [20],
    }


def test_rows_that_need_real_images_say_that_they_were_not_computed(
    of_real_images, gain_samples, extracted, tmp_path
):
    found = measure(gain_samples, of_real_images, None, **SETTINGS)
    with_images = measure(
        gain_samples, of_real_images, (pictures(50, 3), pictures(40, 4)), **SETTINGS
    )
    assert found["quantity"].tolist() == with_images["quantity"].tolist()
    missing = found["mean"] == NOT_COMPUTED
    names = {
        quantity.removesuffix("_efficientnet_lite0") for quantity in found["quantity"][missing]
    }
    assert names == {*comparison.COMPARISONS, *comparison.OF_TRAINING}
    pd.testing.assert_frame_equal(found[~missing], with_images[~missing], check_dtype=False)
    store.save_table(found, tmp_path / "quality.tsv")
    read = load(tmp_path / "quality.tsv")
    np.testing.assert_array_equal(read["mean"].isna(), missing)
    np.testing.assert_array_equal(read["networks"] == 0, missing)
    np.testing.assert_array_equal(read["mean"][~missing], found["mean"][~missing].astype(float))


def test_other_features_than_those_of_the_reference_are_refused(of_real_images, gain_samples):
    with pytest.raises(ValueError, match="expected those of the reference, 'efficientnet_lite0'"):
        measure(gain_samples, of_real_images, None, **SETTINGS | {"features": "inception"})


def test_the_table_depends_on_the_seed_alone(of_real_images, gain_samples, extracted):
    images = pictures(50, 3), pictures(40, 4)
    first, again, other = (
        measure(gain_samples, of_real_images, images, **SETTINGS | {"seed": seed})["mean"]
        for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)
