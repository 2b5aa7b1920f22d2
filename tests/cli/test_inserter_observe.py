"""`mailroom inserter observe`, beside a pseudo-terminal on which records come."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from tests.cli.command import call

_RECORDS = b"100304\r000102\rnoise\r999999\r"


@pytest.fixture
def url() -> Iterator[str]:
    """A port whose machine speaks again and again: what came before somebody opened it may be dropped."""
    near, far = os.openpty()
    tty.setraw(far)
    enough = Event()

    def speak() -> None:
        while not enough.wait(0.1):
            os.write(near, _RECORDS)

    speaker = Thread(target=speak, daemon=True)
    speaker.start()
    yield os.ttyname(far)
    enough.set()
    speaker.join()
    os.close(near)
    os.close(far)


def test_packs_are_told_and_counted(url: str) -> None:
    told = call("inserter", "observe", url, "--packs", "4")
    assert told.code == 0
    for words in ("delivered, 3 pages, stations 1", "suspected, 1 pages", "invalid", "garbage "):
        assert words in told.out


def test_the_counts_are_one_document(url: str) -> None:
    counts = call("inserter", "observe", url, "--packs", "4", "--json").json()
    assert counts["delivered"] >= 1
    assert counts["records"] >= 4
    assert counts["gaps"] == 0


def test_a_variant_that_nobody_knows_names_those_there_are() -> None:
    refused = call("inserter", "observe", "/dev/null", "--profile", "no-such")
    assert refused.code == 4
    assert "gbr-tampa1" in refused.err
