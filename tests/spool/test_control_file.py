"""Control files come back as they were written, and a wrong one is refused with file, line and field."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.control import ControlFile, ControlPiece
from spool.control_file import read_control_file, write_control_file
from spool.job import SpoolError
from tests.spool.control_pieces import HEADER as EMPTY_BATCH
from tests.spool.control_pieces import PIECE

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "control-file.md"

HEADER = replace(EMPTY_BATCH, pieces=2, sheets=3)
PIECES = (
    PIECE,
    ControlPiece(
        order=2,
        piece="P00000002",
        copy=2,
        sheets=1,
        first_sheet=3,
        selects=(),
        divert=True,
        customer="10043",
        lines=("Zoë\u2028Ångström", "Γ. Παπαδόπουλος"),
        postcode="",
        country="GR",
        documents=(),
        previous_copy=1,
    ),
)
CONTROL = ControlFile(HEADER, PIECES)

Lines = list[dict[str, Any]]


def sealed(lines: Lines) -> bytes:
    """A control file of these lines as another program would write it: the checksum is made here."""
    before = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines[:-1]).encode()
    closing = {**lines[-1], "sha256": hashlib.sha256(before).hexdigest()}
    return before + json.dumps(closing).encode() + b"\n"


def lines_of(control: ControlFile, path: Path) -> Lines:
    write_control_file(control, path)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    path.unlink()
    return lines


def refused(path: Path) -> SpoolError:
    with pytest.raises(SpoolError) as caught:
        read_control_file(path)
    assert caught.value.remedy
    return caught.value


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_key = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)


@st.composite
def controls(draw: st.DrawFn) -> ControlFile:
    names = draw(st.lists(_key, unique=True, max_size=6))
    pieces = []
    first = 1
    for order, name in enumerate(names, start=1):
        copy = draw(st.integers(1, 99))
        piece = ControlPiece(
            order=order,
            piece=name,
            copy=copy,
            sheets=draw(st.integers(1, 999)),
            first_sheet=first,
            selects=tuple(sorted(draw(st.sets(st.integers(1, 6))))),
            divert=draw(st.booleans()),
            customer=draw(_text),
            lines=tuple(draw(st.lists(_text, max_size=7))),
            postcode=draw(_text),
            country=draw(_text),
            documents=tuple(draw(st.lists(_text, max_size=3))),
            previous_copy=draw(st.none() | st.integers(1, copy - 1)) if copy > 1 else None,
        )
        pieces.append(piece)
        first += piece.sheets
    header = replace(
        HEADER,
        job=draw(_key),
        client=draw(_text),
        envelope=draw(_text),
        stock=draw(_text),
        created=draw(st.datetimes(timezones=st.timezones())).isoformat(),
        pieces=len(pieces),
        sheets=first - 1,
    )
    return ControlFile(header, tuple(pieces))


@given(control=controls())
def test_any_control_file_comes_back_equal(control: ControlFile, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("control") / "job.jsonl"
    digest = write_control_file(control, path)
    assert read_control_file(path) == control
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_line_a_piece_between_header_and_closing_line(tmp_path: Path) -> None:
    header, *pieces, closing = lines_of(CONTROL, tmp_path / "job.jsonl")
    assert header["schema"] == "mailroom-control/2"
    assert header["job"] == "R000001-B01"
    assert [piece["piece"] for piece in pieces] == ["P00000001", "P00000002"]
    assert pieces[0]["lines"] == ["Åse Øverås", "Storgata 1", "0155 OSLO"]
    assert {key: closing[key] for key in ("end", "pieces", "sheets")} == {
        "end": "R000001-B01",
        "pieces": 2,
        "sheets": 3,
    }


def test_the_checksum_covers_all_that_stands_before_the_closing_line(tmp_path: Path) -> None:
    write_control_file(CONTROL, tmp_path / "job.jsonl")
    *before, closing = (tmp_path / "job.jsonl").read_bytes().splitlines(keepends=True)
    assert json.loads(closing)["sha256"] == hashlib.sha256(b"".join(before)).hexdigest()


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "job.jsonl"
    first = write_control_file(CONTROL, path)
    before = path.stat()
    assert write_control_file(CONTROL, path) == first
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("other", "fact"),
    [
        (replace(CONTROL, header=replace(HEADER, client="Other")), "Another control file of job R000001-B01"),
        (replace(CONTROL, header=replace(HEADER, job="R000009-B01")), "The control file of job R000001-B01"),
    ],
)
def test_a_different_file_is_never_replaced(tmp_path: Path, other: ControlFile, fact: str) -> None:
    path = tmp_path / "job.jsonl"
    write_control_file(CONTROL, path)
    with pytest.raises(SpoolError, match="E6305") as caught:
        write_control_file(other, path)
    assert fact in caught.value.message
    assert read_control_file(path) == CONTROL


def test_a_damaged_file_is_not_replaced_either(tmp_path: Path) -> None:
    path = tmp_path / "job.jsonl"
    path.write_bytes(b"half a line")
    with pytest.raises(SpoolError, match="E6305"):
        write_control_file(CONTROL, path)
    assert path.read_bytes() == b"half a line"


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "job.jsonl"
    write_control_file(CONTROL, path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert refused(path).code == "E6304"


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "job.jsonl"
    write_control_file(CONTROL, path)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
        assert refused(path).place.startswith(f"{path}:")


def test_a_line_that_went_missing_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "job.jsonl"
    write_control_file(CONTROL, path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:1] + lines[2:]))
    assert refused(path).place == f"{path}:3: sha256"


def _set(line: int, field: str, value: object) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        lines[line - 1][field] = value

    return change


def _drop(line: int, field: str) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        del lines[line - 1][field]

    return change


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        (_set(1, "schema", "mailroom-control/1"), "E6306", "1: schema"),
        (_drop(1, "schema"), "E6306", "1: schema"),
        (_drop(1, "envelope"), "E6301", "1: envelope"),
        (_set(1, "colour", "red"), "E6301", "1: colour"),
        (_set(1, "created", "2026-03-02T06:30:00"), "E6301", "1: created"),
        (_set(1, "created", "yesterday"), "E6301", "1: created"),
        (_set(1, "sides", "both"), "E6301", "1: sides"),
        (_set(1, "print_file_sha256", "AB" * 32), "E6301", "1: print_file_sha256"),
        (_set(1, "pieces", 3), "E6302", "1: pieces"),
        (_set(1, "sheets", 4), "E6302", "1: sheets"),
        (_set(1, "job", "../escape"), "E6301", "1: job"),
        (_set(2, "order", 2), "E6302", "2: order"),
        (_set(3, "piece", "P00000001"), "E6302", "3: piece"),
        (_set(3, "first_sheet", 2), "E6302", "3: first_sheet"),
        (_set(2, "sheets", 0), "E6301", "2: sheets"),
        (_set(2, "sheets", True), "E6301", "2: sheets"),
        (_set(2, "sheets", 2.0), "E6301", "2: sheets"),
        (_set(2, "copy", 100), "E6301", "2: copy"),
        (_set(2, "selects", [3, 1]), "E6301", "2: selects"),
        (_set(2, "selects", [7]), "E6301", "2: selects"),
        (_set(2, "selects", [1, 1]), "E6301", "2: selects"),
        (_set(2, "divert", 0), "E6301", "2: divert"),
        (_set(2, "lines", "Åse"), "E6301", "2: lines"),
        (_set(2, "lines", [1]), "E6301", "2: lines"),
        (_set(2, "customer", None), "E6301", "2: customer"),
        (_set(3, "previous_copy", 2), "E6302", "3: previous_copy"),
        (_drop(3, "previous_copy"), "E6301", "3: previous_copy"),
        (_set(4, "pieces", 1), "E6302", "4: pieces"),
        (_set(4, "sheets", 2), "E6302", "4: sheets"),
        (_set(4, "end", "R000001-B02"), "E6302", "4: end"),
        (_set(4, "more", 1), "E6301", "4: more"),
    ],
)
def test_a_wrong_field_is_named_with_file_line_and_field(
    tmp_path: Path, change: Callable[[Lines], None], code: str, at: str
) -> None:
    path = tmp_path / "job.jsonl"
    lines = lines_of(CONTROL, path)
    change(lines)
    path.write_bytes(sealed(lines))
    error = refused(path)
    assert (error.code, error.place) == (code, f"{path}:{at}")


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b'{"order": 1, "order": 1}',
        b'{"order": NaN}',
        b'{"order": "\xff"}',
        b"[" * 100_000,
        b'{"order": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "job.jsonl"
    write_control_file(CONTROL, path)
    header, _, second, _ = path.read_bytes().splitlines(keepends=True)
    before = header + line + b"\n" + second
    closing = {"end": HEADER.job, "pieces": 2, "sheets": 3, "sha256": hashlib.sha256(before).hexdigest()}
    path.write_bytes(before + json.dumps(closing).encode() + b"\n")
    error = refused(path)
    assert (error.code, error.place) == ("E6303", f"{path}:2")


@pytest.mark.parametrize(
    ("wrong", "code", "at"),
    [
        (replace(CONTROL, header=replace(HEADER, pieces=3)), "E6302", "1: pieces"),
        (replace(CONTROL, pieces=(PIECES[1], PIECES[0])), "E6302", "2: order"),
        (replace(CONTROL, pieces=(replace(PIECES[0], copy=0), PIECES[1])), "E6301", "2: copy"),
        (replace(CONTROL, pieces=(replace(PIECES[0], customer="\ud800"), PIECES[1])), "E6301", "2: "),
    ],
)
def test_a_wrong_plan_is_refused_before_anything_is_written(
    tmp_path: Path, wrong: ControlFile, code: str, at: str
) -> None:
    path = tmp_path / "job.jsonl"
    with pytest.raises(SpoolError) as caught:
        write_control_file(wrong, path)
    assert (caught.value.code, caught.value.place) == (code, f"{path}:{at}")
    assert not list(tmp_path.iterdir())


def test_an_absent_file_and_an_absent_folder_are_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.jsonl").code == "E6003"
    with pytest.raises(SpoolError, match="E6003"):
        write_control_file(CONTROL, tmp_path / "none" / "job.jsonl")
    assert refused(tmp_path).code == "E6004"


def test_the_example_in_the_guide_is_a_control_file(tmp_path: Path) -> None:
    (example,) = re.findall(r"```jsonl\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    path = tmp_path / "example.jsonl"
    path.write_text(example)
    control = read_control_file(path)
    assert control.header.pieces == len(control.pieces) == 2
    again = tmp_path / "again.jsonl"
    write_control_file(control, again)
    assert again.read_text() == example


def test_the_guide_names_every_field(tmp_path: Path) -> None:
    header, piece, _, closing = lines_of(CONTROL, tmp_path / "job.jsonl")
    ours = GUIDE.read_text(encoding="utf-8").partition("## Control files of other machines")[0]
    named = set(re.findall(r"^\| `(\w+)` \|", ours, re.MULTILINE))
    assert named == {*header, *piece, *closing}
