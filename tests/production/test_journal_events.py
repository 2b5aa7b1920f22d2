"""What the machine says, and what it means for a copy. Whatever fits nothing is written down and leaves doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from drivers.inserter.vocabulary import Counters, Cover, Fault, FaultRaised, JobEnded, Outcome, SheetScanned, Station
from mailroom.bootstrap import House
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState, MailRun
from omr.model import FedFirst
from tests.production.stages import (
    BOOT,
    Machine,
    batches,
    copies,
    copy_now,
    incidents,
    inserting,
    journal,
    move,
    outcome,
    planned,
    printed,
    scans,
)

Shop = tuple[House, MailRun, Batch, list[Copy]]


@pytest.fixture
def shop(small_house: Callable[..., House]) -> Shop:
    """A house with its first batch at the machine."""
    house = small_house(pieces=3)
    run = planned(house)
    batch = inserting(house, printed(house, run)[0])
    with house.store.reader() as ledger:
        return house, run, batch, ledger.copies_of_batch(batch.id)


def counters(batch: Batch, **changes: int) -> JobEnded:
    figures = {
        **dict.fromkeys(("sheets_fed", "sheets_stacked"), batch.sheets),
        **dict.fromkeys(("envelopes", "stacked"), batch.pieces),
        **dict.fromkeys(("diverted", "sheets_diverted", "sheets_removed"), 0),
    }
    return JobEnded(Counters(**{**figures, **changes}))


def test_every_sheet_scanned_and_an_outcome_make_it_stacked(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    machine = Machine(house, batch)
    machine.say(*scans(copy)[:-1])
    assert copy_now(house, copy).state is CopyState.FEEDING
    machine.say(scans(copy)[-1])
    assert copy_now(house, copy).state is CopyState.SCANNED
    machine.say(outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is CopyState.STACKED
    assert not incidents(house)


def test_an_event_sent_again_is_written_once(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    machine = Machine(house, batch)
    events = machine.say(*scans(copy), outcome(copy, Outcome.STACKED))
    before = journal(house)
    machine.sink(events)
    machine.sink(events[-1:])
    assert journal(house) == before


def test_an_event_twice_in_one_delivery_is_written_once(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    machine = Machine(house, batch)
    event = machine.event(outcome(copy, Outcome.DIVERTED, reason=Fault.MISREAD))
    machine.sink([event, event])
    assert [entry.event for entry in journal(house) if entry.machine] == ["machine.piece_outcome"]
    assert copy_now(house, copy).state is CopyState.DIVERTED


def test_the_same_number_after_a_power_up_is_another_event(shop: Shop) -> None:
    house, _, batch, _ = shop
    for boot in (BOOT, BOOT + 1):
        Machine(house, batch, boot).say(Cover(Station.FOLDER, True))
    assert [entry.machine for entry in journal(house) if entry.machine] == [(BOOT, 1), (BOOT + 1, 1)]


def test_stacked_without_a_scan_is_not_believed(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    Machine(house, batch).say(outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is CopyState.UNKNOWN
    (incident,) = incidents(house)
    assert (incident.event, incident.piece, incident.copy) == ("incident.unproven", copy.piece, copy.copy)


def test_stacked_with_one_sheet_never_scanned_is_not_believed(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=8)
    run = planned(house)
    batch = inserting(house, printed(house, run)[-1])
    copy = max((each for each in copies(house, run) if each.batch == batch.id), key=lambda each: each.sheets)
    assert copy.sheets > 1
    Machine(house, batch).say(*scans(copy)[1:], outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is CopyState.UNKNOWN
    assert [entry.event for entry in incidents(house)] == ["incident.unproven"]


@pytest.mark.parametrize(("fed_first", "believed"), [("last-sheet", True), ("first-sheet", False)])
def test_the_sheets_must_come_in_the_order_of_the_mark_set(
    small_house: Callable[..., House], fed_first: str, believed: bool
) -> None:
    house = small_house(pieces=8)
    marks = replace(house.plant.mark_set, fed_first=FedFirst(fed_first))
    house = replace(house, plant=replace(house.plant, mark_set=marks))
    run = planned(house)
    batch = printed(house, run)[-1]
    batch = inserting(house, batch)
    copy = max((each for each in copies(house, run) if each.batch == batch.id), key=lambda each: each.sheets)
    assert copy.sheets > 1
    Machine(house, batch).say(*scans(copy)[::-1], outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is (CopyState.STACKED if believed else CopyState.UNKNOWN)


@pytest.mark.parametrize("code", ["", "R000009P00000001", "R000009P0000000101001001"])
def test_a_sheet_whose_code_says_something_else_proves_nothing(shop: Shop, code: str) -> None:
    house, _, batch, (copy, *_) = shop
    *others, last = scans(copy)
    Machine(house, batch).say(*others, replace(last, code=code), outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is CopyState.UNKNOWN
    assert [entry.event for entry in incidents(house)] == ["incident.unproven"]


def test_late_evidence_without_every_scan_settles_nothing(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    move(house, copy, CopyEvent.LOSE, who="system")
    Machine(house, batch).say(outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is CopyState.UNKNOWN


def test_stacked_with_another_number_of_sheets_is_not_believed(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    Machine(house, batch).say(*scans(copy), outcome(copy, Outcome.STACKED, sheets=copy.sheets + 1))
    assert copy_now(house, copy).state is CopyState.UNKNOWN
    (incident,) = incidents(house)
    assert (incident.event, incident.detail["sheets"]) == ("incident.sheet_count", copy.sheets + 1)


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (Outcome.DIVERTED, CopyState.DIVERTED),
        (Outcome.UNREAD, CopyState.DIVERTED),
        (Outcome.LOST, CopyState.UNKNOWN),
        (Outcome.REMOVED, CopyState.UNKNOWN),
        (Outcome.NOT_FED, CopyState.PRINTED),
    ],
)
def test_every_other_outcome_has_its_state(shop: Shop, what: Outcome, state: CopyState) -> None:
    house, _, batch, (copy, *_) = shop
    Machine(house, batch).say(outcome(copy, what, sheets=0))
    assert copy_now(house, copy).state is state
    assert not incidents(house)


def test_a_piece_of_somebody_else_is_written_down_and_moves_nothing(shop: Shop) -> None:
    house, run, batch, _ = shop
    before = copies(house, run)
    foreign = Copy("P99999999", 1, batch.id, 9, 99, 1, CopyState.FEEDING)
    Machine(house, batch).say(*scans(foreign), outcome(foreign, Outcome.STACKED))
    assert copies(house, run) == before
    assert {(entry.event, entry.piece) for entry in incidents(house)} == {("incident.foreign_piece", "P99999999")}


def test_late_evidence_settles_an_unknown_copy(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    machine = Machine(house, batch)
    machine.say(*scans(copy))
    move(house, copy, CopyEvent.LOSE, who="system")
    machine.say(outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is CopyState.STACKED
    assert not incidents(house)


def test_a_late_scan_alone_settles_nothing(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    move(house, copy, CopyEvent.LOSE, who="system")
    Machine(house, batch).say(*scans(copy))
    assert copy_now(house, copy).state is CopyState.UNKNOWN


def test_evidence_against_a_persons_word_is_an_incident_and_changes_nothing(shop: Shop) -> None:
    house, _, batch, (copy, *_) = shop
    move(house, copy, CopyEvent.LOSE, CopyEvent.DESTROY)
    Machine(house, batch).say(outcome(copy, Outcome.STACKED))
    assert copy_now(house, copy).state is CopyState.DESTROYED
    assert [entry.event for entry in incidents(house)] == ["incident.unexpected_event"]


def test_what_concerns_no_piece_is_written_all_the_same(shop: Shop) -> None:
    house, _, batch, _ = shop
    Machine(house, batch).say(FaultRaised(Fault.JAM, Station.FOLDER, "", 0, "jam in folder"))
    entry = journal(house)[-1]
    assert (entry.event, entry.who, entry.batch, entry.piece) == ("machine.fault", "machine:SIM-1", batch.id, "")
    assert entry.detail == {"at_ms": 250, "fault": 3, "station": 3, "piece": "", "copy": 0, "text": "jam in folder"}


def test_the_end_of_the_job_ends_the_batch_with_its_counters(shop: Shop) -> None:
    house, run, batch, its_copies = shop
    machine = Machine(house, batch)
    machine.stack(its_copies)
    machine.say(counters(batch))
    done = batches(house, run)[0]
    assert done.state is BatchState.DONE
    assert done.counters["sheets_stacked"] == batch.sheets
    assert not incidents(house)


def test_a_piece_without_an_outcome_when_the_job_ends_is_unknown(shop: Shop) -> None:
    house, _, batch, (silent, begun, *others) = shop
    machine = Machine(house, batch)
    machine.stack(others)
    machine.say(*scans(begun), counters(batch))
    assert {copy_now(house, copy).state for copy in (silent, begun)} == {CopyState.UNKNOWN}
    assert {copy_now(house, copy).state for copy in others} <= {CopyState.STACKED}


def test_a_job_ends_once(shop: Shop) -> None:
    house, run, batch, its_copies = shop
    machine = Machine(house, batch)
    machine.stack(its_copies)
    machine.say(counters(batch), counters(batch, envelopes=0))
    assert batches(house, run)[0].counters["envelopes"] == batch.pieces
    assert [entry.event for entry in journal(house)].count("batch.done") == 1


@pytest.mark.parametrize(
    "changes", [{"sheets_fed": 1}, {"sheets_diverted": 1}, {"sheets_stacked": 0}, {"sheets_removed": 2}]
)
def test_counts_that_do_not_agree_are_an_incident_with_the_batchs_name(shop: Shop, changes: dict[str, int]) -> None:
    house, _, batch, its_copies = shop
    machine = Machine(house, batch)
    machine.stack(its_copies)
    machine.say(counters(batch, **changes))
    (incident,) = incidents(house)
    assert (incident.event, incident.batch) == ("incident.sheet_counts", batch.id)
    assert incident.detail["ledger"] == batch.sheets


def test_a_delivery_is_written_whole_or_not_at_all(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    house, _, batch, (copy, *_) = shop
    machine = Machine(house, batch)
    before = journal(house)

    def broken(*_: object) -> None:
        raise RuntimeError("pulled the plug")

    good = [machine.event(body) for body in scans(copy)]
    bad = machine.event(SheetScanned(copy.piece, copy.copy, 1, copy.sheets, "code", 0))
    with monkeypatch.context() as patched:
        patched.setattr("mailroom.store.ledger.SqlLedger.commit", broken)
        with pytest.raises(RuntimeError):
            machine.sink([*good, bad])
    assert journal(house) == before
    assert machine.sink.changed == 0
    machine.sink(good)
    assert copy_now(house, copy).state is CopyState.SCANNED
