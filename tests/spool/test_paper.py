"""Papers and sides go a page at a time: from the layout into the print file, its list of papers, and the job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.sheet import SheetId, SheetOrders
from spool.batch import BatchSheet, PageRef
from spool.job import JobState, QueueRefused, SpoolError, Stretch
from spool.pagestore import PageStore
from spool.paper import Stretches, overrides, pages_of, read_paper, uniform, write_paper
from spool.press_profile import PressProfile, load_press_profile
from spool.queues.private_cups import PrivateCups
from tests.spool.conftest import Assemble
from tests.spool.cups_server import needs_cups, queue_of, stacks
from tests.spool.folder_world import World
from tests.spool.page_sets import page_set, sheets_of
from tests.spool.print_queue_files import make_job, make_pdf, page_texts

LONG_EDGE = "two-sided-long-edge"
MIXED = PressProfile("mixed", mixed_sides=True)
KINDS = st.lists(
    st.tuples(st.sampled_from(["plain", "giro"]), st.sampled_from(["one-sided", LONG_EDGE])), min_size=1, max_size=40
)


def gathered(kinds: Iterable[tuple[str, str]]) -> tuple[Stretch, ...]:
    stretches = Stretches()
    for stock, sides in kinds:
        stretches.add(1 if sides == "one-sided" else 2, stock, "" if stock == "plain" else stock, sides)
    return stretches.finish()


@given(KINDS)
def test_every_page_is_told_its_paper_once(kinds: list[tuple[str, str]]) -> None:
    stretches = gathered(kinds)
    pages = [kind for kind in kinds for _ in range(1 if kind[1] == "one-sided" else 2)]
    told = [
        (stretch.stock, stretch.sides)
        for stretch in stretches
        for _ in range(stretch.first_page, stretch.last_page + 1)
    ]
    assert told == pages
    assert all(one[3:] != other[3:] for one, other in zip(map(key, stretches), map(key, stretches[1:]), strict=False))
    assert sum(stretch.sheets for stretch in stretches) == len(kinds)


def key(stretch: Stretch) -> tuple[int, int, int, str, str]:
    return (stretch.first_page, stretch.last_page, stretch.sheets, stretch.stock, stretch.sides)


@given(KINDS, st.data())
def test_pages_are_counted_from_sheets(kinds: list[tuple[str, str]], data: st.DataObject) -> None:
    sheets = data.draw(st.integers(0, len(kinds)))
    assert pages_of(gathered(kinds), sheets) == sum(1 if sides == "one-sided" else 2 for _, sides in kinds[:sheets])


@given(KINDS)
def test_the_list_of_papers_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("paper") / "B.paper.json"
    stretches = gathered(kinds)
    write_paper(file, stretches)
    assert read_paper(file) == stretches


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-10],
        lambda text: text.replace("paper/1", "paper/2"),
        lambda text: text.replace('"first_page": 1', '"first_page": 2'),
        lambda text: text.replace('"sheets": 2', '"sheets": 3'),
        lambda text: text.replace('"sheets": 2', '"sheets": "2"'),
        lambda text: text.replace('"stock"', '"stuck"'),
        lambda _: "[]",
    ],
)
def test_a_damaged_list_of_papers_is_refused(tmp_path: Path, spoil: object) -> None:
    file = tmp_path / "B.paper.json"
    write_paper(file, gathered([("plain", "one-sided"), ("plain", "one-sided"), ("giro", "one-sided")]))
    file.write_text(spoil(file.read_text()))  # type: ignore[operator]
    with pytest.raises(SpoolError, match="E6213"):
        read_paper(file)


def test_overrides_tell_only_what_differs_from_the_job() -> None:
    stretches = gathered([("plain", LONG_EDGE), ("giro", LONG_EDGE), ("plain", "one-sided"), ("giro", "one-sided")])
    assert list(overrides(stretches, sides=LONG_EDGE, media="iso_a4_210x297mm")) == [
        "{pages=3-4 media-col={media-size-name=iso_a4_210x297mm media-type=giro}}",
        "{pages=5-5 sides=one-sided}",
        "{pages=6-6 media-col={media-size-name=iso_a4_210x297mm media-type=giro} sides=one-sided}",
    ]
    assert not uniform(stretches, LONG_EDGE)
    assert uniform(gathered([("plain", LONG_EDGE)] * 3), LONG_EDGE)
    assert not uniform(gathered([("plain", LONG_EDGE)] * 3), "one-sided")
    assert not uniform(gathered([("giro", LONG_EDGE)]), LONG_EDGE)


def test_the_papers_that_a_layout_wants_come_out_of_the_assembly(store: PageStore, make: Assemble) -> None:
    bill = replace(page_set("bill", pages=(b"q Q",) * 3), stocks=("letterhead", "plain", "giro"))
    note = page_set("note")
    store.put_all([bill, note])
    made = make(sheets_of(bill, note))
    assert [(each.first_page, each.last_page, each.stock, each.media_type) for each in made.stretches] == [
        (1, 1, "letterhead", "stationery-letterhead"),
        (2, 2, "plain", ""),
        (3, 3, "giro", "stationery-preprinted"),
        (4, 4, "plain", ""),
    ]


def test_a_sheet_may_want_another_paper_than_its_layout(store: PageStore, make: Assemble) -> None:
    kept = replace(page_set(), stocks=("letterhead",))
    store.put(kept)
    made = make(replace(sheet, stock="giro") for sheet in sheets_of(kept))
    assert [each.stock for each in made.stretches] == ["giro"]


def test_a_paper_that_the_press_lacks_stops_the_assembly(store: PageStore, make: Assemble, tmp_path: Path) -> None:
    kept = replace(page_set(), stocks=("giro",))
    store.put(kept)
    with pytest.raises(SpoolError, match=r"E6211.*giro"):
        make(sheets_of(kept), press=load_press_profile("plain"))
    assert not (tmp_path / "batch.pdf").exists()


def mixed_sheets(store: PageStore) -> list[BatchSheet]:
    """A piece of two sides on a sheet, one that is one-sided, and one of two sides again."""
    two, one = page_set("two", pages=(b"q Q", b"q Q")), page_set("one")
    store.put_all([two, one])

    def sheet(ordinal: int, front: PageRef, back: PageRef | None, sides: str) -> BatchSheet:
        identity = SheetId("R000001", f"P{ordinal:08}", 1, 1, 1)
        return BatchSheet(identity, SheetOrders(1, 1, ordinal), front, back, sides=sides)

    both = PageRef(two.key, 0), PageRef(two.key, 1)
    return [
        sheet(1, *both, LONG_EDGE),
        sheet(2, PageRef(one.key, 0), None, "one-sided"),
        sheet(3, *both, ""),
        sheet(4, PageRef(one.key, 0), None, ""),
    ]


def test_a_press_that_takes_sides_page_by_page_gets_no_blank_back_for_a_one_sided_sheet(
    store: PageStore, make: Assemble
) -> None:
    made = make(mixed_sheets(store), sides=LONG_EDGE, press=MIXED)
    assert (made.sheets, made.pages) == (4, 7)
    assert [(each.first_page, each.last_page, each.sides) for each in made.stretches] == [
        (1, 2, LONG_EDGE),
        (3, 3, "one-sided"),
        (4, 7, LONG_EDGE),
    ]
    with pikepdf.open(made.path) as pdf:
        assert ["/Contents" in page.obj for page in pdf.pages] == [True] * 6 + [False]


def test_other_presses_get_a_blank_back_so_that_the_next_piece_begins_on_a_front(
    store: PageStore, make: Assemble
) -> None:
    made = make(mixed_sheets(store), sides=LONG_EDGE, press=PressProfile("simple"))
    assert (made.sheets, made.pages) == (4, 8)
    assert [(each.first_page, each.last_page, each.sides) for each in made.stretches] == [(1, 8, LONG_EDGE)]
    with pikepdf.open(made.path) as pdf:
        blank = [number for number, page in enumerate(pdf.pages, start=1) if "/Contents" not in page.obj]
    assert blank == [4, 8]


def test_a_two_sided_sheet_needs_a_two_sided_job_or_a_press_that_mixes(store: PageStore, make: Assemble) -> None:
    sheets = mixed_sheets(store)[:1]
    with pytest.raises(SpoolError, match=r"E6204.*can't change it"):
        make(sheets, press=PressProfile("simple"))
    assert make(sheets, press=MIXED).pages == 2


def test_a_sheet_of_no_known_sides_is_refused(store: PageStore, make: Assemble) -> None:
    with pytest.raises(SpoolError, match=r"E6205.*both"):
        make(replace(sheet, sides="both") for sheet in mixed_sheets(store))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_folder_queue_hands_the_list_of_papers_on_with_the_stack(world: World) -> None:
    stretches = gathered([("plain", LONG_EDGE), ("giro", "one-sided"), ("plain", LONG_EDGE)])
    job = replace(
        make_job(world.folder, "K", 3), file=make_pdf(world.folder / "mixed.pdf", 5), impressions=5, stretches=stretches
    )
    world.queue().submit(job)
    world.later(60)
    report = world.report("K")
    assert (report.state, report.sheets_completed, report.impressions_completed) == (JobState.COMPLETED, 3, 5)
    assert read_paper(world.root / "stack" / "K.paper") == stretches
    assert list((world.root / "jobs").iterdir()) == []


def test_a_stack_that_was_cut_short_ends_with_the_last_sheet_printed(world: World) -> None:
    stretches = gathered([("plain", LONG_EDGE), ("giro", "one-sided"), ("plain", LONG_EDGE)])
    job = replace(
        make_job(world.folder, "K", 3), file=make_pdf(world.folder / "mixed.pdf", 5), impressions=5, stretches=stretches
    )
    queue = world.queue()
    queue.submit(job)
    world.later(4.5)
    queue.report("K", "")
    world.flag("jobs/K.aborted")
    assert queue.report("K", "").sheets_completed == 2
    assert page_texts(world.root / "stack" / "K.pdf") == ["page 1", "page 2", "page 3"]


@pytest.mark.parametrize(("sheets", "pages"), [(4, 5), (3, 6), (3, 4)])
def test_a_job_whose_papers_do_not_fit_its_file_is_refused(world: World, sheets: int, pages: int) -> None:
    stretches = gathered([("plain", LONG_EDGE), ("giro", "one-sided"), ("plain", LONG_EDGE)])
    job = replace(
        make_job(world.folder, "K", sheets),
        file=make_pdf(world.folder / "m.pdf", pages),
        impressions=4,
        stretches=stretches,
    )
    with pytest.raises(QueueRefused, match="E3103"):
        world.queue().submit(job)


@pytest.mark.cups
@needs_cups[1]
def test_a_cups_queue_that_cannot_change_paper_in_a_job_takes_none_of_it(tmp_path: Path) -> None:
    job = make_job(tmp_path, "R000001-B01", 1, "one-sided")
    with PrivateCups(tmp_path / "cups") as server:
        queue = queue_of(server)
        mark = queue.bookmark()
        with pytest.raises(QueueRefused, match="E3133"):
            queue.submit(replace(job, stretches=gathered([("giro", "one-sided")])))
        assert queue.find(job.key, mark).state is JobState.ABSENT
        assert stacks(server) == []
