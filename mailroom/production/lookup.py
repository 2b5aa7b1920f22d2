"""What a person named must be there, or the error says how to name it."""

from __future__ import annotations

from collections.abc import Sequence

from mailroom.domain.document import Document
from mailroom.domain.errors import InputRefused, MailroomError
from mailroom.domain.piece import MailPiece
from mailroom.domain.run import MailRun
from mailroom.production.ports import Ledger


def the_run(ledger: Ledger, run: str) -> MailRun:
    """The run of that name; E7041 when there is none."""
    found = ledger.run(run)
    if found is None:
        raise MailroomError("E7041", f"no run {run}", remedy="mailroom run show lists the runs.")
    return found


def the_piece(ledger: Ledger, piece: str) -> MailPiece:
    """The piece of that number; E7021 when there is none."""
    found = ledger.piece(piece)
    if found is None:
        raise MailroomError("E7021", f"no piece {piece}", remedy="Scan or type the piece's number, as P00000001.")
    return found


def the_document_aside(aside: Sequence[Document], name: str) -> Document:
    """The one of the set-aside documents that `name` means: its number, or NUMBER@ID where several have it. E1803 when
    there is none, E1804 when there are several."""
    number, at, id = name.rpartition("@")
    found = [document for document in aside if document.content.number == name]
    found = found or [each for each in aside if at and each.content.number == number and str(each.id) == id]
    match found:
        case [document]:
            return document
        case []:
            raise InputRefused(
                "E1803",
                f"no document {name!r} is set aside",
                place=name,
                remedy="mailroom intake waiting lists what is set aside.",
            )
        case _:
            raise several_aside(found)


def several_aside(documents: Sequence[Document]) -> InputRefused:
    """E1804: several documents of one number are set aside, and nobody said which is meant."""
    names = [f"{each.content.number}@{each.id}" for each in documents]
    fact = f"{len(documents)} documents with the number {documents[0].content.number} are set aside"
    remedy = f"Name the one that you mean: {' or '.join(names)}. mailroom intake waiting tells them apart."
    return InputRefused("E1804", fact, place=documents[0].content.number, remedy=remedy)
