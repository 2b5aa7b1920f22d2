"""WeasyPrint: one HTML document with all pages; the table is an HTML table, codes are PNG images, the logo an SVG."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import partial
from html import escape
from io import BytesIO
from pathlib import Path

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from benchmarks.compose_data import Page, Symbol
from benchmarks.peers import form
from benchmarks.peers.form import Box, Type
from benchmarks.peers.peer import Work


def version() -> str:
    return str(weasyprint.__version__)


def prepare(pages: Sequence[Page], folder: Path) -> Work:  # noqa: ARG001  # Every peer is given it.
    html = f"<html lang='nb'><body>{''.join(_section(page, form.LOGO_FILE.as_uri()) for page in pages)}</body></html>"
    return partial(_compose, html)


def _compose(html: str, out: Path) -> None:
    fonts = FontConfiguration()
    sheet = weasyprint.CSS(string=_STYLE, font_config=fonts)
    weasyprint.HTML(string=html).write_pdf(out, stylesheets=[sheet], font_config=fonts)


def _section(page: Page, logo: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in form.TABLE_HEADS)
    rows = "".join(
        f"<tr><td>{escape(item.description)}</td><td>{item.quantity_text}</td>"
        f"<td>{item.price_text}</td><td>{item.amount_text}</td></tr>"
        for item in page.items
    )
    totals = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in page.totals)
    labels, values = zip(*page.fields, strict=True)
    return (
        f"<section><img class='logo' src='{logo}'>"
        f"<div class='address'>{_lines(page.address)}</div>"
        f"<div class='labels'>{_lines(labels)}</div><div class='values'>{_lines(values)}</div>"
        f"<h1>Faktura {page.invoice}</h1>"
        f"<table class='items'><tr>{head}</tr>{rows}</table><table class='totals'>{totals}</table>"
        f"<div class='rule'></div><div class='payment'>{page.payment}</div>"
        f"{_image('qr', page.qr)}{_image('bars', page.bars)}{_image('code', page.sheet_code)}"
        f"{''.join(map(_mark, page.marks))}</section>"
    )


def _lines(texts: Iterable[str]) -> str:
    return "<br>".join(map(escape, texts))


def _image(kind: str, symbol: Symbol) -> str:
    png = BytesIO()
    form.bitmap(symbol).save(png, "PNG")
    return f"<img class='{kind}' src='data:image/png;base64,{b64encode(png.getvalue()).decode()}'>"


def _mark(mark: tuple[float, float, float, float]) -> str:
    x, y, width, height = mark
    return f"<i style='left:{x}mm;top:{y}mm;width:{width}mm;height:{height}mm'></i>"


def _placed(selector: str, box: Box, kind: Type | None = None) -> str:
    """A CSS rule: where something stands, and how its text is set."""
    text = f"font-size: {kind.size}pt; line-height: {kind.leading}mm;" if kind else f"height: {box.height}mm;"
    return f"{selector} {{ left: {box.x}mm; top: {box.y}mm; width: {box.width}mm; {text} }}\n"


_TABLE_ENDS = (form.TABLE.x + form.DESCRIPTION_WIDTH, *form.COLUMN_ENDS)
_STYLE = f"""
@font-face {{ font-family: source; src: url({form.REGULAR.as_uri()}) }}
@font-face {{ font-family: source; font-weight: 600; src: url({form.STRONG.as_uri()}) }}
@page {{ size: A4; margin: 0 }}
body {{ margin: 0; font-family: source; hyphens: none }}
section {{ position: relative; width: 210mm; height: 297mm; overflow: hidden; break-after: page }}
section:last-child {{ break-after: auto }}
section > * {{ position: absolute; margin: 0 }}
h1, th, .totals, .payment {{ font-weight: 600 }}
i {{ background: black }}
img {{ image-rendering: pixelated }}
table {{ border-collapse: collapse; table-layout: fixed }}
td, th {{ padding: 0; text-align: right; vertical-align: top }}
td:first-child, th:first-child {{ text-align: left }}
th {{ height: {form.HEAD_HEIGHT}mm }}
.items td {{ padding-bottom: {form.ROW_GAP}mm }}
.rule {{ border-top: {form.RULE_WIDTH_PT}pt solid black }}
.payment {{ white-space: pre }}
""" + "".join(
    (
        _placed(".logo", form.LOGO),
        _placed(".address", form.ADDRESS, form.ADDRESS_TYPE),
        _placed(".labels", form.FIELDS, form.FIELD_TYPE),
        _placed(".values", Box(form.FIELD_VALUE_X, form.FIELDS.y, 60, 0), form.FIELD_TYPE),
        _placed("h1", form.TITLE, form.TITLE_TYPE),
        _placed(".items", form.TABLE, form.TABLE_TYPE),
        _placed(".totals", form.TOTALS, form.TOTAL_TYPE),
        _placed(".rule", form.RULE),
        _placed(".payment", form.PAYMENT, form.PAYMENT_TYPE),
        _placed(".qr", form.QR),
        _placed(".bars", form.BARS),
        _placed(".code", form.SHEET_CODE),
        *(
            f".items th:nth-child({place}) {{ width: {end - start}mm }}\n"
            for place, (start, end) in enumerate(zip((form.TABLE.x, *_TABLE_ENDS), _TABLE_ENDS, strict=False), start=1)
        ),
    )
)
