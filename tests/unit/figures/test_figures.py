from __future__ import annotations

import numpy as np
import pytest
from drawn import lines_in
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.text import Text
from tables import unnamed

from chaos_sampling.figures import figure1, figure2, figure3, figure4, style
from chaos_sampling.figures.tiling import tile
from chaos_sampling.store import Dataset


def dataset(kind: str, attributes: dict | None = None, **arrays: np.ndarray) -> Dataset:
    """Return a dataset whose dimensions carry no meaning: the figures ask only for the arrays."""
    named = {name.replace("__", "/"): values for name, values in arrays.items()}
    return Dataset(kind, kind, unnamed(**named), attributes or {})


SUBSET = {"model": {"latents": "subset"}}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def chaos(rng) -> tuple[Dataset, Dataset]:
    time = np.arange(0, 50, 0.5)
    traces = dataset(
        "traces", gain=np.array([2.0, 4.0, 10.0]), time=time, h=rng.normal(size=(3, 100, 3))
    )
    original = rng.normal(size=(100, 3))
    divergence = dataset("divergence", time=time, original=original, perturbed=original + 0.1)
    return traces, divergence


@pytest.fixture
def samples(rng) -> Dataset:
    return dataset("samples", SUBSET, images=rng.integers(0, 256, (30, 8, 8, 3), dtype=np.uint8))


@pytest.fixture
def gain_samples(rng) -> list[Dataset]:
    return [
        dataset(
            "gain_samples",
            {"gain": gain, "training_gain": 4.0},
            trajectory__time=np.arange(40) * 0.15,
            trajectories__images=rng.integers(0, 256, (3, 40, 8, 8, 3), dtype=np.uint8),
        )
        for gain in (2.0, 8.0, 2.83, 5.66)
    ]


@pytest.fixture
def hybrid(rng) -> tuple[Dataset, Dataset, Dataset]:
    gains, time = np.array([0.0, 3.0, 8.0]), np.arange(60.0)
    fixed = dataset(
        "hybrid",
        gain=gains,
        time=time,
        patterns=rng.choice([-1.0, 1.0], (2, 4, 20)),
        h=rng.normal(size=(2, 3, 60, 20)),
    )
    fixed_overlaps = dataset(
        "overlaps",
        gain=gains,
        time=time,
        overlap=rng.uniform(-1, 1, (2, 3, 60, 4)),
        speed=np.array([[0, 0, 1.0], [0, 1, 1]])[..., None] * np.ones(60),
        orthogonal=rng.uniform(-0.3, 0.3, (2, 3, 60, 16)),
    )
    cycled = rng.uniform(-0.8, 0.8, (2, 60, 4))
    cycled[0, 19, 2] = -0.95  # the first network visits a pattern, the second, typical one none
    cycled_overlaps = dataset(
        "overlaps",
        gain=np.where(time < 20, 1.0, 8.0) * np.ones((2, 1)),
        time=time,
        overlap=cycled,
        orthogonal=rng.uniform(-0.3, 0.3, (2, 60, 16)),
    )
    return fixed, fixed_overlaps, cycled_overlaps


def letters(figure: Figure) -> str:
    texts = figure.findobj(lambda item: isinstance(item, Text) and item.get_weight() == "bold")
    return "".join(sorted(text.get_text() for text in texts))


def test_figure1_draws_h_above_its_rates_in_a_column_per_gain(chaos):
    traces, _ = chaos
    figure = figure1.draw(*chaos, duration=20)
    assert letters(figure) == "ab"
    top, bottom = figure.axes[:3], figure.axes[3:6]
    window = traces["time"] <= 20
    assert [axes.get_title() for axes in top] == ["$g$ = 2", "$g$ = 4", "$g$ = 10"]
    for column in range(3):
        h = traces["h"][column, window]
        np.testing.assert_array_equal([line.get_ydata() for line in top[column].lines], h.T)
        rates = [line.get_ydata() for line in bottom[column].lines]
        np.testing.assert_allclose(rates, np.tanh(h).T)


def test_figure1_tells_original_from_perturbed(chaos):
    _, divergence = chaos
    plane, space = figure1.draw(*chaos, diverging=30).axes[6:]
    window = divergence["time"] <= 30
    solid, dashed = plane.lines[::2], plane.lines[1::2]
    assert all(line.get_linestyle() == "-" for line in solid)
    assert all(line.get_linestyle() == "--" for line in dashed)
    for lines, name in ((solid, "original"), (dashed, "perturbed")):
        drawn = np.array([line.get_ydata() for line in lines])
        np.testing.assert_array_equal(drawn.T, divergence[name][window])

    early = divergence["time"] <= 20
    for line, name, colour in zip(
        space.lines, ("original", "perturbed"), (style.ORIGINAL, style.PERTURBED), strict=False
    ):
        assert same_color(line.get_color(), colour)
        np.testing.assert_array_equal(np.transpose(line.get_data_3d()), divergence[name][early])
    legend = [text.get_text() for text in space.get_legend().get_texts()]
    assert legend == ["original", "perturbed", "start", "end"]


@given(rows=st.integers(1, 4), columns=st.integers(1, 5), margin=st.integers(0, 2))
def test_tile_keeps_every_image_in_its_place(rows, columns, margin):
    images = np.arange(rows * columns * 4 * 3 * 3, dtype=np.uint8).reshape(-1, 4, 3, 3)
    grid = tile(images, columns, margin)
    cells = np.array(
        [cell for row in np.split(grid, rows, axis=0) for cell in np.split(row, columns, axis=1)]
    )
    np.testing.assert_array_equal(cells[:, margin : margin + 4, margin : margin + 3], images)
    assert (cells.astype(int).sum() - images.astype(int).sum()) == 255 * (cells.size - images.size)


@pytest.mark.parametrize(("available", "shown", "columns"), [(30, 24, 12), (12, 12, 12), (5, 5, 5)])
def test_figure2_shows_whole_rows_of_the_samples(samples, available, shown, columns):
    images = samples["images"][:available]
    figure = figure2.draw(dataset("samples", SUBSET, images=images))
    assert letters(figure) == "ab"
    schematic, grid = figure.axes
    np.testing.assert_array_equal(schematic.images[0].get_array(), images[0])
    np.testing.assert_array_equal(grid.images[0].get_array(), tile(images[:shown], columns))


@pytest.mark.parametrize(
    ("latents", "lines", "named"),
    [("subset", 9, "a subset"), ("expander", 18, "sparse"), ("surrogate", 9, "Gaussian")],
)
def test_figure2_has_the_readout_of_the_model(samples, latents, lines, named):
    model = dataset("samples", {"model": {"latents": latents}}, images=samples["images"])
    schematic = figure2.draw(model).axes[0]
    drawn = lines_in(schematic, style.READOUT)
    assert sum(len(line.get_xdata()) == 2 for line in drawn) == lines
    assert any(named in text.get_text() for text in schematic.texts)


def test_figure2_names_the_layers(samples):
    texts = [text.get_text() for text in figure2.draw(samples).axes[0].texts]
    sizes = [text.split("\n")[0] for text in texts if "×" in text]
    assert sizes == ["4×4", "8×8", "16×16", "32×32", "64×64×3"]


@pytest.mark.parametrize(("frames", "drawn"), [(24, 24), (12, 12), (100, 36)])
def test_figure3_draws_one_strip_per_gain_in_the_order_given(gain_samples, frames, drawn):
    figure = figure3.draw(gain_samples, frames=frames)
    assert letters(figure) == "abcd"
    titles = [axes.get_title(loc="left").split(" (")[0] for axes in figure.axes]
    assert titles == ["$g$ = 2", "$g$ = 8", "$g$ = 2.83", "$g$ = 5.66"]
    for axes, one in zip(figure.axes, gain_samples, strict=True):
        strips = one["trajectories/images"][:, :drawn]
        expected = tile(strips[figure3.typical_trajectory(strips)], 12)
        np.testing.assert_array_equal(axes.images[0].get_array(), expected)
    assert "0.15 τ" in figure.axes[0].texts[-1].get_text()


@pytest.mark.parametrize(
    ("steps", "typical"), [([3], 0), ([1, 2, 3], 1), ([3, 1, 2], 2), ([0, 3, 1, 2], 2), ([2, 2], 0)]
)
def test_typical_trajectory_changes_by_the_median(steps, typical):
    ramps = [np.full((4, 4, 3), step) * np.arange(5)[:, None, None, None] for step in steps]
    assert figure3.typical_trajectory(np.array(ramps, dtype=np.uint8)) == typical


def test_figure4_draws_the_first_network_and_a_typical_one_under_cycled_gain(hybrid):
    fixed, fixed_overlaps, cycled_overlaps = hybrid
    figure = figure4.draw(*hybrid)
    assert letters(figure) == "abcde"

    inputs = next(axes for axes in figure.axes if axes.get_title() == "$g$ = 8")
    drawn = np.array([line.get_ydata() for line in inputs.lines])
    np.testing.assert_array_equal(drawn.T, fixed["h"][0, 2, fixed["time"] <= 40, :3])

    maps = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    expected = [
        *np.abs(fixed_overlaps["overlap"][0]),
        *np.abs(fixed_overlaps["orthogonal"][0]),
        np.abs(cycled_overlaps["overlap"][1]),
        np.abs(cycled_overlaps["orthogonal"][1]),
    ]
    for values, given_values in zip(maps, expected, strict=True):
        np.testing.assert_array_equal(values, given_values.T)

    gain = next(axes for axes in figure.axes if axes.get_ylabel() == "$g(t)$").lines[0]
    np.testing.assert_array_equal(gain.get_ydata(orig=True), cycled_overlaps["gain"][1])


def test_figure4_says_how_many_networks_come_to_rest(hybrid):
    titles = [axes.get_title() for axes in figure4.draw(*hybrid).axes]
    resting = [title.split("\n")[1] for title in titles if "rest" in title]
    assert resting == ["2 of 2 at rest", "1 of 2 at rest", "0 of 2 at rest"]


def test_figure4_shares_colour_scales_except_for_the_cycled_overlaps(hybrid):
    norms = [axes.images[0].norm for axes in figure4.draw(*hybrid).axes if axes.images]
    overlaps, directions, (cycled_overlap, cycled_direction) = norms[:3], norms[3:6], norms[6:]
    assert len({(norm.vmin, norm.vmax) for norm in overlaps}) == 1
    assert len({(norm.vmin, norm.vmax) for norm in [*directions, cycled_direction]}) == 1
    assert (cycled_overlap.vmin, cycled_overlap.vmax) == (0, 1)
    assert {norm(0.25) for norm in overlaps} == {0.5}
    labels = [axes.get_ylabel() for axes in figure4.draw(*hybrid).axes]
    assert [label for label in labels if "scale" in label] == [
        "|overlap|,\nsquare-root scale",
        "|overlap|,\nlinear scale",
    ]
    assert cycled_overlap(0.25) == 0.25


def test_brighter_means_higher():
    lightness = style.HEAT(np.linspace(0, 1, 32))[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()


def test_figure4_descends_to_an_attractor(hybrid):
    landscape = next(axes for axes in figure4.draw(*hybrid).axes if axes.name == "3d")
    x, y, height = landscape.lines[0].get_data_3d()
    assert (np.diff(height) <= 1e-12).all()
    assert np.hypot(x[-1] - x[-2], y[-1] - y[-2]) < 1e-6 < np.hypot(x[-1] - x[0], y[-1] - y[0])


@pytest.mark.parametrize(
    ("counts", "typical"),
    [([3], 0), ([1, 2, 3], 1), ([3, 1, 2], 2), ([0, 3, 1, 2], 2), ([2, 2, 2], 0), ([3, 1, 1], 1)],
)
def test_typical_network_visits_the_median_number_of_patterns(counts, typical):
    gain = np.tile([1.0, 8.0], 3)
    overlap = np.zeros((len(counts), 6, 3))
    for index, count in enumerate(counts):
        for pattern in range(count):
            overlap[index, 2 * pattern, pattern] = (-1) ** pattern
    cycled = dataset("overlaps", gain=np.tile(gain, (len(counts), 1)), overlap=overlap)
    assert figure4.typical_network(cycled) == typical


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_equal_figures_give_equal_files(chaos, tmp_path, suffix):
    for name in ("first", "second"):
        style.save(figure1.draw(*chaos), tmp_path / f"{name}.{suffix}")
    first, second = (tmp_path / f"{name}.{suffix}" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_save_refuses_other_formats_and_leaves_nothing(samples, tmp_path):
    with pytest.raises(KeyError, match="pdf"):
        style.save(figure2.draw(samples), tmp_path / "figure.pdf")
    assert not list(tmp_path.iterdir())
