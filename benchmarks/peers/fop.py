"""Apache FOP: the pages as XSL-FO, written before the clock starts, so FOP is spared the XSLT its users mostly run.

Each page is a page sequence, so that FOP can forget it. Codes are PNG files, and so is the logo, at 600 dpi: an SVG
would be drawn anew on every page. The log is off.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from benchmarks.compose_data import Item, Page, Symbol
from benchmarks.peers import form
from benchmarks.peers.form import Box, Type
from benchmarks.peers.peer import Work

_JARS = ("fop", "batik-all", "commons-io", "commons-logging", "xmlgraphics-commons", "xml-apis-ext", "fontbox2")
# Called as Debian's script `fop` calls it, but for the log, which has a line a page.
_COMMAND = (
    "java",
    "-Djava.awt.headless=true",
    "-Dorg.apache.commons.logging.Log=org.apache.commons.logging.impl.SimpleLog",
    "-Dorg.apache.commons.logging.simplelog.defaultlog=error",
    "-cp",
    ":".join(f"/usr/share/java/{name}.jar" for name in _JARS),
    "org.apache.fop.cli.Main",
)
_CONFIGURATION = """<fop version="1.0"><renderers><renderer mime="application/pdf"><fonts>
<font embed-url="{regular}"><font-triplet name="source" style="normal" weight="400"/></font>
<font embed-url="{strong}"><font-triplet name="source" style="normal" weight="600"/></font>
</fonts></renderer></renderers></fop>
"""
_HEAD = """<fo:root xmlns:fo="http://www.w3.org/1999/XSL/Format" font-family="source" font-weight="400">
<fo:layout-master-set><fo:simple-page-master master-name="a4" page-width="210mm" page-height="297mm">
<fo:region-body/></fo:simple-page-master></fo:layout-master-set>
"""


def version() -> str:
    told = subprocess.run([*_COMMAND, "-version"], capture_output=True, text=True, check=True)
    found = re.search(r"FOP Version ([\d.]+)", told.stdout + told.stderr)
    return found[1] if found else "unknown"


def prepare(pages: Sequence[Page], folder: Path) -> Work:
    root = folder / "fop"
    root.mkdir(exist_ok=True)
    configuration, document, logo = root / "fop.xconf", root / "pages.fo", root / "logo.png"
    fonts = {"regular": form.REGULAR.as_uri(), "strong": form.STRONG.as_uri()}
    configuration.write_text(_CONFIGURATION.format(**fonts), encoding="utf-8")
    form.logo_image(dpi=600).save(logo)
    with document.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for page in pages:
            codes = "".join(_code(root / f"{name}{page.number}.png", *code) for name, code in _codes(page).items())
            flow = _image(form.LOGO, logo) + codes + "".join(_parts(page))
            file.write(
                '<fo:page-sequence master-reference="a4"><fo:flow flow-name="xsl-region-body">'
                f"<fo:block font-size='0'>{flow}</fo:block></fo:flow></fo:page-sequence>\n"
            )
        file.write("</fo:root>\n")

    def compose(out: Path) -> None:
        subprocess.run([*_COMMAND, "-q", "-c", configuration, "-fo", document, "-pdf", out], check=True)

    return compose


def _parts(page: Page) -> Iterator[str]:
    """All of a page but logo and codes."""
    labels, values = zip(*page.fields, strict=True)
    yield _lines(form.ADDRESS, form.ADDRESS_TYPE, page.address)
    yield _lines(form.FIELDS, form.FIELD_TYPE, labels)
    yield _lines(Box(form.FIELD_VALUE_X, form.FIELDS.y, 60, form.FIELDS.height), form.FIELD_TYPE, values)
    yield _lines(form.TITLE, form.TITLE_TYPE, [f"Faktura {page.invoice}"], strong=True)
    yield _placed(form.TABLE, _table(page.items))
    yield _placed(form.TOTALS, _totals(page.totals))
    yield _placed(form.RULE, f'<fo:block border-top="{form.RULE_WIDTH_PT}pt solid black"/>')
    yield _lines(form.PAYMENT, form.PAYMENT_TYPE, [page.payment], strong=True)
    for mark in page.marks:
        yield _placed(Box(*mark), "<fo:block/>", 'background-color="black"')


def _codes(page: Page) -> dict[str, tuple[Symbol, Box]]:
    return {
        "qr": (page.qr, form.QR),
        "bars": (page.bars, form.BARS),
        "sheet": (page.sheet_code, form.SHEET_CODE),
    }


def _code(file: Path, symbol: Symbol, box: Box) -> str:
    form.bitmap(symbol).save(file)
    return _image(box, file)


def _image(box: Box, file: Path) -> str:
    size = f'content-width="{box.width}mm" content-height="{box.height}mm" scaling="non-uniform"'
    image = f"<fo:external-graphic src=\"url('{file.as_uri()}')\" {size}/>"
    return _placed(box, f'<fo:block font-size="0">{image}</fo:block>')


def _table(items: Iterable[Item]) -> str:
    ends = (form.TABLE.x + form.DESCRIPTION_WIDTH, *form.COLUMN_ENDS)
    widths = (end - start for start, end in zip((form.TABLE.x, *ends), ends, strict=False))
    columns = "".join(f'<fo:table-column column-width="{width}mm"/>' for width in widths)
    head = f'<fo:table-row height="{form.HEAD_HEIGHT}mm" font-weight="600">{_cells(form.TABLE_HEADS)}</fo:table-row>'
    rows = "".join(
        f'<fo:table-row height="{2 * form.TABLE_TYPE.leading + form.ROW_GAP}mm">'
        f"{_cells((item.description, item.quantity_text, item.price_text, item.amount_text))}</fo:table-row>"
        for item in items
    )
    return (
        f'<fo:table table-layout="fixed" width="{form.TABLE.width}mm" {_type(form.TABLE_TYPE)}>'
        f"{columns}<fo:table-body>{head}{rows}</fo:table-body></fo:table>"
    )


def _totals(totals: Iterable[tuple[str, str]]) -> str:
    column = f'<fo:table-column column-width="{form.TOTALS.width / 2}mm"/>'
    rows = "".join(f"<fo:table-row>{_cells(row)}</fo:table-row>" for row in totals)
    return (
        f'<fo:table table-layout="fixed" width="{form.TOTALS.width}mm" font-weight="600" {_type(form.TOTAL_TYPE)}>'
        f"{column * 2}<fo:table-body>{rows}</fo:table-body></fo:table>"
    )


def _cells(texts: Iterable[str]) -> str:
    return "".join(
        f'<fo:table-cell><fo:block text-align="{"end" if place else "start"}">{escape(text)}</fo:block></fo:table-cell>'
        for place, text in enumerate(texts)
    )


def _lines(box: Box, kind: Type, texts: Iterable[str], *, strong: bool = False) -> str:
    weight = ' font-weight="600"' if strong else ""
    blocks = "".join(f'<fo:block white-space="pre">{escape(text)}</fo:block>' for text in texts)
    return _placed(box, blocks, _type(kind) + weight)


def _type(kind: Type) -> str:
    return f'font-size="{kind.size}pt" line-height="{kind.leading}mm"'


def _placed(box: Box, content: str, attributes: str = "") -> str:
    height = f' height="{box.height}mm"' if box.height else ""
    return (
        f'<fo:block-container absolute-position="fixed" left="{box.x}mm" top="{box.y}mm" '
        f'width="{box.width}mm"{height} {attributes}>{content}</fo:block-container>'
    )
