"""What the host knows of the machine."""

from __future__ import annotations

from drivers.inserter import vocabulary as say
from drivers.inserter.faults import EXPLANATIONS, STATION_NAMES, describe
from drivers.inserter.machine import Machine
from drivers.inserter.vocabulary import Fault, MachineState, Outcome, PieceSpec, Station


def spec(piece: str) -> PieceSpec:
    return PieceSpec(1, piece, 1, 2)


def outcome(piece: str, kind: Outcome = Outcome.STACKED) -> say.PieceOutcome:
    return say.PieceOutcome(piece, 1, kind, 2, Fault.NONE, 1)


def held(machine: Machine) -> list[str]:
    return [piece.piece for piece in machine.view().in_flight]


def test_a_piece_is_held_from_the_offer_to_its_outcome() -> None:
    machine = Machine()
    machine.piece_offered(spec("A"))
    assert not machine.view().in_flight[0].confirmed
    machine.piece_taken("A", 1)
    machine.apply(say.SheetScanned("A", 1, 1, 2, "A1", 0), live=True)
    machine.apply(say.PieceAt("A", 1, Station.FOLDER, 2), live=True)
    (piece,) = machine.view().in_flight
    assert (piece.confirmed, piece.scanned, piece.station, piece.sheets) == (True, 1, Station.FOLDER, 2)
    machine.apply(outcome("A"), live=True)
    assert held(machine) == []
    assert machine.view().outcomes[Outcome.STACKED] == 1


def test_a_reply_that_comes_after_the_outcome_does_not_bring_the_piece_back() -> None:
    machine = Machine()
    machine.piece_offered(spec("A"))
    machine.apply(outcome("A"), live=True)
    machine.piece_taken("A", 1)
    assert held(machine) == []


def test_a_refused_piece_is_not_held_unless_it_was_confirmed_before() -> None:
    machine = Machine()
    machine.piece_offered(spec("A"))
    machine.piece_not_taken("A", 1)
    machine.piece_offered(spec("B"))
    machine.piece_taken("B", 1)
    machine.piece_offered(spec("B"))
    machine.piece_not_taken("B", 1)
    assert held(machine) == ["B"]


def test_two_copies_of_a_piece_are_two() -> None:
    machine = Machine()
    machine.piece_offered(PieceSpec(1, "A", 1, 2))
    machine.piece_offered(PieceSpec(2, "A", 2, 2))
    machine.apply(outcome("A"), live=True)
    assert [(piece.piece, piece.copy) for piece in machine.view().in_flight] == [("A", 2)]


def test_pieces_held_at_a_restart_are_uncertain_until_their_outcome_comes() -> None:
    machine = Machine()
    for name in ("A", "B"):
        machine.piece_offered(spec(name))
    machine.restarted()
    assert held(machine) == []
    assert machine.view().uncertain == (("A", 1), ("B", 1))
    machine.apply(outcome("A"), live=False)
    assert machine.view().uncertain == (("B", 1),)
    machine.job_ended()
    assert machine.view().uncertain == ()


def test_pieces_known_from_events_alone_are_held_too() -> None:
    machine = Machine()
    machine.apply(say.PieceAt("A", 1, Station.FOLDER, 2), live=False)
    assert held(machine) == ["A"]


def test_old_state_changes_do_not_change_the_state() -> None:
    machine = Machine()
    machine.apply(say.StateChanged(MachineState.FAULTED, Fault.JAM), live=False)
    assert machine.state is MachineState.OFFLINE
    machine.apply(say.StateChanged(MachineState.RUNNING, Fault.NONE), live=True)
    assert machine.state is MachineState.RUNNING


def test_a_fault_is_remembered_until_it_is_cleared() -> None:
    machine = Machine()
    jam = say.FaultRaised(Fault.JAM, Station.FOLDER, "A", 1, "jam in folder")
    machine.apply(jam, live=True)
    machine.apply(say.FaultCleared(Fault.COVER_OPEN), live=True)
    assert machine.view().last_fault == jam
    machine.apply(say.FaultCleared(Fault.JAM), live=True)
    assert machine.view().last_fault is None


def test_supplies_covers_and_the_emergency_stop_are_followed() -> None:
    machine = Machine()
    machine.apply(say.Supply(Station.ENVELOPE_FEEDER, 1), live=True)
    machine.apply(say.Cover(Station.FOLDER, True), live=True)
    machine.apply(say.Cover(Station.SEALER, True), live=True)
    machine.apply(say.Cover(Station.FOLDER, False), live=True)
    machine.apply(say.EmergencyStop(True), live=True)
    view = machine.view()
    assert view.supplies[Station.ENVELOPE_FEEDER] == 1
    assert view.open_covers == {Station.SEALER}
    assert view.emergency_stop


def test_loading_a_job_begins_new_counts_and_its_end_forgets_it() -> None:
    machine = Machine()
    machine.apply(outcome("A"), live=True)
    machine.job_loaded(say.JobSpec("J", 1, 1, "C5", say.Fold.HALF, "m", "t"))
    assert machine.view().job == "J"
    assert machine.view().outcomes[Outcome.STACKED] == 0
    machine.apply(say.JobEnded(say.Counters(1, 2, 3, 4, 5, 6, 7)), live=True)
    assert machine.view().job == ""


def test_every_fault_and_station_has_words() -> None:
    assert set(EXPLANATIONS) == set(Fault)
    assert set(STATION_NAMES) == set(Station)
    assert all(explanation.meaning and explanation.remedy for explanation in EXPLANATIONS.values())


def test_a_fault_is_told_with_code_station_and_remedy() -> None:
    raised = say.FaultRaised(Fault.INSERTS_EMPTY, Station.INSERT_FEEDER_3, "", 0, "")
    assert describe(raised) == "E2106 insert feeder 3: an insert feeder is empty. Load that insert, then start."
