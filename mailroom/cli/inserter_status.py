"""The daemon's word on its machine: a small file beside its lock, written at most twice a second, for whoever looks
on. What stands in it is for people; nothing is decided by it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from drivers.inserter.driver import InserterDriver
from mailroom.inserter_report import Host, machine_report
from mailroom.production.ports import EventSink, Inserter, OpenInserter
from mailroom.production.tend_machine import Doing, Duty

STATUS_FILE = "inserter.json"
_EVERY_S = 0.5


class StatusFile:
    """Writes on a thread of its own once it has had the machine, and takes the file away at the end: whoever is refused
    the machine leaves the file of the one that has it alone. A disk that is full or away costs the view, not the
    work."""

    def __init__(self, folder: Path, url: str, command: str) -> None:
        self._path = folder / STATUS_FILE
        self._url = url
        self._command = command
        self._duty = Duty(Doing.WAITING)
        self._progress: dict[str, Any] | None = None
        self._driver: InserterDriver | None = None
        self._began = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="status file", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        if self._began:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def on_duty(self, duty: Duty) -> None:
        self._duty = duty

    def progress(self, stage: str, done: int, total: int) -> None:
        """How far the batch is."""
        self._progress = {"stage": stage, "done": done, "total": total}

    def watching(self, open_inserter: OpenInserter) -> OpenInserter:
        """The same, with an eye on the driver for as long as it is open."""

        @contextmanager
        def connect(sink: EventSink, resume: tuple[int, int] | None) -> Iterator[Inserter]:
            with open_inserter(sink, resume) as inserter:
                self._began = True
                self._driver = inserter if isinstance(inserter, InserterDriver) else None
                try:
                    yield inserter
                finally:
                    self._driver = None

        return connect

    def report(self) -> dict[str, Any]:
        """What the file holds."""
        duty = self._duty
        inserting = duty.doing is Doing.INSERTING
        host = Host(
            self._command,
            os.getpid(),
            duty.doing.value,
            duty.batch,
            duty.trouble,
            self._progress if inserting else None,
        )
        return machine_report(self._driver, host, self._url, datetime.now().astimezone().isoformat(timespec="seconds"))

    def _run(self) -> None:
        while not self._ended.wait(_EVERY_S):
            if self._began:
                with suppress(OSError):
                    self._write()

    def _write(self) -> None:
        """Whole or not at all. It need not outlive a power cut, so nothing waits for the disk."""
        fresh = self._path.with_name(f".{STATUS_FILE}.part")
        fresh.write_text(json.dumps(self.report(), ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._path)
