"""Recover: from machine and ledger to the pieces at risk, and a person's words on them into the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from drivers.inserter.vocabulary import Position, Station
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import TRANSITIONS, CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder
from mailroom.production.recovery import MEANING, AtRisk, Name, Place, Recovery, Word

DECLARED = "recovery.declared"
STRAYED = "recovery.stray-sheet"
CONTRADICTED = "incident.declared_otherwise"

_FED = f"copy.{CopyEvent.FEED.value}"
_GONE = frozenset({CopyEvent.DESTROY, CopyEvent.QUARANTINE})


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a person said of a copy since it was fed last."""

    who: str
    word: Word
    station: str


def in_the_path(plant: Plant, run: str, positions: Sequence[Position]) -> Recovery:
    """The guide through what the machine holds, in path order. A piece that has its answer is not asked for again."""
    places: defaultdict[Name, list[Place]] = defaultdict(list)
    for each in sorted(positions, key=lambda position: position.station):
        places[each.piece, each.copy].append(Place(each.station, each.sheets))
    with plant.read_ledger() as ledger:
        copies = {name: ledger.copy(*name) for name in places}
        words = _words_said(ledger, [copy for copy in copies.values() if copy is not None])
    at_risk = tuple(AtRisk(copy, tuple(places[name])) for name, copy in copies.items() if copy is not None)
    others = tuple(place for name, copy in copies.items() if copy is None for place in places[name])
    return Recovery(run, plant.mark_set, at_risk, others, words)


def forgotten(plant: Plant, run: str, batch: str = "", *, stack_untouched: bool = False) -> Recovery:
    """The guide through the copies of a run, or of one batch, that are unknown, with where each was seen last.
    `stack_untouched`: nothing was fed since, so what never left the feeder still lies there as it was laid in."""
    with plant.read_ledger() as ledger:
        copies = ledger.copies_of_batch(batch) if batch else ledger.copies_of_run(run)
        unknown = [copy for copy in copies if copy.state is CopyState.UNKNOWN]
        words = _words_said(ledger, unknown)
        trails = _trails(plant, ledger, unknown)
    at_risk = tuple(
        AtRisk(
            copy,
            seen=trail.seen,
            untouched=stack_untouched and trail.fed and not trail.moved,
            why=trail.why or copy.state.value,
        )
        for copy, trail in zip(unknown, trails, strict=True)
    )
    return Recovery(run, plant.mark_set, at_risk, words=words)


@dataclass(slots=True)
class _Trail:
    """What the journal tells of a copy since it was fed last: `moved` when a sheet of it surely left the feeder."""

    fed: bool = False
    moved: bool = False
    seen: Station | None = None
    why: str = ""


def _trails(plant: Plant, ledger: Ledger, copies: Sequence[Copy]) -> list[_Trail]:
    """In the order of `copies`. A sheet that the camera read on its way to the bin tells whose it is by its code."""
    trails = {(copy.piece, copy.copy): _Trail() for copy in copies}
    for batch in dict.fromkeys(copy.batch for copy in copies):
        for chained in ledger.entries(batch=batch):
            entry = chained.entry
            for name in _names(plant, entry):
                if (trail := trails.get(name)) is not None:
                    _follow(trail, entry)
    return list(trails.values())


def _names(plant: Plant, entry: Entry) -> set[Name]:
    names = {(entry.piece, entry.copy)} if entry.copy is not None else set()
    if entry.event == "machine.sheet_unread":
        sheet = plant.mark_set.code.template.match(str(entry.detail.get("code", "")))
        names |= {(sheet.piece, sheet.copy)} if sheet is not None else set()
    return names


def _follow(trail: _Trail, entry: Entry) -> None:
    detail, evidence = entry.detail, entry.detail.get("evidence", {})
    if entry.event == _FED:
        trail.fed, trail.moved, trail.seen = True, False, None
    elif entry.event in ("machine.sheet_scanned", "machine.sheet_unread"):
        trail.moved, trail.seen = True, trail.seen or Station.SHEET_FEEDER
    elif entry.event == "machine.piece_at":
        trail.moved, trail.seen = True, Station(detail["station"])
    elif entry.event == "machine.piece_outcome":
        trail.moved = detail["outcome"] != "not_fed"
    if entry.event.startswith("copy."):
        trail.why = ", ".join(str(evidence[key]) for key in ("outcome", "reason") if evidence.get(key))


def declare(plant: Plant, said: Recovery, who: str, begun: Recovery) -> None:
    """Write what a person said, each word with station and scanned sheets, and let it count where it can already. What
    stood in `begun` is in the journal. The rest counts as soon as the machine has let go of the copy (`settle`).

    E7002 without a named person, when there is anything to write."""
    fresh = [piece for piece in said.pieces if said.word_for(piece) is not begun.word_for(piece)]
    if not (fresh or said.strays):
        return
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        for piece in fresh:
            record.said(
                DECLARED,
                who,
                run=said.run,
                copy=piece.copy,
                word=said.word_for(piece).value,
                station=_station(piece),
                sheets_there=piece.sheets_there,
                scanned=[sheet.sheet for sheet in said.sheets_of(piece)],
            )
            _settle(record, said.run, piece.copy, Declaration(who, said.word_for(piece), _station(piece)))
        for stray in said.strays:
            record.said(STRAYED, who, run=said.run, code=stray.code, reason=stray.why.value)
        ledger.commit()


def settle(plant: Plant, run: str, copies: Sequence[Copy]) -> None:
    """Let the words count that were said while a machine still held these copies."""
    with plant.read_ledger() as ledger:
        said = [(copy, word) for copy in copies if (word := declared(ledger, copy)) is not None]
    if not said:
        return
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        for copy, word in said:
            _settle(record, run, copy, word)
        ledger.commit()


def _settle(record: Recorder, run: str, copy: Copy, said: Declaration) -> None:
    """Where the copy's state allows what was said; else it waits, or is put before a person."""
    held = record.ledger.copy(copy.piece, copy.copy)
    event = MEANING[said.word]
    if held is None or event is None or (held.state, event) not in TRANSITIONS:
        return
    reason = f"declared at the {said.station}" if said.station else "declared at the machine"
    record.copy(run, held, event, said.who, reason=reason, verdict=said.word.value)


def declared(ledger: Ledger, copy: Copy) -> Declaration | None:
    """The last word said of a copy since it was fed; None without one, or when the machine's evidence is against it."""
    said: Declaration | None = None
    for chained in ledger.entries(piece=copy.piece):
        entry = chained.entry
        if entry.copy != copy.copy:
            continue
        if entry.event in (_FED, CONTRADICTED):
            said = None
        elif entry.event == DECLARED:
            said = Declaration(entry.who, Word(entry.detail["word"]), entry.detail["station"])
    return None if said is None or said.word is Word.LATER else said


def is_said_to_be_gone(ledger: Ledger, copy: Copy) -> bool:
    """Whether a person has said that the sheets of a copy are out of the way: the machine can't have stacked it."""
    said = declared(ledger, copy)
    return said is not None and MEANING[said.word] in _GONE


def _words_said(ledger: Ledger, copies: Iterable[Copy]) -> Mapping[Name, Word]:
    said = {(copy.piece, copy.copy): declared(ledger, copy) for copy in copies}
    return {name: word.word for name, word in said.items() if word is not None}


def _station(piece: AtRisk) -> str:
    """Where it stands, or was seen last, as an operator says it."""
    stations = [place.station for place in piece.places] or ([piece.seen] if piece.seen is not None else [])
    return ", ".join(station_words(station) for station in stations)


def station_words(station: Station) -> str:
    """ "insert feeder 1" """
    return station.name.lower().replace("_", " ")
