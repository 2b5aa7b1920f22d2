"""Papers: a print file has one, the one that its documents asked for, and the press is asked for it by its own word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from layouts.pageset import PageSet
from mailroom.bootstrap import House
from mailroom.domain.document import DocumentState
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.lifecycle import CopyEvent
from mailroom.domain.run import Batch
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.print_batch import print_batch
from mailroom.production.reprint import plan_reprints
from spool.control_file import read_control_file
from tests.domain.test_finished import LETTER
from tests.production.conftest import SETTINGS, OpenSmallHouse
from tests.production.fakes import ScriptedQueue
from tests.production.stages import batches, inserting, line, move, pieces, planned
from tests.spool.page_sets import page_set

USUAL = "stationery"


@dataclass(frozen=True)
class BlankPages:
    """Finished documents of one blank page each."""

    def page_sets(self, documents: Sequence[FinishedPdf]) -> list[PageSet]:
        return [page_set(each.number) for each in documents]


def house_of(small_house: OpenSmallHouse, *papers: str, settings: str = SETTINGS) -> House:
    """A house with a press that has heavy paper beside the usual one, and a letter on each of `papers`."""
    house = small_house(0, settings=settings)
    press = replace(house.plant.press, media_types={"a4-100": "stationery-heavyweight"})
    house = replace(house, plant=replace(house.plant, press=press, finished=BlankPages()))
    for number, paper in enumerate(papers, 1):
        letter = replace(LETTER, number=str(number), first_page=0, pages=1, stock=paper)
        house.reception().take(letter, "letters.pdf")
    return house


def numbers(house: House, batch: Batch) -> set[str]:
    with house.store.reader() as ledger:
        return {document.number for piece in ledger.pieces_of_batch(batch.id) for document in piece.documents}


def test_documents_of_two_papers_are_printed_apart_and_the_press_is_told_which(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "", "a4-100", "a4-80", "a4-100")
    run = planned(house)
    by_stock = {batch.stock: batch for batch in batches(house, run)}
    assert {stock: numbers(house, batch) for stock, batch in by_stock.items()} == {
        USUAL: {"1", "3"},
        "a4-100": {"2", "4"},
    }
    # One customer at one address: what is on one paper shares an envelope, what is on two does not.
    assert len(pieces(house, run)) == 2
    queue = ScriptedQueue()
    for batch in by_stock.values():
        done = print_batch(house.plant, replace(line(house), queue=queue), assemble_batch(house.plant, batch))
        control = read_control_file(house.plant.run_folder(run.id) / done.control_file)
        assert control.header.stock == batch.stock
    assert {key: job.media_type for key, job in queue.jobs.items()} == {
        by_stock[USUAL].id: "stationery",
        by_stock["a4-100"].id: "stationery-heavyweight",
    }


def test_a_reprint_is_on_the_paper_of_its_piece(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "", "a4-100")
    run = planned(house)
    heavy = next(batch for batch in batches(house, run) if batch.stock == "a4-100")
    heavy = inserting(house, print_batch(house.plant, line(house), assemble_batch(house.plant, heavy)))
    with house.store.reader() as ledger:
        (copy,) = ledger.copies_of_batch(heavy.id)
    move(house, copy, CopyEvent.DIVERT)
    move(house, copy, CopyEvent.DESTROY)
    (again,) = plan_reprints(house.plant, run.id)
    assert (again.stock, again.reprint) == ("a4-100", True)


def test_a_document_on_a_paper_that_the_press_lacks_is_set_aside_before_anything_is_printed(
    small_house: OpenSmallHouse,
) -> None:
    house = house_of(small_house, "a4-90", "")
    run = planned(house)
    assert [batch.stock for batch in batches(house, run)] == [USUAL]
    with house.store.reader() as ledger:
        (aside,) = ledger.documents(DocumentState.SET_ASIDE)
    assert aside.content.number == "1"
    assert aside.problem.startswith("E6211 The press production has no paper 'a4-90'; it has a4-100, plain")


@pytest.mark.parametrize("stock", ["stationery-fine", "stationery"])
def test_the_usual_paper_is_what_the_settings_call_it(small_house: OpenSmallHouse, stock: str) -> None:
    house = house_of(small_house, "", settings=f'stock = "{stock}"\n' + SETTINGS)
    (batch,) = batches(house, planned(house))
    queue = ScriptedQueue()
    print_batch(house.plant, replace(line(house), queue=queue), assemble_batch(house.plant, batch))
    assert queue.jobs[batch.id].media_type == batch.stock == stock


def test_pieces_on_two_papers_lie_in_two_trays(small_house: OpenSmallHouse) -> None:
    settings = SETTINGS + '\n[postage]\nprices = "norway-example"\n'
    house = house_of(small_house, "", "a4-100", settings=settings)
    run = planned(house)
    trays = {each.details.stock: each.details.postage.tray for each in pieces(house, run) if each.details.postage}
    assert sorted(trays.values()) == [1, 2]
    assert sorted(trays) == ["", "a4-100"]
