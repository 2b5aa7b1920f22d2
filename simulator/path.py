"""The paper's way through the machine in time: strokes, moves from station to station, and what stands in their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from omr.model import FedFirst
from simulator.camera import Camera
from simulator.collator import Collator, Key, Packet, Ruling
from simulator.exit_interface import Exit
from simulator.faults import FaultPlan, Kind, Moment, Rule
from simulator.messages import Event, PieceAt, PieceOutcome, Position, SheetScanned, SheetUnread, Supply
from simulator.paper import Paper
from simulator.supplies import Supplies
from simulator.tally import Tally
from simulator.words import INSERT_FEEDERS, Fault, Fold, Level, Outcome, Station


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each motion takes. A mid-sized office inserter: four sheets a second, 5,000 envelopes an hour.

    `late_ms`: what a late sensor adds.
    """

    feed_ms: float = 250.0
    fold_ms: float = 400.0
    insert_ms: float = 700.0
    seal_ms: float = 300.0
    late_ms: float = 600.0


class Permit(Enum):
    """What the sheet feeder may do."""

    NOTHING = "nothing"
    FINISH = "finish the collation that is open"
    FEED = "feed"


class Desk(Protocol):
    """Where the path reports to: the machine's controller."""

    def emit(self, event: Event) -> None:
        """Record an event."""

    def trouble(self, fault: Fault, station: Station, key: Key, text: str) -> bool:
        """Report a fault and do what the page says; False when it stands already."""

    def low(self, feeder: Station) -> None:
        """A feeder runs low."""

    def happen(self, rule: Rule) -> None:
        """Something happens around the machine."""

    def stop_after(self) -> None:
        """A piece that stops the machine is complete."""


@dataclass(slots=True)
class _Slot:
    packet: Packet
    ready_ms: float


@dataclass(frozen=True, slots=True)
class _Stroke:
    ready_ms: float
    kinds: frozenset[Kind]


@dataclass(slots=True)
class Path:
    """Stations from the sheet feeder to the stacker with one job on them.

    `run_ms` is the time that the path has been moving; it stands still with the machine.
    `envelopes_used` and `strokes` count since power-up.
    """

    desk: Desk
    paper: Paper
    supplies: Supplies
    plan: FaultPlan
    timing: Timing
    collator: Collator = field(default_factory=lambda: Collator(int))
    camera: Camera | None = None
    fold: Fold = Fold.NONE
    tally: Tally = field(default_factory=Tally)
    on_exit: Callable[[Exit, int], None] = lambda _exit, _number: None
    run_ms: float = 0.0
    envelopes_used: int = 0
    strokes: int = 0
    _slots: dict[Station, _Slot] = field(default_factory=dict)
    _stroke: _Stroke | None = None
    _incidents_for: Packet | None = None

    def new_job(self, camera: Camera, fold: Fold) -> None:
        self.collator = Collator(camera.following, camera.fed_first, self.collator.begun)
        self.camera, self.fold = camera, fold
        self.tally = Tally()
        self._incidents_for = None

    # What the controller believes to be where.

    def positions(self) -> list[tuple[Station, Packet, int]]:
        """(station, piece, sheets) in path order."""
        found = []
        current = self.collator.current
        if self._stroke is not None and current is not None:
            found.append((Station.SHEET_FEEDER, current, 1))
        if current is not None and current.counted:
            found.append((Station.ACCUMULATOR, current, current.counted))
        found += [(station, slot.packet, slot.packet.counted) for station, slot in sorted(self._slots.items())]
        return found

    def position_map(self) -> tuple[Position, ...]:
        return tuple(Position(station, *packet.key, sheets) for station, packet, sheets in self.positions())

    def pieces(self) -> list[Packet]:
        """Pieces of which paper is on the path, nearest to the stacker first."""
        pieces: list[Packet] = []
        for _, packet, _ in reversed(self.positions()):
            if packet not in pieces:
                pieces.append(packet)
        return pieces

    # Time.

    def next_ready_ms(self) -> float | None:
        """When (in run_ms) the next motion ends, or None when nothing moves."""
        times = [slot.ready_ms for slot in self._slots.values()]
        times += [self._stroke.ready_ms] if self._stroke else []
        return min((time for time in times if time > self.run_ms), default=None)

    def settle(self, permit: Permit) -> bool:
        """Make one move that can be made now; False when there is none."""
        return (
            self._pass_gate()
            or self._enter_sealer()
            or self._enter_insertion()
            or self._enter_folder()
            or self._shed_carried()
            or self._scan()
            or self._start_stroke(permit)
        )

    # Moves, nearest to the stacker first.

    def _ready(self, station: Station) -> Packet | None:
        slot = self._slots.get(station)
        return slot.packet if slot is not None and slot.ready_ms <= self.run_ms else None

    def _pass_gate(self) -> bool:
        packet = self._ready(Station.SEALER)
        if packet is None:
            return False
        if not self.paper.at(Station.SEALER):
            return self._missing(packet, Station.SEALER)
        del self._slots[Station.SEALER]
        fed = tuple(bit + 1 for bit in range(len(INSERT_FEEDERS)) if packet.order.selects >> bit & 1)
        self.on_exit(
            Exit(
                valid=not packet.spoiled,
                diverted=bool(packet.divert or packet.spoiled),
                marked=packet.divert,
                stations=fed,
                pages=packet.counted,
            ),
            packet.number,
        )
        if packet.divert or packet.spoiled:
            self._drop_in_bin(Station.SEALER)
            self._outcome(packet, Outcome.DIVERTED, packet.spoiled)
        else:
            self.paper.put_down(Station.SEALER, "stacker")
            self.supplies.stacked += 1
            self._outcome(packet, Outcome.STACKED, Fault.NONE)
        return True

    def _enter_sealer(self) -> bool:
        packet = self._ready(Station.INSERTION)
        if packet is None or Station.SEALER in self._slots:
            return False
        if not self.paper.at(Station.INSERTION):
            return self._missing(packet, Station.INSERTION)
        if packet.sealed:
            if not self.supplies.stock[Station.SEALER]:
                return self.desk.trouble(Fault.SEALER_DRY, Station.SEALER, packet.key, "sealer is dry")
            self._take_one(Station.SEALER)
        self._move(Station.INSERTION, Station.SEALER, self.timing.seal_ms if packet.sealed else 0.0)
        return True

    def _enter_insertion(self) -> bool:
        packet = self._ready(Station.FOLDER)
        if packet is None or Station.INSERTION in self._slots:
            return False
        if not self.paper.at(Station.FOLDER):
            return self._missing(packet, Station.FOLDER)
        feeders = [feeder for bit, feeder in enumerate(INSERT_FEEDERS) if packet.order.selects >> bit & 1]
        for feeder in feeders:
            if not self.supplies.stock[feeder]:
                text = f"insert feeder {feeder - Station.INSERT_1 + 1} is empty"
                return self.desk.trouble(Fault.INSERTS_EMPTY, feeder, packet.key, text)
        if not self.supplies.stock[Station.ENVELOPE_FEEDER]:
            text = "envelope feeder is empty"
            return self.desk.trouble(Fault.ENVELOPES_EMPTY, Station.ENVELOPE_FEEDER, packet.key, text)
        for feeder in (*feeders, Station.ENVELOPE_FEEDER):
            self._take_one(feeder)
        self.envelopes_used += 1
        self.tally.envelopes += 1
        packet.envelope = self.envelopes_used
        inserts = tuple(feeder - Station.INSERT_1 + 1 for feeder in feeders)
        self.paper.enclose(Station.FOLDER, packet.envelope, inserts)
        self._move(Station.FOLDER, Station.INSERTION, self.timing.insert_ms)
        return True

    def _enter_folder(self) -> bool:
        packet = self._ready(Station.ACCUMULATOR)
        if packet is None or Station.FOLDER in self._slots:
            return False
        if not self.paper.at(Station.ACCUMULATOR):
            return self._missing(packet, Station.ACCUMULATOR)
        self._move(Station.ACCUMULATOR, Station.FOLDER, 0.0 if self.fold is Fold.NONE else self.timing.fold_ms)
        return True

    def _move(self, source: Station, target: Station, takes_ms: float) -> None:
        packet = self._slots.pop(source).packet
        moment = self._moment(packet)
        late_ms = self.timing.late_ms if self.plan.at_station(moment, target, Kind.SENSOR_LATE) else 0.0
        self._slots[target] = _Slot(packet, self.run_ms + takes_ms + late_ms)
        self.paper.shift(source, target)
        self.desk.emit(PieceAt(*packet.key, target, packet.counted))
        if self.plan.at_station(moment, source, Kind.SENSOR_COVERED):
            # To the controller a sensor that stays covered is paper that did not go on.
            self.jam_now(packet, source)
        self._jam(packet, target)

    def _jam(self, packet: Packet, station: Station) -> bool:
        moment = self._moment(packet, stroke=station is Station.SHEET_FEEDER)
        rules = (self.plan.at_station(moment, station, kind) for kind in (Kind.JAM, Kind.RESIDUAL_JAM, Kind.TAKEN))
        rule = next(filter(None, rules), None)
        if rule is None:
            return False
        if rule.kind is Kind.TAKEN:
            self.paper.put_down(station, "removed")
            return False
        residual = rule.kind is Kind.RESIDUAL_JAM
        if residual:
            self.paper.hold_back(station)
        self.jam_now(packet, station, destroys=rule.destroys or residual)
        return True

    def _moment(self, packet: Packet, *, stroke: bool = False) -> Moment:
        sheet, feed = (packet.progress + 1, self.strokes) if stroke else (0, 0)
        return Moment(packet.key[0], packet.order.sheets, packet.number, sheet, feed)

    def jam_now(self, packet: Packet, station: Station, *, destroys: bool = False) -> None:
        """What lies at `station` is stuck."""
        if destroys:
            self.paper.crush(station)
            packet.destroyed = True
        self.desk.trouble(Fault.JAM, station, packet.key, f"jam in {station.name.lower().replace('_', ' ')}")

    def _missing(self, packet: Packet, station: Station) -> bool:
        """The sensor says that nothing is there to move on."""
        text = f"paper is missing in {station.name.lower().replace('_', ' ')}"
        return self.desk.trouble(Fault.JAM, station, packet.key, text)

    def _lost_collation(self) -> Packet | None:
        """The open collation whose sheets do not lie in the accumulator."""
        current = self.collator.current
        gone = current is not None and current.counted > 0 and not self.paper.at(Station.ACCUMULATOR)
        return current if gone else None

    # The sheet feeder.

    def _start_stroke(self, permit: Permit) -> bool:
        collator = self.collator
        opened = collator.current is not None and collator.current.counted > 0
        allowed = permit is Permit.FEED or (permit is Permit.FINISH and opened)
        if not allowed or self._stroke is not None or Station.ACCUMULATOR in self._slots:
            return False
        if collator.current is None and not collator.queue:
            return False
        if self.supplies.bin_full:
            return self.desk.trouble(Fault.BIN_FULL, Station.DIVERT_BIN, ("", 0), "divert bin is full")
        if self.supplies.stacker_full:
            return self.desk.trouble(Fault.BIN_FULL, Station.STACKER, ("", 0), "stacker is full")
        if self.paper.empty() or self.supplies.withheld:
            return self._no_sheet()
        lost = self._lost_collation()
        if lost is not None:
            return self._missing(lost, Station.ACCUMULATOR)
        packet = collator.begin()
        if packet is None:
            return False
        if self._incidents_for is not packet:
            self._incidents_for = packet
            incidents = self.plan.at_piece(Moment(packet.key[0], packet.order.sheets, packet.number))
            for rule in incidents:
                self.desk.happen(rule)
            if incidents:
                return True
        self._stroke_of(packet)
        return True

    def _no_sheet(self) -> bool:
        """Nothing to feed. A spoiled collation needs no more sheets; a good one has to wait."""
        current = self.collator.current
        if current is not None and current.counted and current.spoiled:
            self.collator.close()
            self._divert_collation(current)
            return True
        for suspect in self.collator.suspects():
            suspect.spoil(Fault.SEQUENCE)  # the sheets that should be here may have gone with it
        key = current.key if current is not None else ("", 0)
        return self.desk.trouble(Fault.SHEETS_EMPTY, Station.SHEET_FEEDER, key, "sheet feeder is empty")

    def _stroke_of(self, packet: Packet) -> None:
        self.tally.sheets_fed += 1
        self.strokes += 1
        name, sheets = packet.key[0], packet.order.sheets
        kinds = self.plan.at_sheet(Moment(name, sheets, packet.number, packet.progress + 1, self.strokes))
        doubled = kinds & {Kind.DOUBLE_FEED, Kind.MISSED_DOUBLE_FEED}
        self.paper.feed(2 if doubled else 1)
        self._stroke = _Stroke(self.run_ms + self.timing.feed_ms, kinds)
        if self._jam(packet, Station.SHEET_FEEDER):
            return
        if Kind.DAMAGED in kinds:
            self.paper.crush(Station.SHEET_FEEDER)
            packet.destroyed = True
            self.desk.trouble(Fault.DAMAGED, Station.SHEET_FEEDER, packet.key, "sheet damaged while feeding")

    def _scan(self) -> bool:
        stroke, camera = self._stroke, self.camera
        if stroke is None or camera is None or stroke.ready_ms > self.run_ms:
            return False
        leaves = self.paper.at(Station.SHEET_FEEDER)
        due, lost = self.collator.current, self._lost_collation()
        if not leaves and due is not None:
            return self._missing(due, Station.SHEET_FEEDER)
        if lost is not None:
            return self._missing(lost, Station.ACCUMULATOR)
        self._stroke = None
        seen = camera.look(leaves[0], smeared=Kind.MISREAD in stroke.kinds)
        sensed = len(leaves) > 1 and Kind.DOUBLE_FEED in stroke.kinds
        ruling = self.collator.read(seen, double=sensed)
        if ruling.proven is not None:
            sheet = ruling.proven
            self.desk.emit(SheetScanned(sheet.piece, sheet.copy, sheet.sheet, sheet.of, seen.code, seen.marks))
        else:
            self.desk.emit(SheetUnread(*ruling.expected, _short(seen.code), ruling.reason))
        self._carry_out(ruling)
        return True

    def _carry_out(self, ruling: Ruling) -> None:
        for notice in ruling.notices:
            self.desk.trouble(notice.fault, Station.SHEET_FEEDER, notice.key, _short(notice.text))
        for suspect in ruling.suspects:
            suspect.spoil(Fault.SEQUENCE)
        if ruling.flush is not None:
            self._divert_collation(ruling.flush)
        for abandoned, outcome, reason in ruling.abandoned:
            self._outcome(abandoned, outcome, reason)
        packet = ruling.packet
        if packet is None:
            self.tally.sheets_diverted += 1
            self._drop_in_bin(Station.SHEET_FEEDER)
            return
        on_top = self.collator.fed_first is FedFirst.LAST_SHEET
        self.paper.shift(Station.SHEET_FEEDER, Station.ACCUMULATOR, on_top=on_top)
        if packet.complete:
            self.collator.close()
            self._close(packet)

    def _close(self, packet: Packet) -> None:
        if packet.stop_after:
            self.desk.stop_after()
        if packet.spoiled:
            self._divert_collation(packet)
            return
        self._slots[Station.ACCUMULATOR] = _Slot(packet, self.run_ms)
        self.desk.emit(PieceAt(*packet.key, Station.ACCUMULATOR, packet.counted))
        self._jam(packet, Station.ACCUMULATOR)

    def _shed_carried(self) -> bool:
        """A piece whose only sheet went with a double feed lies in the divert bin already."""
        if self.collator.carried:
            self.collator.begin()
        current = self.collator.current
        if current is None or current.counted or not current.complete:
            return False
        self.collator.close()
        self._outcome(current, Outcome.DIVERTED, current.spoiled)
        return True

    # Ends.

    def _divert_collation(self, packet: Packet) -> None:
        self._drop_in_bin(Station.ACCUMULATOR)
        self._outcome(packet, packet.verdict, packet.spoiled)

    def _drop_in_bin(self, source: Station) -> None:
        self.supplies.bin_deposits += 1
        self.paper.put_down(source, "divert")

    def _outcome(self, packet: Packet, outcome: Outcome, reason: Fault) -> None:
        self.tally.settle(outcome, packet.counted)
        self.desk.emit(PieceOutcome(*packet.key, outcome, packet.counted, reason, packet.envelope))

    def _take_one(self, feeder: Station) -> None:
        before = self.supplies.level(feeder)
        self.supplies.stock[feeder] -= 1
        level = self.supplies.level(feeder)
        if level is not before:
            self.desk.emit(Supply(feeder, level))
            if level is Level.LOW:
                self.desk.low(feeder)

    def clear(self, reason: Fault) -> int:
        """The path was emptied by hand: every piece on it ends as lost or removed. Returns how many."""
        pieces = self.pieces()
        if self._stroke is not None and self.collator.current is not None:
            self.collator.current.counted += 1
        self._stroke = None
        self._slots.clear()
        if self.collator.current in pieces:
            self.collator.close()
        self.collator.hands_in_path()
        for packet in pieces:
            self._outcome(packet, Outcome.LOST if packet.destroyed else Outcome.REMOVED, reason)
        return len(pieces)

    def end(self) -> None:
        """The job ends with an empty path: what was queued and never fed is said so."""
        self._shed_carried()
        current = self.collator.current
        if current is not None and current.progress:
            self.collator.close()
            self._outcome(current, Outcome.DIVERTED, current.spoiled)
        self.collator.return_untouched()
        while self.collator.queue:
            piece = self.collator.queue.pop(0)
            self.not_fed((piece.piece, piece.copy))
        if self.camera is not None:
            self.camera.close()
        self.camera = None

    def not_fed(self, key: Key) -> None:
        self.desk.emit(PieceOutcome(*key, Outcome.NOT_FED, 0, Fault.NONE, 0))


def _short(text: str) -> str:
    """Fits a str8."""
    return text.encode()[:200].decode(errors="ignore")
