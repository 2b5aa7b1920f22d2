"""Recovery: what a person is asked about the pieces at risk when a machine stands or has forgotten, what may be
answered, and what an answer means. Pure: guide and a scan or a word in, the guide as it is then or a refusal out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from drivers.inserter.vocabulary import Station
from mailroom.domain.lifecycle import CopyEvent
from mailroom.domain.piece import Copy
from omr.markset import MarkSet
from omr.sheet import SheetId

Name = tuple[str, int]
"""Piece and copy."""


class Word(Enum):
    """What a person may say of a piece at risk. LATER leaves it to the machine's word, and unknown without one."""

    DESTROYED = "destroyed"
    QUARANTINED = "quarantined"
    STACKED = "stacked"
    BACK = "back"
    LATER = "later"


MEANING: Mapping[Word, CopyEvent | None] = MappingProxyType(
    {
        Word.DESTROYED: CopyEvent.DESTROY,
        Word.QUARANTINED: CopyEvent.QUARANTINE,
        Word.STACKED: CopyEvent.DECLARE_STACKED,
        Word.BACK: CopyEvent.RETURN,
        Word.LATER: None,
    }
)
"""What becomes of the copy by each word."""

_IN_ENVELOPE = frozenset({Station.INSERTION, Station.SEALER, Station.STACKER})
"""A piece seen here may have been sealed since; one seen before can't have been."""


@dataclass(frozen=True, slots=True)
class Place:
    """So many sheets at a station."""

    station: Station
    sheets: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A copy of which nobody can be sure.

    places       where the machine has its sheets now, in path order; none: no machine has it in its path.
    seen         where it was seen last, for a copy without places; None when it was seen nowhere.
    untouched    the machine was given it and there is no trace that a sheet of it left the feeder.
    why          what happened to it last, in words.
    """

    copy: Copy
    places: tuple[Place, ...] = ()
    seen: Station | None = None
    untouched: bool = False
    why: str = ""

    @property
    def name(self) -> Name:
        return self.copy.piece, self.copy.copy

    @property
    def sheets_there(self) -> int:
        """How many sheets of it are to be pulled out of the path."""
        return sum(place.sheets for place in self.places)

    @property
    def may_be(self) -> tuple[Word, ...]:
        """The words that may be said of it. What stands before the envelopes is not sealed; only what never left the
        feeder may stay in the stack."""
        sealed = not self.places or any(place.station in _IN_ENVELOPE for place in self.places)
        back = not self.places and self.untouched
        unlikely = {Word.STACKED: sealed, Word.BACK: back}
        return tuple(word for word in Word if unlikely.get(word, True))


class Refusal(Enum):
    """Why a scan or a word changes nothing, in words."""

    NO_SHEET = "this is no code of a sheet"
    OTHER_RUN = "this sheet is of another run"
    NOT_AT_RISK = "this piece is not among those asked for: it should not be here"
    OTHER_COUNT = "this sheet's code counts other sheets than the piece has"
    SCANNED_ALREADY = "this sheet was scanned already"
    NOTHING_ASKED = "every piece has its answer"
    NOT_POSSIBLE = "that can't have become of this piece"
    NOT_SEEN = "scan the sheet of it that lies on top of the feeder's stack first"


@dataclass(frozen=True, slots=True)
class Stray:
    """A scan that was refused: the code as read, and why."""

    code: str
    why: Refusal


@dataclass(frozen=True, slots=True)
class Recovery:
    """The guide at one moment. `pieces` are asked for in their order; a scan puts its own piece first. `words` are the
    answers, `scanned` the sheets that the person held, `strays` what was scanned and does not belong here. `others` are
    places in the path with sheets of no piece of ours."""

    run: str
    marks: MarkSet
    pieces: tuple[AtRisk, ...]
    others: tuple[Place, ...] = ()
    words: Mapping[Name, Word] = field(default_factory=dict)
    scanned: tuple[SheetId, ...] = ()
    strays: tuple[Stray, ...] = ()
    held: Name | None = None

    @property
    def due(self) -> AtRisk | None:
        """The piece that is asked for now; None when each has its answer."""
        waiting = [piece for piece in self.pieces if piece.name not in self.words]
        return next((piece for piece in waiting if piece.name == self.held), next(iter(waiting), None))

    def sheets_of(self, piece: AtRisk) -> tuple[SheetId, ...]:
        """Its sheets that were scanned."""
        return tuple(sheet for sheet in self.scanned if (sheet.piece, sheet.copy) == piece.name)

    def scan(self, code: str) -> Recovery | Refusal:
        """A sheet in the person's hand: its piece is the one in question from now on."""
        sheet = self.marks.code.template.match(code)
        if sheet is None:
            return Refusal.NO_SHEET
        if sheet.run != self.run:
            return Refusal.OTHER_RUN
        name = (sheet.piece, sheet.copy)
        piece = next((piece for piece in self.pieces if piece.name == name), None)
        if piece is None:
            return Refusal.NOT_AT_RISK
        if sheet.of != piece.copy.sheets or not 1 <= sheet.sheet <= sheet.of:
            return Refusal.OTHER_COUNT
        if sheet in self.scanned:
            return Refusal.SCANNED_ALREADY
        words = {name: word for name, word in self.words.items() if name != piece.name or word is not Word.LATER}
        return replace(self, scanned=(*self.scanned, sheet), words=words, held=name)

    def strayed(self, code: str, why: Refusal) -> Recovery:
        """Keep a refused scan, for the journal."""
        return replace(self, strays=(*self.strays, Stray(code, why)))

    def say(self, word: Word) -> Recovery | Refusal:
        """An answer for the piece that is due. BACK holds for those that lie behind it in the stack as well."""
        piece = self.due
        if piece is None:
            return Refusal.NOTHING_ASKED
        if word not in piece.may_be:
            return Refusal.NOT_POSSIBLE
        said: tuple[AtRisk, ...] = (piece,)
        if word is Word.BACK:
            if not self._on_top(piece):
                return Refusal.NOT_SEEN
            said = self._from(piece)
        return replace(self, words={**self.words, **{each.name: word for each in said}}, held=None)

    def _on_top(self, piece: AtRisk) -> bool:
        """Whether the sheet of it that is fed first was scanned, and no other."""
        first = self.marks.fed_first.place(1, piece.copy.sheets)
        return [sheet.sheet for sheet in self.sheets_of(piece)] == [first]

    def _from(self, first: AtRisk) -> tuple[AtRisk, ...]:
        return tuple(
            piece
            for piece in self.pieces
            if piece.copy.batch == first.copy.batch
            and piece.copy.order >= first.copy.order
            and piece.name not in self.words
            and Word.BACK in piece.may_be
        )

    def word_for(self, piece: AtRisk) -> Word:
        """What is said of it; LATER when nothing is."""
        return self.words.get(piece.name, Word.LATER)
