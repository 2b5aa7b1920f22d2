"""journal.jsonl: the entries and the chain that binds them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.verify.reading import (
    COUNT,
    MAYBE_COUNT,
    OBJECT,
    TEXT,
    Shape,
    Unreadable,
    canonical,
    demand,
    lines_of,
    parse,
    pieces_in,
    read_text,
)
from mailroom.verify.runfile import RunFacts
from mailroom.verify.verdict import Notebook

_LINK: Shape = {"seq": COUNT, "previous": TEXT, "hash": TEXT}
_ENTRY: Shape = {
    **_LINK,
    "at": TEXT,
    "event": TEXT,
    "who": TEXT,
    "run": TEXT,
    "batch": TEXT,
    "piece": TEXT,
    "copy": MAYBE_COUNT,
    "copy_seq": MAYBE_COUNT,
    "state_from": TEXT,
    "state_to": TEXT,
    "machine": (list, type(None)),
    "detail": OBJECT,
}
_GUESSES = 50
"""Broken lines for which the original piece is guessed by trial; beyond that the file is rubbish anyway."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `machine` is (boot, number) of a machine's event."""

    number: int
    seq: int
    event: str
    who: str
    run: str
    batch: str
    piece: str
    copy: int | None
    copy_seq: int | None
    state_from: str
    state_to: str
    machine: tuple[int, int] | None
    detail: Mapping[str, Any]

    @property
    def evidence(self) -> Mapping[str, Any]:
        found = self.detail.get("evidence")
        return found if type(found) is dict else {}


@dataclass(slots=True)
class _Chain:
    """Where the check of the chain stands: the hashes that the next line may follow (None: any), and its seq."""

    previous: frozenset[str] | None
    seq: int | None = None
    guesses: int = 0


def read_journal(folder: Path, run: RunFacts, book: Notebook) -> list[Line]:
    """The run's own entries in order. Every line is checked against the chain; broken ones are kept as they stand, so
    that the other checks can say what else is wrong with them."""
    text = read_text(folder / "journal.jsonl", book)
    if text is None:
        return []
    chain = _Chain(frozenset({run.previous}))
    entries: list[Line] = []
    count = 0
    for number, line in lines_of(text):
        count = number
        try:
            fields = parse(line)
            entry = _entry(number, fields)
        except Unreadable as reason:
            for piece in pieces_in(line):
                book.find("9", f"journal line {number} {reason}", piece)
            chain.previous = None
            chain.seq = None if chain.seq is None else chain.seq + 1
            continue
        _check_link(number, fields, entry, chain, run, book)
        if entry is not None:
            entries.append(entry)
    book.expect(
        chain.previous is None or run.head in chain.previous, "9", "the journal does not end at run.json's head"
    )
    book.expect(count == run.entries, "9", f"the journal has {count} lines, run.json says {run.entries}")
    if run.own is not None:
        book.expect(len(entries) == run.own, "9", f"{len(entries)} entries are the run's, run.json says {run.own}")
    return entries


def chain_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 over the hash before, a line feed, and the fields as canonical JSON."""
    return hashlib.sha256(f"{previous}\n{canonical(fields)}".encode(errors="surrogatepass")).hexdigest()


def _entry(number: int, fields: dict[str, Any]) -> Line | None:
    """None for the stub of another run's entry, which holds its links alone."""
    demand(fields, _LINK)
    if fields.keys() == _LINK.keys():
        return None
    demand(fields, _ENTRY)
    machine = fields["machine"]
    if machine is not None:
        if len(machine) != 2:
            raise Unreadable(f"has {machine!r} for 'machine'")
        demand(dict(zip(("boot", "number"), machine, strict=True)), {"boot": COUNT, "number": COUNT})
    plain = {name: fields[name] for name in Line.__dataclass_fields__ if name not in ("number", "machine")}
    return Line(number, **plain, machine=None if machine is None else (machine[0], machine[1]))


def _check_link(
    number: int, fields: dict[str, Any], entry: Line | None, chain: _Chain, run: RunFacts, book: Notebook
) -> None:
    faults: list[str] = []
    names = _pieces(entry)
    if chain.previous is not None and fields["previous"] not in chain.previous:
        faults.append("does not follow the line before it")
    if chain.seq is not None and fields["seq"] != chain.seq + 1:
        faults.append(f"has the number {fields['seq']} where {chain.seq + 1} is due")
    follows = {fields["hash"]}
    if entry is not None:
        content = {name: value for name, value in fields.items() if name not in ("previous", "hash")}
        computed = chain_hash(fields["previous"], content)
        if computed != fields["hash"]:
            faults.append("was altered: its hash is not that of its content")
            follows.add(computed)
            if chain.guesses < _GUESSES:
                chain.guesses += 1
                names += _original(fields, content, run.pieces)
    # After an altered hash the next line still follows the true one, and is not to blame.
    chain.previous = frozenset(follows)
    chain.seq = fields["seq"]
    book.counts["9"] += 1
    for fault in faults:
        for piece in dict.fromkeys(names):
            book.find("9", f"journal line {number} {fault}", piece, entry.copy if entry else None)


def _pieces(entry: Line | None) -> list[str]:
    """What an entry names, in its own field and in the machine's."""
    if entry is None:
        return [""]
    named = [entry.piece, entry.detail.get("piece"), entry.detail.get("expected_piece")]
    return [name for name in named if type(name) is str and name] or [""]


def _original(fields: Mapping[str, Any], content: Mapping[str, Any], pieces: Mapping[str, Any]) -> Sequence[str]:
    """The piece with which the line's hash would be right: the one that stood there before somebody changed it."""
    return [piece for piece in pieces if chain_hash(fields["previous"], {**content, "piece": piece}) == fields["hash"]][
        :1
    ]
