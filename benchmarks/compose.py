"""Pages per second of composing, beside every engine that a user would otherwise pick: same content, same run.

Each round runs every peer once, in turn, in a process of its own on one core; figures are medians over the rounds.
`python -m benchmarks.compose` prints the table; `--only NAME` (may be repeated) runs some of the peers, `--scale` our
composer alone, on 10,000 and on 100,000 pieces of two pages. Figures go to build/bench/compose.json and
build/bench/compose-scale.json too. docs/performance.md says what each peer is given and what it is spared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.compose_check import check_file
from benchmarks.compose_data import Page, encoding_seconds, make_pages, to_json
from benchmarks.compose_scale import SCALE_PIECES, own_figures, scale
from benchmarks.peers.peer import OURS, PEERS, Entry

ROUNDS = 3
RESULT = Path("build/bench/compose.json")
SCALE_RESULT = Path("build/bench/compose-scale.json")
_RIVAL = "fpdf2, wrapped by hand"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a peer did: medians over the rounds.

    pages_per_s       of processor time on one core, once warm.
    cold_pages_per_s  the same from a cold start: of a process all that it took, of an engine in our process the warm-up
                      run and the other together.
    start_s           processor seconds of the warm-up run.
    bytes_per_page    of a file of `pages` pages, fonts included.
    """

    version: str
    pages: int
    warm_up: int
    start_s: float
    pages_per_s: float
    cold_pages_per_s: float
    bytes_per_page: int


class Contest:
    """The peers that are here, and what they did so far."""

    def __init__(self, names: Sequence[str], pages: Sequence[Page], folder: Path) -> None:
        self.missing = {name: why for name in names if (why := PEERS[name].missing())}
        self._pages = pages
        self._folder = folder
        self._done: dict[str, list[dict[str, Any]]] = {name: [] for name in names if name not in self.missing}
        self._bytes: dict[str, int] = {}
        for count in {PEERS[name].pages for name in self._done}:
            self._file(count).write_text(json.dumps(to_json(pages[:count])), encoding="utf-8")

    def round(self) -> None:
        """Run every peer once. Raises AssertionError when a file is not the pages that the peer was given."""
        for name, done in self._done.items():
            with tempfile.TemporaryDirectory(dir=self._folder) as folder:
                pages = str(self._file(PEERS[name].pages))
                command = [sys.executable, "-m", "benchmarks.peers.child", name, pages, folder]
                run = subprocess.run(command, stdout=subprocess.PIPE, check=True)
                if not done:
                    self._check(name, Path(folder, "out.pdf"))
                done.append(json.loads(run.stdout))

    def figures(self) -> dict[str, Figures]:
        """Of every peer that ran."""
        return {name: self._median(PEERS[name], done, self._bytes[name]) for name, done in self._done.items()}

    def _check(self, name: str, file: Path) -> None:
        entry = PEERS[name]
        check_file(file, self._pages[: entry.pages])
        self._bytes[name] = file.stat().st_size

    def _file(self, count: int) -> Path:
        return self._folder / f"{count}.json"

    @staticmethod
    def _median(entry: Entry, done: Sequence[Mapping[str, Any]], size: int) -> Figures:
        rates, cold = [], []
        for each in done:
            start, run = each["warm_up"]["processor"], each["run"]["processor"]
            if entry.process:
                # Both runs were processes of their own: what the longer took more is due to its further pages.
                rates.append((entry.pages - entry.warm_up) / (run - start))
                cold.append(entry.pages / run)
            else:
                rates.append(entry.pages / run)
                cold.append((entry.pages + entry.warm_up) / (run + start))
        return Figures(
            version=done[0]["version"],
            pages=entry.pages,
            warm_up=entry.warm_up,
            start_s=round(statistics.median(each["warm_up"]["processor"] for each in done), 2),
            pages_per_s=round(statistics.median(rates), 1),
            cold_pages_per_s=round(statistics.median(cold), 1),
            bytes_per_page=round(size / entry.pages),
        )


def measure(names: Sequence[str], rounds: int) -> dict[str, Any]:
    """`peers`: name → Figures; `missing`: name → what isn't installed; `encoding_ms`: processor time that encoding a
    page's three codes takes; `ours`, when we are among them: what `compose_scale.own_figures` says."""
    pages = list(make_pages(max(PEERS[name].pages for name in names)))
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(names, pages, Path(folder))
        for _ in range(rounds):
            contest.round()
        own = own_figures(pages, rounds, Path(folder)) if OURS in names else {}
    sample = pages[:200]
    return {
        "peers": {name: asdict(figures) for name, figures in contest.figures().items()},
        "missing": contest.missing,
        "encoding_ms": round(encoding_seconds(sample) / len(sample) * 1000, 2),
        "ours": own,
    }


def measure_scale() -> dict[str, Any]:
    """`runs`: one of ScaleFigures each; `ratio`: how many times as long the longest takes as the shortest, without the
    making of data; `rival_bytes_per_page`: what fpdf2 needs for a page of the contest."""
    runs = []
    for pieces in SCALE_PIECES:
        with tempfile.TemporaryDirectory() as folder:
            runs.append(scale(pieces, Path(folder)))
    pages = list(make_pages(PEERS[_RIVAL].pages))
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest([_RIVAL], pages, Path(folder))
        contest.round()
    rival = {name: figures.bytes_per_page for name, figures in contest.figures().items()}
    ratio = round(runs[-1].composing_s / runs[0].composing_s, 2)
    return {"runs": [asdict(run) for run in runs], "ratio": ratio, "rival_bytes_per_page": rival}


def _print(results: Mapping[str, Any]) -> None:
    peers = results["peers"]
    ours = peers.get(OURS, {}).get("pages_per_s")
    heads = "".join(f"{head:>11}" for head in ("version", "pages/s", "ours ×", "cold", "start s", "bytes/page"))
    print(f"{'pages composed per second, one core':36}{heads}")
    for name, row in sorted(peers.items(), key=lambda peer: -peer[1]["pages_per_s"]):
        times = f"{ours / row['pages_per_s']:.1f}" if ours else "–"
        speed = f"{row['pages_per_s']:>11,.0f}{times:>11}{row['cold_pages_per_s']:>11,.0f}"
        print(f"{name:36}{row['version']:>11}{speed}{row['start_s']:>11.2f}{row['bytes_per_page']:>11,}")
    for name, why in results["missing"].items():
        print(f"{name:36} left out: {why} isn't installed")
    for name, figure in results["ours"].items():
        print(f"{f'{OURS}, {name}':48}{figure:>10,.{0 if figure > 10 else 1}f}")
    print(
        f"Every engine's time has the encoding of the codes in it; with zxing-cpp {results['encoding_ms']} ms a page."
    )


def _print_scale(results: Mapping[str, Any]) -> None:
    print(f"{'pieces of two pages':24}{'pages/s':>9}{'peak MB':>9}{'bytes/page':>12}{'wall s':>9}")
    for run in results["runs"]:
        rate = run["pages"] / (run["processor_s"] - run["data_s"])
        print(f"{run['pieces']:<24,}{rate:>9,.0f}{run['peak_mb']:>9,}", end="")
        print(f"{run['bytes'] / run['pages']:>12,.0f}{run['wall_s']:>9,.1f}")
    print(f"the longest takes {results['ratio']} times as long as the shortest")
    for name, size in results["rival_bytes_per_page"].items():
        print(f"{name} needs {size:,} bytes a page of the contest")


def _save(results: Mapping[str, Any], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] = ()) -> None:
    """Print the figures as a table and keep them as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compose", description="Pages per second, beside others."
    )
    parser.add_argument("--only", action="append", choices=list(PEERS), help="a peer to run; may be repeated")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--scale", action="store_true", help="large runs of our composer instead")
    options = parser.parse_args(arguments)
    if options.scale:
        results = measure_scale()
        _print_scale(results)
        _save(results, SCALE_RESULT)
    else:
        results = measure(options.only or list(PEERS), options.rounds)
        _print(results)
        _save(results, RESULT)


if __name__ == "__main__":
    main(sys.argv[1:])
