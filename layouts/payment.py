"""The payment part: what a payer types or scans, at the foot of the last page."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import segno
import zxingcpp
from numpy.typing import NDArray

from layouts.document import CREDIT_NOTE, Document
from layouts.errors import LayoutError
from layouts.geometry import number, pt
from layouts.ink import Ink, Pen
from layouts.parts import Layout, PaymentField
from layouts.references import (
    creditor_reference_is_valid,
    grouped_account,
    grouped_reference,
    iban_is_valid,
    is_norwegian_account,
    kid_is_valid,
)
from layouts.wording import Wording

Modules = NDArray[np.bool_]

QUIET_MODULES = 4
"""Clear modules around a QR code (ISO/IEC 18004)."""

_EPC_MOST_MODULES = 69
"""Version 13, the largest that EPC069-12 allows."""
_EPC_MOST_EUR = Decimal("999999999.99")
_EPC_LEAST_EUR = Decimal("0.01")
_EPC_NAME, _EPC_TEXT = 70, 140
_EPC_MOST_BYTES = 331


class PaymentSlip:
    """The payment part of one layout in one language and currency."""

    def __init__(self, layout: Layout, pens: dict[str, Pen], wording: Wording, currency: str, digits: int) -> None:
        self._layout = layout
        self._pens = pens
        self._wording = wording
        self._currency = currency
        self._digits = digits

    def wanted(self, document: Document) -> bool:
        """A payment part is printed on invoices with something to pay and an account to pay to."""
        return (
            document.head.kind != CREDIT_NOTE and document.totals.payable > 0 and bool(document.payment.account.strip())
        )

    def draw(self, ink: Ink, document: Document) -> None:
        """Set the part. Raises LayoutError E4034 for a field too wide for its place."""
        part = self._layout.payment
        ink.rule(self._layout.rules[part.rule], pt(part.box.x_mm), pt(part.box.y_mm), pt(part.box.width_mm))
        title = self._pens[part.title_style]
        baseline_pt = pt(part.box.y_mm + 1.2) + title.baseline_pt
        ink.left(title, pt(part.box.x_mm), baseline_pt, self._wording.get(part.title))
        for field in part.fields:
            label, value = self._field(field, document)
            if value:
                self._set(ink, field, label, value)
        payload = self._payload(document)
        if payload:
            self._draw_code(ink, payload)

    def _set(self, ink: Ink, field: PaymentField, label: str, value: str) -> None:
        part = self._layout.payment
        small, pen = self._pens[part.label_style], self._pens[field.style]
        left_pt, top_pt = pt(part.box.x_mm + field.x_mm), pt(part.box.y_mm + field.y_mm)
        width_pt = pt(field.width_mm)
        ink.left(small, left_pt, top_pt + small.baseline_pt, label)
        top_pt += small.leading_pt
        scale = width_pt / pen.width_pt(value)
        if scale >= 1:
            ink.left(pen, left_pt, top_pt + pen.baseline_pt, value)
            return
        if scale >= _LEAST_SCALE:
            ink.condensed(pen, left_pt, top_pt + pen.baseline_pt, value, int(scale * 1000) / 1000)
            return
        long = self._pens[part.long_style]
        lines = long.break_lines(value, width_pt)
        if len(lines) > part.long_lines:
            raise LayoutError(
                "E4034",
                f"{value!r} needs {len(lines)} lines of {field.width_mm:g} mm, the field has {part.long_lines}",
                place=f"payment, {field.source}",
                remedy="shorten the text, or widen the field in the layout",
            )
        for count, line in enumerate(lines):
            ink.left(long, left_pt, top_pt + count * long.leading_pt + long.baseline_pt, line)

    def _field(self, field: PaymentField, document: Document) -> tuple[str, str]:
        """Label and value of a field; an empty value leaves it out."""
        payment, figures = document.payment, self._wording.figures
        label = self._wording.get(field.label).format(currency=self._currency)
        match field.source:
            case "amount":
                return label, figures.amount(document.totals.payable, self._digits)
            case "due-date":
                return label, figures.date(document.head.due_date) if document.head.due_date else ""
            case "account":
                return label, grouped_account(payment.account)
            case "reference" if is_norwegian_account(payment.account) and kid_is_valid(payment.reference):
                return self._wording.get(f"{field.label}-kid"), payment.reference
            case "reference":
                return label, grouped_reference(payment.reference)
            case "payee":
                return label, payment.account_name or document.seller.name
            case _:
                return label, payment.bic

    def _payload(self, document: Document) -> str:
        """The EPC QR code's text; "" when this payment can't be one (not euro, no IBAN, no name, out of range)."""
        payment, amount = document.payment, document.totals.payable
        if self._currency != "EUR" or not iban_is_valid(payment.account):
            return ""
        if not _EPC_LEAST_EUR <= amount <= _EPC_MOST_EUR or amount != round(amount, 2):
            return ""
        text = self._wording.get("payment.text").format(number=document.head.number)
        payload = epc_payload(
            name=payment.account_name or document.seller.name,
            iban=payment.account,
            bic=payment.bic,
            amount_eur=amount,
            reference=payment.reference,
            text=text,
        )
        size = len(payload.encode("iso-8859-1" if _is_latin_1(payload) else "utf-8"))
        return payload if size <= _EPC_MOST_BYTES else ""

    def _draw_code(self, ink: Ink, payload: str) -> None:
        part, code = self._layout.payment, self._layout.payment.code
        modules = qr_modules(payload)
        side = len(modules) + 2 * QUIET_MODULES
        module_mm = code.size_mm / side
        if len(modules) > _EPC_MOST_MODULES or module_mm < code.least_module_mm:
            return
        left_mm, top_mm = part.box.x_mm + code.x_mm, part.box.y_mm + code.y_mm
        ink.images.append(
            image_mask(
                modules,
                left_pt=pt(left_mm + QUIET_MODULES * module_mm),
                bottom_pt=ink.height_pt - pt(top_mm + code.size_mm - QUIET_MODULES * module_mm),
                side_pt=pt(len(modules) * module_mm),
            )
        )
        pen = self._pens[code.caption_style]
        caption = self._wording.get("payment.code")
        centre_pt = pt(left_mm + code.size_mm / 2)
        # The quiet zone's lower edge is white: the caption may stand close under the code.
        baseline_pt = pt(top_mm + code.size_mm) + pen.baseline_pt
        ink.left(pen, centre_pt - pen.width_pt(caption) / 2, baseline_pt, caption)


_LEAST_SCALE = 0.8


def epc_payload(*, name: str, iban: str, bic: str, amount_eur: Decimal, reference: str, text: str) -> str:
    """The text of an EPC QR code, version 002 (European Payments Council, EPC069-12).

    A reference goes into the structured field when it is an ISO 11649 one, else before the text. The character set is
    ISO 8859-1 (2) where that suffices, UTF-8 (1) otherwise.
    """
    structured = reference.replace(" ", "").upper() if creditor_reference_is_valid(reference) else ""
    free = "" if structured else " ".join(filter(None, (reference.strip(), text)))[:_EPC_TEXT]
    amount = f"EUR{amount_eur:.2f}"
    rows = ["BCD", "002", "2", "SCT", bic.replace(" ", ""), name.strip()[:_EPC_NAME], iban.replace(" ", "").upper()]
    rows += [amount, "", structured, free]
    payload = "\n".join(rows).rstrip("\n")
    if not _is_latin_1(payload):
        rows[2] = "1"
        payload = "\n".join(rows).rstrip("\n")
    return payload


def qr_modules(payload: str) -> Modules:
    """A QR code of error level M without quiet zone; True is dark.

    zxing-cpp is twenty times as fast as segno, but marks UTF-8 with an extension (ECI) that banking apps do not all
    read: beyond ISO 8859-1, segno writes the bare bytes.
    """
    if _is_latin_1(payload):
        barcode = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        pixels = np.asarray(barcode.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)
        return np.asarray(pixels == 0, dtype=np.bool_)
    code = segno.make_qr(payload, error="m", mode="byte", encoding="utf-8", boost_error=False)
    return np.array([list(row) for row in code.matrix], dtype=bool)


def image_mask(modules: Modules, *, left_pt: float, bottom_pt: float, side_pt: float) -> str:
    """A black inline image mask, one bit a module. The bits are hex digits, so that no bit pattern reads as "EI"."""
    height, width = modules.shape
    bits = np.packbits(~modules, axis=1).tobytes().hex()
    side = number(side_pt)
    return (
        f"q 0 g {side} 0 0 {side} {number(left_pt)} {number(bottom_pt)} cm\n"
        f"BI /IM true /W {width} /H {height} /BPC 1 /F /AHx ID {bits}> EI Q\n"
    )


def _is_latin_1(text: str) -> bool:
    try:
        text.encode("iso-8859-1")
    except UnicodeEncodeError:
        return False
    return True
