"""`mailroom run show --why PIECE`: what was planned for a piece, and why."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from mailroom.bootstrap import House
from mailroom.cli.output import stdout
from mailroom.domain.errors import MailroomError
from mailroom.domain.handling import Handling
from mailroom.domain.words import count
from mailroom.planning.words import grams, millimetres
from mailroom.production.lookup import the_piece
from mailroom.production.papers.posting import tray_id

_UNKNOWN = "not known"


def why_report(house: House, piece: str, run: str = "") -> dict[str, Any]:
    """`run show --why --json`. E7021 for a piece that there is not, or not in the run that was named."""
    with house.store.reader() as ledger:
        held = the_piece(ledger, piece)
    if run and held.run != run:
        raise MailroomError("E7021", f"no piece {piece} in run {run}", remedy=f"It is one of run {held.run}.")
    details, postage = held.details, held.details.postage
    return {
        "piece": held.id,
        "run": held.run,
        "state": held.state.value,
        "address": list(held.lines),
        "documents": [{"number": each.number, "pages": each.pages} for each in held.documents],
        "sheets": held.sheets,
        "envelope": held.envelope,
        "handling": details.handling.value,
        "weight_mg": details.weight_mg or None,
        "thickness_um": details.thickness_um or None,
        "inserts": [{"name": each.name, "campaign": each.campaign, "feeder": each.feeder} for each in details.inserts],
        "tray": tray_id(held.run, postage.tray) if postage else None,
        "destination": postage.destination if postage else None,
        "product": postage.product if postage else None,
        "price": str(postage.price) if postage else None,
        "currency": postage.currency if postage else None,
        "reasons": [{"code": code, "text": text} for code, text in details.reasons],
    }


def show_why(report: dict[str, Any]) -> None:
    """The report as text."""
    stdout.print(f"[bold]{report['piece']}[/] of run {report['run']}, {report['state']}")
    for name, text in _facts(report):
        stdout.print(f"  {name:<11}{escape(text)}", soft_wrap=True)
    stdout.print("[bold]Why[/]")
    for reason in report["reasons"]:
        stdout.print(f"  {reason['code']:<16} {reason['text']}", markup=False, soft_wrap=True)
    if not report["reasons"]:
        stdout.print("  The plan of this piece kept no reasons.")


def _facts(report: dict[str, Any]) -> list[tuple[str, str]]:
    documents = ", ".join(f"{each['number']} ({count(each['pages'], 'page')})" for each in report["documents"])
    weight_mg, thickness_um = report["weight_mg"], report["thickness_um"]
    inserts = ", ".join(f"{each['name']} ({each['campaign']}, {_place(each['feeder'])})" for each in report["inserts"])
    tray, price = report["tray"], report["price"]
    by_hand = ", filled by hand" if report["handling"] == Handling.MANUAL.value else ""
    return [
        ("to", ", ".join(report["address"])),
        ("documents", documents),
        ("envelope", f"{report['envelope']}, {count(report['sheets'], 'sheet')}{by_hand}"),
        ("weight", grams(weight_mg) if weight_mg else _UNKNOWN),
        ("thickness", millimetres(thickness_um) if thickness_um else _UNKNOWN),
        ("inserts", inserts or "none"),
        ("tray", f"{tray}, {report['destination']}" if tray else "not planned"),
        ("product", report["product"] or "none"),
        ("price", f"{price} {report['currency']}" if price else "none"),
    ]


def _place(feeder: int) -> str:
    return f"feeder {feeder}" if feeder else "by hand"
