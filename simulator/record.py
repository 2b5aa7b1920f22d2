"""What the machine writes down of itself, and what really happened to the paper: two files of JSON lines."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from simulator.codec import as_fields
from simulator.errors import SimulatorError
from simulator.link import Nameplate
from simulator.messages import Counters, Event
from simulator.paper import Deposit, Leaf

_RECENT_EVENTS = 8
_USED_UP = frozenset({"stacker", "divert", "removed"})


class Record:
    """Appends to the log (belief) and to the truth; every line is flushed. Either may be None.

    `used` are the sheets put down for good since power-up, `recent` the last events as (number, at_ms, name, event).
    """

    def __init__(self, log: TextIO | None, truth: TextIO | None, nameplate: Nameplate) -> None:
        self._log = log
        self._truth = truth
        self.boot = nameplate.boot_id
        self.used: set[Leaf] = set()
        self.recent: deque[tuple[int, int, str, Event]] = deque(maxlen=_RECENT_EVENTS)
        self._write(log, {"boot": self.boot, "serial": nameplate.serial, "model": nameplate.model})

    def event(self, number: int, at_ms: int, name: str, event: Event) -> None:
        self.recent.append((number, at_ms, name, event))
        head = {"boot": self.boot, "number": number, "at_ms": at_ms, "type": name}
        self._write(self._log, head | as_fields(event))

    def counters(self, job: str, at_ms: float, counters: Counters) -> None:
        """The machine's counters of a job that has ended."""
        head = {"boot": self.boot, "at_ms": int(at_ms), "type": "counters", "job": job}
        self._write(self._log, head | as_fields(counters))

    def deposit(self, deposit: Deposit) -> None:
        if deposit.place in _USED_UP:
            self.used.update(deposit.leaves)
        line: dict[str, object] = {
            "place": deposit.place,
            "envelope": deposit.envelope,
            "job": deposit.job,
            "sheets": [asdict(leaf) for leaf in deposit.leaves],
            "inserts": list(deposit.inserts),
            "destroyed": deposit.destroyed,
            "boot": self.boot,
        }
        self._write(self._truth, line)

    @staticmethod
    def _write(stream: TextIO | None, line: dict[str, object]) -> None:
        if stream is not None:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            stream.flush()


def used_leaves(truth: Path) -> Iterator[Leaf]:
    """Sheets that an earlier life of the machine has put down for good. Raises SimulatorError E2930."""
    if not truth.exists():
        return
    for number, line in enumerate(truth.read_text(encoding="utf-8").splitlines(), 1):
        try:
            deposit = json.loads(line)
            if deposit["place"] in _USED_UP:
                yield from _leaves(deposit["sheets"])
        except (ValueError, KeyError, TypeError) as error:
            raise SimulatorError(
                "E2930",
                f"line {number} is no line of a truth file: {error}",
                place=f"{truth}:{number}",
                remedy="name another file with --truth, or remove the damaged line",
            ) from error


def _leaves(sheets: Iterable[dict[str, object]]) -> Iterator[Leaf]:
    for sheet in sheets:
        file, page = sheet["file"], sheet["page"]
        if not isinstance(file, str) or not isinstance(page, int):
            raise ValueError(f"{sheet!r} is no sheet")
        yield Leaf(file, page)
