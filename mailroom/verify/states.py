"""How pieces and copies stand, by run.json and by the replay."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from mailroom.verify.journalfile import Line
from mailroom.verify.lives import Life, is_person
from mailroom.verify.runfile import PieceFacts, RunFacts
from mailroom.verify.verdict import Notebook

ENDS = ("mailed", "withdrawn", "moved")
"""How a piece ends."""

PRINTED_ENDS = ("mailed", "destroyed", "quarantined")
"""How a printed copy ends; one that never was printed ends as canceled."""


def check_states(run: RunFacts, lives: Mapping[tuple[str, int], Life], entries: Sequence[Line], book: Notebook) -> None:
    """run.json's states are those of the replay, and at close everything has ended."""
    _check_copies(run, lives, book)
    ends: dict[str, list[Line]] = defaultdict(list)
    for line in entries:
        if line.event.startswith("piece."):
            ends[line.piece].append(line)
    for piece in run.pieces.values():
        _check_piece(run, piece, lives, ends.pop(piece.piece, []), book)
    for name, lines in ends.items():
        book.find("1", f"journal line {lines[0].number} ends a piece that run.json does not name", name)
    _check_close(run, entries, book)
    _check_counts(run, book)


def _check_copies(run: RunFacts, lives: Mapping[tuple[str, int], Life], book: Notebook) -> None:
    copies = run.copies()
    for key in lives.keys() - copies.keys():
        book.find("2", "the journal tells of a copy that run.json does not name", *key)
    for key, copy in copies.items():
        life = lives.get(key)
        told = life.state if life else "nothing"
        book.expect(told == copy.state, "2", f"run.json says {copy.state}, the journal {told}", *key)
        placed = copy.batch in run.batches and (life is None or life.batch == copy.batch)
        book.expect(placed, "2", f"run.json has it in batch {copy.batch}", *key)
        book.expect(copy.sheets == run.pieces[copy.piece].sheets, "4", f"has {copy.sheets} sheets", *key)
        if run.closed and copy.state not in ("canceled", *PRINTED_ENDS):
            book.find("2", f"the run is closed, the copy is {copy.state}", *key)


def _check_piece(
    run: RunFacts, piece: PieceFacts, lives: Mapping[tuple[str, int], Life], ends: Sequence[Line], book: Notebook
) -> None:
    own = (lives.get((piece.piece, copy.copy)) for copy in piece.copies)
    mailed = [life.copy for life in own if life is not None and life.state == "mailed"]
    due = 1 if piece.state == "mailed" else 0
    book.expect(len(mailed) == due, "1", f"it is {piece.state}; of its copies {mailed} are mailed", piece.piece)
    told = [(line.event, line.state_to, is_person(line.who)) for line in ends]
    record = [(f"piece.{piece.state}", piece.state, True)] if piece.state in ENDS else []
    book.expect(told == record, "1", f"it is {piece.state}; the journal says {told}", piece.piece)
    if run.closed:
        book.expect(piece.state in ENDS, "1", f"the run is closed, the piece is {piece.state}", piece.piece)


def _check_close(run: RunFacts, entries: Sequence[Line], book: Notebook) -> None:
    """A closed run has one entry that closed it, by a person, with the same counts."""
    closings = [line for line in entries if line.event == "run.closed"]
    book.expect(len(closings) == run.closed, "5", f"the journal closes the run {len(closings)} times")
    for line in closings:
        book.expect(is_person(line.who), "5", f"the run was closed by {line.who!r}, not by a person")
        counts = {name: getattr(run, name) for name in ("planned", "mailed", "withdrawn", "moved", "unknown", "sheets")}
        for name, count in counts.items():
            told = line.detail.get(name, count)
            book.expect(
                told == count, "5", f"{name} is {count} in run.json and {told} in the entry that closed the run"
            )


def _check_counts(run: RunFacts, book: Notebook) -> None:
    pieces = Counter(piece.state for piece in run.pieces.values())
    unknown = sum(copy.state == "unknown" for copy in run.copies().values())
    counted = {"planned": pieces.total(), **{end: pieces[end] for end in ENDS}, "unknown": unknown}
    for name, count in counted.items():
        told = getattr(run, name)
        book.expect(told == count, "5", f"run.json says {told} {name}, its pieces and copies say {count}")
    if run.closed:
        ended = run.mailed + run.withdrawn + run.moved
        book.expect(run.planned == ended, "5", f"{run.planned} were expected, {ended} were mailed, withdrawn or moved")
        book.expect(run.unknown == 0, "5", f"the run is closed with {run.unknown} unknown")
