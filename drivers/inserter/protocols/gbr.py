"""The GBR 420 exit interface: what an inserter tells of each pack that leaves it, a record of characters and CR.

One-way: there are no commands, no checksum and no resend that can be asked for. docs/protocols/gbr.md has the bytes,
and what they can and can't prove. Sans-I/O: bytes and the time go in, sightings come out. Memory is bounded by one
record.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_CR = 0x0D
_FIRST = 0x30  # every field counts from the character "0"
_STATIONS = 9
_BITS = 3
_BODY_CHARS = 6
_GROUP_CHARS = 6  # "1nnnn" and the rolling digit
_HIGHEST_PAGES = 0x7E - _FIRST
_INVALID = b"9" * _BODY_CHARS


@dataclass(frozen=True, slots=True)
class ExitDialect:
    """What differs between the variants.

    start           what a record begins with; may be empty.
    group           "1nnnn" and a rolling digit follow the six characters.
    valid_inverted  the bit of a valid pack is 0.
    answer          what the receiver says to each record; empty when it keeps silent.
    answer_s        after so long without an answer the machine sends a record once more.
    """

    start: bytes = b""
    group: bool = False
    valid_inverted: bool = False
    answer: bytes = b""
    answer_s: float = 0.25

    @property
    def record_chars(self) -> int:
        """Characters of a record between its start and CR."""
        return _BODY_CHARS + (_GROUP_CHARS if self.group else 0)


class Verdict(Enum):
    """What a record says of its pack."""

    DELIVERED = "delivered"
    DIVERTED = "diverted"  # valid, and sent aside by its mark
    SUSPECTED = "suspected"  # sent aside, and not valid
    NOT_VALID = "not valid"  # not valid, and went out all the same
    INVALID = "invalid"  # the machine has nothing to say of it: all nines


@dataclass(frozen=True, slots=True)
class Pack:
    """One record. `stations` (1 to 9) have fed; `pages` is the count of the sheets, `group` and `sequence` (0 to 9) are
    None where the variant has none. Of an invalid pack only these two may be known."""

    valid: bool = False
    diverted: bool = False
    marked: bool = False
    stations: tuple[int, ...] = ()
    pages: int = 0
    sequential_stop: bool = False
    stop_and_retain: bool = False
    group: int | None = None
    sequence: int | None = None
    invalid: bool = False

    @property
    def verdict(self) -> Verdict:
        match (self.invalid, self.valid, self.diverted):
            case (True, _, _):
                return Verdict.INVALID
            case (_, True, False):
                return Verdict.DELIVERED
            case (_, True, True):
                return Verdict.DIVERTED
            case (_, False, True):
                return Verdict.SUSPECTED
            case _:
                return Verdict.NOT_VALID


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pack as it was told. `missing`: records lost before it, as far as the rolling digit can tell (modulo 10).
    `doubtful`: alike the one before and so soon after it that it may be the same one, sent once more."""

    pack: Pack
    missing: int = 0
    doubtful: bool = False


@dataclass(slots=True)
class ExitCounts:
    """What the line has brought. `garbage`: stretches up to a CR that are no record; `repeated`: records known by their
    rolling digit to have been sent once more, and not told again."""

    records: int = 0
    garbage: int = 0
    repeated: int = 0
    missing: int = 0


class ExitDecoder:
    """Cuts the line's bytes into records. Whatever arrives, it never raises and goes on behind the next CR."""

    def __init__(self, dialect: ExitDialect) -> None:
        self.counts = ExitCounts()
        self._dialect = dialect
        self._longest = len(dialect.start) + dialect.record_chars
        self._collected = bytearray()
        self._overlong = False
        self._output = bytearray()
        self._last: Pack | None = None
        self._last_s = 0.0

    def receive(self, data: bytes, now: float) -> list[Sighting]:
        """The packs that `data` completes, in order; `now` in seconds."""
        found: list[Sighting] = []
        for byte in data:
            if byte != _CR:
                self._collect(byte)
                continue
            pack = None if self._overlong else read_record(bytes(self._collected), self._dialect)
            blank = not self._collected and not self._overlong
            self._collected.clear()
            self._overlong = False
            if pack is None:
                self.counts.garbage += not blank
                continue
            self._output += self._dialect.answer
            sighting = self._judge(pack, now)
            if sighting is not None:
                found.append(sighting)
        return found

    def forget(self) -> None:
        """The port was away: what was begun is over, and the rolling digit starts anew."""
        self._collected.clear()
        self._overlong = False
        self._last = None

    def take_output(self) -> bytes:
        """The answers that are due, once."""
        output = bytes(self._output)
        self._output.clear()
        return output

    def _collect(self, byte: int) -> None:
        if self._dialect.start and byte == self._dialect.start[0]:
            # A record begins here, whatever came before.
            self.counts.garbage += bool(self._collected) or self._overlong
            self._collected.clear()
            self._overlong = False
        if len(self._collected) >= self._longest:
            self._overlong = True
        else:
            self._collected.append(byte)

    def _judge(self, pack: Pack, now: float) -> Sighting | None:
        last, self._last = self._last, pack
        soon = now - self._last_s < 2 * self._dialect.answer_s
        self._last_s = now
        if last is None:
            self.counts.records += 1
            return Sighting(pack)
        missing, doubtful = 0, False
        if pack.sequence is not None and last.sequence is not None:
            if pack == last and self._dialect.answer and soon:
                self.counts.repeated += 1
                return None
            missing = (pack.sequence - last.sequence - 1) % 10
        elif self._dialect.answer:
            doubtful = pack == last and soon
        self.counts.records += 1
        self.counts.missing += missing
        return Sighting(pack, missing, doubtful)


def read_record(record: bytes, dialect: ExitDialect) -> Pack | None:
    """The pack that a record tells of, given without its CR; None when these bytes are no record."""
    if not record.startswith(dialect.start):
        return None
    chars = record[len(dialect.start) :]
    if len(chars) != dialect.record_chars:
        return None
    body, trailer = chars[:_BODY_CHARS], chars[_BODY_CHARS:]
    group, sequence = None, None
    if dialect.group and not (body == _INVALID and trailer == b"9" * _GROUP_CHARS):
        if trailer[:1] != b"1" or not trailer.isdigit():
            return None
        group, sequence = int(trailer[1:5]), int(trailer[5:])
    if body == _INVALID:
        return Pack(invalid=True, group=group, sequence=sequence)
    fields = [char - _FIRST for char in body]
    fed, pages, stops, flags = fields[:3], fields[3], fields[4], fields[5]
    if not (all(0 <= value < 1 << _BITS for value in (*fed, stops, flags)) and 0 <= pages <= _HIGHEST_PAGES):
        return None
    return Pack(
        valid=bool(flags & 4) is not dialect.valid_inverted,
        diverted=bool(flags & 2),
        marked=bool(flags & 1),
        stations=tuple(n + 1 for n in range(_STATIONS) if fed[n // _BITS] >> n % _BITS & 1),
        pages=pages,
        sequential_stop=bool(stops & 2),
        stop_and_retain=bool(stops & 4),
        group=group,
        sequence=sequence,
    )
