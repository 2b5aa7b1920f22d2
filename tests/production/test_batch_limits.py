"""Batches are cut before they exceed the sheets or the bytes that a press takes at once."""

from __future__ import annotations

from dataclasses import replace

import pikepdf

from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.compose import compose_waiting
from mailroom.production.plan import plan_run
from spool.output import OutputCondition, black_only
from tests.production.conftest import OpenSmallHouse
from tests.production.stages import batches, copies

LIMIT = 410_000
"""The faces of the layout count 120 kB each, so that some twenty kilobytes are left for pages."""


def test_print_files_stay_below_the_limit_of_bytes(small_house: OpenSmallHouse) -> None:
    house = small_house(12)
    plant = replace(house.plant, batch_bytes=LIMIT)
    composed, _ = compose_waiting(plant)
    run = plan_run(plant, composed)
    planned = batches(house, run)
    assert len(planned) > 2
    assert sum(batch.pieces for batch in planned) == len(copies(house, run))
    for batch in planned:
        done = assemble_batch(plant, batch)
        assert (plant.run_folder(run.id) / done.print_file).stat().st_size <= LIMIT


def test_without_a_limit_of_bytes_only_the_sheets_cut(small_house: OpenSmallHouse) -> None:
    house = small_house(12)
    plant = replace(house.plant, batch_sheets=5)
    composed, _ = compose_waiting(plant)
    planned = batches(house, plan_run(plant, composed))
    assert len(planned) > 1
    assert all(batch.sheets <= 5 or batch.pieces == 1 for batch in planned)


def test_the_print_file_bears_the_profile_of_the_press(small_house: OpenSmallHouse) -> None:
    house = small_house(1)
    profile = OutputCondition("Press 7", "DeviceGray", black_only().profile)
    plant = replace(house.plant, condition=profile)
    composed, _ = compose_waiting(plant)
    (batch, *_) = batches(house, plan_run(plant, composed))
    done = assemble_batch(plant, batch)
    with pikepdf.open(plant.run_folder(batch.run) / done.print_file) as pdf:
        assert str(pdf.Root.OutputIntents[0].OutputConditionIdentifier) == "Press 7"
