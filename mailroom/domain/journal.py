"""Journal entries and the chain that binds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

GENESIS = "0" * 64
"""The `previous` of the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal, before it has its place in the chain.

    event       what happened: "copy.stack", "batch.submitting", "machine.sheet_scanned", "run.closed" …
    who         "system", "machine:SERIAL", "queue:NAME" or "person:NAME".
    state_from, state_to   for copies and batches.
    machine     (boot id, event number) of a machine's event: unique, so a repeated event is written once.
    """

    at: datetime
    event: str
    who: str
    run: str = ""
    batch: str = ""
    piece: str = ""
    copy: int | None = None
    copy_seq: int | None = None
    state_from: str = ""
    state_to: str = ""
    machine: tuple[int, int] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry in its place: `seq` counts from 1 without gaps."""

    seq: int
    entry: Entry
    previous: str
    hash: str


def entry_fields(seq: int, entry: Entry) -> dict[str, Any]:
    """The entry as the flat JSON object that is hashed and exported."""
    fields: dict[str, Any] = {
        "seq": seq,
        "at": entry.at.isoformat(),
        "event": entry.event,
        "who": entry.who,
        "run": entry.run,
        "batch": entry.batch,
        "piece": entry.piece,
        "copy": entry.copy,
        "copy_seq": entry.copy_seq,
        "state_from": entry.state_from,
        "state_to": entry.state_to,
        "machine": list(entry.machine) if entry.machine else None,
        "detail": dict(entry.detail),
    }
    return fields


def chain_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 over the predecessor's hash, a line feed, and the fields as JSON (sorted keys, no spaces, UTF-8)."""
    body = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()
