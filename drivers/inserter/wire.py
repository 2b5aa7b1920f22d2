"""Big-endian fields: a reader that never runs past the end and writers that check their range."""

from __future__ import annotations

from drivers.inserter.errors import argument_error


class MalformedMessage(ValueError):
    """Bytes that are no message. `event_number` or `command_id` is set when they are an event or a reply of which so
    much could still be read."""

    def __init__(self, reason: str, *, event_number: int | None = None, command_id: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.event_number = event_number
        self.command_id = command_id


class FieldReader:
    """Takes fields off the front of `data`. Every method raises MalformedMessage when the bytes are not there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def u8(self) -> int:
        return self._unsigned(1)

    def u16(self) -> int:
        return self._unsigned(2)

    def u32(self) -> int:
        return self._unsigned(4)

    def u64(self) -> int:
        return self._unsigned(8)

    def str8(self) -> str:
        raw = self.take(self.u8())
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedMessage("a text is not UTF-8") from error

    def take(self, size: int) -> bytes:
        end = self._position + size
        if end > len(self._data):
            raise MalformedMessage(f"{end - len(self._data)} bytes too few")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._position)

    def end(self) -> None:
        """All bytes must have been read: a longer message is of another version, not to be guessed at."""
        if self._position != len(self._data):
            raise MalformedMessage(f"{len(self._data) - self._position} bytes too many")

    def _unsigned(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")


def put_unsigned(size: int, value: int, what: str) -> bytes:
    """`value` in `size` bytes. E2010 when it does not fit; `what` names the field."""
    if not 0 <= value < 1 << (8 * size):
        raise argument_error(f"{what} is {value}: it must be 0 to {(1 << (8 * size)) - 1}")
    return value.to_bytes(size, "big")


def put_str8(text: str, what: str) -> bytes:
    """One length byte and the text in UTF-8. E2010 when it is longer than 255 bytes or no text (a lone surrogate)."""
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise argument_error(f"{what} holds characters that UTF-8 can't carry") from error
    if len(raw) > 255:
        raise argument_error(f"{what} has {len(raw)} bytes: at most 255 fit")
    return bytes([len(raw)]) + raw
