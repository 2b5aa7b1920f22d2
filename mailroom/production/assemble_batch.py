"""Assemble: a planned batch → its print file and control file, and the hand list of what no machine fills. Doing it
twice writes the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from layouts.envelope import Envelope
from mailroom.domain.errors import MailroomError
from mailroom.domain.handling import Handling
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece
from mailroom.domain.run import Batch, BatchState
from mailroom.production.compose import page_indices
from mailroom.production.hand_list import draw_up_hand_list, hand_list_file
from mailroom.production.lookup import the_run
from mailroom.production.machine_control import make_machine_control
from mailroom.production.papers.hand_list import write_hand_list
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder
from omr.sheet import SheetId, SheetOrders
from spool.assemble import assemble
from spool.batch import BatchSheet, PageRef, PieceInfo, arrange
from spool.control import ControlFile, ControlHeader, ControlPiece
from spool.control_file import write_control_file
from spool.paper import uniform, write_paper


def assemble_batch(plant: Plant, batch: Batch) -> Batch:
    """Write `BATCH.pdf` and `BATCH.control.jsonl` into the run's folder, with the machine's own control file where it
    wants one, and record the batch as assembled."""
    with plant.read_ledger() as ledger:
        copies = [copy for copy in ledger.copies_of_batch(batch.id) if copy.state is not CopyState.CANCELED]
        pieces = {piece.id: piece for piece in ledger.pieces_of_batch(batch.id)}
        run = the_run(ledger, batch.run)
    folder = plant.run_folder(batch.run)
    folder.mkdir(parents=True, exist_ok=True)
    printed = assemble(
        arrange([list(piece_sheets(pieces[copy.piece], copy.copy, batch.sides)) for copy in copies], plant.press.order),
        store=plant.pages,
        fonts=plant.fonts(),
        mark_set=plant.mark_set,
        out=folder / f"{batch.id}.pdf",
        title=f"mailroom {batch.id}",
        created=run.opened_at,
        sides=batch.sides,
        press=plant.press,
        condition=plant.condition,
    )
    paper = folder / paper_file(batch)
    if uniform(printed.stretches, batch.sides):
        paper.unlink(missing_ok=True)
    else:
        write_paper(paper, printed.stretches)
    header = ControlHeader(
        job=batch.id,
        run=batch.run,
        created=run.opened_at.isoformat(),
        client=plant.client,
        envelope=batch.envelope,
        fold=envelope_of(plant, batch).fold,
        stock=batch.stock,
        sides=batch.sides,
        mark_set=plant.mark_set.name,
        fed_first=plant.mark_set.fed_first.value,
        code_template=plant.mark_set.code.template.text,
        print_file=printed.path.name,
        print_file_sha256=printed.sha256,
        pieces=len(copies),
        sheets=printed.sheets,
    )
    control = folder / f"{batch.id}.control.jsonl"
    orders = ControlFile(header, tuple(control_pieces(copies, pieces)))
    write_control_file(orders, control)
    match batch.handling:
        case Handling.MACHINE:
            make_machine_control(plant, orders, pieces.values())
        case Handling.MANUAL:
            items = plant.floor.setup.items
            hand_list = draw_up_hand_list(batch, header.fold, plant.client, copies, pieces, items)
            write_hand_list(folder / hand_list_file(batch), hand_list)
        case _ as never:
            assert_never(never)
    with plant.open_ledger() as ledger:
        done = Recorder(ledger, plant.clock).batch(
            batch,
            BatchState.ASSEMBLED,
            print_file=printed.path.name,
            print_file_sha256=printed.sha256,
            control_file=control.name,
        )
        ledger.commit()
    return done


def paper_file(batch: Batch) -> str:
    """The list of which pages want which paper; it lies beside the print file when the batch needs several."""
    return f"{batch.id}.paper.json"


def piece_sheets(piece: MailPiece, copy: int, sides: str) -> Iterator[BatchSheet]:
    """The sheets of one copy of a piece, from 1 on, each with its identity and its orders to the machine; their
    ordinals are counted within the piece."""
    about = PieceInfo(piece.customer, piece.postcode, piece.country)
    selects = frozenset(piece.details.selects)
    number = 0
    for document in piece.documents:
        for front, back in page_indices(document.pages, sides):
            number += 1
            yield BatchSheet(
                id=SheetId(piece.run, piece.id, copy, number, piece.sheets),
                orders=SheetOrders(sheet=number, of=piece.sheets, ordinal=number, selects=selects),
                front=PageRef(document.pageset, front),
                back=None if back is None else PageRef(document.pageset, back),
                about=about,
            )


def control_pieces(copies: list[Copy], pieces: Mapping[str, MailPiece]) -> Iterator[ControlPiece]:
    """What the inserter must do with each copy."""
    first_sheet = 1
    for order, copy in enumerate(copies, 1):
        piece = pieces[copy.piece]
        yield ControlPiece(
            order=order,
            piece=copy.piece,
            copy=copy.copy,
            sheets=copy.sheets,
            first_sheet=first_sheet,
            selects=piece.details.selects,
            divert=False,
            customer=piece.customer,
            lines=piece.lines,
            postcode=piece.postcode,
            country=piece.country,
            documents=tuple(document.number for document in piece.documents),
            previous_copy=copy.copy - 1 if copy.copy > 1 else None,
        )
        first_sheet += copy.sheets


def envelope_of(plant: Plant, batch: Batch) -> Envelope:
    """The profile of the batch's envelope. E7013 when the settings no longer have it."""
    for envelope in plant.envelopes:
        if envelope.name == batch.envelope:
            return envelope
    raise MailroomError(
        "E7013",
        f"envelope {batch.envelope!r} of batch {batch.id} is not among the configured ones",
        place="mailroom.toml, envelopes",
        remedy="Put it back into the list until the run is closed.",
    )
