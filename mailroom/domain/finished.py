"""FinishedPdf: a document that came composed, as pages of a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailroom.domain.address import PostalAddress


@dataclass(frozen=True, slots=True)
class Patch:
    """A box that is painted white, in mm from the page's top-left corner: over the marks of another machine."""

    x_mm: Decimal
    y_mm: Decimal
    width_mm: Decimal
    height_mm: Decimal


@dataclass(frozen=True, slots=True)
class Placing:
    """How pages give way to the marks. `on_conflict` says what happens to one with ink where they stand: "refuse",
    "shift" (by `most_shift_mm` at most), "scale" (too, down to `least_scale`) or "as-is". `in_window` says that the
    address shows in the envelope's window and must go on doing so."""

    on_conflict: str = "refuse"
    patches: tuple[Patch, ...] = ()
    most_shift_mm: Decimal = Decimal(15)
    least_scale: Decimal = Decimal("0.9")
    in_window: bool = True


@dataclass(frozen=True, slots=True)
class FinishedPdf:
    """Some pages of a PDF, and what the job definition found on them.

    kind        "invoice", "credit-note", "reminder", "letter" …: a word of the job definition
    issuer      who sends it: a VAT number or a register's number where known, else the name
    customer    the recipient's number with the issuer, "" when the pages give none
    lines       the address as it is printed in the window; `address` is the same in parts
    file        SHA-256 (hex) of the PDF; `first_page` counts from 0
    definition  the name of the job definition, and the SHA-256 of what it says
    stock       the paper it wants, "" for the usual one
    amount      what is to be paid, in `currency`; None when the pages don't say
    """

    kind: str
    number: str
    issuer: str
    customer: str
    lines: tuple[str, ...]
    address: PostalAddress
    file: str
    first_page: int
    pages: int
    definition: tuple[str, str]
    language: str = ""
    stock: str = ""
    currency: str = ""
    amount: Decimal | None = None
    issue_date: date | None = None
    reference: str = ""
    placing: Placing = Placing()
