"""A small run with everything in it, written as its exports are: three pieces, one mailed at once, one mailed as copy 2
after its first copy was destroyed, one withdrawn after its copy was quarantined. Facts are told in the order in which
they happen; the chain and the control files come from the application's own code, which the checker does not share."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailroom.domain.journal import Entry, chain_hash, entry_fields
from mailroom.domain.lifecycle import CopyEvent, CopyState, step
from spool.control import ControlFile, ControlHeader, ControlPiece
from spool.control_file import write_control_file

RUN = "R000007"
BOOT = 3735928559
SERIAL = "SIM-0001"
MODEL = "Sim 1"
TEMPLATE = "{run:7}{piece:9}{copy:02}{sheet:03}{of:03}"
SHEETS = {"P00000001": 2, "P00000002": 1, "P00000003": 3}
PERSON = "person:Kari Nordmann"
START = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


@dataclass
class RunWriter:
    """Writes the exports of a run into `folder` as the facts are told."""

    folder: Path
    lines: list[dict[str, Any]] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=lambda: [{"boot": BOOT, "serial": SERIAL, "model": MODEL}])
    states: dict[tuple[str, int], tuple[CopyState, int, str]] = field(default_factory=dict)
    batches: list[dict[str, Any]] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)
    head: str = hashlib.sha256(b"what was before").hexdigest()
    seq: int = 41
    number: int = 90
    own: int = 0
    closed: bool = False

    def __post_init__(self) -> None:
        self.previous = self.head

    def entry(self, event: str, who: str = "system", **fields: Any) -> None:
        self.seq += 1
        entry = Entry(START + timedelta(seconds=self.seq), event, who, run=RUN, **fields)
        content = entry_fields(self.seq, entry)
        previous, self.head = self.head, chain_hash(self.head, content)
        self.lines.append({**content, "previous": previous, "hash": self.head})
        self.own += 1

    def foreign(self) -> None:
        """An entry of another run: a stub."""
        self.seq += 1
        previous, self.head = self.head, hashlib.sha256(str(self.seq).encode()).hexdigest()
        self.lines.append({"seq": self.seq, "previous": previous, "hash": self.head})

    def release(self, piece: str, copy: int, batch: str) -> None:
        self.states[piece, copy] = (CopyState.RELEASED, 1, batch)
        detail = {"evidence": {"reason": "planned", "sheets": SHEETS[piece]}}
        self.entry("copy.release", batch=batch, piece=piece, copy=copy, copy_seq=1, state_to="released", detail=detail)

    def copy(self, piece: str, copy: int, event: CopyEvent, who: str = "system", **evidence: Any) -> None:
        state, seq, batch = self.states[piece, copy]
        after = step(state, event, who)
        self.states[piece, copy] = (after, seq + 1, batch)
        self.entry(
            f"copy.{event.value}",
            who,
            batch=batch,
            piece=piece,
            copy=copy,
            copy_seq=seq + 1,
            state_from=state.value,
            state_to=after.value,
            detail={"evidence": evidence},
        )

    def machine(self, batch: str, kind: str, **fields: Any) -> dict[str, Any]:
        """An event: in the machine's log and in the journal. Returns the evidence that quotes it."""
        self.number += 1
        content = {"at_ms": 1000 * self.number, **fields}
        self.log.append({"boot": BOOT, "number": self.number, "type": kind, **content})
        piece = fields.get("piece") or fields.get("expected_piece") or ""
        copy = (fields.get("copy") or fields.get("expected_copy")) if piece else None
        self.entry(
            f"machine.{kind}",
            f"machine:{SERIAL}",
            batch=batch,
            piece=piece,
            copy=copy,
            machine=(BOOT, self.number),
            detail=content,
        )
        return {"boot": BOOT, "number": self.number}

    def scan(self, batch: str, piece: str, copy: int, sheet: int) -> dict[str, Any]:
        of = SHEETS[piece]
        code = f"{RUN}{piece}{copy:02}{sheet:03}{of:03}"
        return self.machine(
            batch, "sheet_scanned", piece=piece, copy=copy, sheet=sheet, of=of, code=code, marks=2049 + sheet
        )

    def outcome(
        self, batch: str, piece: str, copy: int, outcome: str, envelope: int, reason: int = 0
    ) -> dict[str, Any]:
        told = self.machine(
            batch,
            "piece_outcome",
            piece=piece,
            copy=copy,
            outcome=outcome,
            sheets=SHEETS[piece],
            reason=reason,
            envelope=envelope,
        )
        return {**told, "outcome": outcome, "reason": reason}

    def by_hand(self, batch: str, piece: str, copy: int, who: str = PERSON) -> None:
        """A person scans every sheet into the envelope and closes it."""
        of = SHEETS[piece]
        self.copy(piece, copy, CopyEvent.FEED, who, by="hand", sheets=of)
        for sheet in range(1, of + 1):
            code = f"{RUN}{piece}{copy:02}{sheet:03}{of:03}"
            scan = {"sheet": sheet, "of": of, "code": code}
            self.entry("hand.sheet_scanned", who, batch=batch, piece=piece, copy=copy, detail=scan)
        self.copy(piece, copy, CopyEvent.SCAN, who, by="hand", sheets=of)
        self.copy(piece, copy, CopyEvent.STACK, who, by="hand", sheets=of, inserts=[])

    def print_batch(self, batch: str, copies: list[tuple[str, int]], handling: str = "machine") -> None:
        """From released to feeding, with print file and control file; what is filled by hand, to printed."""
        sheets = sum(SHEETS[piece] for piece, _ in copies)
        pdf = b"%PDF-1.7\n% " + batch.encode()
        (self.folder / f"{batch}.pdf").write_bytes(pdf)
        sha256 = hashlib.sha256(pdf).hexdigest()
        facts = {"envelope": "c5", "stock": "iso_a4_210x297mm", "sides": "one-sided", "print_file": f"{batch}.pdf"}
        header = ControlHeader(
            job=batch,
            run=RUN,
            created=START.isoformat(),
            client="Nordlys Kraft AS",
            fold="half",
            mark_set="quadient",
            fed_first="first-sheet",
            code_template=TEMPLATE,
            print_file_sha256=sha256,
            pieces=len(copies),
            sheets=sheets,
            **facts,
        )
        write_control_file(ControlFile(header, tuple(_control_pieces(copies))), self.folder / f"{batch}.control.jsonl")
        self.batches.append(
            {
                "id": batch,
                **facts,
                "pieces": len(copies),
                "sheets": sheets,
                "state": "done",
                "reprint": copies[0][1] > 1,
                "handling": handling,
                "print_file_sha256": sha256,
                "control_file": f"{batch}.control.jsonl",
                "sheets_completed": sheets,
                "counters": {},
            }
        )
        self.entry("batch.planned", batch=batch, state_to="planned", detail={"handling": handling})
        for piece, copy in copies:
            self.release(piece, copy, batch)
        for event, who in (
            (CopyEvent.SEND, "system"),
            (CopyEvent.ACCEPT, "queue:folder"),
            (CopyEvent.PRINT, "queue:folder"),
            (CopyEvent.FEED, "system"),
        ):
            for piece, copy in copies:
                if handling == "machine" or event is not CopyEvent.FEED:
                    self.copy(piece, copy, event, who, job=batch)

    def end_job(self, batch: str, **counters: int) -> None:
        self.machine(batch, "job_ended", **counters)
        self.log.append({"boot": BOOT, "at_ms": 1000 * self.number, "type": "counters", "job": batch, **counters})
        self.batches[-1]["counters"] = counters
        self.entry(
            "batch.done",
            f"machine:{SERIAL}",
            batch=batch,
            state_from="inserting",
            state_to="done",
            detail={"counters": counters},
        )

    def end_piece(self, piece: str, state: str) -> None:
        self.ends[piece] = state
        self.entry(f"piece.{state}", PERSON, piece=piece, state_to=state)

    def close(self) -> None:
        self.closed = True
        self.entry("run.closed", PERSON, state_to="closed", detail=self.counts())

    def counts(self) -> dict[str, int]:
        ends = list(self.ends.values())
        sheets = sum(SHEETS[piece] for piece, _ in self.states)
        unknown = sum(state is CopyState.UNKNOWN for state, _, _ in self.states.values())
        ended = {name: ends.count(name) for name in ("mailed", "withdrawn", "moved")}
        return {"planned": len(SHEETS), **ended, "unknown": unknown, "sheets": sheets}

    def summary(self) -> dict[str, Any]:
        return {
            "run": RUN,
            "state": "closed" if self.closed else "open",
            "opened_at": START.isoformat(),
            "closed_at": (START + timedelta(hours=1)).isoformat() if self.closed else None,
            **self.counts(),
            "journal": {"entries": len(self.lines), "own": self.own, "head": self.head, "previous": self.previous},
            "batches": self.batches,
            "pieces": [
                {
                    "piece": piece,
                    "state": self.ends.get(piece, "open"),
                    "sheets": sheets,
                    "envelope": "c5",
                    "documents": [f"F-{piece[-3:]}"],
                    "copies": [
                        {"copy": copy, "batch": batch, "state": state.value, "sheets": sheets}
                        for (name, copy), (state, _, batch) in self.states.items()
                        if name == piece
                    ],
                }
                for piece, sheets in SHEETS.items()
            ],
            "machine": {"serial": SERIAL, "model": MODEL, "log": "machine.jsonl", "boots": [BOOT]},
        }

    def write(self) -> Path:
        write_json_lines(self.folder / "journal.jsonl", self.lines)
        write_json_lines(self.folder / "machine.jsonl", self.log)
        (self.folder / "run.json").write_text(json.dumps(self.summary()))
        return self.folder


def _control_pieces(copies: list[tuple[str, int]]) -> list[ControlPiece]:
    first_sheet = 1
    pieces = []
    for order, (piece, copy) in enumerate(copies, 1):
        pieces.append(
            ControlPiece(
                order=order,
                piece=piece,
                copy=copy,
                sheets=SHEETS[piece],
                first_sheet=first_sheet,
                selects=(1,) if order == 1 else (),
                divert=False,
                customer=f"C-{piece[-2:]}",
                lines=("Åse Øverås", "Storgata 1", "0155 OSLO"),
                postcode="0155",
                country="NO",
                documents=(f"F-{piece[-3:]}",),
                previous_copy=copy - 1 if copy > 1 else None,
            )
        )
        first_sheet += SHEETS[piece]
    return pieces


def write_json_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def tell_good_run(folder: Path) -> RunWriter:
    """The whole story, closed. The caller writes it."""
    run = RunWriter(folder)
    first, second, third = SHEETS
    one, two = f"{RUN}-B01", f"{RUN}-B02"
    run.entry("run.opened", state_to="open")
    run.print_batch(one, [(first, 1), (second, 1), (third, 1)])
    run.foreign()
    run.machine(one, "state_changed", state="running", fault=0)
    run.scan(one, first, 1, 1)
    run.copy(first, 1, CopyEvent.SCAN, f"machine:{SERIAL}", **run.scan(one, first, 1, 2))
    run.machine(one, "piece_at", piece=first, copy=1, station=2, sheets=2)
    run.machine(one, "sheet_unread", expected_piece=second, expected_copy=1, code="", reason=1)
    run.copy(first, 1, CopyEvent.STACK, f"machine:{SERIAL}", **run.outcome(one, first, 1, "stacked", 501))
    run.copy(second, 1, CopyEvent.DIVERT, f"machine:{SERIAL}", **run.outcome(one, second, 1, "unread", 0, 1))
    for sheet in (1, 2):
        run.scan(one, third, 1, sheet)
    run.copy(third, 1, CopyEvent.SCAN, f"machine:{SERIAL}", **run.scan(one, third, 1, 3))
    run.machine(one, "fault", fault=2, station=3, piece=third, copy=1, text="double feed")
    run.copy(third, 1, CopyEvent.DIVERT, f"machine:{SERIAL}", **run.outcome(one, third, 1, "diverted", 0, 2))
    run.foreign()
    run.end_job(one, **_counters(fed=6, stacked=(1, 2), diverted=(2, 4)))
    run.copy(second, 1, CopyEvent.DESTROY, PERSON, reason="unread")
    run.copy(third, 1, CopyEvent.QUARANTINE, PERSON, reason="double feed")
    run.end_piece(third, "withdrawn")
    run.print_batch(two, [(second, 2)])
    run.copy(second, 2, CopyEvent.SCAN, f"machine:{SERIAL}", **run.scan(two, second, 2, 1))
    run.copy(second, 2, CopyEvent.STACK, f"machine:{SERIAL}", **run.outcome(two, second, 2, "stacked", 502))
    run.end_job(two, **_counters(fed=1, stacked=(1, 1), diverted=(0, 0)))
    for piece, copy in ((first, 1), (second, 2)):
        run.copy(piece, copy, CopyEvent.HAND_OVER, PERSON)
        run.end_piece(piece, "mailed")
    run.close()
    return run


def _counters(fed: int, stacked: tuple[int, int], diverted: tuple[int, int]) -> dict[str, int]:
    return {
        "sheets_fed": fed,
        "envelopes": stacked[0],
        "stacked": stacked[0],
        "diverted": diverted[0],
        "sheets_stacked": stacked[1],
        "sheets_diverted": diverted[1],
        "sheets_removed": 0,
    }
