"""What stands around the lines: letterhead, address, header, title, running head and footer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from layouts.document import Document, Recipient, Seller
from layouts.errors import LayoutError
from layouts.geometry import pt
from layouts.ink import Form, Ink, Pen
from layouts.parts import Layout
from layouts.wording import Wording

_CACHED_SELLERS = 256
_FOOTER_TOP_MM = 0.9
"""White between the footer's rule and its text."""

_DrawSeller = Callable[[Ink, Seller], None]


class Heading:
    """The parts of one layout in one language. Letterheads and footers are forms, one per seller."""

    def __init__(self, layout: Layout, pens: dict[str, Pen], wording: Wording) -> None:
        self._layout = layout
        self._pens = pens
        self._wording = wording
        self._letterheads: dict[Seller, Form] = {}
        self._footers: dict[Seller, Form] = {}

    # ── the seller ────────────────────────────────────────────────────────────────────────────────────────────────

    def letterhead(self, seller: Seller) -> Form:
        """The seller's name and address at the head of the first page."""
        return self._kept(self._letterheads, seller, self._draw_letterhead)

    def footer(self, seller: Seller) -> Form:
        """The seller's details at the foot of every page."""
        return self._kept(self._footers, seller, self._draw_footer)

    def _kept(self, forms: dict[Seller, Form], seller: Seller, draw: _DrawSeller) -> Form:
        form = forms.get(seller)
        if form is None:
            ink = Ink(pt(self._layout.height_mm), {})
            draw(ink, seller)
            form = ink.as_form(pt(self._layout.width_mm))
            if len(forms) >= _CACHED_SELLERS:
                forms.clear()
            forms[seller] = form
        return form

    def _draw_letterhead(self, ink: Ink, seller: Seller) -> None:
        part = self._layout.letterhead
        width_pt = pt(part.box.width_mm)
        name, line = self._pens[part.name_style], self._pens[part.line_style]
        town = f"{seller.postcode} {seller.town}".strip()
        rows = [(name, text) for text in name.break_lines(seller.name, width_pt)]
        for text in (*seller.lines, town):
            rows.extend((line, one) for one in line.break_lines(text, width_pt))
        # These stand here only where there is room: the footer tells the ways to reach the seller too.
        room_pt = pt(part.box.height_mm) - sum(pen.leading_pt for pen, _ in rows)
        for text in (self._wording.country(seller.country), seller.phone, seller.email):
            broken = line.break_lines(text, width_pt)
            room_pt -= len(broken) * line.leading_pt
            if room_pt >= 0:
                rows.extend((line, one) for one in broken)
        self._stack(ink, rows, part.box.x_mm, part.box.y_mm, part.box.height_mm, "seller")

    def _draw_footer(self, ink: Ink, seller: Seller) -> None:
        part = self._layout.footer
        pen = self._pens[part.style]
        box = part.box
        width_pt = pt(box.width_mm - part.page_width_mm)
        room = int(pt(box.height_mm - _FOOTER_TOP_MM) / pen.leading_pt + 0.01)
        details = self._footer_details(seller)
        lines = _joined(pen, [text for text, _ in details if text], width_pt)
        while len(lines) > room and any(spare for _, spare in details):
            details.pop(max(at for at, (_, spare) in enumerate(details) if spare))
            lines = _joined(pen, [text for text, _ in details if text], width_pt)
        ink.rule(self._layout.rules[part.rule], pt(box.x_mm), pt(box.y_mm), pt(box.width_mm))
        rows = [(pen, line) for line in lines]
        self._stack(ink, rows, box.x_mm, box.y_mm + _FOOTER_TOP_MM, box.height_mm - _FOOTER_TOP_MM, "seller")

    def _footer_details(self, seller: Seller) -> list[tuple[str, bool]]:
        """(text, whether it may be left out for want of room): the law asks for name and numbers."""
        labelled = self._wording.get
        town = f"{seller.postcode} {seller.town}".strip()
        registration, vat_id, phone = seller.registration, seller.vat_id, seller.phone
        return [
            (seller.name, False),
            (", ".join(filter(None, (*seller.lines, town))), True),
            (labelled("footer.registration").format(id=registration) if registration else "", False),
            (labelled("footer.vat-id").format(id=vat_id) if vat_id else "", False),
            (labelled("footer.phone").format(phone=phone) if phone else "", True),
            (seller.email, True),
        ]

    def _stack(
        self, ink: Ink, rows: list[tuple[Pen, str]], x_mm: float, y_mm: float, height_mm: float, place: str
    ) -> None:
        """Set lines under one another from the top of a box. Raises LayoutError E4037 when they don't fit."""
        top_pt = pt(y_mm)
        for pen, text in rows:
            ink.left(pen, pt(x_mm), top_pt + pen.baseline_pt, text)
            top_pt += pen.leading_pt
        if top_pt > pt(y_mm + height_mm) + 0.01:
            needed_mm = top_pt / pt(1) - y_mm
            raise LayoutError(
                "E4037",
                f"{len(rows)} lines need {needed_mm:.1f} mm, the box is {height_mm:g} mm high",
                place=place,
                remedy="shorten the seller's name or address lines, or give the box more height in the layout",
            )

    # ── the recipient ─────────────────────────────────────────────────────────────────────────────────────────────

    def set_address(self, ink: Ink, recipient: Recipient) -> None:
        """The address in the window. Raises LayoutError E4038 when it does not fit, naming lines and limit."""
        part = self._layout.address
        pen = self._pens[part.style]
        width_pt = pt(part.box.width_mm)
        lines = [line for line in recipient.lines if line.strip()]
        room = part.max_lines - len(lines)
        if not lines or room < 0:
            raise _address_error(lines, f"{len(lines)} lines, the window shows 1 to {part.max_lines}")
        placed: list[tuple[str, float]] = []
        for line in lines:
            scale = min(1.0, width_pt / max(pen.width_pt(line), 1e-9))
            if scale >= part.least_scale:
                placed.append((line, scale))
                continue
            broken = pen.break_lines(line, width_pt)
            room -= len(broken) - 1
            if room < 0:
                needed_mm = pen.width_pt(line) / pt(1)
                limit_mm = part.box.width_mm / part.least_scale
                raise _address_error(
                    lines, f"{line!r} is {needed_mm:.0f} mm wide, {limit_mm:.0f} mm fit and no line is left to break it"
                )
            placed.extend((one, 1.0) for one in broken)
        self._set_lines(ink, pen, placed)

    def _set_lines(self, ink: Ink, pen: Pen, lines: list[tuple[str, float]]) -> None:
        box = self._layout.address.box
        top_pt = pt(box.y_mm)
        for text, scale in lines:
            baseline_pt = top_pt + pen.baseline_pt
            if scale < 1:
                # Rounded down, so that the line surely ends inside the box.
                ink.condensed(pen, pt(box.x_mm), baseline_pt, text, int(scale * 1000) / 1000)
            else:
                ink.left(pen, pt(box.x_mm), baseline_pt, text)
            top_pt += pen.leading_pt

    # ── the document ──────────────────────────────────────────────────────────────────────────────────────────────

    def set_header(self, ink: Ink, document: Document) -> list[str]:
        """The rows of label and value; returns those that found no place, as texts for the notes."""
        part = self._layout.header
        label_pen = self._pens[part.label_style]
        label_width_pt = pt(part.value_x_mm - 2)
        value_width_pt = pt(part.box.width_mm - part.value_x_mm)
        left_pt, value_pt = pt(part.box.x_mm), pt(part.box.x_mm + part.value_x_mm)
        top_pt, bottom_pt = pt(part.box.y_mm), pt(part.box.bottom_mm)
        surplus: list[str] = []
        for label, value, style in self._header_rows(document):
            pen = self._pens[style]
            labels = label_pen.break_lines(label, label_width_pt)
            values = pen.break_lines(value, value_width_pt)
            height_pt = max(len(labels) * label_pen.leading_pt, len(values) * pen.leading_pt)
            if surplus or top_pt + height_pt > bottom_pt + 0.01:
                surplus.append(f"{label}: {value}")
                continue
            for count, text in enumerate(labels):
                ink.left(label_pen, left_pt, top_pt + count * label_pen.leading_pt + label_pen.baseline_pt, text)
            for count, text in enumerate(values):
                ink.left(pen, value_pt, top_pt + count * pen.leading_pt + pen.baseline_pt, text)
            top_pt += height_pt
        return surplus

    def _header_rows(self, document: Document) -> list[tuple[str, str, str]]:
        """(label, value, style) of the rows that have a value, references behind."""
        kind = document.head.kind
        rows: list[tuple[str, str, str]] = []
        for row in self._layout.header.rows:
            part, _, key = row.source.partition(".")
            source = {"document": document.head, "recipient": document.recipient, "seller": document.seller}[part]
            value = getattr(source, key)
            if value:
                text = self._wording.figures.date(value) if isinstance(value, date) else value
                rows.append((self._wording.get(row.label, kind), text, row.style))
        style = self._layout.header.value_style
        rows.extend((self._wording.reference_label(key), text, style) for key, text in document.references if text)
        return rows

    def set_title(self, ink: Ink, document: Document) -> None:
        """The document's name and number. A title too wide is condensed to the box."""
        part = self._layout.title
        pen = self._pens[part.style]
        text = self.title(document)
        scale = min(1.0, pt(part.box.width_mm) / pen.width_pt(text))
        baseline_pt = pt(part.box.y_mm) + pen.baseline_pt
        if scale < 1:
            ink.condensed(pen, pt(part.box.x_mm), baseline_pt, text, int(scale * 1000) / 1000)
        else:
            ink.left(pen, pt(part.box.x_mm), baseline_pt, text)

    def title(self, document: Document) -> str:
        return self._wording.get(f"title.{document.head.kind}").format(number=document.head.number)

    def set_running(self, ink: Ink, document: Document) -> None:
        """The head of a further page: what document this is, whose, and of when."""
        part = self._layout.running
        pen, detail = self._pens[part.style], self._pens[part.detail_style]
        baseline_pt = pt(part.box.y_mm) + pen.baseline_pt
        title = self.title(document)
        ink.left(pen, pt(part.box.x_mm), baseline_pt, title)
        when = self._wording.get("running.date").format(date=self._wording.figures.date(document.head.issue_date))
        whose = f"{document.seller.name}  ·  {when}"
        room_pt = pt(part.box.width_mm) - pen.width_pt(title) - pt(5)
        ink.right(detail, pt(part.box.right_mm), baseline_pt, whose if detail.width_pt(whose) <= room_pt else when)

    def set_page_number(self, ink: Ink, page: int, pages: int) -> None:
        """ "Page x of y" at the right of the footer."""
        part = self._layout.footer
        pen = self._pens[part.style]
        text = self._wording.get("footer.page").format(page=page, pages=pages)
        ink.right(pen, pt(part.box.right_mm), pt(part.box.y_mm + _FOOTER_TOP_MM) + pen.baseline_pt, text)


def _joined(pen: Pen, details: list[str], width_pt: float) -> list[str]:
    """Details side by side with dots between them, broken between details where that suffices."""
    lines: list[str] = []
    for detail in details:
        longer = f"{lines[-1]}  ·  {detail}" if lines else detail
        if lines and pen.width_pt(longer) <= width_pt:
            lines[-1] = longer
        else:
            lines.extend(pen.break_lines(detail, width_pt))
    return lines


def _address_error(lines: list[str], fact: str) -> LayoutError:
    return LayoutError(
        "E4038",
        f"the address does not fit its window: {fact}; lines: {' | '.join(lines)}",
        place="recipient.lines",
        remedy="shorten or merge address lines in the customer's record, or choose a layout with a larger window",
    )
