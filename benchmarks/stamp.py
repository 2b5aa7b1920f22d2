"""Pages per second of stamping finished PDFs, of reading their address zones, and what sharing saves.

Each round runs every contestant once, in turn, in a process of its own; figures are medians of processor time, and
ratios those of runs of one round. Who needs more than a minute of it is given up.
`python -m benchmarks.stamp [PAGES [ROUNDS [FILES]]]` prints the tables; the figures go to build/bench/stamp.json too.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.stamp_data import make_documents, make_stream
from benchmarks.stamp_peers import CONTESTS, OURS, PATIENCE_S
from layouts.fonts import default_fonts
from mailroom.intake.guard.process import ENVIRONMENT
from omr.markset import load_mark_set
from omr.sheet import SheetId, SheetOrders
from spool.assemble import BatchSheet, PageRef, assemble
from spool.finished.convert import FinishedPdf
from spool.finished.fit import Fit
from spool.page_source import PagesInMemory

PAGES = 20_000
ROUNDS = 3
FILES = 2_000
RESULT = Path("build/bench/stamp.json")

_MODULES = {"PyMuPDF": "pymupdf"}
"""Contestants that may not be installed."""

_OVER = (-signal.SIGXCPU, -signal.SIGKILL)


def measure(pages: int = PAGES, rounds: int = ROUNDS, files: int = FILES) -> dict[str, Any]:
    """`stamping` and `text`: peer → pages per second, memory in MB; `merge`: what sharing saves."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "stream.pdf"
        documents = make_stream(source, pages)
        listed = folder / "documents.json"
        listed.write_text(json.dumps([(each.start, each.stop) for each in documents]), encoding="utf-8")
        results = {
            "pages": pages,
            "source_bytes": source.stat().st_size,
            "stamping": _contest("stamping", source, listed, pages, rounds),
            "text": _contest("text", source, listed, pages, rounds),
        }
    with tempfile.TemporaryDirectory() as name:
        return {**results, "merge": merge(Path(name), files)}


def _contest(work: str, source: Path, documents: Path, pages: int, rounds: int) -> dict[str, dict[str, float]]:
    done: dict[str, list[dict[str, float]]] = {}
    given_up: set[str] = set()
    for _ in range(rounds):
        for peer in CONTESTS[work]:
            if peer in given_up or importlib.util.find_spec(_MODULES.get(peer, "mailroom")) is None:
                continue
            run = _run(work, peer, source, documents)
            if run is None:
                given_up.add(peer)
            else:
                done.setdefault(peer, []).append(run)
    if work == "text":
        _check_texts(source.parent, list(done))
    ours = [run["seconds"] for run in done[OURS]]
    rows = {peer: _row(runs, ours, pages) for peer, runs in done.items() if peer not in given_up}
    # What was given up is known to be slower than this, and no more.
    return rows | {peer: {"fewer_pages_per_s_than": round(pages / PATIENCE_S)} for peer in given_up}


def _run(work: str, peer: str, source: Path, documents: Path) -> dict[str, float] | None:
    """One run of one contestant: `seconds`, `memory_mb`, `bytes`; None when its patience was over."""
    out = source.with_name(f"{work}-{peer}.out")
    command = [sys.executable, "-m", "benchmarks.stamp_peers", work, peer, str(source), str(documents), str(out)]
    # Text is read in the surroundings of intake's worker, by all alike.
    environment = {**os.environ, **(ENVIRONMENT if work == "text" else {})}
    run = subprocess.run(command, stdout=subprocess.PIPE, check=False, env=environment)
    if run.returncode in _OVER:
        return None
    run.check_returncode()
    return {**json.loads(run.stdout), "bytes": out.stat().st_size}


def _row(runs: Sequence[Mapping[str, float]], ours: Sequence[float], pages: int) -> dict[str, float]:
    """`ours_times` compares runs of the same round: the machine's other work changes from round to round."""
    return {
        "pages_per_s": round(pages / statistics.median(each["seconds"] for each in runs)),
        "ours_times": round(statistics.median(each["seconds"] / us for each, us in zip(runs, ours, strict=True)), 2),
        "memory_mb": round(max(each["memory_mb"] for each in runs)),
        "bytes_per_page": round(runs[0]["bytes"] / pages),
    }


def _check_texts(folder: Path, peers: Sequence[str]) -> None:
    """Who reads something else than the others has not taken part."""
    said = {
        peer: [page.split() for page in (folder / f"text-{peer}.out").read_text(encoding="utf-8").split("\f")]
        for peer in peers
    }
    if wrong := [peer for peer in peers if said[peer] != said[OURS]]:
        raise AssertionError(f"{wrong[0]} read other texts than {OURS}")


def merge(folder: Path, files: int = FILES) -> dict[str, float]:
    """Files of two pages each with the same fonts and logo, merged: `share` of the plain sum, and files per second."""
    sources = make_documents(folder, files)
    plain = sum(path.stat().st_size for path in sources)
    started = time.process_time()
    merged = _merged(sources, folder / "merged.pdf")
    seconds = time.process_time() - started
    return {
        "files": files,
        "plain_bytes": plain,
        "merged_bytes": merged,
        "share": round(merged / plain, 4),
        "files_per_s": round(files / seconds),
    }


def _merged(sources: Sequence[Path], out: Path) -> int:
    held = PagesInMemory()

    def converted() -> Any:
        ordinal = 1
        for number, source in enumerate(sources, start=1):
            with FinishedPdf(source, Fit()) as pdf:
                page_set = pdf.page_set(range(len(pdf)))
            of = len(page_set.pages)
            yield (
                page_set,
                [
                    BatchSheet(
                        SheetId("R000001", f"P{number:08}", 1, place + 1, of),
                        SheetOrders(place + 1, of, ordinal + place),
                        PageRef(page_set.key, place),
                    )
                    for place in range(of)
                ],
            )
            ordinal += of

    return assemble(
        held.sheets(converted()),
        store=held,
        fonts=default_fonts(),
        mark_set=load_mark_set("quadient"),
        out=out,
        title="R000001-B01",
        created=datetime(2026, 1, 2, 6, 30, tzinfo=UTC),
    ).bytes


def _print(title: str, peers: Mapping[str, Mapping[str, float]]) -> None:
    print(f"{title:36}{'pages/s':>10}{'ours ×':>10}{'MB':>8}{'bytes/page':>12}")
    finished = {name: row for name, row in peers.items() if "pages_per_s" in row}
    for name, row in sorted(finished.items(), key=lambda peer: -peer[1]["pages_per_s"]):
        rate, times = row["pages_per_s"], row["ours_times"]
        print(f"{name:36}{rate:>10,}{times:>10.2f}{row['memory_mb']:>8,}{row['bytes_per_page']:>12,}")
    for name in sorted(peers.keys() - finished.keys()):
        print(f"{name:36}{'< ' + format(peers[name]['fewer_pages_per_s_than'], ','):>10}")


def main() -> None:
    """Print the figures as tables and keep them as JSON."""
    given = [int(argument) for argument in sys.argv[1:]]
    results = measure(*given)
    _print("stamping, reordering, writing", results["stamping"])
    print()
    _print("text of the address zone", results["text"])
    merged = results["merge"]
    print(f"\n{merged['files']:,} files of two pages merged: {merged['share']:.1%} of the plain sum")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
