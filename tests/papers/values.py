"""A statement and tags to print."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from mailroom.production.papers.statement import (
    BatchLine,
    HandLine,
    IncidentLine,
    PieceNotMailed,
    RunStatement,
    SpoiledCopy,
    TrayLine,
)
from mailroom.production.papers.tray_tags import TrayTag

OSLO = timezone(timedelta(hours=1))
START = datetime(2026, 3, 2, 6, 30, tzinfo=OSLO)
HEAD = "dbf79d9395b8708e397b944896ff9afcbdfa30c414f1f76a603e800692e77266"


def statement(spoiled: int = 5, incidents: int = 4, batches: int = 3, trays: int = 4) -> RunStatement:
    """A run of 1,204 pieces with as many lines of each kind as asked."""
    whys = (
        "unread, misread",
        "double feed: two sheets of the piece were pulled as one, the operator found a torn corner",
        "diverted, sequence",
        "lost in a jam at the folder",
    )
    return RunStatement(
        run="R000007",
        client="Nordlys Kraft AS",
        window="Morning window, 06:30 to 09:00",
        opened_at=START,
        closed_at=START + timedelta(hours=2, minutes=11),
        drawn_up_at=START + timedelta(hours=2, minutes=12),
        planned=1204,
        mailed=1202,
        withdrawn=1,
        moved=1,
        unknown=0,
        copies=1209,
        reprinted=5,
        sheets_printed=2418,
        sheets_mailed=2407,
        sheets_destroyed=9,
        sheets_quarantined=2,
        by_result_file=0,
        batches=tuple(
            BatchLine(
                batch=f"R000007-B{n:02d}",
                envelope="c5" if n % 4 else "c4",
                pieces=400,
                sheets=806,
                press=806 if n % 3 else None,
                fed=806,
                stacked=802,
                diverted=4,
                removed=0,
                state="done",
                reprint=n == batches,
            )
            for n in range(1, batches + 1)
        ),
        by_hand=(HandLine("R000007-B03", "Kari Nordmann", 12, 377), HandLine("R000007-B03", "Ola Berg", 1, 31)),
        spoiled=tuple(
            SpoiledCopy(
                piece=f"P{n * 37:08d}",
                copy=1,
                sheets=n % 4 + 1,
                end="quarantined" if n % 5 == 4 else "destroyed",
                at=START + timedelta(minutes=n),
                who="Kari Nordmann" if n % 2 else "Λεωνίδας Papadopoulos-Østergård",
                why=whys[n % 4],
            )
            for n in range(1, spoiled + 1)
        ),
        not_mailed=(
            PieceNotMailed("P00000412", "withdrawn", START, "Kari Nordmann", ("F-2026-0412", "F-2026-0413")),
            PieceNotMailed("P00000801", "moved", START, "Kari Nordmann", ("F-2026-0801",)),
        ),
        incidents=tuple(
            IncidentLine(
                START + timedelta(minutes=3 * n),
                ("sheet_counts", "unexpected_event", "foreign_piece", "print")[n % 4],
                "R000007-B01" if n % 2 else f"P{n:08d} copy 1",
                "ledger 806, press 806, fed 807, stacked 798, diverted 8, removed 1",
            )
            for n in range(1, incidents + 1)
        ),
        trays=tuple(TrayLine(f"R000007-T{n:02d}", f"{n:02d}00 to {n:02d}99", "c5", 300) for n in range(1, trays + 1)),
        journal_entries=14_822,
        journal_head=HEAD,
        machine="SIM-0001",
        handed_over_by="Kari Nordmann",
    )


def tag(number: int = 1, of: int = 6) -> TrayTag:
    return TrayTag(
        tray=f"R000007-T{number:02d}",
        run="R000007",
        batch="R000007-B01",
        client="Nordlys Kraft AS",
        first_postcode=f"{number:02d}00",
        last_postcode=f"{number:02d}99",
        country="NO",
        envelope="C5 window",
        pieces=248,
        number=number,
        of=of,
        mailed_on=date(2026, 3, 2),
    )
