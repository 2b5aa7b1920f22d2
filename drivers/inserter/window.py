"""Both ends of the numbered DATA of one link (docs/protocols/native.md, section 3): what is under way from us, and what
has come from the other side. One pair for each link; a new link begins with new ones.

Version 1 is a window of one message and a fixed wait; version 2 one of sixteen, whose losses show in the
acknowledgements and whose wait follows the measured round trips.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WIDEST = 16
"""Messages that may be under way in version 2: as many as an ACK can tell of."""

LAST_SEQUENCE = 255
_SHORTEST_WAIT_S = 0.05
_WAITS_IN_ALL = 10


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """The protocol's times. Defaults are those of the page; a profile may stretch them for a slow line. `ack_s` is the
    longest wait for an acknowledgement; `sends` such waits in version 1, ten in version 2, and the link is none."""

    hello_s: float = 0.5
    ack_s: float = 0.3
    sends: int = 6
    unanswered_s: float = 3.0


@dataclass(slots=True)
class _UnderWay:
    """A DATA without acknowledgement. `order` counts the sends of the link: a later send has a higher one."""

    sequence: int
    payload: bytes
    first_sent_at: float
    order: int
    sends: int = 1


class Wait:
    """How long to wait for an acknowledgement, in seconds: the smoothed round trip and four times its smoothed
    deviation (as TCP does it, RFC 6298), from 50 ms to `longest_s`."""

    def __init__(self, longest_s: float, round_trip_s: float) -> None:
        self._longest_s = longest_s
        self.round_trip_s = round_trip_s
        self._deviation_s = round_trip_s / 2

    def measured(self, round_trip_s: float) -> None:
        self._deviation_s += (abs(round_trip_s - self.round_trip_s) - self._deviation_s) / 4
        self.round_trip_s += (round_trip_s - self.round_trip_s) / 8

    def seconds(self) -> float:
        return min(max(self.round_trip_s + 4 * self._deviation_s, _SHORTEST_WAIT_S), self._longest_s)


class SendWindow:
    """DATA under way, oldest first. The line keeps the order: when a DATA that was sent once is acknowledged, whatever
    was sent before it and is not is lost, and is sent again at once. The timer is for the oldest one alone, for what
    was sent last has nothing behind it that could show its loss.

    `round_trip_s` is how long the answer to HELLO took."""

    def __init__(self, version: int, timing: LinkTiming, round_trip_s: float) -> None:
        self._adapts = version > 1
        self._size = WIDEST if self._adapts else 1
        self._give_up_s = (_WAITS_IN_ALL if self._adapts else timing.sends) * timing.ack_s
        self._fixed_s = timing.ack_s
        self._wait = Wait(timing.ack_s, round_trip_s)
        self._under_way: deque[_UnderWay] = deque()
        self._next = 1
        self._order = 0
        self._resend_at = 0.0

    @property
    def empty(self) -> bool:
        return not self._under_way

    @property
    def has_room(self) -> bool:
        return not self._under_way or _distance(self._under_way[0].sequence, self._next) < self._size

    @property
    def round_trip_s(self) -> float:
        """From a DATA to its acknowledgement, smoothed; version 1 knows that from HELLO to WELCOME alone."""
        return self._wait.round_trip_s

    @property
    def deadline(self) -> float | None:
        """When `overdue` or `given_up` has something to tell."""
        if not self._under_way:
            return None
        return min(self._resend_at, self._under_way[0].first_sent_at + self._give_up_s)

    def add(self, data_type: int, message: bytes, now: float) -> bytes:
        """The payload of a new DATA. Only when there `has_room`."""
        payload = bytes([data_type, self._next]) + message
        if not self._under_way:
            self._restart_timer(now)
        self._order += 1
        self._under_way.append(_UnderWay(self._next, payload, now, self._order))
        self._next = after(self._next)
        return payload

    def acknowledged(self, up_to: int, beyond: int, now: float) -> list[bytes]:
        """The other side has all up to number `up_to`, and of those after the next one the bits of `beyond` (bit 0 =
        `up_to` + 2). Returns what is lost by that word, to be sent again now."""
        if not self._under_way:
            return []
        first = self._under_way[0].sequence
        reach = _distance(_before(first), up_to or LAST_SEQUENCE)
        if reach > _distance(first, self._next):
            return []  # of long ago
        arrived = {_plus(first, steps) for steps in range(reach)}
        arrived |= {_plus(first, reach + 1 + bit) for bit in range(WIDEST) if beyond >> bit & 1}
        gone = [each for each in self._under_way if each.sequence in arrived]
        if not gone:
            return []
        self._under_way = deque(each for each in self._under_way if each.sequence not in arrived)
        sent_once = [each for each in gone if each.sends == 1]
        if self._adapts:
            for each in sent_once:
                self._wait.measured(now - each.first_sent_at)
        self._restart_timer(now)
        proof = max((each.order for each in sent_once), default=0)
        return [self._again(each) for each in self._under_way if each.order < proof]

    def overdue(self, now: float) -> bytes | None:
        """The oldest DATA, when it has waited too long."""
        if not self._under_way or now < self._resend_at:
            return None
        self._restart_timer(now)
        return self._again(self._under_way[0])

    def given_up(self, now: float) -> bool:
        """The oldest DATA stays unacknowledged for so long that the link is none."""
        return bool(self._under_way) and now >= self._under_way[0].first_sent_at + self._give_up_s

    def _restart_timer(self, now: float) -> None:
        self._resend_at = now + (self._wait.seconds() if self._adapts else self._fixed_s)

    def _again(self, each: _UnderWay) -> bytes:
        self._order += 1
        each.order = self._order
        each.sends += 1
        return each.payload


class ReceiveWindow:
    """DATA that has come: delivered in order, kept while one before it is missing."""

    def __init__(self, version: int) -> None:
        self.duplicates = 0
        self._adapts = version > 1
        self._size = WIDEST if self._adapts else 1
        self._up_to = 0
        self._delivered = 0
        self._early: dict[int, bytes] = {}

    @property
    def due(self) -> int:
        """The number that must come next."""
        return after(self._up_to)

    def take(self, sequence: int, message: bytes) -> list[bytes] | None:
        """The messages that can be delivered now, in order. None: a number that fits nowhere, so the two sides no
        longer speak of the same link."""
        if not sequence:
            return None
        ahead = _distance(self.due, sequence)
        if ahead >= self._size:
            age = _distance(sequence, self.due)
            if age > min(self._size, self._delivered):
                return None
            self.duplicates += 1
            return []
        if sequence in self._early:
            self.duplicates += 1
            return []
        self._early[sequence] = message
        ready = []
        while self.due in self._early:
            self._up_to = self.due
            self._delivered += 1
            ready.append(self._early.pop(self._up_to))
        return ready

    def acknowledgement(self, ack_type: int) -> bytes:
        """The payload of an ACK that tells all that has come."""
        head = bytes([ack_type, self._up_to])
        if not self._adapts:
            return head
        beyond = sum(1 << _distance(self.due, sequence) - 1 for sequence in self._early)
        return head + beyond.to_bytes(2, "big")


def after(sequence: int) -> int:
    """The number that follows: 255 is followed by 1."""
    return sequence % LAST_SEQUENCE + 1


def _before(sequence: int) -> int:
    return _plus(sequence, LAST_SEQUENCE - 1)


def _plus(sequence: int, steps: int) -> int:
    return (sequence + steps - 1) % LAST_SEQUENCE + 1


def _distance(first: int, last: int) -> int:
    """Steps forward from `first` to `last`."""
    return (last - first) % LAST_SEQUENCE
