"""Take again: set-aside documents wait once more, after a person has mended what stood in their way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mailroom.domain.content import Content
from mailroom.domain.document import LIVE, Document, DocumentState
from mailroom.domain.errors import InputRefused
from mailroom.domain.lifecycle import demand_person
from mailroom.production.lookup import several_aside, the_document_aside
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder

_CONFLICT = "E1802"


@dataclass(frozen=True, slots=True)
class TakenAgain:
    """`back` wait again, each as it was set aside, with its problem; `superseded` gave way to one of them, because only
    one document goes out under a number; `left` stay where they are, with the reason."""

    back: tuple[Document, ...]
    superseded: tuple[Document, ...]
    left: tuple[tuple[Document, InputRefused], ...]


def take_again(
    plant: Plant, names: Sequence[str] | None, name: str, mended: Callable[[Content], Content] = lambda content: content
) -> TakenAgain:
    """Person `name` lets set-aside documents wait again: those of `names` (see `the_document_aside`), or all for None.
    `mended` gives a document as the rules of today have it; where that differs, it takes the place of the old one.

    A number still goes out once: a document whose number another one has taken meanwhile stays set aside (E1805), and
    of several that are set aside with one number only the one that is named goes back. E1803, E1804 for `names`; E7002
    without a name."""
    who = f"person:{name}"
    demand_person("document.again", who)
    back: list[Document] = []
    superseded: list[Document] = []
    left: list[tuple[Document, InputRefused]] = []
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        for document in _chosen(ledger, names):
            held = ledger.documents_of(document.key)
            live = [each for each in held if each.state in LIVE]
            rivals = [each for each in held if each.state is DocumentState.SET_ASIDE and each.id != document.id]
            if live and _gave_way(document, live):
                left.append((document, _number_taken(document, live[0])))
            elif not live and rivals and names is None:
                left.append((document, several_aside(sorted((document, *rivals), key=lambda each: each.id))))
            else:
                _wait_again(record, document, mended(document.content), who)
                back.append(document)
                # Beside a live one they were let in as duplicates, each by a person: they stay.
                for rival in rivals if not live else ():
                    record.supersede(rival, document, who)
                    superseded.append(rival)
        ledger.commit()
    return TakenAgain(tuple(back), tuple(superseded), tuple(left))


def _wait_again(record: Recorder, document: Document, content: Content, who: str) -> None:
    if content == document.content:
        record.take_again(document, who)
        return
    new = record.ledger.add_document(document.key, document.customer, content, document.source, record.clock())
    record.take_again(replace(new, problem=document.problem), who)
    record.supersede(document, new, who)


def _chosen(ledger: Ledger, names: Sequence[str] | None) -> list[Document]:
    """By id, each once."""
    aside = ledger.documents(DocumentState.SET_ASIDE)
    if names is None:
        return aside
    by_id = {each.id: each for each in (the_document_aside(aside, name) for name in names)}
    return [by_id[id] for id in sorted(by_id)]


def _gave_way(document: Document, live: Sequence[Document]) -> bool:
    """Whether a live document of the same number stands in the way: one by which this was set aside, or one that came
    after it. What a person let in as a duplicate of an earlier one may go out beside it."""
    return document.problem.startswith(_CONFLICT) or any(each.ordinal > document.ordinal for each in live)


def _number_taken(document: Document, live: Document) -> InputRefused:
    return InputRefused(
        "E1805",
        f"another document with the number {document.content.number} goes out, or has gone: this one stays set aside",
        place=f"{document.source} (the other: {live.source}, {live.received_at:%Y-%m-%d %H:%M})",
        remedy="Drop it (mailroom intake drop), or send it, too: mailroom intake FILE --accept-duplicates NAME.",
    )
