"""Papers of a run: from the ledger to the statement and the tray tags, with postage to manifest and pallet lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from pathlib import Path

from mailroom.domain.journal import ChainedEntry, Entry
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceState
from mailroom.domain.run import Batch, MailRun
from mailroom.planning.postage.manifest import Manifest
from mailroom.planning.postage.manifest_csv import lines_csv, not_mailed_csv, trays_csv
from mailroom.planning.postage.pallets import load_pallets
from mailroom.production.explain import EXPLAINED, facts, where
from mailroom.production.papers.manifest import write_manifest
from mailroom.production.papers.pallet_lists import write_pallet_lists
from mailroom.production.papers.posting import PostingHeading, tray_id
from mailroom.production.papers.posting import tray_tags as posting_tags
from mailroom.production.papers.statement import (
    BatchLine,
    DroppedDocument,
    HandLine,
    IncidentLine,
    PieceNotMailed,
    RecoveredCopy,
    RunStatement,
    SpoiledCopy,
    TrayLine,
    write_statement,
)
from mailroom.production.papers.tray_tags import TrayTag, write_tray_tags
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.posting import Posting, as_handed_over, batches_of_trays, planned_posting
from mailroom.production.recover import DECLARED
from mailroom.production.tally import tally
from spool.atomic import write_whole

_ENDS = {f"copy.{name}": end for name, end in (("destroy", "destroyed"), ("quarantine", "quarantined"))}


@dataclass(frozen=True, slots=True)
class RunPapers:
    """Where the papers of a run lie. `posting` are manifest, its tables and pallet lists; none without postage."""

    statement: Path
    tray_tags: Path
    posting: tuple[Path, ...] = ()


def check_posting(plant: Plant, run: str) -> None:
    """Refuse (E7042 and others of the price lists) a run whose posting papers could not be drawn up: to be asked before
    it is closed."""
    with plant.read_ledger() as ledger:
        planned_posting(run, ledger.pieces(run), plant.floor)


def write_papers(plant: Plant, run: MailRun, name: str) -> RunPapers:
    """Write `RUN-statement.pdf` and `RUN-trays.pdf` into the run's folder; person `name` handed the run over. With
    postage also the manifest, as PDF and CSV, and the pallet lists, all of what was mailed."""
    folder = plant.run_folder(run.id)
    folder.mkdir(parents=True, exist_ok=True)
    manifest: Manifest | None = None
    with plant.read_ledger() as ledger:
        posting = planned_posting(run.id, ledger.pieces(run.id), plant.floor)
        if posting is None:
            tags = tray_tags(plant, ledger, run)
        else:
            manifest = as_handed_over(ledger, posting, _day(plant, run))
            heading = _heading(plant, manifest, name)
            tags = posting_tags(heading, manifest.trays, batches_of_trays(ledger, run, manifest.trays))
        statement = run_statement(plant, ledger, run, name, tags)
    statement_file, tags_file = folder / f"{run.id}-statement.pdf", folder / f"{run.id}-trays.pdf"
    write_statement(statement_file, statement)
    write_tray_tags(tags_file, tags)
    more = _write_posting(folder, plant, posting, manifest, name) if posting and manifest else ()
    return RunPapers(statement_file, tags_file, more)


def _write_posting(folder: Path, plant: Plant, posting: Posting, manifest: Manifest, name: str) -> tuple[Path, ...]:
    heading = _heading(plant, manifest, name)
    written = [folder / f"{posting.run}-manifest.pdf"]
    write_manifest(written[0], heading, manifest)
    tables = (
        ("manifest", lines_csv(manifest, heading.handed_in_at)),
        ("manifest-trays", trays_csv(manifest)),
        ("manifest-not-mailed", not_mailed_csv(manifest)),
    )
    for table, text in tables:
        written.append(folder / f"{posting.run}-{table}.csv")
        write_whole(written[-1], text.encode())
    if pallets := load_pallets(manifest.trays, posting.schemes):
        written.append(folder / f"{posting.run}-pallets.pdf")
        write_pallet_lists(written[-1], heading, pallets)
    return tuple(written)


def _heading(plant: Plant, manifest: Manifest, name: str) -> PostingHeading:
    post = plant.floor.post
    at = post.handed_in_at if post is not None else ""
    return PostingHeading(manifest.run, plant.client, manifest.posted_on, handed_in_at=at, handed_over_by=name)


def _day(plant: Plant, run: MailRun) -> date:
    return (run.closed_at or plant.clock()).date()


def tray_tags(plant: Plant, ledger: Ledger, run: MailRun) -> list[TrayTag]:
    """Mailed pieces in the order in which they were stacked, a new tray for each batch, country and full tray."""
    pieces = {piece.id: piece for piece in ledger.pieces(run.id)}
    trays = [
        (batch, tray)
        for batch in ledger.batches(run.id)
        for tray in _trays(plant, pieces, ledger.copies_of_batch(batch.id))
    ]
    return [
        TrayTag(
            tray=tray_id(run.id, number),
            run=run.id,
            batch=batch.id,
            client=plant.client,
            first_postcode=tray[0].postcode,
            last_postcode=tray[-1].postcode,
            country=tray[0].country,
            envelope=batch.envelope,
            pieces=len(tray),
            number=number,
            of=len(trays),
            mailed_on=_day(plant, run),
        )
        for number, (batch, tray) in enumerate(trays, 1)
    ]


def _trays(plant: Plant, pieces: dict[str, MailPiece], copies: Iterable[Copy]) -> Iterator[tuple[MailPiece, ...]]:
    mailed = (pieces[copy.piece] for copy in copies if copy.state is CopyState.MAILED)
    for _, of_country in groupby(mailed, key=lambda piece: piece.country):
        while tray := tuple(islice(of_country, plant.tray_limit)):
            yield tray


def run_statement(plant: Plant, ledger: Ledger, run: MailRun, name: str, tags: list[TrayTag]) -> RunStatement:
    """All figures of the statement, from the ledger."""
    counts = tally(ledger, run.id)
    copies = ledger.copies_of_run(run.id)
    entries = list(ledger.entries(run=run.id))
    last = entries[-1] if entries else None

    def sheets(state: CopyState) -> int:
        return sum(copy.sheets for copy in copies if copy.state is state)

    whos = {chained.entry.who.partition(":") for chained in entries}
    return RunStatement(
        run=run.id,
        client=plant.client,
        window=f"{run.opened_at:%Y-%m-%d %H:%M}",
        opened_at=run.opened_at,
        closed_at=run.closed_at,
        drawn_up_at=run.closed_at or plant.clock(),
        planned=counts.planned,
        mailed=counts.mailed,
        withdrawn=counts.withdrawn,
        moved=counts.moved,
        unknown=counts.unknown,
        copies=counts.copies,
        reprinted=counts.reprinted,
        sheets_printed=counts.sheets,
        sheets_mailed=sheets(CopyState.MAILED),
        sheets_destroyed=sheets(CopyState.DESTROYED),
        sheets_quarantined=sheets(CopyState.QUARANTINED),
        by_result_file=sum(chained.entry.event == f"copy.{CopyEvent.REPORT_STACKED.value}" for chained in entries),
        batches=tuple(_batch_line(batch) for batch in ledger.batches(run.id)),
        by_hand=tuple(_by_hand(chained.entry for chained in entries)),
        spoiled=tuple(_spoiled(entries, {(copy.piece, copy.copy): copy for copy in copies})),
        not_mailed=tuple(_not_mailed(entries, {piece.id: piece for piece in ledger.pieces(run.id)})),
        incidents=tuple(_incidents(entries)),
        recovered=tuple(_recovered(chained.entry for chained in entries)),
        trays=tuple(
            TrayLine(tag.tray, f"{tag.country} {tag.first_postcode}–{tag.last_postcode}", tag.envelope, tag.pieces)
            for tag in tags
        ),
        journal_entries=len(entries),
        journal_head=last.hash if last else "",
        machine=", ".join(sorted({name for kind, _, name in whos if kind == "machine"})),
        handed_over_by=name,
        dropped=tuple(_dropped(entries)),
    )


def _batch_line(batch: Batch) -> BatchLine:
    counters = batch.counters
    return BatchLine(
        batch=batch.id,
        envelope=batch.envelope,
        pieces=batch.pieces,
        sheets=batch.sheets,
        press=batch.sheets_completed,
        fed=counters.get("sheets_fed"),
        stacked=counters.get("sheets_stacked"),
        diverted=counters.get("sheets_diverted"),
        removed=counters.get("sheets_removed"),
        state=batch.state.value,
        reprint=batch.reprint,
    )


def _by_hand(entries: Iterable[Entry]) -> Iterator[HandLine]:
    """By batch and person, in the order of the batches."""
    filled: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in entries:
        evidence = entry.detail.get("evidence", {})
        if entry.event == "copy.stack" and evidence.get("by") == "hand":
            filled[entry.batch, entry.who.removeprefix("person:")].append(evidence["sheets"])
    for (batch, who), sheets in sorted(filled.items()):
        yield HandLine(batch, who, len(sheets), sum(sheets))


def _spoiled(entries: Iterable[ChainedEntry], copies: dict[tuple[str, int], Copy]) -> Iterator[SpoiledCopy]:
    for chained in entries:
        entry = chained.entry
        if entry.event in _ENDS and entry.copy is not None:
            yield SpoiledCopy(
                piece=entry.piece,
                copy=entry.copy,
                sheets=copies[entry.piece, entry.copy].sheets,
                end=_ENDS[entry.event],
                at=entry.at,
                who=entry.who.removeprefix("person:"),
                why=str(entry.detail.get("evidence", {}).get("reason", "")),
            )


def _not_mailed(entries: Iterable[ChainedEntry], pieces: dict[str, MailPiece]) -> Iterator[PieceNotMailed]:
    ends = {f"piece.{state.value}": state.value for state in (PieceState.WITHDRAWN, PieceState.MOVED)}
    for chained in entries:
        entry = chained.entry
        if entry.event in ends:
            numbers = tuple(document.number for document in pieces[entry.piece].documents)
            who = entry.who.removeprefix("person:")
            yield PieceNotMailed(entry.piece, ends[entry.event], entry.at, who, numbers)


def _dropped(entries: Iterable[ChainedEntry]) -> Iterator[DroppedDocument]:
    for entry in (chained.entry for chained in entries):
        if entry.event == "document.dropped":
            who = entry.who.removeprefix("person:")
            yield DroppedDocument(str(entry.detail["number"]), entry.at, who, str(entry.detail["reason"]))


def _incidents(entries: Iterable[ChainedEntry]) -> Iterator[IncidentLine]:
    """Each with the reason that a person gave for it last."""
    reasons: dict[int, str] = {}
    found: list[ChainedEntry] = []
    for chained in entries:
        entry = chained.entry
        if entry.event == EXPLAINED:
            who = entry.who.removeprefix("person:")
            reasons[entry.detail["incident"]] = f"Explained by {who}: {entry.detail['reason']}"
        elif entry.event.startswith("incident."):
            found.append(chained)
    for chained in found:
        entry = chained.entry
        name = entry.event.removeprefix("incident.").replace("_", " ")
        text = ". ".join(filter(None, (facts(entry), reasons.get(chained.seq, ""))))
        yield IncidentLine(entry.at, name, where(entry), text)


def _recovered(entries: Iterable[Entry]) -> Iterator[RecoveredCopy]:
    for entry in entries:
        if entry.event == DECLARED and entry.copy is not None:
            detail = entry.detail
            who = entry.who.removeprefix("person:")
            yield RecoveredCopy(
                entry.piece, entry.copy, detail["station"], detail["word"], len(detail["scanned"]), entry.at, who
            )
