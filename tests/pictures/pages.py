"""PDFs for the tests: a page from content and resources, and a letterhead as a company would hand it in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import font_source_sans_pro
import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String
from reportlab.lib.colors import CMYKColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.pictures.paper import saved

A4 = (595.28, 841.89)
CORNERS = b"1 0 0 rg 10 20 30 15 re f 0 0 1 rg 60 70 20 20 re f 0 g 12 80 m 30 95 l 40 75 l f"
"""Something in three corners, so that no turn or mirror image looks the same."""


def new_page(
    content: bytes | Sequence[bytes],
    resources: dict[str, Any] | None = None,
    box: Sequence[float] = (0, 0, 100, 100),
    **entries: Any,
) -> Pdf:
    """A PDF with one page; entries are those of the page."""
    pdf = pikepdf.new()
    parts = [content] if isinstance(content, bytes) else content
    contents = Array([pdf.make_indirect(Stream(pdf, part)) for part in parts])
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array(list(box)),
        Contents=contents,
        Resources=Dictionary({f"/{name}": value for name, value in (resources or {}).items()}),
    )
    for key, value in entries.items():
        page[f"/{key}"] = value
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf


def page(content: bytes | Sequence[bytes], resources: dict[str, Any] | None = None, **entries: Any) -> bytes:
    """The same as bytes."""
    return saved(new_page(content, resources, **entries))


def with_objects(content: bytes, **named: dict[str, tuple[bytes, dict[str, Any]]]) -> bytes:
    """A page whose resources are streams: category -> name -> (data, entries of the dictionary)."""
    pdf = new_page(content)
    for category, streams in named.items():
        pdf.pages[0].Resources[f"/{category}"] = Dictionary(
            {f"/{name}": add(pdf, data, **entries) for name, (data, entries) in streams.items()}
        )
    return saved(pdf)


def add(pdf: Pdf, data: bytes, **entries: Any) -> Object:
    """A stream of the PDF."""
    stream = Stream(pdf, data)
    for key, value in entries.items():
        stream[f"/{key}"] = value
    return pdf.make_indirect(stream)


def image(width: int, height: int, space: Any, **entries: Any) -> dict[str, Any]:
    """The dictionary of an image of eight bits."""
    return {
        "Type": Name.XObject,
        "Subtype": Name.Image,
        "Width": width,
        "Height": height,
        "ColorSpace": space,
        "BitsPerComponent": 8,
        **entries,
    }


def letterhead() -> bytes:
    """An A4 letterhead: a band in inks of the press, text in an embedded font, a see-through mark, a drawn rule."""
    folder = Path(font_source_sans_pro.font_directory)
    pdfmetrics.registerFont(TTFont("Letter", folder / "SourceSansPro-Regular.ttf"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setFillColor(CMYKColor(1, 0.6, 0, 0.2))
    canvas.rect(0, A4[1] - 60, A4[0], 60, stroke=0, fill=1)
    canvas.setFillColor(CMYKColor(0, 0, 0, 1))
    canvas.setFont("Letter", 18)
    canvas.drawString(57, A4[1] - 95, "Fjellvik Energi AS")
    canvas.setFillAlpha(0.5)
    canvas.circle(480, A4[1] - 60, 40, stroke=0, fill=1)
    canvas.setFillAlpha(1)
    canvas.line(57, 60, A4[0] - 57, 60)
    canvas.setFont("Letter", 8)
    canvas.drawString(57, 48, "Strandgata 12 · 9008 Tromsø · Org.nr. NO 987 654 325 MVA")
    canvas.save()
    return out.getvalue()


def layered(off: list[int], print_state: str = "/ON") -> bytes:
    """A page with two layers, one in the content, one around a form."""
    pdf = new_page(b"/OC /L0 BDC 1 0 0 rg 10 20 30 15 re f EMC /Logo Do")
    usage = Dictionary(Print=Dictionary(PrintState=Name(print_state)))
    groups = [
        pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(f"Layer {index}"), Usage=usage)) for index in range(2)
    ]
    pdf.Root.OCProperties = Dictionary(OCGs=Array(groups), D=Dictionary(OFF=Array([groups[index] for index in off])))
    member = pdf.make_indirect(Dictionary(Type=Name.OCMD, OCGs=Array([groups[1]])))
    logo = add(pdf, b"50 50 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 99, 99]), OC=member)
    pdf.pages[0].Resources.Properties = Dictionary(L0=groups[0])
    pdf.pages[0].Resources.XObject = Dictionary(Logo=logo)
    return saved(pdf)
