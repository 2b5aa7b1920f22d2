"""Hot folders: only whole files are taken, in order, and nothing that is no file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mailroom.intake.arrival import Arrival, Outcome
from mailroom.intake.hotfolder import Fate
from tests.intake.hot_floor import Floor


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


def test_a_file_is_taken_once_it_has_stayed_unchanged_over_two_looks(floor: Floor) -> None:
    floor.put("a.pdf")
    (first,) = floor.look()
    assert (first.fate, first.why) == (Fate.WAITING, "it may still be written")
    assert floor.given == []
    (second,) = floor.look()
    assert second.fate is Fate.TAKEN
    assert second.kept is not None
    assert second.kept.read_bytes() == b"%PDF-1.7 letter"
    assert floor.names() == ["a.pdf"]
    assert floor.left() == set()
    assert floor.taken() == {"a.pdf"}
    assert floor.in_work() == []
    assert floor.settle() == []


def test_two_looks_too_close_together_do_not_settle_a_file(floor: Floor) -> None:
    floor.put("a.pdf")
    for _ in range(9):
        assert floor.look(1)[0].fate is Fate.WAITING
    assert floor.look(2)[0].fate is Fate.TAKEN


def test_a_file_that_still_grows_is_left_alone_until_it_stands_still(floor: Floor) -> None:
    path = floor.put("a.pdf", b"%PDF")
    for _ in range(3):
        with path.open("ab") as file:
            file.write(b" more")
        assert [looked.fate for looked in floor.look()] == [Fate.WAITING]
    assert floor.look()[0].fate is Fate.TAKEN
    assert floor.given[0][1] == b"%PDF more more more"


def test_a_file_rewritten_at_the_same_size_starts_to_settle_anew(floor: Floor) -> None:
    path = floor.put("a.pdf", b"one")
    floor.look()
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert floor.look()[0].fate is Fate.WAITING
    assert floor.look()[0].fate is Fate.TAKEN


def test_a_clock_that_is_set_back_neither_lets_a_file_through_nor_holds_it_for_ever(floor: Floor) -> None:
    floor.put("a.pdf")
    floor.look()
    assert floor.look(-3600)[0].fate is Fate.WAITING
    assert floor.look()[0].fate is Fate.TAKEN


def test_where_senders_rename_into_place_files_are_taken_at_first_sight(floor: Floor) -> None:
    floor.hot = floor.folder(settle_s=0)
    floor.put("a.pdf.tmp")
    assert floor.look() == []
    os.rename(floor.inbox / "a.pdf.tmp", floor.inbox / "a.pdf")
    assert floor.look()[0].fate is Fate.TAKEN


@pytest.mark.parametrize(
    "name",
    [".a.pdf", "a.pdf.tmp", "a.PDF.PART", "a.pdf~", "~$a.docx", "a.filepart", "a.pdf.error", "a.crdownload", "~a.pdf"],
)
def test_hidden_and_unfinished_files_are_never_taken(floor: Floor, name: str) -> None:
    floor.put(name)
    assert floor.settle() == []
    assert floor.left() == {name}


def test_links_folders_and_pipes_are_never_taken(floor: Floor, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"secret")
    (floor.inbox / "link.pdf").symlink_to(secret)
    (floor.inbox / "dangling.pdf").symlink_to("nowhere")
    (floor.inbox / "folder.pdf").mkdir()
    os.mkfifo(floor.inbox / "pipe.pdf")
    assert floor.settle() == []
    assert floor.given == []
    assert floor.left() == {"link.pdf", "dangling.pdf", "folder.pdf", "pipe.pdf"}


def test_a_link_put_in_place_of_a_settled_file_is_not_followed(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"secret")
    path = floor.put("a.pdf")
    floor.look()
    rename = os.rename

    def swapped(source: Path, target: Path) -> None:
        if Path(source) == path and not path.is_symlink():
            path.unlink()
            path.symlink_to(secret)
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", swapped)
        assert floor.look() == []
    assert floor.given == []
    assert path.is_symlink()
    assert secret.read_bytes() == b"secret"
    assert floor.in_work() == []


def test_a_file_that_is_written_to_while_it_is_taken_up_waits(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    path = floor.put("a.pdf", b"half")
    floor.look()
    rename = os.rename

    def written(source: Path, target: Path) -> None:
        if Path(source) == path:
            path.write_bytes(b"half and half")
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", written)
        assert floor.look()[0].fate is Fate.WAITING
    assert floor.given == []
    assert floor.look()[0].fate is Fate.TAKEN
    assert floor.given[0][1] == b"half and half"


def test_a_file_that_is_written_to_while_it_is_taken_in_is_taken_in_again(floor: Floor) -> None:
    def grows_once(arrival: Arrival) -> Outcome:
        if len(floor.given) == 1:
            with arrival.file.open("ab") as file:
                file.write(b" and the rest")
        return Outcome()

    floor.outcome = grows_once
    floor.put("a.pdf", b"half")
    assert floor.settle()[0].fate is Fate.WAITING
    assert floor.look()[0].fate is Fate.TAKEN
    assert [data for _, data, _ in floor.given] == [b"half", b"half and the rest"]
    assert floor.taken() == {"a.pdf"}


def test_a_file_that_its_sender_takes_back_is_forgotten(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    path = floor.put("a.pdf")
    floor.look()
    path.unlink()
    assert floor.look() == []
    path = floor.put("b.pdf")
    floor.look()
    rename = os.rename

    def gone(source: Path, target: Path) -> None:
        path.unlink(missing_ok=True)
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", gone)
        assert floor.look() == []
    assert floor.in_work() == []


@pytest.mark.parametrize(("order", "expected"), [("time", ["c", "a", "b"]), ("name", ["a", "b", "c"])])
def test_files_are_taken_in_order(floor: Floor, order: Any, expected: list[str]) -> None:
    floor.hot = floor.folder(order=order)
    for name, second in (("b", 30), ("a", 30), ("c", 10)):
        os.utime(floor.put(name, name.encode()), (second, second))
    floor.settle()
    assert floor.names() == expected
