"""run.json: what the run says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.verify.reading import (
    COUNT,
    LIST,
    MAYBE_COUNT,
    OBJECT,
    TEXT,
    YES_NO,
    Shape,
    Unreadable,
    demand,
    parse,
    read_text,
)
from mailroom.verify.verdict import Notebook

_RUN: Shape = {
    "run": TEXT,
    "state": TEXT,
    "planned": COUNT,
    "mailed": COUNT,
    "withdrawn": COUNT,
    "moved": COUNT,
    "unknown": COUNT,
    "sheets": COUNT,
    "journal": OBJECT,
    "batches": LIST,
    "pieces": LIST,
    "machine": OBJECT,
}
_JOURNAL: Shape = {"entries": COUNT, "head": TEXT, "previous": TEXT}
_BATCH: Shape = {
    "id": TEXT,
    "envelope": TEXT,
    "stock": TEXT,
    "sides": TEXT,
    "pieces": COUNT,
    "sheets": COUNT,
    "state": TEXT,
    "reprint": YES_NO,
    "print_file": TEXT,
    "print_file_sha256": TEXT,
    "control_file": TEXT,
    "sheets_completed": MAYBE_COUNT,
    "counters": OBJECT,
}
_PIECE: Shape = {
    "piece": TEXT,
    "state": TEXT,
    "sheets": COUNT,
    "envelope": TEXT,
    "documents": LIST,
    "copies": LIST,
}
_COPY: Shape = {"copy": COUNT, "batch": TEXT, "state": TEXT, "sheets": COUNT}
_MACHINE: Shape = {"serial": TEXT, "log": (str, type(None)), "boots": LIST}


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """`control_line_sha256` is "" when the export does not give it."""

    piece: str
    copy: int
    batch: str
    state: str
    sheets: int
    control_line_sha256: str


@dataclass(frozen=True, slots=True)
class PieceFacts:
    piece: str
    state: str
    sheets: int
    envelope: str
    documents: tuple[str, ...]
    copies: tuple[CopyFacts, ...]


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """`by_hand`: persons filled the envelopes. An export that does not say who did was made before they could."""

    id: str
    envelope: str
    stock: str
    sides: str
    pieces: int
    sheets: int
    state: str
    reprint: bool
    print_file: str
    print_file_sha256: str
    control_file: str
    sheets_completed: int | None
    counters: Mapping[str, int]
    by_hand: bool


@dataclass(frozen=True, slots=True)
class RunFacts:
    """run.json. `own` counts the entries of this run among the journal's lines and `model` names the machine; None when
    the export does not give them."""

    run: str
    closed: bool
    planned: int
    mailed: int
    withdrawn: int
    moved: int
    unknown: int
    sheets: int
    entries: int
    own: int | None
    head: str
    previous: str
    batches: Mapping[str, BatchFacts]
    pieces: Mapping[str, PieceFacts]
    serial: str
    model: str | None
    has_log: bool
    boots: tuple[int, ...]

    def copies(self) -> Mapping[tuple[str, int], CopyFacts]:
        return {(copy.piece, copy.copy): copy for piece in self.pieces.values() for copy in piece.copies}


def read_run(folder: Path, book: Notebook) -> RunFacts | None:
    """None, with a finding, when run.json says nothing that can be checked."""
    text = read_text(folder / "run.json", book)
    if text is None:
        return None
    try:
        return _run(parse(text))
    except Unreadable as reason:
        book.find("9", f"run.json {reason}")
        return None


def _run(fields: dict[str, Any]) -> RunFacts:
    demand(fields, _RUN)
    journal, machine = fields["journal"], fields["machine"]
    demand(journal, _JOURNAL)
    demand(machine, _MACHINE)
    if fields["state"] not in ("open", "closed"):
        raise Unreadable(f"has {fields['state']!r} for 'state'")
    if machine["log"] not in (None, "machine.jsonl"):
        raise Unreadable(f"has {machine['log']!r} for 'log'")
    counts = {name: fields[name] for name in ("planned", "mailed", "withdrawn", "moved", "unknown", "sheets")}
    return RunFacts(
        run=fields["run"],
        closed=fields["state"] == "closed",
        **counts,
        entries=journal["entries"],
        own=_optional(journal, "own", int),
        head=journal["head"],
        previous=journal["previous"],
        batches=_by_name([_batch(_object(each)) for each in fields["batches"]], "id"),
        pieces=_by_name([_piece(_object(each)) for each in fields["pieces"]], "piece"),
        serial=machine["serial"],
        model=_optional(machine, "model", str),
        has_log=machine["log"] is not None,
        boots=tuple(_all(machine["boots"], int, "boots")),
    )


def _batch(fields: dict[str, Any]) -> BatchFacts:
    demand(fields, _BATCH)
    _all(fields["counters"].values(), int, "counters")
    for name in ("print_file", "control_file"):
        if "/" in fields[name] or "\\" in fields[name] or fields[name].startswith("."):
            raise Unreadable(f"names the file {fields[name]!r}, which is not in the run's folder")
    handling = fields.get("handling", "machine")
    if handling not in ("machine", "manual"):
        raise Unreadable(f"has {handling!r} for 'handling'")
    return BatchFacts(**{name: fields[name] for name in _BATCH}, by_hand=handling == "manual")


def _piece(fields: dict[str, Any]) -> PieceFacts:
    demand(fields, _PIECE)
    documents = tuple(_all(fields["documents"], str, "documents"))
    copies = tuple(_copy(fields["piece"], _object(each)) for each in fields["copies"])
    plain = {name: fields[name] for name in ("piece", "state", "sheets", "envelope")}
    return PieceFacts(**plain, documents=documents, copies=copies)


def _copy(piece: str, fields: dict[str, Any]) -> CopyFacts:
    demand(fields, _COPY)
    plain = {name: fields[name] for name in _COPY}
    return CopyFacts(piece, **plain, control_line_sha256=_optional(fields, "control_line_sha256", str) or "")


def _object(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise Unreadable(f"has {value!r} where an object should be")
    return value


def _optional(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    value = fields.get(name)
    if value is not None and type(value) is not kind:
        raise Unreadable(f"has {value!r} for {name!r}")
    return value


def _all(values: Any, kind: type, name: str) -> list[Any]:
    for value in values:
        if type(value) is not kind:
            raise Unreadable(f"has {value!r} among {name!r}")
    return list(values)


def _by_name(rows: list[Any], name: str) -> dict[str, Any]:
    named = {getattr(row, name): row for row in rows}
    if len(named) < len(rows):
        raise Unreadable(f"has two rows of the same {name!r}")
    return named
