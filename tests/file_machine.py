"""A machine that is driven by files, played: it takes control files of the shipped layouts from a folder and leaves
result files of the shipped layouts in another. It reads them by the widths and columns of the shipped templates and
shares no code with what wrote them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

Lines = list[str]


@dataclass(frozen=True)
class Order:
    """A piece that the machine is to fill."""

    piece: str
    copy: int


@dataclass
class FileMachine:
    """`words` are what it says of pieces: the shipped word by (piece, copy), "" for silence; else all is well.
    `spoil` is given the lines of each result file and returns those that are written."""

    control: Path
    results: Path
    layout: str
    words: Mapping[tuple[str, int], str] = field(default_factory=dict)
    spoil: Callable[[Lines], Lines] = lambda lines: lines
    jobs: list[str] = field(default_factory=list)

    def work(self) -> list[str]:
        """Take every control file that is there, once, and leave its results. Returns the jobs."""
        done: list[str] = []
        for path in sorted(self.control.glob("[!.]*")):
            read, write = {"fixed": (_read_fixed, _fixed), "csv": (_read_csv, _csv)}[self.layout]
            job, orders = read(path.read_bytes())
            assert job not in self.jobs, "handed over twice"
            path.unlink()
            said = [(order, self.words.get((order.piece, order.copy), "stacked")) for order in orders]
            lines = self.spoil(write(job, [(order, word) for order, word in said if word]))
            text = "".join(f"{line}\r\n" for line in lines)
            suffix = {"fixed": ".txt", "csv": ".csv"}[self.layout]
            (self.results / f"{job}-done{suffix}").write_bytes(text.encode())
            done.append(job)
        self.jobs += done
        return done


def _read_fixed(data: bytes) -> tuple[str, list[Order]]:
    header, *pieces, trailer = data.decode("cp1252").split("\r\n")[:-1]
    assert (header[0], trailer[0]) == ("H", "T")
    assert len(pieces) == int(trailer[21:28]) == int(header[97:104])
    return header[1:21].rstrip(), [Order(line[8:28].rstrip(), int(line[28:30])) for line in pieces]


def _read_csv(data: bytes) -> tuple[str, list[Order]]:
    rows = list(csv.DictReader(StringIO(data.decode(), newline=""), delimiter=";"))
    return rows[0]["JobId"], [Order(row["PieceId"], int(row["Copy"])) for row in rows if row["Sheet"] == "1"]


_CODES = {"stacked": "00", "diverted": "10", "lost": "20", "removed": "30", "unread": "40"}
_WORDS = {"stacked": "INSERTED", "diverted": "OUTSORTED", "lost": "JAM", "removed": "REMOVED", "unread": "UNREAD"}


def _fixed(job: str, said: list[tuple[Order, str]]) -> Lines:
    lines = [f"H{job:20}"]
    for order, word in said:
        reason = "" if word == "stacked" else "E17"
        lines.append(f"R{order.piece:20}{order.copy:02}{_CODES.get(word, word)}20260302063500{reason:20}")
    return [*lines, f"T{len(said):07}{sum(word == 'stacked' for _, word in said):07}"]


def _csv(job: str, said: list[tuple[Order, str]]) -> Lines:
    lines = []
    for order, word in said:
        reason = "" if word == "stacked" else "E17"
        lines.append(f"{job};{order.piece};{order.copy};{_WORDS.get(word, word)};06:35:00;{reason}")
    return [*lines, f"END;{job};{len(said)}"]
