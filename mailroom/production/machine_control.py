"""The machine's own control file: made with ours, kept in the run's folder, and what went out is that file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mailroom.domain.piece import MailPiece
from mailroom.domain.run import Batch
from mailroom.production.plant import Plant
from spool.atomic import write_whole
from spool.control import ControlFile
from spool.control_extras import ControlExtras, Fact
from spool.control_file import read_control_file
from spool.control_machine import machine_file
from spool.control_template import Template


def make_machine_control(plant: Plant, control: ControlFile, pieces: Iterable[MailPiece]) -> None:
    """Write `BATCH.machine.SUFFIX` into the run's folder, if the machine wants one. Before anything is printed, so that
    a piece of which the machine can't be told (SpoolError E6308) costs no paper."""
    drop = plant.machine_files.control
    if drop is not None:
        data = machine_file(control, drop.template, _extras(pieces))
        write_whole(_kept(plant, control.header.run, control.header.job, drop.template), data)


def machine_control(plant: Plant, batch: Batch, template: Template) -> Path:
    """The machine's control file of an assembled batch. It is made now if the settings asked for none then."""
    kept = _kept(plant, batch.run, batch.id, template)
    if not kept.exists():
        control = read_control_file(plant.run_folder(batch.run) / batch.control_file)
        with plant.read_ledger() as ledger:
            pieces = ledger.pieces_of_batch(batch.id)
        make_machine_control(plant, control, pieces)
    return kept


def _kept(plant: Plant, run: str, job: str, template: Template) -> Path:
    return plant.run_folder(run) / f"{job}.machine{template.suffix}"


def _extras(pieces: Iterable[MailPiece]) -> ControlExtras:
    """What the plan knows of a piece beyond our own control file; it is silent where it does not know."""
    told: dict[str, dict[str, Fact]] = {}
    for piece in pieces:
        facts = {"weight_mg": piece.details.weight_mg, "thickness_um": piece.details.thickness_um}
        told[piece.id] = {name: fact for name, fact in facts.items() if fact}
    return ControlExtras(pieces=told)
