"""Which sheets go into an envelope by hand: whatever is scanned, a piece holds its own sheets alone, in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy
from mailroom.production.scan_order import Misscan, UnderWay, next_scan
from omr.model import FedFirst
from omr.sheet import SheetId

RUN = "R000001"
COPIES = {
    (piece, copy): Copy(piece, copy, f"{RUN}-B02", order, 1, sheets, CopyState.PRINTED)
    for order, (piece, copy, sheets) in enumerate((("P00000001", 1, 3), ("P00000002", 2, 1), ("P00000003", 1, 2)), 1)
}
OWN = [SheetId(RUN, *name, sheet, copy.sheets) for name, copy in COPIES.items() for sheet in range(1, copy.sheets + 1)]
STRANGE = [
    None,
    SheetId("R000002", "P00000001", 1, 1, 3),
    SheetId(RUN, "P00000002", 1, 1, 1),
    SheetId(RUN, "P00000009", 1, 1, 1),
    SheetId(RUN, "P00000001", 1, 1, 2),
    SheetId(RUN, "P00000001", 1, 4, 3),
]
"""No code, another run, an earlier copy, a machine's piece, other counts."""


def scanned(*sheets: SheetId | None) -> UnderWay | Misscan | None:
    """What the last of the scans comes to, refused ones before it leaving all as it was."""
    at: UnderWay | None = None
    found: UnderWay | Misscan | None = None
    for sheet in sheets:
        found = next_scan(sheet, RUN, COPIES, at)
        at = found if isinstance(found, UnderWay) else at
    return found


@given(st.lists(st.sampled_from([*OWN, *STRANGE]), max_size=30), st.data())
def test_whatever_is_scanned_a_piece_is_complete_only_with_its_own_sheets_in_order(
    scans: list[SheetId | None], data: st.DataObject
) -> None:
    waiting = dict(COPIES)
    at: UnderWay | None = None
    inside: list[SheetId] = []
    for sheet in scans:
        found = next_scan(sheet, RUN, waiting, at)
        if isinstance(found, UnderWay):
            assert sheet in OWN
            inside.append(sheet)
            at = found
            waiting.pop((at.copy.piece, at.copy.copy), None)
        if at is not None:
            name = (at.copy.piece, at.copy.copy)
            assert inside == [SheetId(RUN, *name, n, at.copy.sheets) for n in range(1, at.scanned + 1)]
            assert at.complete == (len(inside) == COPIES[name].sheets)
            if at.complete and data.draw(st.booleans()):
                at, inside = None, []


@given(st.permutations(list(COPIES)))
def test_pieces_may_be_filled_in_any_order_and_all_can_be_ended(order: list[tuple[str, int]]) -> None:
    waiting = dict(COPIES)
    for name in order:
        at: UnderWay | None = None
        for sheet in (each for each in OWN if (each.piece, each.copy) == name):
            found = next_scan(sheet, RUN, waiting, at)
            assert isinstance(found, UnderWay)
            at = found
            waiting.pop(name, None)
        assert at is not None
        assert at.complete
    assert not waiting


def test_every_wrong_sheet_is_told_by_its_fault() -> None:
    first, second, third = OWN[:3]
    other = OWN[4]
    assert scanned(None) is Misscan.NO_SHEET
    assert scanned(STRANGE[1]) is Misscan.OTHER_RUN
    assert scanned(STRANGE[2]) is Misscan.NOT_WAITING
    assert scanned(STRANGE[3]) is Misscan.NOT_WAITING
    assert scanned(second) is Misscan.TOO_EARLY
    assert scanned(STRANGE[4]) is Misscan.OTHER_COUNT
    assert scanned(first, first) is Misscan.SCANNED_ALREADY
    assert scanned(first, third) is Misscan.TOO_EARLY
    assert scanned(first, other) is Misscan.OTHER_PIECE
    assert scanned(first, second, third, STRANGE[5]) is Misscan.OTHER_COUNT
    assert scanned(first, other, second, None, third) == UnderWay(RUN, COPIES["P00000001", 1], 3)


def test_a_stack_that_begins_with_last_sheets_is_scanned_as_it_lies() -> None:
    at: UnderWay | None = None
    *_, first = turned = OWN[2::-1]
    assert next_scan(first, RUN, COPIES, None, FedFirst.LAST_SHEET) is Misscan.TOO_EARLY
    for sheet in turned:
        found = next_scan(sheet, RUN, COPIES, at, FedFirst.LAST_SHEET)
        assert isinstance(found, UnderWay)
        at = found
        assert at.seen == sheet.sheet
    assert at is not None
    assert at.complete
    assert next_scan(turned[0], RUN, COPIES, at, FedFirst.LAST_SHEET) is Misscan.SCANNED_ALREADY
