"""The plant: everything a stage of production works with, chosen once in bootstrap and passed down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from layouts.envelope import Envelope
from layouts.fonts import FontSet
from mailroom.production.floor import Floor
from mailroom.production.machine_files import MachineFiles
from mailroom.production.ports import Clock, FinishedPages, OpenLedger, Progress, Typesetter
from mailroom.production.release import ReleaseLimits, ReprintLimits
from omr.markset import MarkSet
from spool.output import OutputCondition
from spool.pagestore import PageStore
from spool.press_profile import PressProfile


@dataclass(frozen=True, slots=True)
class Plant:
    """
    folder        the installation's folder; each run has `folder/runs/RUN/`.
    finished      takes the pages of finished documents out of the PDFs they came in.
    typesetter    loads the layout once, when the first document is set (most commands set none): InputRefused or
                  LayoutError for what is wrong with it. fonts: likewise, when pages are set or assembled.
    envelopes     smallest first; a piece gets the first that takes its sheets.
    floor         what planning knows of papers, machine, inserts and the post.
    release       what a run may have without being released by a person.
    reprint       how much of it may be printed again without being released by one.
    press         how the press stacks and which papers it has; condition is what its colours mean.
    stock         what the press calls the usual paper; `floor.paper` is what planning calls it.
    batch_sheets  a batch is cut at a piece boundary before it exceeds this many sheets.
    batch_bytes   and before its print file could exceed this; None is no limit.
    open_ledger   begins a unit of work that may write; read_ledger one that sees a moment and holds nobody up.
    machine_files  how the machine is told and tells by files, beside or in place of a line.
    sleep         waits that many seconds (passed in so that tests need not).
    """

    folder: Path
    open_ledger: OpenLedger
    read_ledger: OpenLedger
    clock: Clock
    sleep: Callable[[float], None]
    pages: PageStore
    typesetter: Callable[[], Typesetter]
    finished: FinishedPages
    fonts: Callable[[], FontSet]
    mark_set: MarkSet
    envelopes: tuple[Envelope, ...]
    floor: Floor
    release: ReleaseLimits
    reprint: ReprintLimits
    client: str
    stock: str
    sides: str
    press: PressProfile
    condition: OutputCondition
    batch_sheets: int
    batch_bytes: int | None
    tray_limit: int
    machine_files: MachineFiles
    progress: Progress

    def media_type(self, stock: str) -> str:
        """What the press calls the paper of a batch. SpoolError E6211 for one that it lacks."""
        return stock if stock == self.stock else self.press.media_type(stock)

    def run_folder(self, run: str) -> Path:
        """Where a run's print files, control files and papers lie."""
        return self.folder / "runs" / run

    def stack_folder(self) -> Path:
        """Where the folder queue drops printed stacks."""
        return self.folder / "queue" / "stack"


def no_progress(stage: str, done: int, total: int) -> None:
    """A Progress that nobody watches."""
