"""Numbered DATA of the link (docs/protocols/native.md, section 3): what was sent and what was received.

`Outgoing` and `Incoming` live as long as one link. In protocol 1 one DATA is under way at a time; in protocol 2
up to 16 are, and an acknowledgement tells also what came behind a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SPAN = 16
SEQ_MAX = 255
RESEND_LONGEST_MS = 300.0
RESEND_SHORTEST_MS = 50.0
GIVE_UP_MS = {1: 1800.0, 2: 3000.0}


@dataclass(slots=True)
class _Sent:
    count: int
    message: bytes
    born_ms: float
    ticket: int
    repeated: bool = False


@dataclass(slots=True)
class Outgoing:
    """Counts its DATA from 1 without end; on the line stands `seq_of` the count. `tickets` numbers every sending, so
    that it is known which of two sendings was the later one."""

    protocol: int
    tickets: int = 0
    _last: int = 0
    _waiting: dict[int, _Sent] = field(default_factory=dict)
    _timer_ms: float = 0.0
    _trip_ms: float | None = None
    _spread_ms: float = 0.0

    @property
    def free(self) -> bool:
        """Another DATA may be sent."""
        return self._last - self._first < (SPAN if self.protocol > 1 else 1)

    @property
    def _first(self) -> int:
        """The count before the oldest DATA that waits."""
        return next(iter(self._waiting), self._last + 1) - 1

    def due_ms(self) -> float | None:
        """When `late` or `hopeless` is to be asked."""
        if not self._waiting:
            return None
        return min(self._timer_ms, next(iter(self._waiting.values())).born_ms + GIVE_UP_MS[self.protocol])

    def send(self, message: bytes, now_ms: float) -> tuple[int, bytes]:
        """seq and body of a new DATA."""
        if not self._waiting:
            self._set_timer(now_ms)
        self._last += 1
        self.tickets += 1
        self._waiting[self._last] = _Sent(self._last, message, now_ms, self.tickets)
        return seq_of(self._last), message

    def confirmed(self, seq: int, mask: int, now_ms: float) -> list[tuple[int, bytes]]:
        """An ACK came. What it proves lost is returned, to be sent again: whatever was sent before a DATA that has
        arrived at its first sending."""
        base = self._first
        steps = (seq - seq_of(base)) % SEQ_MAX if base else seq
        if steps > self._last - base or (base and not seq):
            return []  # of long ago
        newest = base + steps
        there = [count for count in self._waiting if count <= newest or _has_bit(mask, count - newest - 2)]
        arrived = [self._waiting.pop(count) for count in there]
        if not arrived:
            return []
        fresh = [sent for sent in arrived if not sent.repeated]
        if self.protocol > 1:
            for sent in fresh:
                self._learn(now_ms - sent.born_ms)
        self._set_timer(now_ms)
        proof = max((sent.ticket for sent in fresh), default=0)
        return [self._repeat(sent) for sent in self._waiting.values() if sent.ticket < proof]

    def late(self, now_ms: float) -> tuple[int, bytes] | None:
        """The oldest DATA, when its time is over."""
        if not self._waiting or now_ms < self._timer_ms:
            return None
        self._set_timer(now_ms)
        return self._repeat(next(iter(self._waiting.values())))

    def hopeless(self, now_ms: float) -> bool:
        """The oldest DATA was never acknowledged."""
        return bool(self._waiting) and now_ms - next(iter(self._waiting.values())).born_ms >= GIVE_UP_MS[self.protocol]

    def _repeat(self, sent: _Sent) -> tuple[int, bytes]:
        self.tickets += 1
        sent.ticket, sent.repeated = self.tickets, True
        return seq_of(sent.count), sent.message

    def _set_timer(self, now_ms: float) -> None:
        self._timer_ms = now_ms + self._patience_ms()

    def _learn(self, trip_ms: float) -> None:
        if self._trip_ms is None:
            self._trip_ms, self._spread_ms = trip_ms, trip_ms / 2
            return
        self._spread_ms = 0.75 * self._spread_ms + 0.25 * abs(trip_ms - self._trip_ms)
        self._trip_ms = 0.875 * self._trip_ms + 0.125 * trip_ms

    def _patience_ms(self) -> float:
        if self._trip_ms is None:
            return RESEND_LONGEST_MS
        return min(max(self._trip_ms + 4 * self._spread_ms, RESEND_SHORTEST_MS), RESEND_LONGEST_MS)


@dataclass(slots=True)
class Incoming:
    """`whole` DATA have been received without a gap; what came behind a gap is kept until the gap is closed."""

    protocol: int
    repeated: int = 0
    whole: int = 0
    _ahead: dict[int, bytes] = field(default_factory=dict)

    def receive(self, seq: int, message: bytes) -> list[bytes] | None:
        """What can be delivered now, in order; None when `seq` belongs to no DATA of this link."""
        span = SPAN if self.protocol > 1 else 1
        count = self._count_of(seq, span)
        if count is None:
            return None
        if count <= self.whole or count in self._ahead:
            self.repeated += 1
            return []
        self._ahead[count] = message
        messages = []
        while self.whole + 1 in self._ahead:
            self.whole += 1
            messages.append(self._ahead.pop(self.whole))
        return messages

    def report(self) -> tuple[int, bytes]:
        """seq and body of an ACK."""
        if self.protocol == 1:
            return seq_of(self.whole), b""
        mask = 0
        for count in self._ahead:
            mask |= 1 << (count - self.whole - 2)
        return seq_of(self.whole) if self.whole else 0, mask.to_bytes(2, "big")

    def _count_of(self, seq: int, span: int) -> int | None:
        """The count that `seq` stands for: at most `span` back or ahead."""
        candidates = range(max(1, self.whole - span + 1), self.whole + span + 1)
        return next((count for count in candidates if seq_of(count) == seq), None)


def seq_of(count: int) -> int:
    """1, 2 … 255, 1 …"""
    return (count - 1) % SEQ_MAX + 1


def _has_bit(mask: int, bit: int) -> bool:
    return bit >= 0 and bool(mask >> bit & 1)
