"""The one place where adapters are chosen: settings in, a house with its plant and print line out."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from drivers.inserter.driver import InserterDriver
from drivers.inserter.port_holders import refuse_held
from drivers.inserter.profile import load_profile
from layouts.envelope import Envelope, load_envelope
from layouts.fonts import default_fonts
from layouts.visibility import safe_address_box
from mailroom.config import FILE_NAME, TEMPLATE, Settings, load_settings
from mailroom.domain.errors import Explained, InputRefused, MailroomError, NeedsPerson
from mailroom.floor_files import make_floor
from mailroom.intake.arrival import by_reception
from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.pages import GuardedPages
from mailroom.intake.finished.reception import FinishedReception, definitions_of
from mailroom.intake.guard import Guard
from mailroom.intake.hotfolder import HotFolder
from mailroom.intake.originals import Originals
from mailroom.intake.receive import Reception
from mailroom.intake.taken_contents import TakenContents
from mailroom.locks import Holder, driving_machine, machine_holder
from mailroom.machine_file_settings import make_machine_files
from mailroom.production.floor import Floor
from mailroom.production.line import Line, Patience, tell_nobody
from mailroom.production.plant import Plant
from mailroom.production.ports import EventSink, Inserter, OpenInserter, Operator, PrintQueue, Progress, Typesetter
from mailroom.production.release import ReleaseLimits, ReprintLimits
from mailroom.store.store import Store, open_store
from omr.markset import MarkSet, load_mark_set
from omr.model import Side
from omr.place import Box
from spool.finished.fit import Fit
from spool.output import black_only, read_output_profile
from spool.pagestore import PageStore
from spool.press_profile import PressProfile, load_press_profile
from spool.queues.folder import FolderQueue

_ORIGINALS = "originals"
"""The PDFs that finished documents came in."""


def now() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """An installation, opened."""

    folder: Path
    settings: Settings
    store: Store
    plant: Plant
    guard: Guard

    def with_inserter(self, url: str) -> House:
        """The same house with the inserter at another port."""
        inserter = self.settings.inserter.model_copy(update={"url": url})
        return replace(self, settings=self.settings.model_copy(update={"inserter": inserter}))

    def reception(self, duplicates_by: str | None = None, definition: JobDefinition | None = None) -> FinishedReception:
        """Where documents come in. Finished PDFs are read by `definition`; without one, by those of the folder."""
        reception = Reception(self.store.ledger, self.plant.clock, self.folder / "quarantine", duplicates_by)
        chosen = [definition] if definition else list(definitions_of(self.folder / "definitions"))
        window = _window(self.plant.envelopes)
        return FinishedReception(reception, Originals(self.folder / _ORIGINALS), self.guard, chosen, window)

    def hot_folder(self, definition: JobDefinition | None = None) -> HotFolder:
        """The hot folder of the settings, made if it is not there."""
        chosen = self.settings.hot_folder
        hot = self.folder / chosen.folder
        hot.mkdir(parents=True, exist_ok=True)
        return HotFolder(
            folder=hot,
            quarantine=self.folder / "quarantine",
            contents=TakenContents(self.folder / "contents.tsv"),
            take=by_reception(self.reception(definition=definition)),
            clock=self.plant.clock,
            settle_s=chosen.settle_s,
            order=chosen.order,
            companion=chosen.companion,
            duplicates=chosen.duplicates,
        )

    def line(
        self,
        operator: Operator,
        *,
        queue: PrintQueue | None = None,
        tell: Callable[[Explained], None] = tell_nobody,
        command: str = "mailroom",
        daemon: bool = False,
    ) -> Line:
        """The print line of the settings. `command` is what others are told that drives the machine meanwhile."""
        settings = self.settings
        holder = Holder(os.getpid(), command, settings.inserter.url, daemon)
        return Line(
            queue=queue or make_queue(self.folder, settings),
            open_inserter=inserter_opener(self.folder, settings, holder),
            machine=settings.inserter.name,
            operator=operator,
            patience=Patience(settings.patience.poll, settings.patience.stalled),
            by_files=settings.inserter.by_files,
            tell=tell,
            is_tended=lambda: _is_tended(self.folder),
        )

    def machine_log(self) -> Path | None:
        """Where the machine's own log lies, when the settings name one."""
        log = self.settings.inserter.log
        return None if log is None else self.folder / log


def init_house(folder: Path, client: str, *, settings: str | None = None) -> None:
    """Make a folder a Mailroom: settings, ledger, subfolders. Refused (E1904) when it is one already."""
    path = folder / FILE_NAME
    if path.exists():
        raise MailroomError(
            "E1904", f"{folder} is a Mailroom already", place=str(path), remedy="Choose another folder."
        )
    for part in ("inbox", "pages", "queue/stack", "quarantine", "runs"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    path.write_text(settings or TEMPLATE.format(client=_toml_text(client)), encoding="utf-8")
    store = open_store(_database_url(folder, load_settings(folder)))
    store.upgrade()
    store.close()


@contextmanager
def open_house(folder: Path, progress: Progress) -> Iterator[House]:
    """Open an installation; its ledger is brought to the present schema."""
    settings = load_settings(folder)
    store = open_store(_database_url(folder, settings))
    try:
        store.upgrade()
        with Guard() as guard:
            yield House(folder, settings, store, make_plant(folder, settings, store, guard, progress), guard)
    finally:
        store.close()


def make_plant(folder: Path, settings: Settings, store: Store, guard: Guard, progress: Progress) -> Plant:
    """Load the mark set, the envelopes and what else the settings name; the layout and the fonts when they are first
    wanted. Raises InputRefused (E1910) for a mark set that proves nothing, or not with this press and these sides;
    SpoolError for a press profile or output profile that can't be read."""
    envelopes = tuple(load_envelope(of_folder(folder, name)) for name in settings.envelopes)
    press = load_press_profile(of_folder(folder, settings.press))
    mark_set = _mark_set(of_folder(folder, settings.mark_set), press, settings.sides)

    @cache
    def typesetter() -> Typesetter:
        from mailroom.typesetter import load_typesetter  # brings the libraries of typesetting along

        two_sided = settings.sides != "one-sided"
        return load_typesetter(of_folder(folder, settings.layout), envelopes, mark_set, two_sided=two_sided)

    return Plant(
        folder=folder,
        open_ledger=store.ledger,
        read_ledger=store.reader,
        clock=now,
        sleep=time.sleep,
        pages=PageStore(folder / "pages"),
        typesetter=typesetter,
        finished=GuardedPages(
            Originals(folder / _ORIGINALS),
            guard,
            Fit(clear=mark_set.clear_zones, window=_window(envelopes)),
            str(folder / settings.output_profile) if settings.output_profile else "",
        ),
        fonts=default_fonts,
        mark_set=mark_set,
        envelopes=envelopes,
        floor=_floor(folder, settings, envelopes),
        release=ReleaseLimits(**settings.release.model_dump()),
        reprint=ReprintLimits(**settings.reprint.model_dump()),
        client=settings.client,
        stock=settings.stock,
        sides=settings.sides,
        press=press,
        condition=read_output_profile(folder / settings.output_profile) if settings.output_profile else black_only(),
        batch_sheets=settings.batch_sheets,
        batch_bytes=settings.batch_bytes,
        tray_limit=settings.tray_limit,
        machine_files=make_machine_files(folder, settings.inserter),
        progress=progress,
    )


def _window(envelopes: Sequence[Envelope]) -> Box | None:
    """Where the address shows on the sheet: in the first envelope, as all of a plant have it in one place."""
    if not envelopes:
        return None
    seen = safe_address_box(envelopes[0])
    return Box(seen.x_mm, seen.y_mm, seen.width_mm, seen.height_mm)


def _mark_set(name: str | Path, press: PressProfile, sides: str) -> MarkSet:
    """The mark set, unless a run can't be proven by it (E1910)."""
    marks = load_mark_set(name)
    fact = ""
    if not marks.has_code:
        fact = "has no code that names the sheet, and a sheet is believed only by its own code"
    elif marks.side is Side.BACK and sides != "two-sided-long-edge":
        fact = f'stands on the back of the sheet, and sides = "{sides}": that wants "two-sided-long-edge"'
    elif marks.fed_first.value != press.order.fed_first:
        fact = f"is for machines that take each piece from its {marks.fed_first.value} on, "
        fact += f"and the press {press.name!r} stacks for the {press.order.fed_first}"
    if fact:
        remedy = "Name another mark set (docs/marks.md), or a press profile that goes with it (docs/printing.md)."
        told = f"the mark set {marks.name!r} {fact}"
        raise InputRefused("E1910", told, place=f"{FILE_NAME}, mark_set", remedy=remedy)
    return marks


def _floor(folder: Path, settings: Settings, envelopes: Sequence[Envelope]) -> Floor:
    """The floor, unless its machine folds sets in parts (E1914): a plan would then give the inserter's driver pieces
    that it has no words for."""
    floor = make_floor(folder, settings, envelopes)
    machine = floor.setup.machine
    if machine.most_subsets > 1:
        raise InputRefused(
            "E1914",
            f"the machine {machine.name!r} joins up to {machine.most_subsets} subsets, and the inserter's driver gives "
            "it each piece as one set",
            place=f"{FILE_NAME}, [planning] machine",
            remedy="Set most_subsets = 1 in the machine's file: larger sets are then filled by hand.",
        )
    return floor


def make_queue(folder: Path, settings: Settings) -> PrintQueue:
    """The print queue of the settings; `cups` needs the extra [cups]."""
    queue = settings.queue
    if queue.kind == "folder":
        return FolderQueue(folder / "queue", now, queue.seconds_per_sheet)
    from spool.queues.cups import CupsQueue

    return CupsQueue(queue.printer, server=queue.server or None)


def inserter_opener(folder: Path, settings: Settings, holder: Holder) -> OpenInserter:
    """Connects to the inserter of the settings, as the only one of this folder. NeedsPerson (E2060) when none is
    configured, E2062 while another process drives it, PortHeld (E2015) while another program has its port."""

    @contextmanager
    def connect(sink: EventSink, resume: tuple[int, int] | None) -> Iterator[Inserter]:
        url = settings.inserter.url
        if not url:
            raise NeedsPerson(
                "E2060",
                "the stack is printed, but no inserter is configured",
                place="mailroom.toml, [inserter] url",
                remedy="Name the machine's port there (or with run start --inserter URL), then start the run again.",
            )
        with driving_machine(folder, holder):
            refuse_held(url)
            with InserterDriver(
                url,
                profile=load_profile(of_folder(folder, settings.inserter.profile)),
                sink=sink,
                clock=time.monotonic,
                host_session=secrets.randbits(32),
                resume=resume,
            ) as driver:
                yield driver

    return connect


def _is_tended(folder: Path) -> bool:
    holder = machine_holder(folder)
    return holder is not None and holder.daemon


def of_folder(folder: Path, name: str) -> str | Path:
    """What comes with the house goes by its name; a TOML file lies where the settings do, unless its path is whole."""
    return folder / name if name.endswith(".toml") else name


def _toml_text(text: str) -> str:
    """As a TOML string: its escapes are those of JSON, but for the control character DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _database_url(folder: Path, settings: Settings) -> str:
    prefix = "sqlite:///"
    name = settings.database.removeprefix(prefix)
    return f"{prefix}{folder / name}" if settings.database.startswith(prefix) else settings.database
