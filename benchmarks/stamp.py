"""Pages per second of stamping finished PDFs, of reading their address zones, and what sharing saves.

Each round runs every peer once, in turn, in a process of its own; figures are medians of processor time.
`python -m benchmarks.stamp [PAGES [ROUNDS]]` prints the tables; the figures go to build/bench/stamp.json too.
"""

from __future__ import annotations

import importlib.util
import json
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
from benchmarks.stamp_peers import OURS, STAMPING, TEXT
from layouts.fonts import default_fonts
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

_MODULES = {"PyMuPDF": "pymupdf", "pikepdf": "pikepdf", "pypdf": "pypdf"}


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
            "stamping": _contest("stamping", STAMPING, source, listed, pages, rounds),
            "text": _contest("text", TEXT, source, listed, pages, rounds),
        }
    with tempfile.TemporaryDirectory() as name:
        return {**results, "merge": merge(Path(name), files)}


def _contest(
    work: str, peers: Mapping[str, object], source: Path, documents: Path, pages: int, rounds: int
) -> dict[str, dict[str, float]]:
    done: dict[str, list[dict[str, float]]] = {}
    for _ in range(rounds):
        for peer in peers:
            if importlib.util.find_spec(_MODULES.get(peer, "pikepdf")) is None:
                continue
            out = source.with_name("out")
            command = [
                sys.executable,
                "-m",
                "benchmarks.stamp_peers",
                work,
                peer,
                str(source),
                str(documents),
                str(out),
            ]
            run = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            done.setdefault(peer, []).append({**json.loads(run.stdout), "bytes": out.stat().st_size})
    return {
        peer: {
            "pages_per_s": round(pages / statistics.median(each["seconds"] for each in runs)),
            "memory_mb": round(max(each["memory_mb"] for each in runs)),
            "bytes_per_page": round(runs[0]["bytes"] / pages),
        }
        for peer, runs in done.items()
    }


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
    ours = next(row["pages_per_s"] for name, row in peers.items() if name.startswith(OURS))
    print(f"{title:36}{'pages/s':>10}{'ours ×':>10}{'MB':>8}{'bytes/page':>12}")
    for name, row in sorted(peers.items(), key=lambda peer: -peer[1]["pages_per_s"]):
        rate = row["pages_per_s"]
        print(f"{name:36}{rate:>10,}{ours / rate:>10.2f}{row['memory_mb']:>8,}{row['bytes_per_page']:>12,}")


def main() -> None:
    """Print the figures as tables and keep them as JSON."""
    given = [int(argument) for argument in sys.argv[1:]]
    results = measure(*given[:2])
    _print("stamping, reordering, writing", results["stamping"])
    print()
    _print("text of the address zone", results["text"])
    merged = results["merge"]
    print(f"\n{merged['files']:,} files of two pages merged: {merged['share']:.1%} of the plain sum")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
