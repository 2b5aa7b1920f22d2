"""Plan: composed documents → pieces → batches. The rules are pure functions; `plan_run` writes what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from layouts.envelope import Envelope
from mailroom.domain.content import address_of, kind_of
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceDocument, batch_id, piece_id, run_id
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.production.assemble_batch import piece_sheets
from mailroom.production.compose import Composed, sheets_of
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder
from spool.cut import FileLoad, SheetLoad, cut


@dataclass(frozen=True, slots=True)
class PiecePlan:
    """A piece before it has a number."""

    customer: str
    lines: tuple[str, ...]
    postcode: str
    country: str
    documents: tuple[PieceDocument, ...]
    sheets: int
    envelope: str
    sort_key: str


def group(composed: Iterable[Composed]) -> list[list[Composed]]:
    """Documents of one customer at one address share a piece; the address counts as printed and as normalised.
    A group keeps the order of arrival, credit notes behind the invoices."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Composed]] = {}
    for each in composed:
        address = address_of(each.document.content).normalised()
        groups.setdefault((each.document.customer, address, each.lines), []).append(each)
    return [
        sorted(members, key=lambda each: (kind_of(each.document.content) != "invoice", each.document.id))
        for members in groups.values()
    ]


def plan_pieces(
    composed: Iterable[Composed], envelopes: Sequence[Envelope], sides: str
) -> tuple[list[PiecePlan], list[tuple[Document, str]]]:
    """Group, choose envelopes, sort by country and postcode. Groups too thick for one envelope are split between
    documents; a single document too thick for the largest envelope comes back with the reason."""
    plans: list[PiecePlan] = []
    too_thick: list[tuple[Document, str]] = []
    largest = max(envelope.max_sheets for envelope in envelopes)
    for members in group(composed):
        fitting: list[Composed] = []
        for each in members:
            sheets = sheets_of(each.pages.pages, sides)
            if sheets > largest:
                too_thick.append(
                    (
                        each.document,
                        f"E7010 {sheets} sheets, but no envelope takes more than {largest}. Send it by hand.",
                    )
                )
            else:
                fitting.append(each)
        parts = cut(fitting, partial(SheetLoad, largest, lambda each: sheets_of(each.pages.pages, sides)))
        plans.extend(_piece(part, envelopes, sides) for part in parts)
    plans.sort(key=lambda plan: plan.sort_key)
    return plans, too_thick


def _piece(members: Sequence[Composed], envelopes: Sequence[Envelope], sides: str) -> PiecePlan:
    first = members[0]
    address = address_of(first.document.content)
    sheets = sum(sheets_of(each.pages.pages, sides) for each in members)
    envelope = next(envelope for envelope in envelopes if sheets <= envelope.max_sheets)
    postcode = address.postcode.replace(" ", "")
    return PiecePlan(
        customer=first.document.customer,
        lines=first.lines,
        postcode=address.postcode,
        country=address.country,
        documents=tuple(each.pages for each in members),
        sheets=sheets,
        envelope=envelope.name,
        sort_key=f"{address.country}|{postcode}|{first.document.customer}",
    )


def plan_run(plant: Plant, composed: Sequence[Composed]) -> MailRun:
    """Write a new run with its pieces, first copies and batches, all in one transaction."""
    plans, too_thick = plan_pieces(composed, plant.envelopes, plant.sides)
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        for document, problem in too_thick:
            ledger.set_document(document.id, DocumentState.SET_ASIDE, problem)
        if not plans:
            aside = ledger.documents(DocumentState.SET_ASIDE)
            ledger.commit()
            raise _nothing_waits(aside)
        run = MailRun(run_id(ledger.next_run_number()), RunState.OPEN, plant.clock())
        record.open_run(run)
        first = ledger.next_piece_number()
        pieces = [_numbered(plan, run.id, first + index) for index, plan in enumerate(plans)]
        for piece in pieces:
            ledger.add_piece(piece)
            for held in piece.documents:
                ledger.set_document(held.document, DocumentState.PLANNED)
        add_batches(plant, record, run.id, [(piece, 1) for piece in pieces], "first copy")
        ledger.commit()
    return run


def _nothing_waits(aside: Sequence[Document]) -> MailroomError:
    """E7011, with the documents that could not be set: they are the likely reason."""
    listed = "; ".join(f"{document.content.number}: {document.problem}" for document in aside[:5])
    more = f"; and {len(aside) - 5} more" if len(aside) > 5 else ""
    return MailroomError(
        "E7011",
        "no document waits for the post" + (f". Set aside are {listed}{more}" if aside else ""),
        remedy="Take documents in first: mailroom intake FILE…",
    )


def _numbered(plan: PiecePlan, run: str, number: int) -> MailPiece:
    return MailPiece(
        id=piece_id(number),
        run=run,
        customer=plan.customer,
        lines=plan.lines,
        postcode=plan.postcode,
        country=plan.country,
        envelope=plan.envelope,
        sheets=plan.sheets,
        documents=plan.documents,
        sort_key=plan.sort_key,
    )


class _BatchLoad:
    """The pieces of a batch, until it could exceed the plant's limits."""

    def __init__(self, plant: Plant, copies: Mapping[str, int]) -> None:
        self._sides = plant.sides
        self._copies = copies
        self._load = FileLoad(
            plant.pages, most_sheets=plant.batch_sheets, most_bytes=plant.batch_bytes, condition=plant.condition
        )

    def add(self, piece: MailPiece) -> bool:
        return self._load.add(list(piece_sheets(piece, self._copies[piece.id], self._sides)))


def add_batches(
    plant: Plant, record: Recorder, run: str, copies: Sequence[tuple[MailPiece, int]], reason: str
) -> list[Batch]:
    """Cut (piece, copy number) pairs into batches per envelope, in sort order, and release the copies."""
    ordinal = len(record.ledger.batches(run))
    numbers = {piece.id: copy for piece, copy in copies}
    added: list[Batch] = []
    by_envelope = sorted((piece for piece, _ in copies), key=lambda piece: (piece.envelope, piece.sort_key, piece.id))
    for envelope, members in groupby(by_envelope, key=lambda piece: piece.envelope):
        for part in cut(members, partial(_BatchLoad, plant, numbers)):
            ordinal += 1
            batch = Batch(
                id=batch_id(run, ordinal),
                run=run,
                envelope=envelope,
                stock=plant.stock,
                sides=plant.sides,
                pieces=len(part),
                sheets=sum(piece.sheets for piece in part),
                state=BatchState.PLANNED,
                reprint=any(numbers[piece.id] > 1 for piece in part),
            )
            record.plan_batch(batch)
            first_sheet = 1
            for order, piece in enumerate(part, 1):
                number = numbers[piece.id]
                copy = Copy(piece.id, number, batch.id, order, first_sheet, piece.sheets, CopyState.RELEASED)
                record.release(run, copy, reason)
                first_sheet += piece.sheets
            added.append(batch)
    return added
