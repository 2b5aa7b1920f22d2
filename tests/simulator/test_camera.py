"""The camera reads what was really printed."""

from __future__ import annotations

import json
from pathlib import Path

import pikepdf
import pytest

from omr.markset import load_mark_set
from omr.model import FedFirst
from omr.sheet import SheetId
from simulator.camera import StackFolder
from simulator.errors import SimulatorError
from simulator.paper import Leaf
from tests.simulator.bench import JOB, TEMPLATE, sheets_of
from tests.simulator.stack import print_stack

SHEETS = sheets_of([2, 1, 3])


@pytest.fixture
def stacks(tmp_path: Path) -> StackFolder:
    return StackFolder(tmp_path, seed=7)


def test_marks_and_code_are_read_from_the_pixels(tmp_path: Path, stacks: StackFolder) -> None:
    print_stack(tmp_path / f"{JOB}.pdf", SHEETS)
    found = stacks.find(JOB, "quadient", TEMPLATE)
    assert found is not None
    file, pages, camera = found
    seen = [camera.look(Leaf(file, page), smeared=False) for page in pages]
    camera.close()
    assert [sighting.sheet for sighting in seen] == SHEETS
    assert [sighting.last for sighting in seen] == [sheet.sheet == sheet.of for sheet in SHEETS]
    assert [sighting.sequence for sighting in seen] == [1, 2, 3, 4, 5, 6]
    assert all(not sighting.problems and sighting.marks & 1 for sighting in seen)
    assert seen[0].code == "R000001P0000000101001002"


def test_marks_that_end_a_piece_are_those_of_the_sheet_that_is_fed_last(tmp_path: Path, stacks: StackFolder) -> None:
    sheets = sheets_of([2, 1, 3], fed_first=FedFirst.LAST_SHEET)
    print_stack(tmp_path / f"{JOB}.pdf", sheets, mark_set="pb-di380")
    found = stacks.find(JOB, "pb-di380", TEMPLATE)
    assert found is not None
    file, pages, camera = found
    assert camera.fed_first is FedFirst.LAST_SHEET
    seen = [camera.look(Leaf(file, page), smeared=False) for page in pages]
    camera.close()
    assert [sighting.sheet for sighting in seen] == sheets
    assert [sighting.last for sighting in seen] == [sheet.sheet == 1 for sheet in sheets]
    assert not any(sighting.problems for sighting in seen)


def test_a_smeared_strip_can_never_be_trusted(tmp_path: Path, stacks: StackFolder) -> None:
    print_stack(tmp_path / f"{JOB}.pdf", SHEETS)
    found = stacks.find(JOB, "quadient", TEMPLATE)
    assert found is not None
    file, pages, camera = found
    for page in [*pages] * 8:
        assert camera.look(Leaf(file, page), smeared=True).problems
        assert not camera.look(Leaf(file, page), smeared=False).problems
    camera.close()


def test_two_sided_stacks_have_their_marks_on_the_fronts(tmp_path: Path, stacks: StackFolder) -> None:
    file = print_stack(tmp_path / f"{JOB}.pdf", SHEETS, two_sided=True)
    file.with_suffix(".json").write_text(json.dumps({"key": JOB, "sides": "two-sided-long-edge"}))
    found = stacks.find(JOB, "quadient", TEMPLATE)
    assert found is not None
    name, pages, camera = found
    assert [camera.look(Leaf(name, page), smeared=False).sheet for page in pages] == SHEETS
    camera.close()


@pytest.mark.parametrize("two_sided", [False, True])
def test_a_stack_that_fell_face_up_is_fed_from_its_last_sheet(
    tmp_path: Path, stacks: StackFolder, two_sided: bool
) -> None:
    file = print_stack(tmp_path / f"{JOB}.pdf", SHEETS, two_sided=two_sided)
    sides = "two-sided-long-edge" if two_sided else "one-sided"
    file.with_suffix(".json").write_text(json.dumps({"key": JOB, "sides": sides, "output": "face-up"}))
    found = stacks.find(JOB, "quadient", TEMPLATE)
    assert found is not None
    name, pages, camera = found
    assert [camera.look(Leaf(name, page), smeared=False).sheet for page in pages] == SHEETS[::-1]
    camera.close()


def test_reading_ahead_takes_one_sheet_at_a_time_and_then_has_nothing_left(tmp_path: Path, stacks: StackFolder) -> None:
    print_stack(tmp_path / f"{JOB}.pdf", SHEETS)
    found = stacks.find(JOB, "quadient", TEMPLATE)
    assert found is not None
    file, pages, camera = found
    leaves = [Leaf(file, page) for page in pages]
    assert [camera.read_ahead(leaves) for _ in range(7)] == [True] * 6 + [False]
    camera.close()


def test_the_sequence_goes_on_as_the_mark_set_counts(tmp_path: Path, stacks: StackFolder) -> None:
    print_stack(tmp_path / f"{JOB}.pdf", SHEETS)
    found = stacks.find(JOB, "quadient", TEMPLATE)
    counter = load_mark_set("quadient").counter("sequence")
    assert found is not None
    assert counter is not None
    for ordinal in range(1, 20):
        assert found[2].following(counter.value(ordinal)) == counter.value(ordinal + 1)
    found[2].close()


@pytest.mark.parametrize("files", [[], ["R000001-B010.pdf"], [f"a-{JOB}.pdf", f"b-{JOB}.pdf"]])
def test_a_stack_that_is_absent_or_in_doubt_is_no_stack(tmp_path: Path, stacks: StackFolder, files: list[str]) -> None:
    for file in files:
        print_stack(tmp_path / file, SHEETS[:1])
    assert stacks.find(JOB, "quadient", TEMPLATE) is None


def test_a_stack_is_found_by_the_key_within_its_name(tmp_path: Path, stacks: StackFolder) -> None:
    print_stack(tmp_path / f"12-mailroom_{JOB}.pdf", SHEETS)
    print_stack(tmp_path / "R000001-B010.pdf", SHEETS[:1])
    found = stacks.find(JOB, "quadient", TEMPLATE)
    assert found is not None
    assert (found[0], len(found[1])) == (f"12-mailroom_{JOB}.pdf", 6)
    found[2].close()


def test_half_a_print_file_is_no_stack(tmp_path: Path, stacks: StackFolder) -> None:
    whole = print_stack(tmp_path / "whole.pdf", SHEETS).read_bytes()
    (tmp_path / f"{JOB}.pdf").write_bytes(whole[:60])
    assert stacks.find(JOB, "quadient", TEMPLATE) is None


@pytest.mark.parametrize(("mark_set", "template"), [("nobody", TEMPLATE), ("quadient", "{run:7}")])
def test_unknown_marks_or_a_bad_template_are_named(stacks: StackFolder, mark_set: str, template: str) -> None:
    with pytest.raises(SimulatorError) as caught:
        stacks.find(JOB, mark_set, template)
    assert caught.value.code == "E2920"
    assert caught.value.remedy


def test_a_foreign_code_is_passed_on_as_text(tmp_path: Path, stacks: StackFolder) -> None:
    print_stack(tmp_path / f"{JOB}.pdf", [SheetId("R000001", "P00000001", 1, 1, 1)])
    found = stacks.find(JOB, "quadient", "X{run:7}{piece:9}{copy:02}{sheet:03}{of:03}")
    assert found is not None
    seen = found[2].look(Leaf(found[0], 1), smeared=False)
    found[2].close()
    assert seen.sheet is None
    assert seen.code == "R000001P0000000101001001"
    assert seen.problems


def test_a_page_that_can_not_be_rendered_is_a_sheet_that_can_not_be_read(tmp_path: Path, stacks: StackFolder) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 100))
        pdf.add_blank_page(page_size=(595, 842))
        pdf.Root.Pages.Kids[1] = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Nonsense))
        pdf.save(tmp_path / f"{JOB}.pdf")
    found = stacks.find(JOB, "quadient", TEMPLATE)
    assert found is not None
    seen = [found[2].look(Leaf(found[0], page), smeared=False) for page in found[1]]
    found[2].close()
    assert seen
    assert all(sighting.sheet is None and sighting.problems for sighting in seen)
