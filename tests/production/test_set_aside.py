"""What is set aside waits for a person: it goes back to waiting, or is dropped for good, and never vanishes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pypdf import PdfReader

from mailroom.bootstrap import House
from mailroom.cli.closing import close_house_run
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.production.drop import drop_document
from mailroom.production.take_again import take_again
from mailroom.verify.verify import verify_run
from tests.domain.test_finished import LETTER
from tests.production.conftest import OpenSmallHouse
from tests.production.stages import journal, pieces, planned
from tests.production.test_hand_over import inserted
from tests.production.test_stocks import house_of


def states(house: House) -> dict[str, list[str]]:
    """Source of every document by its state: none is ever lost."""
    with house.store.reader() as ledger:
        held = {state.value: [each.source for each in ledger.documents(state)] for state in DocumentState}
    return {state: sources for state, sources in held.items() if sources}


def with_paper(house: House, name: str) -> House:
    press = replace(house.plant.press, media_types={**house.plant.press.media_types, name: "stationery-fine"})
    return replace(house, plant=replace(house.plant, press=press))


def test_a_document_goes_out_once_the_cause_is_mended_and_the_journal_says_who(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "a4-90", "")
    run = planned(house)
    assert len(pieces(house, run)) == 1
    taken = take_again(house.plant, ["1"], "Kari")
    (back,) = taken.back
    assert back.problem.startswith("E6211")
    entry = journal(house)[-1]
    assert (entry.event, entry.who, entry.detail["number"]) == ("document.again", "person:Kari", "1")
    assert entry.detail["problem"] == back.problem
    with house.store.reader() as ledger:
        (waiting,) = ledger.documents(DocumentState.WAITING)
    assert (waiting.content.number, waiting.problem) == ("1", "")
    mended = with_paper(house, "a4-90")
    planned(mended)
    assert states(house) == {"planned": ["letters.pdf"] * 2}


def test_what_was_not_mended_is_set_aside_again_with_its_problem(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "a4-90")
    for _ in range(2):
        with pytest.raises(MailroomError, match=r"E7011.*E6211"):
            planned(house)
        assert [each.problem[:5] for each in take_again(house.plant, None, "Kari").back] == ["E6211"]


def test_a_number_that_another_document_took_stays_set_aside(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "")
    house.reception().take(replace(LETTER, number="1", pages=2), "other.pdf")
    for names in (None, ["1"]):
        taken = take_again(house.plant, names, "Kari")
        ((document, error),) = taken.left
        assert (document.source, error.code, taken.back) == ("other.pdf", "E1805", ())
    assert states(house) == {"waiting": ["letters.pdf"], "set-aside": ["other.pdf"]}


def test_of_two_with_one_number_only_the_one_that_is_named_goes_back(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "a4-90")
    house.reception().take(replace(LETTER, number="1", pages=2), "other.pdf")
    with pytest.raises(MailroomError, match="E7011"):
        planned(house)
    assert [error.code for _, error in take_again(house.plant, None, "Kari").left] == ["E1804", "E1804"]
    with pytest.raises(MailroomError, match="E1804") as caught:
        take_again(house.plant, ["1"], "Kari")
    assert "1@1 or 1@2" in caught.value.remedy
    taken = take_again(house.plant, ["1@2"], "Kari")
    assert [each.source for each in taken.back] == ["other.pdf"]
    assert [each.source for each in taken.superseded] == ["letters.pdf"]
    assert states(house) == {"waiting": ["other.pdf"], "withdrawn": ["letters.pdf"]}
    assert [entry.event for entry in journal(house)[-2:]] == ["document.again", "document.superseded"]


def test_a_duplicate_that_a_person_let_in_goes_back_beside_the_first(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "")
    house.reception("Ola").take(replace(LETTER, number="1", pages=1, first_page=0, stock="a4-90"), "twice.pdf")
    planned(house)
    assert states(house) == {"planned": ["letters.pdf"], "set-aside": ["twice.pdf"]}
    assert [each.source for each in take_again(house.plant, None, "Kari").back] == ["twice.pdf"]


def test_a_dropped_document_never_goes_out_and_is_counted(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "a4-90", "")
    planned(house)
    drop_document(house.plant, "1", "  the customer  moved ", "Kari")
    with house.store.reader() as ledger:
        (dropped,) = ledger.documents(DocumentState.DROPPED)
    assert dropped.problem.startswith("the customer moved (Kari). It was set aside for: E6211")
    assert take_again(house.plant, None, "Kari").back == ()
    with pytest.raises(MailroomError, match="E7011"):
        planned(house)
    assert states(house) == {"planned": ["letters.pdf"], "dropped": ["letters.pdf"]}


def test_statement_and_journal_of_the_open_run_tell_what_was_dropped(small_house: OpenSmallHouse) -> None:
    house = small_house(2)
    run, _ = inserted(house)
    house.reception().take(replace(LETTER, number="77"), "letters.pdf")
    house.reception().take(replace(LETTER, number="77", pages=9), "other.pdf")
    drop_document(house.plant, "77", "sent by mistake", "Kari")
    closing = close_house_run(house, run, "Kari")
    text = " ".join(page.extract_text() for page in PdfReader(closing.statement).pages)
    assert "sent by mistake" in text
    assert verify_run(closing.folder).ok


@pytest.mark.parametrize(
    ("name", "reason", "person", "code"),
    [
        ("2", "lost", "Kari", "E1803"),
        ("1@7", "lost", "Kari", "E1803"),
        ("1", " ", "Kari", "E1806"),
        ("1", "lost", " ", "E7002"),
    ],
)
def test_a_drop_names_document_reason_and_person(
    small_house: OpenSmallHouse, name: str, reason: str, person: str, code: str
) -> None:
    house = house_of(small_house, "a4-90", "")
    planned(house)
    with pytest.raises(MailroomError, match=code) as caught:
        drop_document(house.plant, name, reason, person)
    assert caught.value.remedy
    assert states(house) == {"planned": ["letters.pdf"], "set-aside": ["letters.pdf"]}


def test_nobody_takes_documents_again_without_a_name(small_house: OpenSmallHouse) -> None:
    house = house_of(small_house, "a4-90", "")
    planned(house)
    with pytest.raises(MailroomError, match="E7002"):
        take_again(house.plant, None, "")
    assert states(house)["set-aside"] == ["letters.pdf"]
