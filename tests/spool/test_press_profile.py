"""A press profile decides the order of sheets in the file; whatever it says, the inserter is fed 1, 2, 3 …"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.markset import MarkSet
from omr.read import read_pdf
from omr.sheet import SheetId, SheetOrders
from spool.batch import BatchSheet, Collation, PageRef, arrange
from spool.job import SpoolError
from spool.pagestore import PageStore
from spool.press_profile import FED_FIRST, OUTPUTS, PressProfile, PrintOrder, default_press, load_press_profile
from tests.spool.conftest import Assemble
from tests.spool.page_sets import page_set, sheets_of

ORDERS = [PrintOrder(output, fed) for output in OUTPUTS for fed in FED_FIRST]


def pieces_of(counts: list[int]) -> list[list[BatchSheet]]:
    """Pieces of so many sheets, whose ordinals are not set yet."""
    return [
        [
            BatchSheet(SheetId("R000001", f"P{n:08}", 1, sheet, of), SheetOrders(sheet, of, 1), PageRef("0" * 64, 0))
            for sheet in range(1, of + 1)
        ]
        for n, of in enumerate(counts, start=1)
    ]


def names(sheets: Iterator[BatchSheet]) -> list[tuple[int, int, int]]:
    """(piece, sheet, ordinal) of each."""
    return [(int(sheet.id.piece[1:]), sheet.id.sheet, sheet.orders.ordinal) for sheet in sheets]


@pytest.mark.parametrize(
    ("output", "fed_first", "file"),
    [
        ("face-down", "first-sheet", [(1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 2, 4), (2, 3, 5)]),
        ("face-down", "last-sheet", [(1, 2, 1), (1, 1, 2), (2, 3, 3), (2, 2, 4), (2, 1, 5)]),
        ("face-up", "first-sheet", [(2, 3, 5), (2, 2, 4), (2, 1, 3), (1, 2, 2), (1, 1, 1)]),
        ("face-up", "last-sheet", [(2, 1, 5), (2, 2, 4), (2, 3, 3), (1, 1, 2), (1, 2, 1)]),
    ],
)
def test_the_order_of_the_file(output: str, fed_first: str, file: list[tuple[int, int, int]]) -> None:
    assert names(arrange(pieces_of([2, 3]), PrintOrder(output, fed_first))) == file


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.sampled_from(ORDERS))
def test_the_inserter_is_fed_piece_after_piece_counting_up(counts: list[int], order: PrintOrder) -> None:
    file = list(arrange(pieces_of(counts), order))
    collation = Collation(order)
    ends = [collation.add(sheet) for sheet in file]
    collation.finish()
    assert sum(ends) == len(counts)
    fed = file if order.output == "face-down" else file[::-1]
    assert [sheet.orders.ordinal for sheet in fed] == list(range(1, sum(counts) + 1))
    assert list(dict.fromkeys(sheet.id.piece for sheet in fed)) == [f"P{n:08}" for n in range(1, len(counts) + 1)]
    first = [sheet.id.sheet for sheet in fed if sheet.id.piece == "P00000001"]
    assert first == (
        list(range(1, counts[0] + 1)) if order.fed_first == "first-sheet" else list(range(counts[0], 0, -1))
    )


@given(st.data(), st.sampled_from(ORDERS))
def test_no_sheet_may_be_missing_doubled_or_exchanged(data: st.DataObject, order: PrintOrder) -> None:
    counts = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=6))
    file = list(arrange(pieces_of(counts), order))
    one, other = data.draw(st.lists(st.sampled_from(range(len(file))), min_size=2, max_size=2, unique=True))
    spoil: dict[str, Callable[[], None]] = {
        "missing": lambda: file.__delitem__(one),
        "doubled": lambda: file.insert(other, file[one]),
        "exchanged": lambda: file.__setitem__(slice(None), exchanged(file, one, other)),
        "miscounted": lambda: file.__setitem__(one, counted(file[one], file[other].orders.ordinal)),
    }
    how = data.draw(st.sampled_from(sorted(spoil)))
    # A file that ends a piece too early, or begins one too late, is a whole file of fewer pieces.
    ends_early = how == "missing" and file[one].id.of == 1 and one == (0 if order.pieces_reversed else len(file) - 1)
    spoil[how]()
    collation = Collation(order)
    if ends_early:
        check(collation, file)
        return
    with pytest.raises(SpoolError, match="E6202"):
        check(collation, file)


def check(collation: Collation, file: list[BatchSheet]) -> None:
    for sheet in file:
        collation.add(sheet)
    collation.finish()


def exchanged(file: list[BatchSheet], one: int, other: int) -> list[BatchSheet]:
    order = list(range(len(file)))
    order[one], order[other] = other, one
    return [file[at] for at in order]


def counted(sheet: BatchSheet, ordinal: int) -> BatchSheet:
    return replace(sheet, orders=replace(sheet.orders, ordinal=ordinal))


def test_a_file_that_begins_with_its_end_says_so_on_the_paper(
    store: PageStore, make: Assemble, mark_set: MarkSet
) -> None:
    kept = page_set("a", pages=(b"q Q", b"q Q"))
    store.put(kept)
    sheets = list(sheets_of(kept, kept))
    order = PrintOrder("face-up", "first-sheet")
    file = arrange([sheets[:2], sheets[2:]], order)
    made = make(file, press=PressProfile("up", order))
    read = [reading.sheet for reading in read_pdf(made.path, mark_set)]
    assert read == [sheet.id for sheet in reversed(sheets)]
    with pikepdf.open(made.path) as pdf:
        parts = list(pdf.Root.DPartRoot.DPartRootNode.DParts[0])
        assert [str(part.DPM.Mailroom.Piece) for part in parts] == ["P00000002", "P00000001"]


def test_the_shipped_profiles_can_be_read() -> None:
    folder = Path("spool/profiles")
    profiles = {path.stem: load_press_profile(path.stem) for path in folder.glob("*.toml")}
    assert set(profiles) == {"plain", "production"}
    assert default_press() == profiles["production"]
    assert not profiles["plain"].mixed_sides
    assert profiles["production"].media_type("letterhead") == "stationery-letterhead"
    assert profiles["plain"].media_type("plain") == ""


def test_a_paper_that_the_press_lacks_is_refused() -> None:
    with pytest.raises(SpoolError, match=r"E6211.*'giro'.*it has plain") as caught:
        load_press_profile("plain").media_type("giro")
    assert "stocks" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "fact", "place"),
    [
        ('output = "sideways"\n', "not one of face-down, face-up", "press.toml, line 1, output"),
        ("\nmixed_sides = 1\n", "must be true or false", "press.toml, line 2, mixed_sides"),
        ("[stocks]\nplain = 7\n", "must be a text", "press.toml, line 2, stocks.plain"),
        ('outptu = "face-up"\n', "unknown key", "press.toml, line 1, outptu"),
        ("output = \n", "not valid TOML", "press.toml"),
    ],
)
def test_a_faulty_profile_is_refused_with_file_line_and_key(tmp_path: Path, text: str, fact: str, place: str) -> None:
    file = tmp_path / "press.toml"
    file.write_text(text)
    with pytest.raises(SpoolError, match=f"E6210.*{fact}") as caught:
        load_press_profile(file)
    assert caught.value.place == place


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(SpoolError, match="E6210"):
        load_press_profile("nowhere")
