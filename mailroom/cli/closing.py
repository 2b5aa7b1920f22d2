"""Closing a run with all its papers: used by `run close` and by the demo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailroom.bootstrap import House
from mailroom.domain.run import MailRun
from mailroom.production.export_run import export_run
from mailroom.production.hand_over import close_run
from mailroom.production.run_papers import check_posting, write_papers


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed run and where its papers lie."""

    run: MailRun
    folder: Path
    statement: Path
    tray_tags: Path
    posting: tuple[Path, ...]
    """Manifest and pallet lists; none for a run without postage."""


def close_house_run(house: House, run: MailRun, name: str) -> Closing:
    """Hand over and close in person `name`'s name, then write statement, tray tags, posting papers and exports.
    Repeating it on a closed run writes the papers again. Nothing is closed whose posting can't be drawn up (E7042)."""
    check_posting(house.plant, run.id)
    closed = close_run(house.plant, run.id, name)
    papers = write_papers(house.plant, closed, name)
    folder = export_run(house.plant, run.id, house.settings.inserter.name, house.machine_log())
    return Closing(closed, folder, papers.statement, papers.tray_tags, papers.posting)
