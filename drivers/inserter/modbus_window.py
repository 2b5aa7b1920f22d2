"""Which events are wanted next, and how many registers of them are asked for at once."""

from __future__ import annotations

from drivers.inserter.protocols.modbus import EVENT_HEADER_REGISTERS, MOST_REGISTERS, EventView
from drivers.inserter.protocols.native import EVENT

_LEAST, _FIRST, _MOST = 16, 32, MOST_REGISTERS - EVENT_HEADER_REGISTERS


class EventWindow:
    """`wanted` is the number of the next event; `behind` when the machine has it already.

    Long answers carry more for their overhead, short ones come through whole more often on a bad line: the window
    doubles while answers come and there is more to fetch, and halves when one does not."""

    def __init__(self) -> None:
        self.wanted = 1
        self.behind = False
        self._room = _FIRST

    @property
    def registers(self) -> int:
        """How many registers of the event view to read."""
        return EVENT_HEADER_REGISTERS + self._room

    def begin(self, oldest_event: int, next_event: int) -> None:
        """A link came up: all that is kept is wanted."""
        self.wanted = oldest_event
        self.behind = next_event > oldest_event

    def rewind(self, first: int) -> None:
        """Events from `first` on are wanted again."""
        self.wanted = first
        self.behind = True

    def committed(self, number: int) -> None:
        """The journal has all up to `number`, perhaps since an earlier link: none of them is wanted again."""
        self.wanted = max(self.wanted, number + 1)

    def take(self, view: EventView) -> tuple[bytes, ...]:
        """The EVENT messages that `view` shows. An event that no view can show comes without content: malformed under
        its number."""
        messages = view.messages
        if not messages and view.next_event > view.first and self._room == _MOST:
            messages = (bytes([EVENT]) + view.first.to_bytes(4, "big"),)
        self.wanted = view.first + len(messages)
        self.behind = view.next_event > self.wanted
        if self.behind:
            self._room = min(2 * self._room, _MOST)
        return messages

    def failed(self) -> None:
        """An answer did not come, or not whole."""
        self._room = max(self._room // 2, _LEAST)
