"""Holds the ledger against the paper: what the exports say was mailed, and what really lies in the envelopes.

Reads only the run's exported files and the simulator's record of where each sheet is; shares nothing with the
application or with its verifier. Whose letter a sheet is it reads from the printed page, as its reader will."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from pypdfium2 import PdfDocument, PdfPage

Name = tuple[str, int]
Sheet = tuple[str, int]
"""(print file, page)"""


def disagreements(run_folder: Path, truth: Path) -> list[str]:
    """In words, where ledger and paper differ; empty when every envelope in the stacker holds, in order, exactly the
    sheets of one mailed copy, every mailed copy is in one envelope, and no piece is in two."""
    composed = composed_copies(run_folder)
    copy_of = {sheets: name for name, sheets in composed.items()}
    found: list[str] = []
    sealed: dict[Name, int] = {}
    for deposit in map(json.loads, truth.read_text(encoding="utf-8").splitlines()):
        if deposit["place"] != "stacker":
            continue
        sheets = tuple((sheet["file"], sheet["page"]) for sheet in deposit["sheets"])
        name = copy_of.get(sheets)
        if name is None:
            found.append(f"envelope {deposit['envelope']} holds {sheets}, which is no copy")
        else:
            sealed[name] = sealed.get(name, 0) + 1
    mailed = mailed_copies(run_folder)
    found.extend(f"{name} is in {count} envelopes" for name, count in sealed.items() if count > 1)
    found.extend(f"{name} is mailed and in no envelope" for name in mailed - sealed.keys())
    found.extend(f"{name} is in an envelope and not mailed" for name in sealed.keys() - mailed)
    pieces = [piece for piece, _ in sealed]
    found.extend(f"{piece} is in two envelopes" for piece in set(pieces) if pieces.count(piece) > 1)
    return found


def composed_copies(run_folder: Path) -> dict[Name, tuple[Sheet, ...]]:
    """The sheets of every copy by the control files, its first sheet, which lies at the window, first; the first page
    of a sheet stands for it."""
    copies: dict[Name, tuple[Sheet, ...]] = {}
    for control in sorted(run_folder.glob("*.control.jsonl")):
        header, *lines, _ = map(json.loads, control.read_text(encoding="utf-8").splitlines())
        sides = 1 if header["sides"] == "one-sided" else 2
        for line in lines:
            numbers = range(line["first_sheet"], line["first_sheet"] + line["sheets"])
            if header["fed_first"] == "last-sheet":
                numbers = numbers[::-1]
            copies[line["piece"], line["copy"]] = tuple(
                (header["print_file"], sides * (number - 1) + 1) for number in numbers
            )
    return copies


def strange_sheets(control: Path) -> list[str]:
    """Sheets that show no number of any document of their piece, for layouts that print it on every sheet. `control` is
    the control file, which lies beside the print file."""
    header, *lines, _ = map(json.loads, control.read_text(encoding="utf-8").splitlines())
    texts = _texts((control.parent / header["print_file"]).read_bytes())
    sides = 1 if header["sides"] == "one-sided" else 2
    return [
        f"sheet {number} of {header['print_file']} is no sheet of {line['piece']}"
        for line in lines
        for number in range(line["first_sheet"], line["first_sheet"] + line["sheets"])
        if not any(document in "".join(texts[sides * (number - 1) : sides * number]) for document in line["documents"])
    ]


_read: dict[bytes, tuple[str, ...]] = {}
"""Texts of print files by their SHA-256: worlds of one kind print the same pages over and over."""


def _texts(print_file: bytes) -> tuple[str, ...]:
    """The text of each page."""
    digest = sha256(print_file).digest()
    if digest not in _read:
        with PdfDocument(print_file) as document:
            _read[digest] = tuple(_text(page) for page in document)
    return _read[digest]


def _text(page: PdfPage) -> str:
    text = page.get_textpage()
    try:
        found: str = text.get_text_bounded()
        return found
    finally:
        text.close()
        page.close()


def headers_of(run_folder: Path) -> list[dict[str, Any]]:
    """The headers of the control files."""
    controls = sorted(run_folder.glob("*.control.jsonl"))
    return [json.loads(control.read_text(encoding="utf-8").partition("\n")[0]) for control in controls]


def turned_over(run_folder: Path, truth: Path) -> Path:
    """The machine's record with the sheets of each file counted from the end, as a stack that fell face up is fed."""
    headers = {header["print_file"]: header for header in headers_of(run_folder)}
    deposits = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    for deposit in deposits:
        for sheet in deposit["sheets"]:
            header = headers[sheet["file"]]
            per_sheet = 1 if header["sides"] == "one-sided" else 2
            sheet["page"] = per_sheet * (header["sheets"] - 1 - (sheet["page"] - 1) // per_sheet) + 1
    file = truth.with_name("turned.jsonl")
    file.write_text("".join(f"{json.dumps(deposit)}\n" for deposit in deposits), encoding="utf-8")
    return file


def mailed_copies(run_folder: Path) -> set[Name]:
    """What the ledger says was mailed."""
    run: dict[str, Any] = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    return {
        (piece["piece"], copy["copy"])
        for piece in run["pieces"]
        for copy in piece["copies"]
        if copy["state"] == "mailed"
    }
