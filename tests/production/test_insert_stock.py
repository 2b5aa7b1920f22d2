"""The stock of inserts: the sum of what was counted, delivered and used, each use once, whatever breaks off."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drivers.inserter.vocabulary import Outcome, PieceAt, Station
from mailroom.bootstrap import House
from mailroom.domain.details import PieceDetails, PieceInsert
from mailroom.domain.errors import MailroomError
from mailroom.domain.insert_stock import MovementKind
from mailroom.domain.lifecycle import REPLACEABLE, TRANSITIONS, CopyEvent, CopyState
from mailroom.planning.campaign_file import load_inserts
from mailroom.planning.files import SHIPPED
from mailroom.planning.insert import InsertItem, Mode
from mailroom.production.books import InsertStock, read_books
from mailroom.production.insert_stock import count_insert, deliver_insert, look_at_stock
from mailroom.production.record import Recorder
from mailroom.production.withdraw import withdraw_piece
from mailroom.store.store import Store, open_store
from tests.production.stages import (
    PERSON,
    Machine,
    batches,
    copies,
    inserting,
    journal,
    move,
    outcome,
    planned,
    printed,
    scans,
)
from tests.store.ledgers import NOW, copy, lay_out, piece

ITEMS, CAMPAIGNS = load_inserts(SHIPPED / "inserts-example.toml")
FLYER = ITEMS["spring-flyer"]


def with_flyers(house: House, stock: int | None) -> House:
    """The house with one insert that goes to every piece."""
    campaign = replace(next(each for each in CAMPAIGNS if each.mode is Mode.ALWAYS), insert=FLYER.name)
    today = house.plant.clock().date()
    always = replace(campaign, first_day=today, last_day=today.replace(year=today.year + 1))
    setup = replace(
        house.plant.floor.setup, items={FLYER.name: replace(FLYER, stock=stock, feeder=0)}, campaigns=(always,)
    )
    return replace(house, plant=replace(house.plant, floor=replace(house.plant.floor, setup=setup)))


def stock(house: House) -> InsertStock | None:
    return look_at_stock(house.plant)[FLYER.name]


def test_the_file_opens_the_count_and_the_run_reserves(small_house: Callable[..., House]) -> None:
    house = with_flyers(small_house(pieces=4), 10)
    assert stock(house) == InsertStock(10, 0)
    run = planned(house)
    pieces = len(copies(house, run))
    assert stock(house) == InsertStock(10, pieces)
    with house.store.reader() as ledger:
        assert [each.kind for each in ledger.movements(FLYER.name)] == [MovementKind.OPENED]
    assert [entry.detail["stock"] for entry in journal(house) if entry.event == "insert.opened"] == [10]


def test_once_begun_the_count_is_the_ledgers_whatever_the_file_says(small_house: Callable[..., House]) -> None:
    house = with_flyers(small_house(pieces=2), 10)
    assert count_insert(house.plant, FLYER.name, 7, "Kari") == -3
    house = with_flyers(house, 5000)
    assert stock(house) == InsertStock(7, 0)
    assert deliver_insert(house.plant, FLYER.name, 20, "Kari") == 27
    assert stock(house) == InsertStock(27, 0)
    told = [(entry.event, entry.who, entry.detail["change"]) for entry in journal(house)]
    assert told == [
        ("insert.opened", "system", 10),
        ("insert.counted", PERSON, -3),
        ("insert.delivered", PERSON, 20),
    ]


def test_a_plan_promises_no_more_than_is_free(small_house: Callable[..., House]) -> None:
    house = with_flyers(small_house(pieces=4), 1)
    run = planned(house)
    with house.store.reader() as ledger:
        assert sum(len(piece.details.inserts) for piece in ledger.pieces(run.id)) == 1
    assert stock(house) == InsertStock(1, 1)


def test_what_was_used_beyond_the_count_leaves_nothing_to_promise() -> None:
    assert InsertStock(-2, 0).free == 0
    assert InsertStock(3, 5).free == 0


def test_a_stacked_copy_has_taken_its_insert_and_a_destroyed_one_takes_it_along(
    small_house: Callable[..., House],
) -> None:
    house = with_flyers(small_house(pieces=3), 10)
    run = planned(house)
    printed(house, run)
    batch = inserting(house, batches(house, run)[0])
    first, *_ = [each for each in copies(house, run) if each.batch == batch.id]
    pieces = len(copies(house, run))
    Machine(house, batch).stack([first])
    assert stock(house) == InsertStock(9, pieces - 1)
    move(house, first, CopyEvent.DESTROY)
    assert stock(house) == InsertStock(9, pieces)


def test_a_copy_thrown_out_before_the_inserts_leaves_them_and_one_behind_them_takes_them(
    small_house: Callable[..., House],
) -> None:
    house = with_flyers(small_house(pieces=3), 10)
    run = planned(house)
    printed(house, run)
    batch = inserting(house, batches(house, run)[0])
    first, second, *_ = [each for each in copies(house, run) if each.batch == batch.id]
    machine = Machine(house, batch)
    for each, stations in ((first, ()), (second, (Station.FOLDER, Station.INSERTION))):
        at = [PieceAt(each.piece, each.copy, station, each.sheets) for station in stations]
        machine.say(*scans(each), *at, outcome(each, Outcome.DIVERTED))
        move(house, each, CopyEvent.DESTROY)
    found = stock(house)
    assert found is not None
    assert found.there == 9


def test_a_fed_copy_of_which_the_machine_tells_nothing_counts_as_having_taken_it(
    small_house: Callable[..., House],
) -> None:
    house = with_flyers(small_house(pieces=3), 10)
    run = planned(house)
    printed(house, run)
    never_fed, *_ = copies(house, run)
    move(house, never_fed, CopyEvent.LOSE, CopyEvent.DESTROY)
    feed_the_rest(house, run.id)
    fed = next(each for each in copies(house, run) if each.state is CopyState.FEEDING)
    move(house, fed, CopyEvent.LOSE, CopyEvent.DESTROY)
    found = stock(house)
    assert found is not None
    assert found.there == 9


def feed_the_rest(house: House, run: str) -> None:
    """Every printed copy recorded as fed."""
    with house.store.ledger() as ledger:
        record = Recorder(ledger, house.plant.clock)
        for each in ledger.copies_of_run(run):
            if each.state is CopyState.PRINTED:
                record.copy(run, each, CopyEvent.FEED, boot=1)
        ledger.commit()


def test_a_withdrawn_piece_holds_nothing(small_house: Callable[..., House]) -> None:
    house = with_flyers(small_house(pieces=3), 10)
    run = planned(house)
    before = stock(house)
    withdraw_piece(house.plant, copies(house, run)[0].piece, "Kari")
    assert before is not None
    assert stock(house) == replace(before, reserved=before.reserved - 1)


def test_what_nobody_counts_says_so_and_takes_no_delivery(small_house: Callable[..., House]) -> None:
    house = with_flyers(small_house(pieces=2), None)
    planned(house)
    assert stock(house) is None
    with pytest.raises(MailroomError, match="E7096"):
        deliver_insert(house.plant, FLYER.name, 5, "Kari")
    with pytest.raises(MailroomError, match="E7095"):
        count_insert(house.plant, "unheard-of", 5, "Kari")
    with pytest.raises(MailroomError, match="E7002"):
        count_insert(house.plant, FLYER.name, 5, " ")
    assert stock(house) is None


class StockInStore(RuleBasedStateMachine):
    """Copies live as they may, persons count, and any of it may break off before its commit. The model counts what was
    committed: a number, and which copies must and which may have taken an insert."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store: Store = open_store(f"sqlite:///{Path(self.folder.name) / 'ledger.db'}")
        self.store.upgrade()
        details = PieceDetails(inserts=(PieceInsert("flyer", "always", 1),))
        with self.store.ledger() as ledger:
            lay_out(ledger)
            ledger.add_piece(replace(piece(3), details=details))
            for number in (1, 2, 3):
                ledger.add_copy(copy(f"P0000000{number}", order=number))
            ledger.commit()
        self.number = 1
        self.expected: int | None = None
        self.taken: set[int] = set()

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(number=st.integers(0, 50), delivered=st.booleans(), crash=st.booleans())
    def somebody_counts(self, number: int, delivered: bool, crash: bool) -> None:
        with self.store.ledger() as ledger:
            record = Recorder(ledger, lambda: NOW)
            if delivered and self.expected is not None:
                record.deliver_stock("flyer", number, PERSON)
                now = self.expected + number
            else:
                record.count_stock("flyer", number, PERSON)
                now = number
            if not crash:
                ledger.commit()
                self.expected = now

    @precondition(lambda self: self.steps())
    @rule(data=st.data(), crash=st.booleans(), twice=st.booleans())
    def a_copy_lives(self, data: st.DataObject, crash: bool, twice: bool) -> None:
        event = data.draw(st.sampled_from(self.steps()))
        with self.store.ledger() as ledger:
            held = ledger.copy("P00000003", self.number)
            assert held is not None
            record = Recorder(ledger, lambda: NOW)
            moved = record.copy("R000001", held, event, PERSON)
            if twice and moved.state is CopyState.STACKED:
                record.use_inserts("R000001", moved, PERSON)
            if crash:
                return
            used = ledger.inserts_of("P00000003", self.number) == {"flyer"}
            ledger.commit()
        if moved.state is CopyState.STACKED:
            assert used
        if used and self.number not in self.taken:
            self.taken.add(self.number)
            self.expected = None if self.expected is None else self.expected - 1

    @precondition(lambda self: self.state() in REPLACEABLE)
    @rule()
    def the_next_copy_is_released(self) -> None:
        with self.store.ledger() as ledger:
            again = copy("P00000003", self.number + 1, self.number + 1, "R000001-B02")
            Recorder(ledger, lambda: NOW).release("R000001", again, "reprint")
            ledger.commit()
        self.number += 1

    def steps(self) -> list[CopyEvent]:
        """What may happen to the last copy now."""
        state = self.state()
        return [event for at, event in TRANSITIONS if at is state and event is not CopyEvent.CANCEL]

    def state(self) -> CopyState:
        with self.store.reader() as ledger:
            held = ledger.copy("P00000003", self.number)
        assert held is not None
        return held.state

    @invariant()
    def the_stock_is_the_sum_and_each_copy_took_at_most_one(self) -> None:
        with self.store.reader() as ledger:
            movements, levels = ledger.movements("flyer"), ledger.stock()
            books = read_books(ledger, {"flyer": a_flyer()})
        uses = [each.copy for each in movements if each.kind is MovementKind.USED]
        assert sorted(filter(None, uses)) == sorted(self.taken)
        if movements:
            assert levels["flyer"].there == sum(each.change for each in movements)
        if self.expected is None:
            assert "flyer" not in books.stock
        else:
            waits = self.number not in self.taken or self.state() in REPLACEABLE
            assert books.stock["flyer"] == InsertStock(self.expected, int(waits))


def a_flyer() -> InsertItem:
    return replace(FLYER, name="flyer", stock=None)


TestStockInStore = StockInStore.TestCase
TestStockInStore.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
