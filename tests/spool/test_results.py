"""Result files: what a machine says is taken as it says it, and what it leaves open is a finding with its line."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spool.control_template import Template
from spool.job import SpoolError
from spool.results import (
    FindingKind,
    PieceResult,
    Results,
    Status,
    load_result_template,
    read_results,
    results_of,
)
from tests.spool.control_pieces import PIECE, batch, template_file

KEYS = ("P00000001", "P00000002", "P00000003")
CONTROL = batch(*(replace(PIECE, piece=key, copy=number) for number, key in enumerate(KEYS, start=1)))
JOB = CONTROL.header.job
CSV = load_result_template("results-csv")
FIXED = load_result_template("results-fixed")


def csv_file(*lines: str, job: str = JOB, count: int | None = None) -> bytes:
    """Lines of "piece;copy;status" as the shipped template has them, with their trailer."""
    body = [f"{JOB};{line};2026-03-02 07:00;" for line in lines]
    return "".join(f"{line}\r\n" for line in [*body, f"END;{job};{len(lines) if count is None else count}"]).encode()


def fixed_file(*lines: tuple[str, int, str], stacked: int | None = None) -> bytes:
    body = [f"R{piece:20}{copy:02}{status}{'20260302070000'}{'':20}" for piece, copy, status in lines]
    good = sum(status == "00" for _, _, status in lines) if stacked is None else stacked
    return "".join(f"{line}\r\n" for line in [f"H{JOB:20}", *body, f"T{len(lines):07}{good:07}"]).encode()


NUMBERED = ("line_number", "record_number", "piece", "job", "status")
ALL = ("P00000001;1;INSERTED", "P00000002;2;OUTSORTED", "P00000003;3;JAM")


def read(data: bytes, template: Template = CSV) -> Results:
    return results_of(data, template, CONTROL, "results.csv")


def findings(results: Results) -> list[tuple[FindingKind, int, str]]:
    return [(finding.kind, finding.line, finding.piece) for finding in results.findings]


def refused(data: bytes, template: Template = CSV) -> SpoolError:
    with pytest.raises(SpoolError) as caught:
        read(data, template)
    assert caught.value.remedy
    return caught.value


# ── what is said ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_piece_has_the_status_that_the_machine_reports(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes(csv_file(*ALL))
    results = read_results(path, CSV, CONTROL)
    assert results.job == JOB
    assert results.pieces[0] == PieceResult(
        "P00000001", 1, Status.STACKED, "INSERTED", line=1, time="2026-03-02 07:00", reason=""
    )
    assert [one.status for one in results.pieces] == [Status.STACKED, Status.DIVERTED, Status.LOST]
    assert not results.findings


def test_fixed_length_results_are_read_alike() -> None:
    results = read(fixed_file((KEYS[2], 3, "40"), (KEYS[0], 1, "00"), (KEYS[1], 2, "30")), FIXED)
    assert [(one.piece, one.status, one.line) for one in results.pieces] == [
        (KEYS[0], Status.STACKED, 3),
        (KEYS[1], Status.REMOVED, 4),
        (KEYS[2], Status.UNREAD, 2),
    ]
    assert results.pieces[0].time == "20260302070000"


# ── findings, never guessed ───────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_status_is_a_finding_and_no_result() -> None:
    results = read(csv_file("P00000001;1;INSERTED", "P00000002;2;inserted", "P00000003;3;"))
    assert [one.piece for one in results.pieces] == ["P00000001"]
    assert findings(results) == [
        (FindingKind.UNKNOWN_STATUS, 2, "P00000002"),
        (FindingKind.UNKNOWN_STATUS, 3, "P00000003"),
    ]
    assert "'inserted'" in results.findings[0].fact


def test_an_unknown_status_does_not_make_a_sum_of_statuses_wrong() -> None:
    # The machine may count its own status 01 among the stacked: only the template lacks it.
    data = fixed_file((KEYS[0], 1, "00"), (KEYS[1], 2, "00"), (KEYS[2], 3, "01"), stacked=3)
    assert findings(read(data, FIXED)) == [(FindingKind.UNKNOWN_STATUS, 4, KEYS[2])]


def test_a_piece_that_no_line_names_is_missing() -> None:
    results = read(csv_file(ALL[0], ALL[2]))
    assert findings(results) == [(FindingKind.MISSING, 0, "P00000002")]
    assert [one.piece for one in results.pieces] == ["P00000001", "P00000003"]


def test_a_piece_that_the_job_has_not_is_a_finding() -> None:
    results = read(csv_file(*ALL, "P00000004;1;INSERTED", "p00000001;1;INSERTED"))
    assert findings(results) == [
        (FindingKind.UNKNOWN_PIECE, 4, "P00000004"),
        (FindingKind.UNKNOWN_PIECE, 5, "p00000001"),
    ]
    assert len(results.pieces) == 3


def test_a_piece_that_stands_twice_has_no_result_even_if_both_lines_agree() -> None:
    results = read(csv_file(*ALL, ALL[0]))
    assert findings(results) == [(FindingKind.DUPLICATE, 1, "P00000001"), (FindingKind.DUPLICATE, 4, "P00000001")]
    assert "stands in line 4 too" in results.findings[0].fact
    assert [one.piece for one in results.pieces] == ["P00000002", "P00000003"]


@pytest.mark.parametrize("copy", ["2", "", "0"])
def test_a_line_of_another_copy_says_nothing_of_this_one(copy: str) -> None:
    results = read(csv_file(f"P00000001;{copy};INSERTED", ALL[1], ALL[2]))
    assert findings(results) == [(FindingKind.OTHER_COPY, 1, "P00000001"), (FindingKind.MISSING, 0, "P00000001")]


def test_a_line_of_another_job_says_nothing_of_this_one() -> None:
    data = csv_file(*ALL).replace(f"{JOB};P00000001".encode(), b"R000009-B01;P00000001")
    assert findings(read(data)) == [(FindingKind.OTHER_JOB, 1, "P00000001"), (FindingKind.MISSING, 0, "P00000001")]


# ── files that are not whole ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "E6310", ""),
        (csv_file(*ALL)[:-1], "E6310", ""),
        (csv_file(*ALL)[: -len(f"END;{JOB};3\r\n")], "E6310", ":3"),
        (csv_file(*ALL, count=4), "E6310", ":4"),
        (csv_file(*ALL, count=2), "E6310", ":4"),
        (csv_file(*ALL) + csv_file(*ALL), "E6311", ":4"),
        (csv_file(*ALL, job="R000009-B01"), "E6312", ":4"),
        (csv_file("P00000001;1", ALL[1]), "E6311", ":1"),
        (csv_file('P00000001;1;"INSERTED', ALL[1]), "E6311", ":1"),
        (csv_file("P00000001;one;INSERTED"), "E6311", ":1"),
        (csv_file(*ALL).replace(b"P00000001", b"P0000\xff001"), "E6311", ":1"),
        (csv_file(*ALL).replace(b"\r\n", b"\n"), "E6310", ""),
    ],
)
def test_a_file_that_is_cut_or_damaged_is_refused(data: bytes, code: str, place: str) -> None:
    error = refused(data)
    assert (error.code, error.place) == (code, f"results.csv{place}")


def test_a_fixed_length_file_that_is_cut_or_damaged_is_refused() -> None:
    whole = fixed_file(*((key, number, "00") for number, key in enumerate(KEYS, start=1)))
    head, *body, trailer = whole.split(b"\r\n")[:-1]
    assert refused(fixed_file((KEYS[0], 1, "00"), stacked=0), FIXED).code == "E6310"
    assert refused(b"\r\n".join([head, *body[:-1], trailer, b""]), FIXED).code == "E6310"
    assert refused(b"\r\n".join([*body, trailer, b""]), FIXED).place == "results.csv:1"
    assert refused(b"\r\n".join([head, body[0][:-1], *body[1:], trailer, b""]), FIXED).code == "E6311"
    assert refused(whole.replace(b"R000001-B01", b"R000002-B01"), FIXED).code == "E6312"


def test_a_line_missing_between_others_is_seen_by_its_number(tmp_path: Path) -> None:
    template = load_result_template(
        template_file(
            tmp_path,
            ["piece: " + " | ".join(f'value = "{name}"' for name in NUMBERED)],
            'layout = "csv"\nencoding = "ascii"\nline_end = "lf"',
            '[statuses]\nOK = "stacked"',
        )
    )
    line = "{0};{0};P0000000{0};R000001-B01;OK\n"
    whole = "".join(line.format(number) for number in (1, 2, 3)).encode()
    assert not read(whole, template).findings
    error = refused("".join(line.format(number) for number in (1, 3)).encode(), template)
    assert (error.code, error.place) == ("E6310", "results.csv:2")


def test_a_file_that_is_not_there_is_a_fault_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="E6003"):
        read_results(tmp_path / "none.csv", CSV, CONTROL)


# ── any file ──────────────────────────────────────────────────────────────────────────────────────────────────────

_LINES = st.lists(
    st.tuples(
        st.sampled_from([*KEYS, "P00000009"]),
        st.integers(1, 3),
        st.sampled_from(["00", "10", "20", "30", "40", "99"]),
    ),
    max_size=8,
)


@given(lines=_LINES)
@settings(deadline=None)
def test_each_piece_of_the_job_has_one_result_or_a_finding(lines: list[tuple[str, int, str]]) -> None:
    results = read(fixed_file(*lines), FIXED)
    told = Counter(one.piece for one in results.pieces)
    found = {finding.piece for finding in results.findings}
    for number, key in enumerate(KEYS, start=1):
        mine = [(copy, status) for piece, copy, status in lines if piece == key and copy == number]
        if len(mine) == 1 and mine[0][1] != "99":
            assert told[key] == 1
        else:
            assert told[key] == 0
            assert key in found
    # No line is left without a word.
    assert {one.line for one in results.pieces} | {finding.line for finding in results.findings} >= set(
        range(2, len(lines) + 2)
    )
    for one in results.pieces:
        piece, copy, status = lines[one.line - 2]
        assert (piece, copy, FIXED.statuses[status]) == (one.piece, one.copy, one.status.value)


@given(cut=st.integers(0, 200), lines=st.lists(st.sampled_from(ALL), unique=True))
@settings(deadline=None)
def test_a_file_cut_anywhere_is_never_read_as_whole(cut: int, lines: list[str]) -> None:
    data = csv_file(*lines)
    if cut < len(data):
        assert refused(data[:cut]).code == "E6310"
