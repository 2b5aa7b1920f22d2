"""Events on their way from the machine to the journal: each exactly once, in number order, none missing.

An event is *taken* when it arrives in order, *committed* when the journal has it, and acknowledged to the machine only
then. Numbers that jump are a gap; a gap that can't be closed is a loss, behind which nothing is taken until somebody
has accepted it.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from itertools import islice, takewhile

from drivers.inserter.errors import EventsLost, InserterError, recount_error
from drivers.inserter.link_frames import Welcome
from drivers.inserter.vocabulary import MachineEvent

CAPACITY = 8192
_BATCH = 256
_REPLAYS = 3


class Verdict(Enum):
    """What became of an event that arrived."""

    TAKEN = auto()
    DUPLICATE = auto()
    GAP = auto()
    HELD_BACK = auto()


class EventInbox:
    """`resume` = (boot id, number) names the last event that the journal already has. While `trouble` is set, nothing
    new is taken."""

    def __init__(self, resume: tuple[int, int] | None) -> None:
        self.boot_id: int | None = None
        self.trouble: InserterError | None = None
        self.ack_due = False
        self.duplicates = 0
        self._resume = resume
        self._taken = 0
        self._known = 0
        self._committed = 0
        self._pending: deque[MachineEvent] = deque()
        self._replays = 0
        self._last_jump = 0
        self._overflowed = False

    @property
    def expected(self) -> int:
        """The number that must come next."""
        return self._taken + 1

    @property
    def committed(self) -> int:
        """The highest number of this power-up that the journal has: what EVENT_ACK tells."""
        return self._committed

    @property
    def known(self) -> int:
        """The highest number that the machine is known to have given to an event: `expected` is beyond it, or a gap is
        open."""
        return self._known

    @property
    def pending(self) -> int:
        """Events taken and not yet committed."""
        return len(self._pending)

    def begin(self, welcome: Welcome) -> None:
        """A link came up: `welcome` tells which power-up it is and which events it keeps."""
        if welcome.boot_id != self.boot_id:
            self._begin_boot(welcome)
        self._replays = 0
        self._known = welcome.next_event - 1
        self.ack_due = self._committed >= welcome.oldest_event
        if welcome.next_event < self.expected:
            self.trouble = recount_error(welcome.boot_id, welcome.next_event, self._taken)
        elif welcome.oldest_event > self.expected:
            self._lose(self.expected, welcome.oldest_event - 1, "the machine does not keep them any more")

    def _begin_boot(self, welcome: Welcome) -> None:
        first_contact = self.boot_id is None and self._resume is None
        self.boot_id = welcome.boot_id
        self.trouble = None
        self._overflowed = False
        if self._resume is not None and self._resume[0] == welcome.boot_id:
            self._taken = self._resume[1]
        else:
            # Whoever has never met this machine can't miss what an earlier host has acknowledged.
            self._taken = welcome.oldest_event - 1 if first_contact else 0
        self._committed = self._taken

    def accept(self, event: MachineEvent) -> Verdict:
        """An event arrived. GAP: ask the machine to send again from `expected`."""
        self._known = max(self._known, event.number)
        if event.number <= self._taken:
            self.duplicates += 1
            self.ack_due = self.ack_due or event.number <= self._committed
            return Verdict.DUPLICATE
        if self.trouble is not None:
            return Verdict.HELD_BACK
        if event.number > self.expected:
            return self._jumped(event.number)
        if len(self._pending) >= CAPACITY:
            self._overflowed = True
            return Verdict.HELD_BACK
        self._pending.append(event)
        self._taken = event.number
        self._replays = 0
        return Verdict.TAKEN

    def _jumped(self, number: int) -> Verdict:
        """Numbers that go on rising after a replay was asked for were on their way before it, for its reply may have
        overtaken them. Only when the machine has gone back, and not far enough, has the replay failed."""
        before, self._last_jump = self._last_jump, number
        if self._replays and number > before:
            return Verdict.HELD_BACK
        return self.missing(number - 1, "the machine skips them")

    def missing(self, last: int, reason: str) -> Verdict:
        """The events from `expected` to `last` did not come, or can't be read. After three replays they are lost."""
        self._known = max(self._known, last)
        if last < self.expected:
            return Verdict.DUPLICATE
        if self.trouble is not None or self._overflowed:
            return Verdict.HELD_BACK
        if self._replays >= _REPLAYS:
            self._lose(self.expected, last, reason)
            return Verdict.HELD_BACK
        return Verdict.GAP

    def replay_asked(self) -> None:
        """The machine was asked to send again: counts against the next gap."""
        self._replays += 1

    def batch(self) -> tuple[MachineEvent, ...]:
        """The oldest events that wait for the journal, all of one power-up, at most 256."""
        if not self._pending:
            return ()
        boot_id = self._pending[0].boot_id
        return tuple(takewhile(lambda event: event.boot_id == boot_id, islice(self._pending, _BATCH)))

    def commit(self, count: int) -> bool:
        """The journal has the first `count` pending events. True: events were held back meanwhile, ask for a replay."""
        for _ in range(count):
            event = self._pending.popleft()
            if event.boot_id == self.boot_id:
                self._committed = event.number
                self.ack_due = True
        replay = self._overflowed and not self._pending
        if replay:
            self._overflowed = False
        return replay

    def accept_loss(self) -> EventsLost | None:
        """Somebody answers for the lost events: go on behind them. None when nothing is lost."""
        lost = self.trouble
        if not isinstance(lost, EventsLost):
            return None
        self.trouble = None
        self._taken = lost.last
        self._replays = 0
        return lost

    def _lose(self, first: int, last: int, reason: str) -> None:
        self.trouble = EventsLost(self.boot_id or 0, first, last, reason)
