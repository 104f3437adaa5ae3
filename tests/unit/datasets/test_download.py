from __future__ import annotations

import pytest

from chaos_sampling.datasets import download


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch):
    monkeypatch.setattr(download, "BACKOFF", 0.0)


class Transfer:
    """Fails as often as it is told how many bytes there are afterwards, then succeeds."""

    def __init__(self, *sizes):
        self.sizes, self.received, self.attempts = list(sizes), 0, 0

    def __call__(self):
        self.attempts += 1
        if not self.sizes:
            return "done"
        self.received = self.sizes.pop(0)
        raise OSError("cut")

    def run(self):
        return download.retrying(self, "a file", lambda: self.received)


def test_attempts_that_bring_something_new_do_not_count():
    assert Transfer(*range(1, 50)).run() == "done"


def test_attempts_that_bring_nothing_new_are_limited():
    transfer = Transfer(5, 5, 0, 5, 5, 6)
    with pytest.raises(download.DownloadError, match=r"a file: 4 attempts failed.*OSError: cut"):
        transfer.run()
    assert transfer.attempts == download.ATTEMPTS


def test_new_bytes_start_the_count_anew():
    assert Transfer(5, 5, 5, 6, 6, 6).run() == "done"


def test_other_errors_are_not_tried_again():
    def refuse():
        raise download.DownloadError("too large")

    with pytest.raises(download.DownloadError, match="too large"):
        download.retrying(refuse, "a file")
