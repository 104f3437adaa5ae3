from __future__ import annotations

import errno
import os
import time

import pytest

from chaos_sampling.files import replacing


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "data.h5"


def test_replacing_shows_the_old_file_until_the_end(path):
    path.parent.mkdir()
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.parent == path.parent
        assert temporary.suffix == path.suffix
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_reader_of_the_old_file_is_not_disturbed(path):
    path.parent.mkdir()
    path.write_text("old")
    with path.open() as reader:
        with replacing(path) as temporary:
            temporary.write_text("new")
        assert reader.read() == "old"


@pytest.mark.parametrize("mask", [0o022, 0o002, 0o077])
def test_replacing_honours_the_umask(path, mask):
    before = os.umask(mask)
    try:
        with replacing(path) as temporary:
            temporary.write_text("new")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_replacing_removes_what_a_killed_process_left(path):
    path.parent.mkdir()
    two_hours_ago = time.time() - 2 * 60 * 60
    for name in (".data-0123abcd.h5", ".data-0123abcd.png", ".data-more-0123abcd.h5"):
        (path.parent / name).write_text("half")
        os.utime(path.parent / name, (two_hours_ago, two_hours_ago))
    with replacing(path) as temporary:
        temporary.write_text("new")
    left = {file.name for file in path.parent.iterdir()}
    assert left == {"data.h5", ".data-0123abcd.png", ".data-more-0123abcd.h5"}


def test_two_writers_of_a_file_do_not_disturb_each_other(path):
    with replacing(path) as first:
        first.write_text("first")
        with replacing(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_of_the_disk_names_the_file(path):
    message = r"data\.h5: cannot be written \(No space left on device\)\. Free some space"
    with pytest.raises(OSError, match=message) as error, replacing(path) as temporary:
        raise OSError(errno.ENOSPC, "No space left on device", str(temporary))
    assert error.value.errno == errno.ENOSPC
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EACCES, "Permission denied", "elsewhere/input.h5"),
        FileNotFoundError(errno.ENOENT, "No such file", "elsewhere/input.h5"),
        OSError("cannot identify image file"),
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_is_not_of_the_written_file_stays_as_it_is(path, error):
    with pytest.raises(OSError, match=r".") as found, replacing(path):
        raise error
    assert found.value is error
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_replacing_removes_what_was_interrupted(path, error):
    def interrupted():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert list(path.parent.iterdir()) == []
