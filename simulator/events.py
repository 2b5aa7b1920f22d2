"""The machine's event store: numbered without gaps, kept until the host has them in its journal."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice

from simulator.codec import pack
from simulator.messages import EVENT_NAMES, EVENT_TYPES, Event, EventHead
from simulator.words import Kind

CAPACITY_MIN = 1024
_U32 = 0xFFFFFFFF


class EventStore:
    """Keeps events until they are acknowledged and remembers which one is to be sent next.

    `record` is told of each event at once: (number, at_ms, name, event). `capacity` is what the store is built for;
    the machine stops feeding at three quarters of it, and what its path still yields finds room above.
    """

    def __init__(self, record: Callable[[int, int, str, Event], None], capacity: int = 4 * CAPACITY_MIN) -> None:
        self._record = record
        self._capacity = capacity
        self._kept: deque[bytes] = deque()
        self.oldest = 1
        self._cursor = 1

    @property
    def following(self) -> int:
        """The number that the next event will get."""
        return self.oldest + len(self._kept)

    @property
    def crowded(self) -> bool:
        """Three quarters of the store wait for the host."""
        return 4 * len(self._kept) >= 3 * self._capacity

    def add(self, event: Event, at_ms: float) -> None:
        number, at = self.following, int(at_ms) & _U32
        head = EventHead(Kind.EVENT, number, at, EVENT_TYPES[type(event)])
        self._kept.append(pack(head) + pack(event))
        self._record(number, at, EVENT_NAMES[type(event)], event)

    def acknowledge(self, up_to: int) -> None:
        """Forget all up to `up_to`. A number never issued can't be of this boot: it is ignored."""
        if up_to >= self.following:
            return
        while self.oldest <= up_to:
            self._kept.popleft()
            self.oldest += 1
        self._cursor = max(self._cursor, self.oldest)

    def rewind(self, first: int = 1) -> None:
        """Send again all that are kept from number `first` on."""
        self._cursor = min(self._cursor, max(first, self.oldest))

    def kept_from(self, first: int) -> Iterator[bytes]:
        """The messages that are kept, from number `first` on."""
        return islice(self._kept, max(0, first - self.oldest), None)

    def take(self) -> bytes | None:
        """The next message to send, or None when all kept ones were sent."""
        if self._cursor >= self.following:
            return None
        message = self._kept[self._cursor - self.oldest]
        self._cursor += 1
        return message
