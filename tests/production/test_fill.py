"""Filling by hand: batches of their own, every sheet scanned, and a named person for each piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from drivers.inserter.vocabulary import Counters, JobEnded
from mailroom.bootstrap import House
from mailroom.cli.closing import close_house_run
from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.handling import Handling
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState, MailRun
from mailroom.production.fill import FillingTable
from mailroom.production.floor import Post
from mailroom.production.hand_list import hand_list_file
from mailroom.production.hand_over import close_run
from mailroom.production.line import Line
from mailroom.production.ports import EventSink, Inserter
from mailroom.production.posting import as_handed_over, batches_of_trays, planned_posting
from mailroom.production.reconcile import resolve
from mailroom.production.run_window import carry_on
from mailroom.verify.verify import verify_run
from tests.production.conftest import OpenSmallHouse
from tests.production.fakes import ScriptedOperator
from tests.production.stages import (
    Machine,
    batches,
    code_of,
    copies,
    copy_now,
    incidents,
    inserting,
    journal,
    line,
    planned,
    printed,
)
from tests.production.test_posting import POST

PIECES = 6


def house_for_hands(small_house: OpenSmallHouse, machine_takes: int = 0, post: Post | None = None) -> House:
    """A house whose machine takes so many sheets: none, so that everything is filled by hand."""
    house = small_house(PIECES)
    setup = house.plant.floor.setup
    short = replace(setup.machine, accumulator_sheets=machine_takes)
    floor = replace(house.plant.floor, setup=replace(setup, machine=short), post=post)
    return replace(house, plant=replace(house.plant, floor=floor))


def no_machine(_sink: EventSink, _resume: tuple[int, int] | None) -> AbstractContextManager[Inserter]:
    raise AssertionError("the inserter was asked")


def hands_only(house: House) -> Line:
    """A line whose inserter must not be touched."""
    return replace(line(house, ScriptedOperator(verdict=None)), open_inserter=no_machine)


def brought_to_the_table(house: House) -> MailRun:
    """A run of which everything is printed and waits for hands."""
    run = planned(house)
    with pytest.raises(NeedsPerson) as waits:
        carry_on(house.plant, hands_only(house), run)
    assert waits.value.code == "E7031"
    return run


def fill(table: FillingTable, copy: Copy) -> None:
    """Every sheet of a copy scanned, and the person's word on it."""
    for sheet in range(1, copy.sheets + 1):
        assert table.scan(code_of(copy, sheet)).taken
    assert table.confirm().taken


def by_hand(house: House, run: MailRun) -> Iterator[Batch]:
    return (batch for batch in batches(house, run) if batch.handling is Handling.MANUAL)


def test_what_hands_fill_has_batches_and_a_hand_list_of_its_own(small_house: OpenSmallHouse) -> None:
    house = house_for_hands(small_house, machine_takes=1)
    run = planned(house)
    printed(house, run)
    kinds = {batch.id: batch.handling for batch in batches(house, run)}
    assert set(kinds.values()) == {Handling.MACHINE, Handling.MANUAL}
    for copy in copies(house, run):
        assert (copy.sheets > 1) == (kinds[copy.batch] is Handling.MANUAL)
    for batch in batches(house, run):
        lists = house.plant.run_folder(run.id) / hand_list_file(batch)
        assert lists.exists() == (batch.handling is Handling.MANUAL)


def test_the_inserter_never_gets_what_hands_fill_and_the_run_says_what_it_waits_for(
    small_house: OpenSmallHouse,
) -> None:
    house = house_for_hands(small_house)
    run = brought_to_the_table(house)
    with pytest.raises(NeedsPerson, match="E7031 6 pieces wait to be filled by hand"):
        carry_on(house.plant, hands_only(house), run)
    with pytest.raises(NeedsPerson, match=r"E7040 .* 6 pieces wait to be filled by hand"):
        close_run(house.plant, run.id, "Kari")
    assert {copy.state for copy in copies(house, run)} == {CopyState.PRINTED}


def test_a_run_filled_by_hand_is_closed_and_verified_with_every_scan_in_the_persons_name(
    small_house: OpenSmallHouse,
) -> None:
    house = house_for_hands(small_house)
    run = brought_to_the_table(house)
    table = FillingTable(house.plant, run.id, "Kari")
    assert not table.ended
    for copy in reversed(copies(house, run)):
        fill(table, copy)
    assert table.ended
    assert {batch.state for batch in batches(house, run)} == {BatchState.DONE}
    carry_on(house.plant, hands_only(house), run)
    scans = [entry for entry in journal(house) if entry.event == "hand.sheet_scanned"]
    assert len(scans) == sum(copy.sheets for copy in copies(house, run))
    assert {entry.who for entry in scans} == {"person:Kari"}
    closing = close_house_run(house, run, "Ola")
    verdict = verify_run(closing.folder)
    assert verdict.ok, verdict.findings
    assert verdict.checked["4"] > PIECES
    assert not incidents(house)


def test_a_piece_is_stacked_by_its_last_sheet_and_the_persons_word_together(small_house: OpenSmallHouse) -> None:
    house = house_for_hands(small_house)
    run = brought_to_the_table(house)
    copy = next(each for each in copies(house, run) if each.sheets > 1)
    other = next(each for each in copies(house, run) if each.piece != copy.piece)
    table = FillingTable(house.plant, run.id, "Kari")
    assert not table.confirm().taken
    assert table.scan(code_of(copy, 1)).taken
    assert copy_now(house, copy).state is CopyState.FEEDING
    for wrong in (code_of(copy, 1), code_of(other, 1), "hello", "\ud800"):
        assert not table.scan(wrong).taken
    assert not table.confirm().taken
    for sheet in range(2, copy.sheets + 1):
        assert table.scan(code_of(copy, sheet)).taken
    assert copy_now(house, copy).state is CopyState.SCANNED
    assert table.confirm().taken
    assert copy_now(house, copy).state is CopyState.STACKED
    refused = [entry for entry in journal(house) if entry.event == "hand.sheet_refused"]
    assert [entry.detail["code"] for entry in refused] == [code_of(copy, 1), code_of(other, 1), "hello", "?"]
    assert {(entry.piece, entry.copy) for entry in refused} == {(copy.piece, 1)}


@pytest.mark.parametrize("confirmed", [False, True], ids=["in the middle", "before the word"])
def test_what_was_begun_and_not_ended_is_unknown_and_printed_again_only_by_a_persons_word(
    small_house: OpenSmallHouse, confirmed: bool
) -> None:
    house = house_for_hands(small_house)
    run = brought_to_the_table(house)
    copy = next(each for each in copies(house, run) if each.sheets > 1)
    cut_off = FillingTable(house.plant, run.id, "Kari")
    for sheet in range(1, copy.sheets + confirmed):
        assert cut_off.scan(code_of(copy, sheet)).taken
    table = FillingTable(house.plant, run.id, "Kari")
    assert copy_now(house, copy).state is CopyState.UNKNOWN
    assert not table.scan(code_of(copy, 1)).taken
    for each in copies(house, run):
        if each.state is CopyState.PRINTED:
            fill(table, each)
    with pytest.raises(NeedsPerson, match="E7030"):
        carry_on(house.plant, hands_only(house), run)
    resolve(house.plant, copy.piece, None, "destroyed", "Kari", "half filled")
    with pytest.raises(NeedsPerson, match="E7031 1 piece waits"):
        carry_on(house.plant, hands_only(house), run)
    (again,) = [each for each in copies(house, run) if each.copy == 2]
    assert next(each for each in batches(house, run) if each.id == again.batch).handling is Handling.MANUAL
    fill(FillingTable(house.plant, run.id, "Ola"), again)
    carry_on(house.plant, hands_only(house), run)
    assert verify_run(close_house_run(house, run, "Kari").folder).ok


def test_a_spoiled_piece_is_unknown_and_the_next_one_can_be_filled(small_house: OpenSmallHouse) -> None:
    house = house_for_hands(small_house)
    run = brought_to_the_table(house)
    first, second, *_ = copies(house, run)
    table = FillingTable(house.plant, run.id, "Kari")
    assert not table.spoil("torn").taken
    assert table.scan(code_of(first, 1)).taken
    assert table.spoil("torn").taken
    assert copy_now(house, first).state is CopyState.UNKNOWN
    fill(table, second)
    assert ([copy.piece for copy in table.spoiled], [copy.piece for copy in table.filled]) == (
        [first.piece],
        [second.piece],
    )


def test_copies_that_a_person_destroyed_instead_leave_the_table(small_house: OpenSmallHouse) -> None:
    house = house_for_hands(small_house)
    run = brought_to_the_table(house)
    for copy in copies(house, run):
        resolve(house.plant, copy.piece, None, "quarantined", "Kari", "the wrong paper")
    with pytest.raises(NeedsPerson, match="E7031"):
        carry_on(house.plant, hands_only(house), run)
    assert [batch.state for batch in batches(house, run)][:1] == [BatchState.DONE]
    assert {copy.copy for copy in copies(house, run) if copy.state is CopyState.PRINTED} == {2}


def test_filling_wants_a_name_and_something_to_fill(small_house: OpenSmallHouse) -> None:
    house = house_for_hands(small_house)
    run = planned(house)
    with pytest.raises(MailroomError, match="E7032"):
        FillingTable(house.plant, run.id, "Kari")
    with pytest.raises(MailroomError, match="E7002"):
        FillingTable(house.plant, run.id, " ")


def test_a_tray_that_machine_and_hands_fill_together_names_both_batches_and_counts_all(
    small_house: OpenSmallHouse,
) -> None:
    house = house_for_hands(small_house, machine_takes=1, post=POST)
    run = planned(house)
    for batch in printed(house, run):
        if batch.handling is Handling.MACHINE:
            machine = Machine(house, inserting(house, batch))
            with house.store.reader() as ledger:
                fed = ledger.copies_of_batch(batch.id)
            machine.stack(fed)
            sheets = sum(copy.sheets for copy in fed)
            machine.say(JobEnded(Counters(sheets, len(fed), len(fed), 0, sheets, 0, 0)))
    table = FillingTable(house.plant, run.id, "Kari")
    for copy in list(table.waiting.values()):
        fill(table, copy)
    closing = close_house_run(house, run, "Kari")
    assert verify_run(closing.folder).ok
    with house.store.reader() as ledger:
        posting = planned_posting(run.id, ledger.pieces(run.id), house.plant.floor)
        assert posting is not None
        manifest = as_handed_over(ledger, posting, house.plant.clock().date())
        named = batches_of_trays(ledger, run, manifest.trays)
    assert sum(len(tray.pieces) for tray in manifest.trays) == PIECES
    batch_of = {copy.piece: copy.batch for copy in copies(house, run)}
    for tray in manifest.trays:
        inside = {batch_of[piece.item.id].removeprefix(f"{run.id}-") for piece in tray.pieces}
        assert set(named[tray.number].removeprefix(f"{run.id}-").split(", ")) == inside
    assert any(", " in names for names in named.values())
