"""Plan: composed documents → pieces → batches. What belongs together is decided in `mailroom.planning`, pure; here it
is asked, and `plan_run` writes what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import groupby

from mailroom.domain.content import address_of, kind_of
from mailroom.domain.details import PieceDetails, PieceInsert, Postage
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.handling import Handling
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, batch_id, piece_id, run_id
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.planning.document import FieldValue, PlanDocument
from mailroom.planning.piece import PlannedPiece, Reason
from mailroom.planning.plan import plan_pieces as planned
from mailroom.planning.postage.item import postal_item
from mailroom.planning.postage.posting import PostagePlan, plan_postage
from mailroom.production.assemble_batch import piece_sheets
from mailroom.production.books import Books, items_to_open, read_books
from mailroom.production.compose import Composed, sheets_of
from mailroom.production.floor import Floor, Post
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder
from mailroom.production.release import not_released, question
from mailroom.production.run_plan import PiecePlan, RunPlan
from spool.cut import FileLoad, cut


def plan_pieces(composed: Sequence[Composed], floor: Floor, books: Books, on: date, sides: str) -> RunPlan:
    """Plan composed documents for posting on a day. Nothing is written."""
    by_id = {each.document.id: each for each in composed}
    documents = [_document(each, floor, sides) for each in composed]
    setup = replace(floor.setup, items=books.in_stock(floor.setup.items))
    plan = planned(documents, setup, on=on, step_of=floor.step_of(on), decisions=books.decisions)
    aside: list[tuple[int, str]] = [
        (document.id, f"{each.reason.code} {each.reason.text} {each.remedy}".strip())
        for each in plan.set_apart
        for document in each.documents
    ]
    posted = _posted(plan.pieces, floor.post, on, floor.paper) if floor.post is not None else None
    ordered, unposted = _in_order(plan.pieces, posted, floor.paper)
    aside += [(document.id, f"E7115 {why}") for piece, why in unposted for document in piece.documents]
    return RunPlan(
        pieces=tuple(_piece(piece, details, key, by_id) for piece, details, key in ordered),
        set_aside=tuple((by_id[id].document, problem) for id, problem in sorted(aside)),
        plan=plan,
        postage=posted,
    )


def _document(composed: Composed, floor: Floor, sides: str) -> PlanDocument:
    """A composed document as planning sees it."""
    sheets = sheets_of(composed.pages.pages, sides)
    return replace(plan_document(composed.document, composed.lines, sheets, floor), fields=_fields(composed))


def plan_document(document: Document, lines: tuple[str, ...], sheets: int, floor: Floor) -> PlanDocument:
    """A document as planning sees it, without fields. Its sender and customer are the two parts of the customer's
    key."""
    content = document.content
    sender, _, _ = document.customer.partition("|")
    asked = content.stock if isinstance(content, FinishedPdf) else ""
    return PlanDocument(
        id=document.id,
        number=content.number,
        sender=sender,
        customer=document.customer,
        address=address_of(content),
        lines=lines,
        sheets=sheets,
        paper=asked or floor.paper,
        rank=int(kind_of(content) != "invoice"),
    )


def _fields(composed: Composed) -> Mapping[str, FieldValue]:
    """What campaigns may ask for."""
    content = composed.document.content
    finished = isinstance(content, FinishedPdf)
    amount = content.amount if isinstance(content, FinishedPdf) else content.totals.payable
    known: dict[str, FieldValue | None] = {
        "kind": kind_of(content),
        "language": content.language,
        "currency": content.currency,
        "amount": amount,
        "country": address_of(content).country,
        "postcode": address_of(content).postcode,
        "pages": composed.pages.pages,
        "finished": finished,
    }
    return {name: value for name, value in known.items() if value is not None}


def _posted(pieces: Sequence[PlannedPiece], post: Post, on: date, usual_paper: str) -> PostagePlan:
    items = [postal_item(piece, str(piece.key), stock=_stock(piece, usual_paper)) for piece in pieces]
    return plan_postage(items, post.prices.on(on), post.schemes, post.choice)


def _in_order(
    pieces: Sequence[PlannedPiece], posted: PostagePlan | None, usual_paper: str
) -> tuple[list[tuple[PlannedPiece, PieceDetails, str]], list[tuple[PlannedPiece, str]]]:
    """Pieces with what is told of them and the key that orders the run; and those that no postal product takes."""
    if posted is None:
        return [(piece, _details(piece, usual_paper), _sort_key(piece)) for piece in pieces], []
    by_key = {str(piece.key): piece for piece in pieces}
    more = posted.reasons()
    ordered: list[tuple[PlannedPiece, PieceDetails, str]] = []
    for tray in posted.trays:
        for rated in tray.pieces:
            piece = by_key[rated.item.id]
            postage = Postage(
                product=rated.offer.product.id,
                format=rated.offer.format.size.name,
                price=rated.offer.price,
                currency=posted.tariff.currency,
                planned_for=posted.tariff.day,
                town=rated.item.town,
                tray=tray.number,
                destination=tray.destination.title,
            )
            told = (*piece.reasons, *more[rated.item.id])
            details = replace(_details(piece, usual_paper), postage=postage, reasons=_told(told))
            ordered.append((piece, details, f"{len(ordered):08d}"))
    return ordered, [(by_key[each.item.id], each.reason) for each in posted.apart]


def _details(piece: PlannedPiece, usual_paper: str) -> PieceDetails:
    return PieceDetails(
        weight_mg=piece.weight_mg,
        thickness_um=piece.thickness_um,
        inserts=tuple(PieceInsert(each.name, each.campaign, each.feeder) for each in piece.inserts),
        reasons=_told(piece.reasons),
        stock=_stock(piece, usual_paper),
        handling=piece.handling,
    )


def _stock(piece: PlannedPiece, usual_paper: str) -> str:
    return "" if piece.paper == usual_paper else piece.paper


def _told(reasons: Sequence[Reason]) -> tuple[tuple[str, str], ...]:
    return tuple((reason.code, reason.text) for reason in reasons)


def _sort_key(piece: PlannedPiece) -> str:
    postcode = piece.address.postcode.replace(" ", "")
    return f"{piece.address.country}|{postcode}|{piece.customer}"


def _piece(piece: PlannedPiece, details: PieceDetails, sort_key: str, by_id: Mapping[int, Composed]) -> PiecePlan:
    return PiecePlan(
        customer=piece.customer,
        lines=piece.lines,
        postcode=piece.address.postcode,
        country=piece.address.country,
        documents=tuple(by_id[document.id].pages for document in piece.documents),
        sheets=piece.sheets,
        envelope=piece.envelope.name,
        sort_key=sort_key,
        details=details,
    )


def plan_run(plant: Plant, composed: Sequence[Composed], released_by: str = "") -> MailRun:
    """Write a new run with its pieces, first copies and batches, all in one transaction.

    Raises NeedsPerson E7090, and writes nothing but that it was shown, for a plan that waits for release;
    `released_by` is the person who releases what was shown before."""
    with plant.read_ledger() as ledger:
        books = read_books(ledger, plant.floor.setup.items)
    plan = plan_pieces(composed, plant.floor, books, plant.clock().date(), plant.sides)
    asked = question(plan, plant.release)
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        if asked is not None and not (released_by and ledger.is_held(asked.digest)):
            record.hold_plan(asked.digest, asked.detail())
            ledger.commit()
            raise not_released(asked, str(plant.folder))
        for document, problem in plan.set_aside:
            ledger.set_document(document.id, DocumentState.SET_ASIDE, problem)
        if not plan.pieces:
            aside = ledger.documents(DocumentState.SET_ASIDE)
            ledger.commit()
            raise nothing_waits(aside)
        run = _write_run(plant, record, plan)
        if asked is not None:
            record.release_plan(run.id, asked.digest, f"person:{released_by}", asked.detail())
        ledger.commit()
    return run


def _write_run(plant: Plant, record: Recorder, plan: RunPlan) -> MailRun:
    ledger = record.ledger
    for item in items_to_open(ledger.stock(), plant.floor.setup.items):
        record.open_stock(item.name, item.stock or 0)
    run = MailRun(run_id(ledger.next_run_number()), RunState.OPEN, plant.clock())
    record.open_run(run)
    numbers = ledger.next_piece_numbers(len(plan.pieces))
    pieces = [_numbered(piece, run.id, number) for piece, number in zip(plan.pieces, numbers, strict=True)]
    for piece in pieces:
        ledger.add_piece(piece)
        for held in piece.documents:
            ledger.set_document(held.document, DocumentState.PLANNED)
    add_batches(plant, record, run.id, [(piece, 1) for piece in pieces], "first copy")
    return run


def nothing_waits(aside: Sequence[Document]) -> MailroomError:
    """E7011, with the documents that could not be set: they are the likely reason."""
    listed = "; ".join(f"{document.content.number}: {document.problem}" for document in aside[:5])
    more = f"; and {len(aside) - 5} more" if len(aside) > 5 else ""
    return MailroomError(
        "E7011",
        "no document waits for the post" + (f". Set aside are {listed}{more}" if aside else ""),
        remedy="Mend what stands in their way, then: mailroom intake again --all --who NAME."
        if aside
        else "Take documents in first: mailroom intake FILE…",
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
        details=plan.details,
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
    """Cut (piece, copy number) pairs into batches by who fills them, per envelope and paper, in sort order, and release
    the copies."""
    ordinal = len(record.ledger.batches(run))
    numbers = {piece.id: copy for piece, copy in copies}
    added: list[Batch] = []
    in_order = sorted((piece for piece, _ in copies), key=lambda piece: (*_kind(piece), piece.sort_key, piece.id))
    for (handling, envelope, stock), members in groupby(in_order, key=_kind):
        for part in cut(members, partial(_BatchLoad, plant, numbers)):
            ordinal += 1
            batch = Batch(
                id=batch_id(run, ordinal),
                run=run,
                envelope=envelope,
                stock=stock or plant.stock,
                sides=plant.sides,
                pieces=len(part),
                sheets=sum(piece.sheets for piece in part),
                state=BatchState.PLANNED,
                reprint=any(numbers[piece.id] > 1 for piece in part),
                handling=Handling(handling),
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


def _kind(piece: MailPiece) -> tuple[str, str, str]:
    """What all pieces of a batch share: who fills them, envelope and paper."""
    return piece.details.handling.value, piece.envelope, piece.details.stock
