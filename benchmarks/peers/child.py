"""Runs one peer in a process of its own: `python -m benchmarks.peers.child NAME PAGES.json FOLDER`.

Writes FOLDER/out.pdf and prints one JSON document: `version`; `warm_up` and `run`, each with the processor seconds of
this process and those it started (all their threads) and with the wall seconds.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from benchmarks.compose_data import Page, encode_codes, from_json
from benchmarks.peers.peer import OURS, PEERS, Peer, Work

Seconds = dict[str, float]


def main(name: str, pages_file: Path, folder: Path) -> None:
    entry = PEERS[name]
    # One core for all: an engine's threads then cost it what they cost a machine that is busy on every core.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for module in entry.without:
        sys.modules[module] = None  # type: ignore[assignment]  # So that importing it fails.
    peer = cast(Peer, import_module(f"benchmarks.peers.{entry.module}"))
    pages = from_json(json.loads(pages_file.read_bytes()))
    encodes = name != OURS
    first = pages[: entry.warm_up]
    warm_up = _seconds(peer.prepare(first, folder), folder / "warm-up.pdf", first if encodes else ())
    run = _seconds(peer.prepare(pages, folder), folder / "out.pdf", pages if encodes else ())
    print(json.dumps({"version": peer.version(), "warm_up": warm_up, "run": run}))


def _seconds(work: Work, out: Path, codes_of: Sequence[Page]) -> Seconds:
    """What the work takes, with the encoding of these pages' codes. Peers are handed the modules all the same, so that
    each may draw them as it does best; ours encodes as it goes."""
    processor, wall = _processor(), time.perf_counter()
    encode_codes(codes_of)
    work(out)
    return {"processor": _processor() - processor, "wall": time.perf_counter() - wall}


def _processor() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
