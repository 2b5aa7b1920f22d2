"""The controller's belief about pieces: which one is due, whether each sheet follows, what must not be mailed.

It knows only what the host queued and what the camera and the thickness sensor told it. The rules are those of
docs/protocols/native.md, section 5.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field

from omr.model import FedFirst
from omr.sheet import SheetId
from simulator.camera import Sighting
from simulator.messages import QueuePiece
from simulator.words import Fault, Outcome

Key = tuple[str, int]
_DIVERT, _STOP_AFTER, _UNSEALED = 1, 2, 4
FLAGS_KNOWN = _DIVERT | _STOP_AFTER | _UNSEALED


@dataclass(slots=True, eq=False)
class Packet:
    """One piece on its way.

    counted    strokes of the feeder that went into it.
    progress   place, as fed, of the last sheet it should hold by now; differs from `counted` after a double feed.
    spoiled    why it must not be mailed; the first reason stays.
    number     1-based count of pieces begun since power-up.
    """

    order: QueuePiece
    number: int
    counted: int = 0
    progress: int = 0
    spoiled: Fault = Fault.NONE
    divert: bool = False
    destroyed: bool = False
    envelope: int = 0
    inserts: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        return self.order.piece, self.order.copy

    @property
    def complete(self) -> bool:
        """N = M."""
        return self.progress >= self.order.sheets

    @property
    def stop_after(self) -> bool:
        return bool(self.order.flags & _STOP_AFTER)

    @property
    def sealed(self) -> bool:
        return not self.order.flags & _UNSEALED

    @property
    def verdict(self) -> Outcome:
        """The outcome of a piece that goes to the divert bin."""
        return Outcome.UNREAD if self.spoiled is Fault.MISREAD else Outcome.DIVERTED

    def spoil(self, fault: Fault) -> bool:
        """True when it was good until now."""
        if self.spoiled is not Fault.NONE:
            return False
        self.spoiled = fault
        return True


@dataclass(frozen=True, slots=True)
class Notice:
    """A fault that the machine reports and runs on."""

    fault: Fault
    key: Key
    text: str


@dataclass(slots=True)
class Ruling:
    """What is to be done with the sheet at the camera.

    proven      SheetId of a sheet that may be counted on, else None.
    reason      why it is not proven.
    expected    the piece that was due.
    flush       packet to put into the divert bin before this sheet moves on.
    abandoned   pieces whose paper did not come, with their outcome and its reason.
    packet      where this sheet belongs; None = straight to the divert bin.
    suspects    closed pieces that may hold a sheet too many.
    """

    expected: Key
    proven: SheetId | None = None
    reason: Fault = Fault.NONE
    notices: list[Notice] = field(default_factory=list)
    flush: Packet | None = None
    abandoned: list[tuple[Packet, Outcome, Fault]] = field(default_factory=list)
    packet: Packet | None = None
    suspects: list[Packet] = field(default_factory=list)


class Collator:
    """Queue and open collation of one job.

    `following` tells the wrap-around sequence of the next sheet, `fed_first` from which end each piece comes. `begun`
    counts the pieces begun since power-up. `carried`: the hidden sheet of a sensed double feed was the first of the
    piece that comes next.
    """

    def __init__(
        self, following: Callable[[int], int], fed_first: FedFirst = FedFirst.FIRST_SHEET, begun: int = 0
    ) -> None:
        self._following = following
        self.fed_first = fed_first
        self.begun = begun
        self.queue: list[QueuePiece] = []
        self.current: Packet | None = None
        self.known: set[Key] = set()
        self._diverted: set[Key] = set()
        self._sequence: int | None = None
        self.carried = False
        self._unvouched: list[Packet] = []
        self._stranger: Key | None = None

    # The queue.

    def add(self, piece: QueuePiece) -> None:
        """Queue a piece; the machine works in ascending `order`."""
        insort(self.queue, piece, key=lambda queued: queued.order)
        self.known.add((piece.piece, piece.copy))

    def take(self, key: Key) -> QueuePiece | None:
        """Take a piece out of the queue, or None when it is not there."""
        for index, piece in enumerate(self.queue):
            if (piece.piece, piece.copy) == key:
                return self.queue.pop(index)
        return None

    def divert(self, key: Key) -> bool:
        """Mark a piece that waits in the queue or is being collated; False for any other."""
        if self.current is not None and self.current.key == key:
            self.current.divert = True
            return True
        if any((piece.piece, piece.copy) == key for piece in self.queue):
            self._diverted.add(key)
            return True
        return False

    def begin(self) -> Packet | None:
        """The piece being collated; takes the next one from the queue when there is none."""
        if self.current is None and self.queue:
            self.current = self._packet(self.queue.pop(0))
            if self.carried:
                self.carried = False
                self.current.progress = 1
                self.current.spoil(Fault.DOUBLE_FEED)
        return self.current

    def return_untouched(self) -> None:
        """Put the piece that is due, and of which nothing was fed, back into the queue."""
        if self.current is not None and self.current.progress == 0:
            self.queue.insert(0, self.current.order)
            self.current = None

    def close(self) -> Packet | None:
        """The open collation ends here, complete or not."""
        packet, self.current = self.current, None
        if packet is not None:
            self._unvouched.append(packet)
        return packet

    def suspects(self) -> list[Packet]:
        """A sheet is missing: it may have gone with any piece closed since a sheet last followed as it should."""
        suspects, self._unvouched = self._unvouched, []
        return suspects

    def hands_in_path(self) -> None:
        """The operator took paper out: how the stack goes on is not known any more."""
        self._sequence = None
        self._unvouched.clear()
        self.carried = False

    def _packet(self, order: QueuePiece) -> Packet:
        self.begun += 1
        divert = bool(order.flags & _DIVERT) or (order.piece, order.copy) in self._diverted
        return Packet(order, self.begun, divert=divert)

    # The sheets.

    def _due(self, packet: Packet) -> int:
        """The number of the sheet that a piece, not complete yet, wants next."""
        return self.fed_first.place(packet.progress + 1, packet.order.sheets)

    def _place(self, sheet: SheetId) -> int:
        return self.fed_first.place(sheet.sheet, sheet.of)

    def _ends(self, sheet: SheetId) -> bool:
        """Whether its piece ends with this sheet, as it is fed."""
        return self._place(sheet) == sheet.of

    def _progress(self, packet: Packet, sheet: SheetId) -> int:
        """How far a piece has come with this sheet of it."""
        return packet.order.sheets if self._ends(sheet) else self._place(sheet)

    def read(self, seen: Sighting, *, double: bool) -> Ruling:
        """Judge the sheet at the camera. There is a piece due: nothing is fed otherwise."""
        current = self.begin()
        if current is None:
            raise RuntimeError("a sheet was fed though no piece is due")
        follows = self._count_sequence(seen, double=double)
        ruling = Ruling(expected=current.key, packet=current)
        self._judge(ruling, current, seen, follows=follows)
        if not follows or any(notice.fault is Fault.SEQUENCE for notice in ruling.notices):
            ruling.suspects = self.suspects()
        elif ruling.proven is not None:
            self._unvouched.clear()
        if double:
            self._double(ruling, seen)
        return ruling

    def _judge(self, ruling: Ruling, current: Packet, seen: Sighting, *, follows: bool) -> None:
        sheet = seen.sheet
        if sheet is None or seen.problems or (seen.last is not None and seen.last != self._ends(sheet)):
            self._unread(ruling, current, "; ".join(seen.problems) or "marks and code disagree")
            return
        key = (sheet.piece, sheet.copy)
        if key == current.key:
            if self._place(sheet) == current.progress + 1 and not follows:
                self._unread(ruling, current, "the wrap-around sequence disagrees with the code")
            else:
                self._of_current(ruling, current, sheet)
        elif any((piece.piece, piece.copy) == key for piece in self.queue):
            self._jump(ruling, current, sheet)
        else:
            self._foreign(ruling, current, sheet)

    def _count_sequence(self, seen: Sighting, *, double: bool) -> bool:
        """Whether the wrap-around sequence goes on as it should; a sensed double feed counts two."""
        due, self._sequence = self._sequence, None
        value = seen.sequence if seen.sequence is not None and not seen.problems else due
        follows = due is None or value == due
        if value is not None:
            self._sequence = self._following(value)
            if double:
                self._sequence = self._following(self._sequence)
        return follows

    def _unread(self, ruling: Ruling, current: Packet, text: str) -> None:
        """It can't be proven what this is: it is taken for the sheet that was due, and spoils it."""
        ruling.reason = Fault.MISREAD
        ruling.notices.append(Notice(Fault.MISREAD, current.key, text))
        current.spoil(Fault.MISREAD)
        current.counted += 1
        current.progress += 1

    def _of_current(self, ruling: Ruling, current: Packet, sheet: SheetId) -> None:
        ruling.proven = sheet
        in_place = self._place(sheet) == current.progress + 1 and sheet.of == current.order.sheets
        if not in_place and current.spoil(Fault.SEQUENCE):
            due = f"sheet {self._due(current)} of {current.order.sheets}"
            ruling.notices.append(
                Notice(Fault.SEQUENCE, current.key, f"sheet {sheet.sheet} of {sheet.of} where {due} was due")
            )
        current.counted += 1
        current.progress = self._progress(current, sheet)

    def _jump(self, ruling: Ruling, current: Packet, sheet: SheetId) -> None:
        """A sheet of a later piece: what lies between has not come."""
        ruling.proven = sheet
        key = (sheet.piece, sheet.copy)
        if current.counted:
            current.spoil(Fault.SEQUENCE)
            ruling.flush = current
        else:
            self._abandon(ruling, current)
        self.current = None
        while (self.queue[0].piece, self.queue[0].copy) != key:
            self._abandon(ruling, self._packet(self.queue.pop(0)))
        packet = self.current = self._packet(self.queue.pop(0))
        packet.spoil(Fault.SEQUENCE)
        due = f"{current.key[0]} sheet {self._due(current)}"
        ruling.notices.append(Notice(Fault.SEQUENCE, key, f"{sheet.piece} sheet {sheet.sheet} where {due} was due"))
        packet.counted = 1
        packet.progress = self._progress(packet, sheet)
        ruling.packet = packet

    @staticmethod
    def _abandon(ruling: Ruling, packet: Packet) -> None:
        doubled = packet.spoiled is Fault.DOUBLE_FEED
        packet.spoil(Fault.SEQUENCE)
        ruling.abandoned.append((packet, Outcome.DIVERTED if doubled else Outcome.LOST, packet.spoiled))

    def _foreign(self, ruling: Ruling, current: Packet, sheet: SheetId) -> None:
        """A sheet of no piece in the queue: it goes to the bin alone, and ends a collation that it breaks into."""
        key = (sheet.piece, sheet.copy)
        ruling.reason = Fault.NOT_QUEUED
        ruling.packet = None
        if key != self._stranger:
            self._stranger = key
            text = f"sheet {sheet.sheet} of {sheet.of} of {sheet.piece} copy {sheet.copy} is not queued"
            ruling.notices.append(Notice(Fault.NOT_QUEUED, key, text))
        if current.counted:
            if current.spoil(Fault.SEQUENCE):
                text = f"{sheet.piece} where sheet {self._due(current)} was due"
                ruling.notices.append(Notice(Fault.SEQUENCE, current.key, text))
            ruling.flush = current
            self.current = None

    def _double(self, ruling: Ruling, seen: Sighting) -> None:
        """Two sheets went as one: the hidden one is the next of the stack, be it of this piece or of the one after."""
        ruling.notices.append(Notice(Fault.DOUBLE_FEED, ruling.expected, "two sheets at once"))
        packet = ruling.packet
        if packet is None:
            self.carried = seen.sheet is not None and self._ends(seen.sheet)
            return
        packet.spoil(Fault.DOUBLE_FEED)
        if packet.complete:
            self.carried = True
        else:
            packet.progress += 1
