"""Small layouts written in the tests, and what stands on the pages that they make: read from the content streams."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from layouts.fonts import FontSet
from layouts.geometry import PT_PER_MM
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.typeset import PageProgram

HEAD = """
format = 2
name = "small"
version = 1
paper = { width_mm = 210, height_mm = 297, margin_mm = 5 }
"""

STYLES = """
[styles]
body = { font = "regular", size_pt = 10, leading_mm = 5 }
small = { font = "regular", size_pt = 8, leading_mm = 4 }
large = { font = "regular", size_pt = 16, leading_mm = 8 }

[rules]
thin = { width_pt = 0.5 }
thick = { width_pt = 2, grey = 0.5 }
"""

DATA = """
[data.document]
title = "text"
subject = "text"
notes = ["text"]
fee = "amount"
when = "date"

[data.seller]
name = "text"

[data.recipient]
lines = ["text"]

[[data.lines]]
name = "text"
kind = "text"
price = "amount"
count = "whole"
more = "text?"
tags = ["text"]
parts = [{ name = "text", price = "amount" }]
"""

AREAS = """
[areas]
first = { x_mm = 20, y_mm = 100, width_mm = 170, height_mm = 100 }
continuation = { x_mm = 20, y_mm = 20, width_mm = 170, height_mm = 200 }

[boxes.edge]
on = "every"
box = { x_mm = 20, y_mm = 280, width_mm = 170, height_mm = 1 }
type = "rule"
rule = "thin"
"""


def line(name: str, price: str = "1", kind: str = "a", **more: Any) -> dict[str, Any]:
    values = {"name": name, "kind": kind, "price": Decimal(price), "count": 1, "more": None, "tags": [], "parts": []}
    return values | more


def document(title: str = "", *lines: Mapping[str, Any], notes: list[str] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "document": {
            "title": title,
            "subject": more.pop("subject", ""),
            "notes": notes or [],
            "fee": more.pop("fee", Decimal(0)),
            "when": date(2026, 3, 5),
            "kind": more.pop("kind", ""),
        },
        "seller": {"name": "Nord"},
        "recipient": {"lines": []},
        "lines": list(lines),
        **more,
    }


def program_of(tmp_path: Path, fonts: FontSet, *parts: str, head: str = "", data: str = DATA) -> PageProgram:
    """The program of a layout file with these parts behind the usual head, styles and data."""
    path = tmp_path / "small.toml"
    path.write_text("\n".join((HEAD, head, STYLES, data, *parts)), encoding="utf-8")
    return PageProgram(load_layout(path), fonts)


@dataclass(frozen=True, slots=True)
class Said:
    """A text that one operator sets, with where its baseline begins, from the page's top-left corner."""

    text: str
    x_mm: float
    y_mm: float
    size_pt: float
    scale: float
    font: str
    width_mm: float


_OPERATORS = re.compile(
    r"/(?P<font>F\w+) (?P<size>[\d.]+) Tf|(?P<scale>[\d.]+) Tz|1 0 0 1 (?P<x>[-\d.]+) (?P<y>[-\d.]+) Tm"
    r"|<(?P<hex>[0-9a-f]*)> Tj|/(?P<form>X\w+) Do"
)


def said(program: PageProgram, pages: PageSet, page: int = 0) -> list[Said]:
    """All texts of a page in the order of its content; texts that go on in another font are told apart."""
    return list(_read(program, pages, content(pages, page), pages.height_pt))


def content(pages: PageSet, page: int = 0) -> str:
    """The content stream of a page."""
    return zlib.decompress(pages.pages[page]).decode("ascii")


def _read(program: PageProgram, pages: PageSet, stream: str, height_pt: float) -> Iterator[Said]:
    font, size_pt, scale, x_pt, y_pt = "", 0.0, 1.0, 0.0, 0.0
    for match in _OPERATORS.finditer(stream):
        if match["form"]:
            if match["form"] in pages.forms:
                inner = zlib.decompress(pages.forms[match["form"]].content).decode("latin-1")
                yield from _read(program, pages, inner, height_pt)
        elif match["font"]:
            font, size_pt = match["font"], float(match["size"])
        elif match["scale"]:
            scale = float(match["scale"]) / 100
        elif match["x"]:
            x_pt, y_pt = float(match["x"]), float(match["y"])
        else:
            face = program.fonts.by_resource(font)
            glyphs = [int(match["hex"][at : at + 4], 16) for at in range(0, len(match["hex"]), 4)]
            text = "".join(map(face.unicode_of, glyphs))
            width_pt = sum(map(face.advance, glyphs)) * size_pt / 1000 * scale
            y_mm = (height_pt - y_pt) / PT_PER_MM
            yield Said(text, x_pt / PT_PER_MM, y_mm, size_pt, scale, font, width_pt / PT_PER_MM)
            x_pt += width_pt


def words(program: PageProgram, data: Mapping[str, Any], language: str = "en", **traits: str) -> list[list[str]]:
    """The texts of each page of a document."""
    pages = program.typeset(data, language, traits)
    return [[one.text for one in said(program, pages, page)] for page in range(len(pages.pages))]
