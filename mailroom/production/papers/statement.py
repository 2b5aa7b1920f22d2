"""The statement at the end of a run: what was planned, what became of it, and who answers for what was not mailed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reportlab.lib.units import mm

from mailroom.production.papers.parts import Figure, figures, section, signature, thousands
from mailroom.production.papers.sheet import ACCENT, ALARM, GREY, INK, LEFT, RIGHT, Column, Sheet, draw
from mailroom.production.papers.typeface import BOLD, REGULAR, SEMIBOLD, shorten
from spool.atomic import write_whole


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch. `press` is what the device reported (None: it reports nothing); `fed` to
    `removed` are the machine's counters of sheets, None when it never ended the job."""

    batch: str
    envelope: str
    pieces: int
    sheets: int
    press: int | None
    fed: int | None
    stacked: int | None
    diverted: int | None
    removed: int | None
    state: str
    reprint: bool = False


@dataclass(frozen=True, slots=True)
class HandLine:
    """What one person filled of a batch by hand, scanning each sheet."""

    batch: str
    who: str
    pieces: int
    sheets: int


@dataclass(frozen=True, slots=True)
class SpoiledCopy:
    """A copy that was destroyed or quarantined (`end`), by whom and why."""

    piece: str
    copy: int
    sheets: int
    end: str
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class PieceNotMailed:
    """A piece that was withdrawn or moved to another channel (`end`)."""

    piece: str
    end: str
    at: datetime
    who: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DroppedDocument:
    """A document that was set aside and that a person took off for good while the run was open."""

    number: str
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class RecoveredCopy:
    """What a person declared of a copy (`word`) at a machine that stood; `scanned` of its sheets were held."""

    piece: str
    copy: int
    station: str
    word: str
    scanned: int
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """Something that a person must be able to find by name. `where` is a batch, piece or copy."""

    at: datetime
    name: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class TrayLine:
    """A tray of mail as it was handed over."""

    tray: str
    postcodes: str
    envelope: str
    pieces: int


@dataclass(frozen=True, slots=True)
class RunStatement:
    """All that the statement says. Times are aware, all of one time zone, and printed as they are. `sheets_printed`
    should be the sum of the three after it; `unknown` counts copies nobody can vouch for, and
    should be 0; `by_result_file` counts copies that were stacked on the word of a machine's result file alone."""

    run: str
    client: str
    window: str
    opened_at: datetime
    closed_at: datetime | None
    drawn_up_at: datetime
    planned: int
    mailed: int
    withdrawn: int
    moved: int
    unknown: int
    copies: int
    reprinted: int
    sheets_printed: int
    sheets_mailed: int
    sheets_destroyed: int
    sheets_quarantined: int
    by_result_file: int
    batches: tuple[BatchLine, ...]
    by_hand: tuple[HandLine, ...]
    spoiled: tuple[SpoiledCopy, ...]
    not_mailed: tuple[PieceNotMailed, ...]
    incidents: tuple[IncidentLine, ...]
    trays: tuple[TrayLine, ...]
    journal_entries: int
    journal_head: str
    machine: str
    handed_over_by: str
    dropped: tuple[DroppedDocument, ...] = ()
    recovered: tuple[RecoveredCopy, ...] = ()


_BATCHES = (
    Column("Batch", 33),
    Column("Envelope", 19),
    Column("Pieces", 14, right=True),
    Column("Sheets", 14, right=True),
    Column("Press", 14, right=True),
    Column("Fed", 14, right=True),
    Column("Stacked", 16, right=True),
    Column("Diverted", 17, right=True),
    Column("Removed", 16, right=True),
    Column("", 3),
    Column("State", 12),
)
_BY_HAND = (
    Column("Batch", 40),
    Column("Filled by", 70),
    Column("Pieces", 32, right=True),
    Column("Sheets", 32, right=True),
)
_SPOILED = (
    Column("Piece", 22),
    Column("Copy", 10, right=True),
    Column("Sheets", 13, right=True),
    Column("", 3),
    Column("End", 24),
    Column("When", 30),
    Column("Who", 30),
    Column("Why", 40),
)
_RECOVERED = (
    Column("Piece", 25),
    Column("Copy", 12, right=True),
    Column("", 3),
    Column("Station", 32),
    Column("Declared", 28),
    Column("Scanned", 16, right=True),
    Column("", 3),
    Column("When", 30),
    Column("Who", 23),
)
_NOT_MAILED = (
    Column("Piece", 25),
    Column("End", 24),
    Column("When", 30),
    Column("Who", 38),
    Column("Documents", 55),
)
_DROPPED = (
    Column("Document", 40),
    Column("When", 30),
    Column("Who", 32),
    Column("Why", 70),
)
_INCIDENTS = (Column("When", 30), Column("Incident", 34), Column("Where", 34), Column("What", 74))
_TRAYS = (Column("Tray", 40), Column("Postcodes", 60), Column("Envelope", 42), Column("Pieces", 32, right=True))


def write_statement(path: Path, statement: RunStatement) -> None:
    """Write the statement to `path`, whole or not at all. The same statement gives the same bytes. SpoolError E60xx for
    the disk."""
    footer = f"Statement of run {statement.run}, drawn up {_moment(statement.drawn_up_at)}"
    data = draw(footer, f"Run {statement.run}", statement.client, lambda sheet: _content(sheet, statement))
    write_whole(path, data)


def _content(sheet: Sheet, statement: RunStatement) -> None:
    _title(sheet, statement)
    _figures(sheet, statement)
    _balance(sheet, statement)
    sheet.heading("Batches", 30)
    sheet.table(_BATCHES, [_batch(line) for line in statement.batches])
    sheet.note("In sheets: press as the device reports them, fed to removed as the inserter counted them.", GREY)
    by_hand = [(each.batch, each.who, str(each.pieces), str(each.sheets)) for each in statement.by_hand]
    section(sheet, "Filled by hand, each sheet scanned", _BY_HAND, by_hand)
    section(sheet, "Declared at the machine", _RECOVERED, [_recovered(each) for each in statement.recovered])
    section(sheet, "Copies destroyed or quarantined", _SPOILED, [_spoiled(each) for each in statement.spoiled])
    section(sheet, "Pieces withdrawn or moved", _NOT_MAILED, [_not_mailed(each) for each in statement.not_mailed])
    dropped = [(each.number, _time(each.at), each.who, each.why) for each in statement.dropped]
    section(sheet, "Documents that got no piece and were dropped", _DROPPED, dropped)
    incidents = [(_time(each.at), each.name, each.where, each.text) for each in statement.incidents]
    section(sheet, "Incidents", _INCIDENTS, incidents)
    trays = [(each.tray, each.postcodes, each.envelope, str(each.pieces)) for each in statement.trays]
    section(sheet, "Trays", _TRAYS, trays)
    _evidence(sheet, statement)
    signature(sheet, statement.handed_over_by)


def _title(sheet: Sheet, statement: RunStatement) -> None:
    sheet.y -= 9
    sheet.text(LEFT, "Statement of run", 9, REGULAR, GREY)
    sheet.text_right(RIGHT, shorten(statement.client, SEMIBOLD, 10, 90 * mm), 10, SEMIBOLD)
    sheet.y -= 25
    sheet.text(LEFT, statement.run, 26, BOLD, ACCENT)
    sheet.text_right(RIGHT, shorten(statement.window, REGULAR, 10, 90 * mm), 10)
    sheet.y -= 16
    closed = f"closed {_moment(statement.closed_at)}" if statement.closed_at else "not closed"
    sheet.text(LEFT, f"Opened {_moment(statement.opened_at)}, {closed}", 9)
    sheet.text_right(RIGHT, shorten(f"Inserter {statement.machine}", REGULAR, 9, 90 * mm), 9)
    sheet.y -= 9
    sheet.rule(ACCENT, 1.2)


def _figures(sheet: Sheet, statement: RunStatement) -> None:
    """Five figures in a row."""
    figures(
        sheet,
        (
            Figure("Planned", thousands(statement.planned)),
            Figure("Mailed", thousands(statement.mailed)),
            Figure("Withdrawn", thousands(statement.withdrawn)),
            Figure("Moved", thousands(statement.moved)),
            Figure("Unknown", thousands(statement.unknown), alarming=bool(statement.unknown)),
        ),
    )


def _balance(sheet: Sheet, statement: RunStatement) -> None:
    """The two sums that must come out, in words; red when they do not."""
    ended = statement.mailed + statement.withdrawn + statement.moved
    accounted = statement.sheets_mailed + statement.sheets_destroyed + statement.sheets_quarantined
    sheet.y -= 4
    sheet.note(
        f"Pieces: {statement.planned} planned, {statement.mailed} mailed + {statement.withdrawn} withdrawn"
        f" + {statement.moved} moved = {ended}." + ("" if ended == statement.planned else " This does not come out."),
        INK if ended == statement.planned else ALARM,
    )
    sheet.note(
        f"Sheets: {statement.sheets_printed} printed, {statement.sheets_mailed} in envelopes"
        f" + {statement.sheets_destroyed} destroyed + {statement.sheets_quarantined} quarantined = {accounted}."
        + ("" if accounted == statement.sheets_printed else " This does not come out."),
        INK if accounted == statement.sheets_printed else ALARM,
    )
    sheet.note(f"Copies: {statement.copies} released, {statement.reprinted} of them reprints.")
    if statement.by_result_file:
        sheet.note(f"Stacked by result file: {statement.by_result_file} copies, on the machine's word alone.")


def _evidence(sheet: Sheet, statement: RunStatement) -> None:
    sheet.heading("Evidence", 30)
    head = statement.journal_head
    sheet.note(f"The journal of this run has {statement.journal_entries} entries; the hash of the last one is")
    sheet.note(" ".join(head[at : at + 8] for at in range(0, len(head), 8)))


def _batch(line: BatchLine) -> tuple[str, ...]:
    counts = (line.press, line.fed, line.stacked, line.diverted, line.removed)
    return (
        f"{line.batch} reprint" if line.reprint else line.batch,
        line.envelope,
        str(line.pieces),
        str(line.sheets),
        *("–" if count is None else str(count) for count in counts),
        "",
        line.state,
    )


def _spoiled(each: SpoiledCopy) -> tuple[str, ...]:
    return (each.piece, str(each.copy), str(each.sheets), "", each.end, _time(each.at), each.who, each.why)


def _recovered(each: RecoveredCopy) -> tuple[str, ...]:
    station = each.station or "not in the path"
    scanned = str(each.scanned)
    return (each.piece, str(each.copy), "", station, each.word, scanned, "", _time(each.at), each.who)


def _not_mailed(each: PieceNotMailed) -> tuple[str, ...]:
    return (each.piece, each.end, _time(each.at), each.who, ", ".join(each.documents))


def _moment(moment: datetime) -> str:
    return moment.isoformat(" ", "minutes")


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
