from __future__ import annotations

import hashlib
import json
import logging
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests
from huggingface_hub import constants
from PIL import Image

from chaos_sampling import store
from chaos_sampling.datasets import celeba, download
from chaos_sampling.datasets.pictures import DataError

EVERY_SOURCE = ("local", "huggingface", "torchvision")
DRIVE = "/uc"
CHUNK = 2**19
"""Bytes in which gdown writes what it receives."""
PADDING = np.random.default_rng(0).bytes(3 * CHUNK)
"""Makes a file large enough to be cut after its first chunk and before its second."""
LISTING = f"/api/datasets/{celeba.MIRROR}/revision/{celeba.MIRROR_REVISION}"
TRAIN, TEST = "faces/train-00000-of-00001.parquet", "faces/test-00000-of-00001.parquet"


def encoded(number, width=178, height=218, kind="JPEG"):
    """Encode a picture of one colour, which tells its number modulo 250."""
    content = BytesIO()
    pixels = np.full((height, width, 3), number % 250, np.uint8)
    Image.fromarray(pixels).save(content, kind)
    return content.getvalue()


def pack(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def unpack(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def aligned(numbers, folder="img_align_celeba/"):
    """Lay pictures out as CelebA does, in an order that is not theirs."""
    return {f"{folder}{number:06d}.jpg": encoded(number) for number in reversed(numbers)}


def table(rows: list[dict]) -> bytes:
    content = BytesIO()
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    padding = [PADDING] + [b""] * (len(rows) - 1)
    columns = {"image": pa.array(rows, image), "padding": padding}
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


def retrieve(tmp_path, sources, path="nowhere", crop=108, workers=2):
    return celeba.retrieve(
        sources=sources,
        path=str(tmp_path / path),
        downloads=str(tmp_path / "downloads"),
        crop=crop,
        workers=workers,
    )


def colours(dataset):
    return dataset["images"].mean(axis=(1, 2, 3))


class Server(ThreadingHTTPServer):
    """A web server that can misbehave.

    Attributes:
        files: content by path.
        faults: what goes wrong with the next requests of a path: "500", "stall", "cut", or
            "whole" (ranges are not honoured).
        requests: paths and ranges that were asked for.
    """

    daemon_threads = True
    request_queue_size = 50

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.files, self.faults, self.requests = {}, {}, []
        self.released = threading.Event()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        wanted = self.headers.get("Range")
        self.server.requests.append((path, wanted))
        faults = self.server.faults.get(path, [])
        fault = faults.pop(0) if faults else None
        content = self.server.files.get(path)
        if content is None or fault == "500":
            self.send_error(404 if content is None else 500)
            return
        ranged = wanted is not None and fault != "whole"
        start = int(wanted[6:-1]) if ranged else 0
        rest = content[start:]
        self.send_response(206 if ranged else 200)
        if ranged:
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", span)
        if path == "/download":
            self.send_header("Content-Disposition", 'attachment; filename="img_align_celeba.zip"')
        self.send_header("Content-Type", "text/html" if path == DRIVE else "application/zip")
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: len(rest) // 2] if fault in ("cut", "stall") else rest)
        if fault == "stall":
            self.wfile.flush()
            self.server.released.wait(60)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    monkeypatch.setattr(download, "TIMEOUT", 30.0)  # also on a busy machine
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()


@pytest.fixture
def drive(server, monkeypatch):
    """Serve img_align_celeba.zip behind Google Drive's confirmation page; return its content."""
    content = pack_bytes(aligned([1, 182_637, 182_638]) | {"README.txt": PADDING})
    server.files["/download"] = content
    server.files[DRIVE] = (
        b'<form id="download-form" action="https://drive.usercontent.google.com/download">'
        b'<input type="hidden" name="confirm" value="t"></form>'
    )
    send = requests.Session.request

    def redirected(session, method, url, **options):
        parts = urlsplit(url)
        if parts.hostname in ("drive.google.com", "drive.usercontent.google.com"):
            url = f"{server.url}{parts.path}?{parts.query}"
        return send(session, method, url, **options)

    monkeypatch.setattr(requests.Session, "request", redirected)
    checksum = hashlib.md5(content).hexdigest()
    archive = replace(celeba.ARCHIVE, size=len(content), checksum=checksum)
    monkeypatch.setattr(celeba, "ARCHIVE", archive)
    return content


@pytest.fixture
def mirror(server, monkeypatch):
    """Serve parquet files as the mirror does; return how to change what it serves and declares."""
    template = f"{server.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    def serve(files, **declared):
        siblings = [{"rfilename": "README.md", "size": 3, "blobId": "0"}]
        for name, content in files.items():
            server.files[location(name)] = content
            checksum = hashlib.sha256(content).hexdigest()
            lfs = {"size": len(content), "sha256": checksum, "pointerSize": 130} | declared
            siblings.append({"rfilename": name, "size": lfs["size"], "lfs": lfs})
        listing = {"id": celeba.MIRROR, "sha": celeba.MIRROR_REVISION, "siblings": siblings}
        server.files[LISTING] = json.dumps(listing).encode()

    serve({TRAIN: shard([3, 182_637]), TEST: shard([182_638, 202_599])})
    return serve


def pack_bytes(files):
    content = BytesIO()
    pack(content, files)
    return content.getvalue()


def shard(numbers, path="{:06d}.png"):
    return table(
        [{"bytes": encoded(n, kind="PNG"), "path": path and path.format(n)} for n in numbers]
    )


def location(name):
    return f"/datasets/{celeba.MIRROR}/resolve/{celeba.MIRROR_REVISION}/{name}"


def asked(server, path):
    return [wanted for found, wanted in server.requests if found == path]


# --- a local copy ---


@pytest.mark.parametrize("put", [pack, unpack])
def test_a_local_copy_is_read_in_the_order_of_numbers(tmp_path, put):
    put(tmp_path / "copy", aligned([9, 10, 162_771, 182_637, 182_638, 202_599]))
    dataset = retrieve(tmp_path, ["local"], "copy")
    np.testing.assert_allclose(colours(dataset), [9, 10, 21, 137, 138, 99], atol=1)
    assert list(dataset["split"]) == ["train"] * 4 + ["test"] * 2
    assert dataset["name"][0] == "img_align_celeba/000009.jpg"
    assert dataset.attributes == {"source": "local", "unreadable": []}


def test_zip_folder_and_the_written_file_agree(tmp_path):
    files = aligned([1, 2, 3])
    first = retrieve(tmp_path, ["local"], pack(tmp_path / "copy.zip", files).name)
    unpack(tmp_path / "copy", files)
    second = retrieve(tmp_path, ["local"], "copy/img_align_celeba", workers=1)
    store.save(first, tmp_path / "celeba.h5")
    np.testing.assert_array_equal(first["images"], second["images"])
    np.testing.assert_array_equal(
        store.load(tmp_path / "celeba.h5", "images")["images"], first["images"]
    )


@pytest.mark.parametrize("crop", [178, 108])
def test_the_centre_of_an_aligned_picture_is_cut_out(tmp_path, crop):
    pixels = np.zeros((218, 178, 3), np.uint8)
    top, left = (218 - crop) // 2, (178 - crop) // 2
    pixels[top : top + crop, left : left + crop] = 200
    content = BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=95)
    unpack(tmp_path, {"000001.jpg": content.getvalue()})
    found = retrieve(tmp_path, ["local"], "", crop=crop)["images"].astype(int)
    assert np.abs(found[0, 4:-4, 4:-4] - 200).max() <= 3
    assert found[0, 0, 0].min() > 150


def test_smaller_copies_in_another_format_are_read(tmp_path):
    files = {f"{number:06d}.webp": encoded(number, 64, 64, "WEBP") for number in (7, 8)}
    dataset = retrieve(tmp_path, ["local"], pack(tmp_path / "small.zip", files).name, crop=64)
    np.testing.assert_allclose(colours(dataset), [7, 8], atol=2)


@pytest.mark.parametrize(("complete", "said"), [(True, ", the complete"), (False, "not the comp")])
def test_the_md5_of_an_archive_is_logged(tmp_path, monkeypatch, caplog, complete, said):
    path = pack(tmp_path / "copy.zip", aligned([1]))
    checksum = hashlib.md5(path.read_bytes()).hexdigest()
    if complete:
        monkeypatch.setattr(celeba, "ARCHIVE", replace(celeba.ARCHIVE, checksum=checksum))
    with caplog.at_level(logging.INFO):
        retrieve(tmp_path, ["local"], path.name)
    line = next(line for line in caplog.messages if checksum in line)
    assert said in line


def test_a_thousandth_may_be_unreadable(tmp_path, caplog):
    whole = encoded(5, 8, 8)
    files = {f"{number:06d}.jpg": whole for number in range(1, 1001)}
    files["000003.jpg"] = b"no image"
    files["000004.jpg"] = encoded(4, 8, 8)
    unpack(tmp_path / "copy", files)
    dataset = retrieve(tmp_path, ["local"], "copy", crop=8)
    assert dataset["images"].shape == (999, 64, 64, 3)
    assert list(dataset["name"][1:4]) == ["000002.jpg", "000004.jpg", "000005.jpg"]
    np.testing.assert_allclose(colours(dataset)[:4], [5, 5, 4, 5], atol=1)
    assert dataset.attributes["unreadable"] == ["000003.jpg"]
    assert "1 of 1000 images cannot be used: 000003.jpg (not an image); left out" in caplog.text
    (tmp_path / "copy" / "000600.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"2 of 1000 .*000600\.jpg \(.*at most 0\.1%"):
        retrieve(tmp_path, ["local"], "copy", crop=8)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"portrait.jpg": encoded(1)}, "portrait.jpg: expected a file named by its number"),
        ({"0.jpg": encoded(1)}, "0.jpg: expected a file named by its number"),
        ({"202600.jpg": encoded(1)}, "202600.jpg: expected a file named by its number"),
        ({"a/1.jpg": encoded(1), "b/1.png": encoded(1)}, "a/1.jpg and b/1.png: expected one"),
        ({"1.jpg": encoded(1, 100, 100)}, "lower the crop"),
    ],
)
def test_other_pictures_are_refused(tmp_path, files, expected):
    unpack(tmp_path / "copy", files)
    with pytest.raises(DataError) as caught:
        retrieve(tmp_path, ["local"], "copy")
    assert expected in str(caught.value)


# --- the mirror ---


def test_the_mirror_is_partitioned_by_numbers(tmp_path, mirror):
    mirror({TRAIN: shard([182_638, 3]), TEST: shard([4, 202_599])})  # not as its files say
    dataset = retrieve(tmp_path, ["huggingface"])
    np.testing.assert_array_equal(colours(dataset), [3, 4, 138, 99])
    assert list(dataset["split"]) == ["train", "train", "test", "test"]
    assert list(dataset["name"]) == ["000003.png", "000004.png", "182638.png", "202599.png"]
    assert dataset.attributes["source"] == "huggingface"


@pytest.mark.parametrize("path", [None, "image.png"])
def test_a_mirror_without_numbers_is_partitioned_by_its_files(tmp_path, mirror, path):
    valid = TRAIN.replace("train", "valid")
    mirror({TEST: shard([30], path), valid: shard([20, 10], path), TRAIN: shard([40], path)})
    dataset = retrieve(tmp_path, ["huggingface"])
    np.testing.assert_array_equal(colours(dataset), [40, 20, 10, 30])
    assert list(dataset["split"]) == ["train"] * 3 + ["test"]
    assert dataset["name"][2] == "valid-00000-of-00001.parquet/1"


def test_the_mirror_is_asked_once(tmp_path, mirror, server):
    retrieve(tmp_path, ["huggingface"])
    server.requests.clear()
    retrieve(tmp_path, ["huggingface"], crop=178)
    assert server.requests == []


@pytest.fixture(params=["cut", "stall"])
def fault(request, monkeypatch):
    """Name a way in which a download breaks off; one that stalls is given up after a while."""
    if request.param == "stall":
        monkeypatch.setattr(download, "TIMEOUT", 3.0)
    return request.param


def test_an_interrupted_file_of_the_mirror_is_continued(tmp_path, mirror, server, fault):
    server.faults[location(TEST)] = [fault]
    assert len(retrieve(tmp_path, ["huggingface"])["images"]) == 4
    assert asked(server, location(TEST)) == [None, None, f"bytes={CHUNK}-"]
    assert len(asked(server, location(TRAIN))) == 1


def test_a_later_run_continues_what_an_earlier_one_began(tmp_path, mirror, server, monkeypatch):
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    server.faults[location(TEST)] = ["cut"]
    with pytest.raises(DataError, match=r"1 attempts failed.*incomplete"):
        retrieve(tmp_path, ["huggingface"])
    server.requests.clear()
    assert len(retrieve(tmp_path, ["huggingface"])["images"]) == 4
    assert server.requests == [(location(TEST), None), (location(TEST), f"bytes={CHUNK}-")]


def test_a_server_without_ranges_is_asked_for_the_whole(tmp_path, mirror, server):
    server.faults[location(TRAIN)] = ["cut", *["whole"] * 4]
    assert len(retrieve(tmp_path, ["huggingface"])["images"]) == 4
    ranged = [None, f"bytes={CHUNK}-"]
    assert asked(server, location(TRAIN)) == [None, *ranged, *ranged, None]


def test_a_server_that_fails_once_when_asked_to_continue_is_asked_again(tmp_path, mirror, server):
    server.faults[location(TRAIN)] = ["cut", "whole", "500"]
    assert len(retrieve(tmp_path, ["huggingface"])["images"]) == 4
    ranged = [None, f"bytes={CHUNK}-"]
    assert asked(server, location(TRAIN)) == [None, *ranged, *ranged]


@pytest.mark.parametrize("path", [LISTING, location(TRAIN)])
def test_a_failing_server_is_asked_again_a_few_times(tmp_path, mirror, server, path):
    server.faults[path] = ["500"] * 3
    assert len(retrieve(tmp_path, ["huggingface"])["images"]) == 4
    (tmp_path / "downloads").rename(tmp_path / "elsewhere")
    server.faults[path] = ["500"] * 4
    with pytest.raises(DataError, match=r"- huggingface: .*4 attempts failed, the last with .*500"):
        retrieve(tmp_path, ["huggingface"])


def test_a_wrong_checksum_is_refused_and_removed(tmp_path, mirror):
    mirror({TRAIN: shard([1])}, sha256="0" * 64)
    with pytest.raises(DataError, match=f"expected sha256 {'0' * 64}, found .*; removed"):
        retrieve(tmp_path, ["huggingface"])
    assert list((tmp_path / "downloads").rglob("*.parquet*")) == []


def test_a_damaged_download_is_replaced(tmp_path, mirror):
    retrieve(tmp_path, ["huggingface"])
    [path] = (tmp_path / "downloads").rglob("test*.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    assert len(retrieve(tmp_path, ["huggingface"])["images"]) == 4


@pytest.mark.parametrize(
    ("files", "declared", "expected"),
    [
        ({}, {}, "found 0 of 0 bytes"),
        ({TRAIN: b""}, {"size": 10**12}, f"found 1 of {10**12} bytes; refused"),
        ({TRAIN: bytes(10**6)}, {"size": 1000}, "expected 1000 bytes, found 1000000; refused"),
        ({TRAIN: b"text"}, {}, "expected a parquet file, found a damaged one"),
        ({"data.parquet": shard([1])}, {}, "data.parquet: expected a file named by its partition"),
    ],
)
def test_a_mirror_that_has_something_else_is_refused(tmp_path, mirror, files, declared, expected):
    mirror(files, **declared)
    with pytest.raises(DataError) as caught:
        retrieve(tmp_path, ["huggingface"])
    assert expected in str(caught.value)


def test_a_table_without_pictures_is_refused(tmp_path, mirror):
    content = BytesIO()
    pq.write_table(pa.table({"image": ["000001.jpg"], "celeb_id": [1]}), content)
    mirror({TRAIN: content.getvalue()})
    with pytest.raises(DataError, match="field 'bytes', found the columns image, celeb_id"):
        retrieve(tmp_path, ["huggingface"])


def test_unreadable_rows_of_a_table_are_named(tmp_path, mirror):
    mirror({TRAIN: table([{"bytes": None, "path": "000001.png"}])})
    with pytest.raises(DataError, match=r"1 of 1 images cannot be used: 000001\.png \(not an im"):
        retrieve(tmp_path, ["huggingface"])


# --- Google Drive ---


def test_the_archive_comes_through_the_confirmation_page(tmp_path, drive, server):
    dataset = retrieve(tmp_path, ["torchvision"])
    np.testing.assert_allclose(colours(dataset), [1, 137, 138], atol=1)
    assert list(dataset["split"]) == ["train", "train", "test"]
    assert (tmp_path / "downloads" / "img_align_celeba.zip").read_bytes() == drive
    server.requests.clear()
    retrieve(tmp_path, ["torchvision"])
    assert server.requests == []


def test_an_interrupted_archive_is_continued(tmp_path, drive, server, fault):
    server.faults["/download"] = [fault]
    retrieve(tmp_path, ["torchvision"])
    assert asked(server, "/download")[-1] == f"bytes={CHUNK}-"


def test_an_archive_of_another_md5_is_refused(tmp_path, drive, server):
    server.files["/download"] = drive[:-1] + b"x"
    with pytest.raises(DataError, match=r"torchvision: .*expected md5 .* found .*; removed"):
        retrieve(tmp_path, ["torchvision"])
    assert list((tmp_path / "downloads").iterdir()) == []


def test_the_quota_of_google_drive_is_reported(tmp_path, drive, server):
    server.files[DRIVE] = b'<p class="uc-error-subcaption">Too many users have viewed it</p>'
    with pytest.raises(DataError, match=r"torchvision: .*Too many users have viewed it"):
        retrieve(tmp_path, ["torchvision"])


# --- the order of sources ---


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("local", set()),
        ("huggingface", {LISTING, location(TRAIN), location(TEST)}),
        ("torchvision", {LISTING, DRIVE, "/download"}),
    ],
)
def test_the_first_source_that_works_is_used(tmp_path, mirror, drive, server, source, paths):
    if source == "local":
        pack(tmp_path / "copy.zip", aligned([1]))
    if source == "torchvision":
        server.files.pop(LISTING)
    dataset = retrieve(tmp_path, EVERY_SOURCE, "copy.zip")
    assert dataset.attributes["source"] == source
    assert {path for path, _ in server.requests} == paths


def test_a_path_that_cannot_be_looked_at_is_passed_over(tmp_path, mirror, drive, server):
    assert retrieve(tmp_path, EVERY_SOURCE, 300 * "a").attributes["source"] == "huggingface"


def test_only_the_sources_asked_for_are_tried(tmp_path, mirror, drive, server):
    dataset = retrieve(tmp_path, ["torchvision", "huggingface"])
    assert dataset.attributes["source"] == "torchvision"
    assert {path for path, _ in server.requests} == {DRIVE, "/download"}


def test_when_every_source_fails_one_message_says_what_to_do(tmp_path, mirror, drive, server):
    server.files.clear()
    with pytest.raises(DataError) as caught:
        retrieve(tmp_path, EVERY_SOURCE, "copy.zip")
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines[1:4]] == [f"- {name}" for name in EVERY_SOURCE]
    assert "found nothing" in lines[1]
    assert "404" in lines[2]
    assert "Cannot retrieve the public link" in lines[3]
    assert len(lines) == 5
    for part in (
        "img_align_celeba.zip (202,599 JPEG files of 178×218 pixels",
        "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        f"https://huggingface.co/datasets/{celeba.MIRROR}",
        f"save it as {tmp_path / 'copy.zip'}",
        "non-commercial research only, and no redistribution",
    ):
        assert part in lines[4]


@pytest.mark.parametrize("first", [1, 182_638])
def test_of_a_copy_with_one_partition_every_tenth_is_held_out(tmp_path, caplog, first):
    files = {f"{first + i:06d}.webp": encoded(i, 64, 64, "WEBP") for i in range(20)}
    dataset = retrieve(tmp_path, ["local"], pack(tmp_path / "half.zip", files).name, crop=64)
    assert np.flatnonzero(dataset["split"] == "test").tolist() == [9, 19]
    assert "one side of CelebA's partition" in caplog.text
