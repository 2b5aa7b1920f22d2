"""Export: what a run leaves behind for anyone who wants to check it without us: `run.json`, `journal.jsonl`,
`machine.jsonl` beside the print and control files (docs/evidence.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mailroom.domain.journal import GENESIS, ChainedEntry, entry_fields
from mailroom.domain.run import Batch, MailRun
from mailroom.production.lookup import the_run
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.tally import tally
from spool.atomic import write_whole


def export_run(plant: Plant, run_id: str, machine: str, machine_log: Path | None) -> Path:
    """Write the exports of a run into its folder and return it. May be repeated at any time."""
    folder = plant.run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    with plant.read_ledger() as ledger:
        run = the_run(ledger, run_id)
        lines, journal, boots = _journal(ledger, run_id)
        summary = _summary(ledger, run, _control_lines(folder, ledger.batches(run_id)))
    logged = list(_machine_lines(machine_log, boots)) if machine_log is not None and machine_log.exists() else []
    if logged:
        write_whole(folder / "machine.jsonl", "".join(logged).encode())
    summary["journal"] = journal
    summary["machine"] = {
        "serial": machine,
        "model": next((json.loads(line)["model"] for line in logged if '"model"' in line), ""),
        "log": "machine.jsonl" if logged else None,
        "boots": sorted(boots),
    }
    write_whole(folder / "journal.jsonl", "".join(f"{line}\n" for line in lines).encode())
    write_whole(folder / "run.json", (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode())
    return folder


def _journal(ledger: Ledger, run: str) -> tuple[list[str], dict[str, Any], dict[int, tuple[int, int]]]:
    """The run's lines from its first entry to its last, those of other runs between them as stubs; what run.json says
    of them; and for each boot of the machine its first and last event number."""
    mine = {chained.seq for chained in ledger.entries(run=run)}
    first, last = min(mine, default=1), max(mine, default=0)
    lines: list[str] = []
    previous, head = GENESIS, GENESIS
    boots: dict[int, tuple[int, int]] = {}
    for chained in ledger.entries(span=(first, last)):
        lines.append(json.dumps(_line(chained, chained.seq in mine), ensure_ascii=False, separators=(",", ":")))
        previous = chained.previous if chained.seq == first else previous
        head = chained.hash
        if chained.seq in mine and chained.entry.machine:
            boot, number = chained.entry.machine
            lowest, highest = boots.get(boot, (number, number))
            boots[boot] = (min(lowest, number), max(highest, number))
    return lines, {"entries": len(lines), "own": len(mine), "head": head, "previous": previous}, boots


def _line(chained: ChainedEntry, whole: bool) -> dict[str, Any]:
    chain = {"previous": chained.previous, "hash": chained.hash}
    return {**entry_fields(chained.seq, chained.entry), **chain} if whole else {"seq": chained.seq, **chain}


def _machine_lines(log: Path, boots: dict[int, tuple[int, int]]) -> Iterator[str]:
    """The machine's own lines for this run: events within the numbers that the run's journal spans, and counters."""
    boot = None
    inside = False
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            boot = fields.get("boot", boot)
            if boot not in boots:
                continue
            if "number" in fields:
                first, last = boots[boot]
                inside = first <= fields["number"] <= last
            if inside or "model" in fields:
                yield line


def _control_lines(folder: Path, batches: Iterable[Batch]) -> dict[tuple[str, int], str]:
    """SHA-256 of each copy's line in its control file, so that an altered line is found under its piece's name."""
    digests: dict[tuple[str, int], str] = {}
    for batch in batches:
        if batch.control_file:
            for line in (folder / batch.control_file).read_bytes().split(b"\n"):
                fields = json.loads(line) if line else {}
                if "piece" in fields and "copy" in fields:
                    digests[fields["piece"], fields["copy"]] = hashlib.sha256(line).hexdigest()
    return digests


def _summary(ledger: Ledger, run: MailRun, control_lines: dict[tuple[str, int], str]) -> dict[str, Any]:
    counts = asdict(tally(ledger, run.id))
    copies: dict[str, list[dict[str, Any]]] = {}
    for copy in ledger.copies_of_run(run.id):
        fields = {"copy": copy.copy, "batch": copy.batch, "state": copy.state.value, "sheets": copy.sheets}
        digest = control_lines.get((copy.piece, copy.copy))
        copies.setdefault(copy.piece, []).append(fields | ({"control_line_sha256": digest} if digest else {}))
    return {
        "run": run.id,
        "state": run.state.value,
        "opened_at": run.opened_at.isoformat(),
        "closed_at": run.closed_at.isoformat() if run.closed_at else None,
        **{name: counts[name] for name in ("planned", "mailed", "withdrawn", "moved", "unknown", "sheets")},
        "batches": [_batch(batch) for batch in ledger.batches(run.id)],
        "pieces": [
            {
                "piece": piece.id,
                "state": piece.state.value,
                "sheets": piece.sheets,
                "envelope": piece.envelope,
                "documents": [document.number for document in piece.documents],
                "copies": copies.get(piece.id, []),
            }
            for piece in ledger.pieces(run.id)
        ],
    }


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "envelope": batch.envelope,
        "stock": batch.stock,
        "sides": batch.sides,
        "pieces": batch.pieces,
        "sheets": batch.sheets,
        "state": batch.state.value,
        "reprint": batch.reprint,
        "handling": batch.handling.value,
        "print_file": batch.print_file,
        "print_file_sha256": batch.print_file_sha256,
        "control_file": batch.control_file,
        "sheets_completed": batch.sheets_completed,
        "counters": dict(batch.counters),
    }
