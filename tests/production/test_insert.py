"""At the machine: what stands is mended or put before a person, what was forgotten is unknown, and whatever happens
the batch comes to an end that accounts for every copy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.inserter.errors import CommandRefused
from drivers.inserter.vocabulary import Fault, FaultCleared, MachineState, Outcome, PieceSpec, Station
from mailroom.bootstrap import House
from mailroom.cli.operators import NoOperator
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.run import Batch, BatchState, MailRun
from mailroom.production.accept_loss import LOSS_ACCEPTED, accept_loss
from mailroom.production.insert import insert_batch, recover_batch
from mailroom.production.line import Line, Patience
from mailroom.production.ports import Operator
from mailroom.production.reconcile import reconcile, unresolved
from mailroom.production.recover import DECLARED
from mailroom.production.recovery import Recovery, Word
from mailroom.production.standstill import MachineTrouble
from tests.production.fake_inserter import FakeInserter
from tests.production.fakes import ScriptedOperator, ScriptedQueue
from tests.production.stages import batches, copies, incidents, journal, planned, printed

PIECES = 5


class Shop:
    """One printed batch, a machine and somebody beside it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.run: MailRun = planned(house)
        self.batch = max(printed(house, self.run), key=lambda batch: batch.pieces)
        self.machine = FakeInserter()
        self.operator = ScriptedOperator()
        assert self.batch.pieces >= 3

    @property
    def pieces(self) -> list[str]:
        """In the order of the stack."""
        with self.house.store.reader() as ledger:
            return [copy.piece for copy in ledger.copies_of_batch(self.batch.id)]

    def insert(self, operator: Operator | None = None) -> Batch:
        line = Line(ScriptedQueue(), self.machine.connect, "SIM-1", operator or self.operator, Patience(0.001, 0.2))
        batch = next(batch for batch in batches(self.house, self.run) if batch.id == self.batch.id)
        return insert_batch(self.house.plant, line, batch)

    def state(self, piece: str) -> CopyState:
        return next(copy.state for copy in copies(self.house, self.run) if copy.piece == piece)

    def states(self) -> list[CopyState]:
        return [self.state(piece) for piece in self.pieces]


@pytest.fixture
def shop(small_house: Callable[..., House]) -> Shop:
    return Shop(small_house(pieces=PIECES))


def test_a_good_machine_stacks_everything(shop: Shop) -> None:
    assert shop.insert().state is BatchState.DONE
    assert set(shop.states()) == {CopyState.STACKED}
    assert not shop.operator.faults
    assert not incidents(shop.house)


def test_a_short_queue_is_filled_again_and_again(shop: Shop) -> None:
    shop.machine.places = 1
    assert shop.insert().state is BatchState.DONE
    assert set(shop.states()) == {CopyState.STACKED}


def test_a_jam_is_cleared_by_hand_and_its_piece_is_unknown(shop: Shop) -> None:
    jammed = shop.pieces[1]
    shop.machine.trouble[jammed] = (Fault.JAM,)
    assert shop.insert().state is BatchState.DONE
    assert shop.operator.faults == ["JAM"]
    assert shop.state(jammed) is CopyState.UNKNOWN
    assert [shop.state(piece) for piece in shop.pieces if piece != jammed] == [CopyState.STACKED] * (
        len(shop.pieces) - 1
    )


def test_a_fault_behind_a_graver_one_is_asked_for_in_its_turn(shop: Shop) -> None:
    shop.machine.trouble[shop.pieces[1]] = (Fault.COVER_OPEN, Fault.SHEET_DAMAGED, Fault.SEALER_DRY)
    assert shop.insert().state is BatchState.DONE
    assert shop.operator.faults == ["COVER_OPEN", "SHEET_DAMAGED"]
    assert shop.state(shop.pieces[1]) is CopyState.UNKNOWN


def test_only_what_must_come_out_is_listed_for_taking_out(shop: Shop) -> None:
    seen: dict[str, int] = {}

    class Watching(ScriptedOperator):
        def clear(self, fault: str, text: str, positions: object) -> bool:
            assert isinstance(positions, tuple)
            seen[fault] = len(positions)
            return True

    jammed, empty = shop.pieces[:2]
    shop.machine.trouble = {jammed: (Fault.JAM,), empty: (Fault.ENVELOPES_EMPTY,)}
    shop.insert(Watching())
    assert seen == {"JAM": 1, "ENVELOPES_EMPTY": 0}


def test_with_nobody_there_a_jam_ends_the_work_and_names_what_lies_where(shop: Shop) -> None:
    jammed = shop.pieces[1]
    shop.machine.trouble[jammed] = (Fault.JAM,)
    with pytest.raises(MachineTrouble, match=f"E2051 the machine is faulted: jam.*folder: {jammed} copy 1"):
        shop.insert(NoOperator())
    assert "clear" not in shop.machine.calls
    assert shop.insert().state is BatchState.DONE, "with somebody there it goes on where it stood"
    assert shop.machine.jobs == [shop.batch.id]


def test_a_filled_feeder_needs_nobodys_word_at_the_next_start(shop: Shop) -> None:
    filled = False
    shop.machine.mended = lambda _fault: filled
    shop.machine.trouble[shop.pieces[1]] = (Fault.ENVELOPES_EMPTY,)
    for _ in range(2):
        with pytest.raises(MachineTrouble, match=r"E2051.*envelopes empty"):
            shop.insert(NoOperator())
    filled = True
    assert shop.insert(NoOperator()).state is BatchState.DONE
    assert set(shop.states()) == {CopyState.STACKED}


def test_a_fault_that_is_not_mended_although_somebody_says_so_is_not_asked_for_ever(shop: Shop) -> None:
    shop.machine.mended = lambda _fault: False
    shop.machine.trouble[shop.pieces[1]] = (Fault.SEALER_DRY,)
    with pytest.raises(MachineTrouble, match="sealer dry still stands"):
        shop.insert()
    assert shop.operator.faults == ["SEALER_DRY"]


@pytest.mark.parametrize("fault", [Fault.HOST_LOST, Fault.EVENTS_FULL])
def test_a_machine_that_waited_for_us_goes_on_without_anybody(shop: Shop, fault: Fault) -> None:
    shop.machine.trouble[shop.pieces[1]] = (fault,)
    assert shop.insert(NoOperator()).state is BatchState.DONE
    assert set(shop.states()) == {CopyState.STACKED}


def test_a_machine_that_still_waits_for_us_is_waited_for(shop: Shop) -> None:
    tries = iter([False, False, False])
    shop.machine.mended = lambda _fault: next(tries, True)
    shop.machine.trouble[shop.pieces[1]] = (Fault.EVENTS_FULL,)
    assert shop.insert(NoOperator()).state is BatchState.DONE


def test_the_rest_of_the_stack_may_be_laid_into_the_feeder(shop: Shop) -> None:
    shop.machine.trouble[shop.pieces[1]] = (Fault.SHEETS_EMPTY,)
    assert shop.insert().state is BatchState.DONE
    assert set(shop.states()) == {CopyState.STACKED}
    assert shop.operator.faults == ["SHEETS_EMPTY"]


def test_when_the_paper_is_out_the_job_ends_and_the_rest_waits_for_a_person(shop: Shop) -> None:
    shop.machine.mended = lambda _fault: False
    shop.machine.trouble[shop.pieces[1]] = (Fault.SHEETS_EMPTY,)
    assert shop.insert().state is BatchState.DONE
    assert shop.states() == [CopyState.STACKED] + [CopyState.PRINTED] * (len(shop.pieces) - 1)
    with shop.house.store.reader() as ledger:
        left = {copy.piece for copy in unresolved(ledger, shop.run.id)}
    assert left == set(shop.pieces[1:])


def test_what_was_fed_but_never_queued_when_the_paper_ran_out_is_unknown(shop: Shop) -> None:
    shop.machine.mended = lambda _fault: False
    shop.machine.places = 1
    shop.machine.trouble[shop.pieces[0]] = (Fault.SHEETS_EMPTY,)
    assert shop.insert().state is BatchState.DONE
    assert shop.states() == [CopyState.PRINTED] + [CopyState.UNKNOWN] * (len(shop.pieces) - 1)


def test_events_that_lag_behind_start_nothing_twice(shop: Shop) -> None:
    shop.machine.trouble[shop.pieces[0]] = (Fault.JAM,)
    asked = shop.machine.check
    skipped = iter([True] * 6)

    def late() -> None:
        if not next(skipped, False):
            asked()

    shop.machine.check = late  # type: ignore[method-assign]
    assert shop.insert().state is BatchState.DONE
    assert shop.machine.calls.count("load") == 1


def interrupted(shop: Shop, fault: Fault = Fault.JAM) -> None:
    """The host ends while the second piece is stuck; all others are queued."""
    shop.machine.trouble[shop.pieces[1]] = (fault,)
    with pytest.raises(MachineTrouble):
        shop.insert(NoOperator())
    assert shop.states()[:2] == [CopyState.STACKED, CopyState.SCANNED]


def test_a_machine_that_was_switched_off_meanwhile_has_forgotten_its_pieces(shop: Shop) -> None:
    interrupted(shop)
    shop.machine.reboot()
    assert shop.insert().state is BatchState.DONE
    assert shop.states() == [CopyState.STACKED] + [CopyState.UNKNOWN] * (len(shop.pieces) - 1)
    assert "incident.no_counters" in {entry.event for entry in incidents(shop.house)}
    assert shop.machine.jobs == [shop.batch.id], "what was fed is not fed again"


def test_a_machine_that_is_switched_off_under_our_hands_is_taken_over_anew(shop: Shop) -> None:
    shop.machine.trouble[shop.pieces[1]] = (Fault.JAM,)

    class Clumsy(ScriptedOperator):
        def clear(self, fault: str, text: str, positions: object) -> bool:
            shop.machine.reboot()
            return True

    assert shop.insert(Clumsy()).state is BatchState.DONE
    assert shop.states()[0] is CopyState.STACKED
    assert set(shop.states()[1:]) == {CopyState.UNKNOWN}


def test_what_was_never_fed_goes_into_the_restarted_machine(shop: Shop) -> None:
    shop.machine.places = 1
    interrupted(shop)
    fed = [piece for piece in shop.pieces if shop.state(piece) is not CopyState.PRINTED]
    shop.machine.reboot()
    shop.machine.places = 64
    assert shop.insert().state is BatchState.DONE
    expected = [CopyState.STACKED, *[CopyState.UNKNOWN] * (len(fed) - 1)]
    assert [shop.state(piece) for piece in fed] == expected
    assert {shop.state(piece) for piece in shop.pieces if piece not in fed} <= {CopyState.STACKED}


def test_a_reboot_after_the_last_outcome_leaves_a_batch_without_counters(shop: Shop) -> None:
    def switched_off() -> object:
        shop.machine.check()
        shop.machine.reboot()
        raise CommandRefused(Fault.NO_JOB, "no job")

    shop.machine.end_job = switched_off  # type: ignore[method-assign,assignment]
    done = shop.insert()
    assert (done.state, done.counters) == (BatchState.DONE, {})
    assert set(shop.states()) == {CopyState.STACKED}
    assert [entry.event for entry in incidents(shop.house)] == ["incident.no_counters"]


def test_a_job_that_ended_while_we_were_away_is_not_begun_again(shop: Shop) -> None:
    interrupted(shop)
    shop.machine.clear_path()
    shop.machine.end_job()
    assert shop.insert().state is BatchState.DONE
    assert shop.machine.jobs == [shop.batch.id]
    assert shop.states()[:2] == [CopyState.STACKED, CopyState.UNKNOWN]
    assert CopyState.FEEDING not in shop.states()


def test_another_job_on_the_machine_is_left_alone(shop: Shop) -> None:
    shop.machine.job = "R000009-B01"
    with pytest.raises(MachineTrouble, match=r"E2050.*R000009-B01"):
        shop.insert()
    assert shop.machine.calls == []
    assert set(shop.states()) == {CopyState.PRINTED}


def test_a_sheet_of_nobodys_in_the_path_is_taken_out_before_the_job_ends(shop: Shop) -> None:
    plain = shop.machine.end_job

    def stuck() -> object:
        shop.machine.end_job = plain  # type: ignore[method-assign]
        shop.machine.standing = [Fault.JAM]
        raise CommandRefused(Fault.PATH_NOT_EMPTY, "paper in the path")

    shop.machine.end_job = stuck  # type: ignore[method-assign,assignment]
    assert shop.insert().state is BatchState.DONE
    assert shop.operator.faults == ["JAM"]


def test_where_nothing_moves_somebody_is_called(shop: Shop) -> None:
    def deaf(piece: PieceSpec) -> int:
        return 5

    shop.machine.queue_piece = deaf  # type: ignore[method-assign]
    with pytest.raises(MachineTrouble, match="E2051 the machine is running: nothing moves"):
        shop.insert()


def test_copies_are_queued_by_their_place_in_the_stack(shop: Shop) -> None:
    queued: list[tuple[int, str]] = []
    take = shop.machine.queue_piece

    def noted(piece: PieceSpec) -> int:
        queued.append((piece.order, piece.piece))
        return take(piece)

    shop.machine.queue_piece = noted  # type: ignore[method-assign]
    shop.insert()
    assert [piece for _, piece in sorted(queued)] == shop.pieces


class Guided(ScriptedOperator):
    """Says one word of every piece asked for, scanning its first sheet before; clears as told."""

    def __init__(self, word: Word, *, clears: bool = True, scan: bool = True) -> None:
        super().__init__(clears=clears)
        self.word, self.scan = word, scan
        self.begun: list[Recovery] = []

    def recover(self, text: str, begun: Recovery) -> Recovery:
        self.begun.append(begun)
        now = begun
        while (piece := now.due) is not None:
            code = f"{now.run}{piece.copy.piece}{piece.copy.copy:02}001{piece.copy.sheets:03}"
            answer = now.scan(code) if self.scan else now
            assert isinstance(answer, Recovery)
            answer = answer.say(self.word)
            assert isinstance(answer, Recovery), answer
            now = answer
        return now


def test_what_was_said_at_a_jam_counts_when_the_machine_has_let_go(shop: Shop) -> None:
    jammed = shop.pieces[1]
    shop.machine.trouble[jammed] = (Fault.JAM,)
    operator = Guided(Word.DESTROYED)
    shop.insert(operator)
    (said,) = [entry for entry in journal(shop.house) if entry.event == DECLARED]
    assert (said.who, said.piece, said.copy) == ("person:Kari", jammed, 1)
    assert said.detail["word"] == "destroyed"
    assert said.detail["station"] == "folder"
    assert said.detail["scanned"] == [1]
    assert shop.state(jammed) is CopyState.UNKNOWN
    assert reconcile(shop.house.plant, shop.run.id, NoOperator()) == [], "nobody is asked again"
    assert shop.state(jammed) is CopyState.DESTROYED


def test_what_was_said_by_somebody_who_then_walks_away_does_not_count(shop: Shop) -> None:
    jammed = shop.pieces[1]
    shop.machine.trouble[jammed] = (Fault.JAM,)
    with pytest.raises(MachineTrouble):
        shop.insert(Guided(Word.DESTROYED, clears=False))
    assert DECLARED not in {entry.event for entry in journal(shop.house)}
    shop.insert()
    assert shop.state(jammed) is CopyState.UNKNOWN


def test_a_piece_that_has_its_answer_is_not_asked_for_again(shop: Shop) -> None:
    jammed = shop.pieces[1]
    shop.machine.trouble[jammed] = (Fault.JAM,)
    clear = shop.machine.clear_path
    shop.machine.clear_path = lambda: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(ZeroDivisionError):
        shop.insert(Guided(Word.DESTROYED))
    shop.machine.clear_path = clear  # type: ignore[method-assign]
    operator = Guided(Word.QUARANTINED)
    shop.insert(operator)
    assert [begun.due for begun in operator.begun] == [None]
    assert [entry.detail["word"] for entry in journal(shop.house) if entry.event == DECLARED] == ["destroyed"]


def test_a_machine_that_stacks_what_was_declared_destroyed_is_not_believed(shop: Shop) -> None:
    jammed = shop.pieces[1]
    shop.machine.trouble[jammed] = (Fault.JAM,)

    def goes_on() -> int:
        shop.machine.path, spec = [], shop.machine.path[0]
        shop.machine._settle(spec, Outcome.STACKED)
        return 0

    shop.machine.clear_path = goes_on  # type: ignore[method-assign]
    shop.insert(Guided(Word.DESTROYED))
    assert [entry.event for entry in incidents(shop.house)][:1] == ["incident.declared_otherwise"]
    assert shop.state(jammed) is CopyState.UNKNOWN
    (left,) = reconcile(shop.house.plant, shop.run.id, NoOperator())
    assert left.piece == jammed, "what contradicts itself is not printed again by itself"


def test_what_never_left_the_feeder_is_fed_again_when_its_top_sheet_was_scanned(shop: Shop) -> None:
    interrupted(shop)
    shop.machine.reboot()
    operator = Guided(Word.BACK)
    moved, *rest = shop.pieces[1:]

    def recover(text: str, begun: Recovery) -> Recovery:
        assert "restarted" in text
        assert begun.due is not None
        assert begun.due.copy.piece == moved
        assert begun.due.seen is Station.SHEET_FEEDER
        answer = begun.say(Word.DESTROYED)
        assert isinstance(answer, Recovery)
        return Guided.recover(operator, text, answer)

    operator.recover = recover  # type: ignore[method-assign]
    assert shop.insert(operator).state is BatchState.DONE
    assert shop.state(moved) is CopyState.DESTROYED
    assert [shop.state(piece) for piece in rest] == [CopyState.STACKED] * len(rest)
    returned = [entry for entry in journal(shop.house) if entry.event == "copy.return"]
    assert [(entry.piece, entry.who) for entry in returned] == [(piece, "person:Kari") for piece in rest]


def test_with_nobody_there_what_was_forgotten_stays_unknown(shop: Shop) -> None:
    interrupted(shop)
    shop.machine.reboot()
    shop.insert(NoOperator())
    assert shop.states() == [CopyState.STACKED] + [CopyState.UNKNOWN] * (len(shop.pieces) - 1)


def test_a_recovery_mends_the_machine_and_feeds_nothing(shop: Shop) -> None:
    interrupted(shop)
    operator = Guided(Word.DESTROYED)
    line = Line(ScriptedQueue(), shop.machine.connect, "SIM-1", operator, Patience(0.05, 0.2))
    (batch,) = [batch for batch in batches(shop.house, shop.run) if batch.id == shop.batch.id]
    starts = shop.machine.calls.count("start")
    assert recover_batch(shop.house.plant, line, batch).state is MachineState.STOPPED
    assert shop.machine.calls.count("start") == starts
    assert shop.states()[:3] == [CopyState.STACKED, CopyState.UNKNOWN, CopyState.FEEDING]
    assert reconcile(shop.house.plant, shop.run.id, NoOperator()) == []
    assert shop.states()[:3] == [CopyState.STACKED, CopyState.DESTROYED, CopyState.FEEDING]
    assert shop.insert(NoOperator()).state is BatchState.DONE


def test_a_person_answers_for_events_that_the_machine_has_lost(shop: Shop) -> None:
    interrupted(shop)
    shop.machine._emit(FaultCleared(Fault.JAM))
    shop.machine._emit(FaultCleared(Fault.JAM))
    lost = shop.machine.lose_events(2)
    with pytest.raises(MachineTrouble, match="E2008") as caught:
        shop.insert(NoOperator())
    line = Line(ScriptedQueue(), shop.machine.connect, "SIM-1", NoOperator(), Patience(0.001, 0.2))
    (batch,) = [batch for batch in batches(shop.house, shop.run) if batch.id == shop.batch.id]
    assert "accept-loss --who NAME" in caught.value.remedy
    assert accept_loss(shop.house.plant, line, batch, "Kari") is lost
    assert shop.states() == [CopyState.STACKED] + [CopyState.UNKNOWN] * (len(shop.pieces) - 1)
    (entry,) = [entry for entry in journal(shop.house) if entry.event == LOSS_ACCEPTED]
    assert (entry.who, entry.machine) == ("person:Kari", (lost.boot_id, lost.last))
    with shop.house.store.reader() as ledger:
        assert ledger.last_machine_event() == (lost.boot_id, lost.last), "the next process goes on behind the loss"
    assert "incident.events_lost" in {entry.event for entry in incidents(shop.house)}
    assert accept_loss(shop.house.plant, line, batch, "Kari") is None


def test_a_loss_that_nobody_answers_for_is_not_accepted(shop: Shop) -> None:
    interrupted(shop)
    shop.machine.lose_events(1)
    before = journal(shop.house)
    line = Line(ScriptedQueue(), shop.machine.connect, "SIM-1", NoOperator(), Patience(0.001, 0.2))
    with pytest.raises(MailroomError, match="E7002"):
        accept_loss(shop.house.plant, line, shop.batch, " ")
    assert journal(shop.house) == before
    assert shop.machine.lost is not None
