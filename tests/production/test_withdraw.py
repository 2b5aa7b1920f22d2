"""Taking a piece back: before it is printed it costs nothing; afterwards its paper must be out of the way first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailroom.bootstrap import House
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import PieceState
from mailroom.domain.run import BatchState
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.export_run import export_run
from mailroom.production.withdraw import withdraw_piece
from mailroom.verify.verify import verify_run
from omr.read import read_pdf
from spool.control_file import read_control_file
from tests.production.stages import batches, copies, copy_now, journal, move, pieces, planned, printed


def test_a_piece_withdrawn_before_assembly_is_in_no_file(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run = planned(house)
    batch = batches(house, run)[0]
    victim = next(copy for copy in copies(house, run) if copy.batch == batch.id)
    withdraw_piece(house.plant, victim.piece, "Kari")
    left = batches(house, run)[0]
    assert (left.pieces, left.sheets) == (batch.pieces - 1, batch.sheets - victim.sheets)
    done = assemble_batch(house.plant, left)
    folder = house.plant.run_folder(run.id)
    control = read_control_file(folder / done.control_file)
    assert (control.header.pieces, control.header.sheets) == (left.pieces, left.sheets)
    assert victim.piece not in {piece.piece for piece in control.pieces}
    assert [piece.order for piece in control.pieces] == list(range(1, left.pieces + 1))
    readings = list(read_pdf(folder / done.print_file, house.plant.mark_set))
    assert len(readings) == left.sheets
    assert victim.piece not in {reading.sheet.piece for reading in readings if reading.sheet}


def test_the_export_of_a_run_with_a_canceled_copy_agrees_with_itself(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run = planned(house)
    victim = copies(house, run)[0]
    withdraw_piece(house.plant, victim.piece, "Kari")
    for batch in batches(house, run):
        if batch.state is BatchState.PLANNED:
            assemble_batch(house.plant, batch)
    verdict = verify_run(export_run(house.plant, run.id, "SIM-1", None))
    assert verdict.ok, verdict.findings


def test_a_withdrawn_piece_ends_with_its_documents_in_a_persons_name(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run = planned(house)
    victim = copies(house, run)[0]
    withdraw_piece(house.plant, victim.piece, "Kari")
    assert copy_now(house, victim).state is CopyState.CANCELED
    (piece,) = [piece for piece in pieces(house, run) if piece.id == victim.piece]
    assert piece.state is PieceState.WITHDRAWN
    with house.store.reader() as ledger:
        withdrawn = {document.id for document in ledger.documents(DocumentState.WITHDRAWN)}
    assert withdrawn == {document.document for document in piece.documents}
    entry = journal(house)[-1]
    assert (entry.event, entry.who, entry.piece) == ("piece.withdrawn", "person:Kari", victim.piece)


def test_a_batch_of_which_nothing_is_left_is_done(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=3)
    run = planned(house)
    for copy in copies(house, run):
        withdraw_piece(house.plant, copy.piece, "Kari")
    assert {(batch.state, batch.pieces, batch.sheets) for batch in batches(house, run)} == {(BatchState.DONE, 0, 0)}
    verdict = verify_run(export_run(house.plant, run.id, "SIM-1", None))
    assert verdict.ok, verdict.findings


@pytest.mark.parametrize(
    ("events", "remedy"),
    [
        ([], "piece resolve"),
        ([CopyEvent.FEED], "run start"),
        ([CopyEvent.FEED, CopyEvent.SCAN, CopyEvent.STACK], "piece resolve"),
        ([CopyEvent.LOSE], "piece resolve"),
    ],
)
def test_a_printed_copy_may_still_be_mailed_so_it_must_go_first(
    small_house: Callable[..., House], events: list[CopyEvent], remedy: str
) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    copy = move(house, copies(house, run)[0], *events)
    before = journal(house)
    with pytest.raises(MailroomError, match=f"E7050 copy 1 of {copy.piece} is {copy.state.value}") as caught:
        withdraw_piece(house.plant, copy.piece, "Kari")
    assert remedy in caught.value.remedy
    assert journal(house) == before


def test_in_an_assembled_batch_it_is_too_late_to_cancel(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    assemble_batch(house.plant, batches(house, run)[0])
    with pytest.raises(MailroomError, match=r"E7050.*released") as caught:
        withdraw_piece(house.plant, copies(house, run)[0].piece, "Kari")
    assert "run start" in caught.value.remedy


def test_a_batch_that_was_withdrawn_from_while_it_was_assembled_is_assembled_anew(
    small_house: Callable[..., House],
) -> None:
    house = small_house(pieces=4)
    run = planned(house)
    seen = batches(house, run)[0]
    victim = next(copy for copy in copies(house, run) if copy.batch == seen.id)
    withdraw_piece(house.plant, victim.piece, "Kari")
    with pytest.raises(MailroomError, match="E7004"):
        assemble_batch(house.plant, seen)
    now = batches(house, run)[0]
    assert now.state is BatchState.PLANNED
    assert assemble_batch(house.plant, now).pieces == seen.pieces - 1


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_can_not_withdraw(small_house: Callable[..., House], name: str) -> None:
    house = small_house()
    run = planned(house)
    with pytest.raises(MailroomError, match="E7002"):
        withdraw_piece(house.plant, copies(house, run)[0].piece, name)
    assert {piece.state for piece in pieces(house, run)} == {PieceState.OPEN}


def test_nobody_can_not_withdraw_what_is_destroyed_either(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    copy = move(house, copies(house, run)[0], CopyEvent.DESTROY)
    with pytest.raises(MailroomError, match="E7002"):
        withdraw_piece(house.plant, copy.piece, "")


def test_what_is_no_piece_can_not_be_withdrawn(small_house: Callable[..., House]) -> None:
    house = small_house()
    planned(house)
    with pytest.raises(MailroomError, match="E7021"):
        withdraw_piece(house.plant, "P99999999", "Kari")
