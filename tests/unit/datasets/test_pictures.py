from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from chaos_sampling import store
from chaos_sampling.datasets import pictures


def picture(width=64, height=64, colour=(10, 120, 230)):
    return np.full((height, width, 3), colour, np.uint8)


def put(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def pack(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*"), reverse=True):
            archive.write(file, file.relative_to(folder))
    return path


@pytest.fixture
def folder(tmp_path):
    generator = np.random.default_rng(0)
    for name in ("b.png", "a.JPG", "inner/c.webp", "d.bmp"):
        put(tmp_path / "photos" / name, generator.integers(0, 256, (70, 90, 3), np.uint8))
    (tmp_path / "photos" / "notes.txt").write_text("not an image")
    put(tmp_path / "photos" / ".thumbnails" / "a.png", picture())
    return tmp_path / "photos"


def test_folder_and_zip_give_the_same_data_set(folder):
    from_folder = pictures.from_folder(path=str(folder))
    archive = pack(folder, folder.parent / "photos.zip")
    from_zip = pictures.from_folder(path=str(archive), workers=3)
    assert list(from_folder["name"]) == ["a.JPG", "b.png", "d.bmp", "inner/c.webp"]
    np.testing.assert_array_equal(from_folder["name"], from_zip["name"])
    np.testing.assert_array_equal(from_folder["images"], from_zip["images"])


def test_files_that_are_passed_over_are_counted(folder, caplog):
    for name in ("1.HEIC", "2.heic", "README"):
        (folder / name).write_text("not read")
    pictures.from_folder(path=str(folder))
    (record,) = caplog.records
    counts = record.message.partition("not read as images: ")[2]
    assert set(counts.split(", ")) == {"2 .heic", "1 .txt", "1 without suffix"}


def test_unreduced_centre_is_kept_exactly(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (100, 81, 3), np.uint8)
    put(tmp_path / "a.png", pixels)
    found = pictures.from_folder(path=str(tmp_path), crop=64)["images"]
    np.testing.assert_array_equal(found[0], pixels[18:82, 8:72])


def test_links_to_folders_are_followed_but_not_in_circles(folder, tmp_path):
    put(tmp_path / "elsewhere" / "e.png", picture())
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "inner" / "circle").symlink_to(folder)
    names = ["a.JPG", "b.png", "d.bmp", "inner/c.webp", "linked/e.png"]
    assert list(pictures.from_folder(path=str(folder))["name"]) == names
    assert [name for name, *_ in pictures.state(folder)] == names


def test_a_folder_that_cannot_be_read_is_named(folder, monkeypatch):
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "inner":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    expected = rf"{folder}/inner: expected a folder .* found Permission denied"
    with pytest.raises(pictures.DataError, match=expected):
        pictures.from_folder(path=str(folder))
    with pytest.raises(pictures.DataError, match=expected):
        pictures.state(folder)


def test_names_that_are_not_utf8_are_labelled(tmp_path):
    folder = tmp_path / "photos"
    put(folder / os.fsdecode(b"caf\xe9.png"), picture())
    dataset = pictures.from_folder(path=str(folder))
    assert list(dataset["name"]) == [r"caf\udce9.png"]
    store.save(dataset, tmp_path / "photos.h5")
    (folder / os.fsdecode(b"th\xe9.png")).write_text("not an image")
    with pytest.raises(pictures.DataError, match=r"th\\udce9\.png \(not an image\)"):
        pictures.from_folder(path=str(folder))


def test_the_state_is_that_of_the_files_that_are_read(folder):
    before = pictures.state(folder)
    assert len(before) == 4
    (folder / ".DS_Store").write_text("hidden")
    (folder / "notes.txt").write_text("longer notes")
    assert pictures.state(folder) == before
    os.utime(folder / "inner" / "c.webp", (10**9, 10**9))
    assert pictures.state(folder) != before
    archive = pack(folder, folder.parent / "photos.zip")
    before = pictures.state(archive)
    os.utime(archive, (10**9, 10**9))
    assert pictures.state(archive) != before
    assert pictures.state(folder / "nothing") == []


@given(width=st.integers(1, 150), height=st.integers(1, 150), crop=st.none() | st.integers(1, 150))
def test_only_the_central_square_is_seen(tmp_path_factory, width, height, crop):
    side = min(width, height, crop or width)
    left, top = (width - side) // 2, (height - side) // 2
    pixels = picture(width, height, (0, 255, 0))
    pixels[top : top + side, left : left + side] = (200, 30, 90)
    path = tmp_path_factory.mktemp("images")
    put(path / "a.png", pixels)
    found = pictures.from_folder(path=str(path), crop=crop and side)["images"]
    np.testing.assert_array_equal(found[0], picture(colour=(200, 30, 90)))


def test_fine_detail_is_averaged(tmp_path):
    rows, columns = np.indices((512, 512))
    checkerboard = np.where((rows + columns) % 2, 255, 0).astype(np.uint8)
    put(tmp_path / "a.png", np.repeat(checkerboard[..., None], 3, axis=-1))
    found = pictures.from_folder(path=str(tmp_path))["images"].astype(int)
    assert np.abs(found - 127.5).max() < 3


def test_grey_and_turned_images_become_upright_rgb(tmp_path):
    grey = np.zeros((64, 64), np.uint8)
    grey[:32] = 255
    turned = Image.Exif()
    turned[0x0112] = 3  # the camera was held upside down
    Image.fromarray(grey).save(tmp_path / "a.png")
    Image.fromarray(grey[::-1]).save(tmp_path / "b.png", exif=turned)
    first, second = pictures.from_folder(path=str(tmp_path))["images"]
    np.testing.assert_array_equal(first, np.repeat(grey[..., None], 3, axis=-1))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "found nothing"),
        ({}, "found none among 0 files"),
        ({"a.txt": b"text"}, "found none among 1 files"),
        (b"text", "found a file that is neither"),
    ],
)
def test_a_source_without_images_is_refused(tmp_path, content, expected):
    path = tmp_path / "photos"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.mkdir()
        for name, data in content.items():
            (path / name).write_bytes(data)
    with pytest.raises(pictures.DataError, match=expected) as caught:
        pictures.from_folder(path=str(path))
    assert str(path) in str(caught.value)


def test_broken_images_are_named_and_counted(folder):
    whole = (folder / "b.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    for index in range(11):
        (folder / f"text{index:02d}.jpg").write_text("not an image")
    with pytest.raises(pictures.DataError) as caught:
        pictures.from_folder(path=str(folder))
    message = str(caught.value)
    assert "12 of 16 images cannot be used" in message
    assert "cut.png (" in message
    assert "text08.jpg (not an image); and 2 more" in message
    assert "text09.jpg" not in message
    assert "Remove or replace them" in message


def test_a_damaged_zip_member_is_named(folder):
    archive = pack(folder, folder.parent / "photos.zip")
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as opened:
        data[opened.getinfo("d.bmp").header_offset + 5000] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(pictures.DataError, match=r"1 of 4 images cannot be used: d\.bmp \(Bad CRC"):
        pictures.from_folder(path=str(archive))


def test_an_error_without_words_is_named_by_its_type():
    def cut():
        raise EOFError

    _, unreadable = pictures.decode(1, [[(0, cut)]], None, 1)
    assert unreadable == {0: "EOFError"}


@pytest.mark.parametrize(("dtype", "mode"), [(np.int32, "I"), ("f4", "F")])
def test_pixels_of_more_than_16_bits_are_refused(folder, dtype, mode):
    put(folder / "deep.tif", np.full((70, 70), 100, dtype))
    with pytest.raises(
        pictures.DataError, match=rf"deep\.tif \(pixels of mode {mode}, not of 8 or 16 bits"
    ):
        pictures.from_folder(path=str(folder))


@pytest.mark.parametrize(("name", "order"), [("a.png", "<"), ("a.tif", "<"), ("a.tif", ">")])
def test_grey_of_16_bits_keeps_its_upper_8(tmp_path, name, order):
    grey = np.random.default_rng(2).integers(0, 2**16, (64, 64), np.uint16)
    put(tmp_path / name, grey.astype(f"{order}u2"))
    (found,) = pictures.from_folder(path=str(tmp_path))["images"]
    np.testing.assert_array_equal(found, np.repeat((grey >> 8)[..., None], 3, axis=-1))


def plain(content: bytes, crop: int | None) -> np.ndarray:
    """Decode an image in full, cut out its central square and filter every pixel of it."""
    image = ImageOps.exif_transpose(Image.open(BytesIO(content))).convert("RGB")
    width, height = image.size
    side = crop or min(image.size)
    left, top = (width - side) // 2, (height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((64, 64), Image.Resampling.LANCZOS))


def landscape(width: int, height: int) -> bytes:
    """Return a JPEG of smooth shapes and fine noise, to be turned by a quarter."""
    turned = Image.Exif()
    turned[0x0112] = 6
    rng = np.random.default_rng(3)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), np.uint8)).resize((width, height))
    noisy = np.asarray(coarse) + rng.normal(0, 20, (height, width, 3))
    content = BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(content, "JPEG", exif=turned)
    return content.getvalue()


@pytest.mark.parametrize("crop", [178, 108, None])
def test_a_small_photo_is_reduced_from_all_of_its_pixels(crop):
    content = landscape(178, 218)  # as CelebA has them
    images, _ = pictures.decode(1, [[(0, lambda: content)]], crop, 1)
    np.testing.assert_array_equal(images[0], plain(content, crop))


@pytest.mark.parametrize(("width", "height"), [(384, 500), (1023, 777), (2000, 1501), (4000, 3100)])
def test_a_large_photo_looks_as_if_reduced_from_all_of_its_pixels(width, height):
    content = landscape(width, height)
    images, _ = pictures.decode(1, [[(0, lambda: content)]], None, 1)
    difference = images[0].astype(int) - plain(content, None)
    assert np.abs(difference).mean() < 1.5  # of 255
    assert np.abs(difference).max() < 12


def test_transparent_pictures_lie_on_white(tmp_path):
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, 32:] = (10, 120, 230, 255)
    put(tmp_path / "logo.png", pixels)
    (found,) = pictures.from_folder(path=str(tmp_path))["images"]
    assert (found[:, :32] == 255).all()
    assert (found[:, 32:] == (10, 120, 230)).all()


def test_an_image_smaller_than_the_crop_is_named(folder):
    put(folder / "small.png", picture(80, 60))
    with pytest.raises(pictures.DataError, match=r"1 of 5 .*small\.png \(80×60 pixels, smaller"):
        pictures.from_folder(path=str(folder), crop=70)


def test_a_zip_with_a_damaged_directory_is_refused(folder):
    archive = pack(folder, folder.parent / "photos.zip")
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02")] ^= 0xFF  # the first entry of the central directory
    archive.write_bytes(data)
    with pytest.raises(pictures.DataError, match="found a damaged one"):
        pictures.from_folder(path=str(archive))


def test_more_images_than_a_batch_keep_their_places(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "BATCH", 4)
    for value in range(11):
        put(tmp_path / f"{value:02d}.png", picture(colour=(value, 0, 0)))
    found = pictures.from_folder(path=str(tmp_path), workers=3)["images"]
    np.testing.assert_array_equal(found[:, 0, 0, 0], np.arange(11))


def test_an_incomplete_zip_is_told_from_another_file(folder):
    archive = pack(folder, folder.parent / "photos.zip")
    half = archive.read_bytes()[: archive.stat().st_size // 2]
    archive.write_bytes(half)
    with pytest.raises(pictures.DataError, match=rf"incomplete one of {len(half):,} bytes"):
        pictures.from_folder(path=str(archive))
    other = folder.parent / "notes"
    other.write_bytes(half)
    with pytest.raises(pictures.DataError, match="found a file that is neither"):
        pictures.from_folder(path=str(other))


@pytest.mark.parametrize(("count", "fits"), [(9, False), (10, True)])
def test_nothing_is_trained_without_images_held_out(tmp_path, count, fits):
    for value in range(count):
        put(tmp_path / f"{value:02d}.png", picture(colour=(value, 0, 0)))
    found = pictures.from_folder(path=str(tmp_path))
    if fits:
        pictures.require_both_splits(found)
    else:
        with pytest.raises(pictures.DataError, match=r"expected at least 10 images.*found 9"):
            pictures.require_both_splits(found)


def test_a_path_that_cannot_be_looked_at_is_the_jobs_to_explain(tmp_path):
    path = tmp_path / ("a" * 300)  # too long for a name, as a path behind a locked folder is shut
    with pytest.raises(OSError, match="File name too long"):
        path.is_dir()
    assert pictures.state(path) == []
    with pytest.raises(pictures.DataError, match="found nothing that can be read"):
        pictures.from_folder(path=path)
