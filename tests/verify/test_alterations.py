"""Whoever changes one field of one line of the evidence is found, and the piece that it is about is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailroom.verify.verdict import Verdict
from mailroom.verify.verify import verify_run
from tests.verify.good_run import tell_good_run

Trail = tuple[str | int, ...]

FILES = ("journal.jsonl", "machine.jsonl", "R000007-B01.control.jsonl", "R000007-B02.control.jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tell_good_run(tmp_path).write()


def leaves(value: Any, trail: Trail = ()) -> Iterator[Trail]:
    """Where the plain values of a line stand."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*trail, name))
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from leaves(inner, (*trail, at))
    else:
        yield trail


def altered(line: dict[str, Any], trail: Trail) -> dict[str, Any]:
    """A copy of the line with another value of the same kind there, so that nothing but its meaning is wrong."""
    copy: dict[str, Any] = json.loads(json.dumps(line))
    inner: Any = copy
    for step in trail[:-1]:
        inner = inner[step]
    inner[trail[-1]] = another(inner[trail[-1]])
    return copy


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        if value.startswith("P0000000"):
            return f"P{int(value[1:]) % 3 + 1:08d}"
        digits = "0123456789abcdef"
        return value[:-1] + digits[(digits.find(value[-1]) + 1) % 16] if value else "x"
    return {None: 1}.get(value, "x") if not isinstance(value, (list, dict)) else ["x"]


def pieces_of(line: dict[str, Any]) -> set[str]:
    return {value for name, value in line.items() if name in ("piece", "expected_piece") and value}


def named(verdict: Verdict) -> set[str]:
    return {finding.piece for finding in verdict.findings}


def rewrite(path: Path, lines: list[str]) -> Verdict:
    original = path.read_text(encoding="utf-8")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    try:
        return verify_run(path.parent)
    finally:
        path.write_text(original, encoding="utf-8")


def read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", FILES)
def test_every_altered_field_is_found_and_names_its_piece(folder: Path, name: str) -> None:
    lines = read(folder / name)
    tried = 0
    for at, line in enumerate(lines):
        fields = json.loads(line)
        for trail in leaves(fields):
            text = json.dumps(altered(fields, trail), ensure_ascii=False)
            verdict = rewrite(folder / name, [*lines[:at], text, *lines[at + 1 :]])
            assert not verdict.ok, f"line {at + 1}, {trail}: not found"
            assert pieces_of(fields) <= named(verdict), f"line {at + 1}, {trail}: {verdict.findings}"
            tried += 1
    assert tried >= len(lines)


@pytest.mark.parametrize("name", FILES)
def test_every_dropped_or_added_field_is_found_and_names_its_piece(folder: Path, name: str) -> None:
    lines = read(folder / name)
    kinds: set[object] = set()
    for at, line in enumerate(lines):
        fields = json.loads(line)
        kind = fields.get("event") or fields.get("type") or tuple(fields)
        if kind in kinds:
            continue  # lines of a kind have the same fields
        kinds.add(kind)
        optional = ("boot", "at_ms", "job") if fields.get("type") == "counters" else ()
        others = [{key: fields[key] for key in fields if key != drop} for drop in fields if drop not in optional]
        for other in [*others, {**fields, "remark": "all is well"}]:
            verdict = rewrite(folder / name, [*lines[:at], json.dumps(other), *lines[at + 1 :]])
            assert not verdict.ok, f"line {at + 1}: {other}"
            assert pieces_of(fields) <= named(verdict), f"line {at + 1}: {other}"


@pytest.mark.parametrize("name", FILES)
def test_every_deleted_line_is_found_and_names_its_piece(folder: Path, name: str) -> None:
    lines = read(folder / name)
    for at, line in enumerate(lines):
        verdict = rewrite(folder / name, [*lines[:at], *lines[at + 1 :]])
        assert not verdict.ok, f"line {at + 1}"
        assert pieces_of(json.loads(line)) <= named(verdict), f"line {at + 1}: {verdict.findings}"


@pytest.mark.parametrize("name", FILES)
def test_every_doubled_line_and_every_swap_of_neighbours_is_found(folder: Path, name: str) -> None:
    lines = read(folder / name)
    for at, line in enumerate(lines):
        doubled = rewrite(folder / name, [*lines[:at], line, *lines[at:]])
        assert not doubled.ok, f"line {at + 1} doubled"
        assert pieces_of(json.loads(line)) <= named(doubled), f"line {at + 1} doubled: {doubled.findings}"
        if at:
            swapped = [*lines[: at - 1], line, lines[at - 1], *lines[at + 1 :]]
            assert not rewrite(folder / name, swapped).ok, f"lines {at} and {at + 1} swapped"


@pytest.mark.parametrize("name", FILES)
def test_a_line_that_is_no_json_is_found_and_names_its_piece(folder: Path, name: str) -> None:
    lines = read(folder / name)
    for at, line in enumerate(lines):
        for broken in (line[:-1], f"[{line}]", line.replace(":", ":NaN,", 1), ""):
            verdict = rewrite(folder / name, [*lines[:at], broken, *lines[at + 1 :]])
            assert not verdict.ok
            if broken:
                assert pieces_of(json.loads(line)) <= named(verdict), f"line {at + 1}: {broken}"


def test_an_entry_hidden_behind_a_stub_is_found(folder: Path) -> None:
    lines = read(folder / "journal.jsonl")
    for at, line in enumerate(lines):
        fields = json.loads(line)
        if "event" in fields:
            stub = json.dumps({name: fields[name] for name in ("seq", "previous", "hash")})
            verdict = rewrite(folder / "journal.jsonl", [*lines[:at], stub, *lines[at + 1 :]])
            assert not verdict.ok, f"line {at + 1}"
            assert pieces_of(fields) <= named(verdict), f"line {at + 1}: {verdict.findings}"


def test_every_altered_value_of_run_json_that_counts_is_found(folder: Path) -> None:
    """What only labels the run (its times, a piece's envelope, a batch's state) has no second source."""
    labels = {"opened_at", "closed_at"}
    path = folder / "run.json"
    fields = json.loads(path.read_text(encoding="utf-8"))
    for trail in leaves(fields):
        labelled = trail[0] in labels or (trail[0] == "batches" and trail[2] in ("state", "reprint"))
        if not labelled and not (trail[0] == "pieces" and trail[2] == "envelope"):
            assert not rewrite(path, [json.dumps(altered(fields, trail))]).ok, trail


@pytest.mark.parametrize("name", [*FILES, "run.json", "R000007-B01.pdf"])
def test_a_missing_file_is_found(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert not verify_run(folder).ok


@pytest.mark.parametrize("name", [*FILES, "run.json", "R000007-B01.pdf"])
def test_a_file_of_noise_is_a_finding_and_no_crash(folder: Path, name: str) -> None:
    for noise in (
        b"",
        b"\xff\xfe\x00",
        b"{}",
        b"[]\n",
        b"null\n{}\n{}\n",
        b"[" * 20_000,
        b'{"seq":' + b"9" * 5000 + b"}\n",
    ):
        (folder / name).write_bytes(noise)
        assert not verify_run(folder).ok, noise[:20]
