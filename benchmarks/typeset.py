"""Pages per second of typesetting alone, beside a reportlab canvas that sets the same strings.

The canvas is handed every string with its font, size and place: it measures, wraps, formats and plans nothing, so the
comparison leans in its favour. All figures and names of a document are its own; only descriptions, units and rates come
back, as they do in trade. Run `python -m benchmarks.typeset [DOCUMENTS]`.
"""

from __future__ import annotations

import io
import json
import random
import re
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import font_source_sans_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from layouts.fonts import STYLES, FontSet, default_fonts
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.typeset import compile_layout

DOCUMENTS = 400
ROUNDS = 5
RESULT = Path("build/bench/typeset.json")
_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")
_GOODS = [(f"Vare {letter}{number}", f"A-{letter}{number:04}") for letter in "ABCDEFGH" for number in range(1, 60)]
_OPERATOR = re.compile(rb"/(\w+) ([\d.]+) Tf|1 0 0 1 ([\d.]+) ([\d.]+) Tm <([0-9a-f]+)> Tj")

_Text = tuple[str, float, float, float, str]


def invoice(number: int, lines: int, currency: str = "NOK") -> dict[str, Any]:
    """An invoice with as many lines; the same number gives the same invoice."""
    chance = random.Random(number)
    rows = [_line(place, chance) for place in range(1, lines + 1)]
    net = sum((row["net_amount"] for row in rows), _ZERO)
    tax = (net / 4).quantize(_CENT)
    issued = date(2026, 1, 1) + timedelta(days=number % 360)
    return {
        "document": {
            "kind": "invoice",
            "number": f"{100_000 + number}",
            "issue_date": issued,
            "due_date": issued + timedelta(days=14),
            "currency": currency,
            "notes": [],
        },
        "seller": {
            "name": "Havbris Forsyning AS",
            "lines": ["Bryggen 7"],
            "postcode": "5003",
            "town": "Bergen",
            "country": "Norge",
            "vat_id": "NO 912 345 678 MVA",
            "registration": "912 345 678",
            "phone": "+47 55 00 00 00",
            "email": "post@havbris.example",
            "contact": "Kundesenteret",
        },
        "recipient": {
            "lines": [f"Kunde {number} AS", f"Storgata {chance.randrange(200)}", f"{chance.randrange(9999):04} Bergen"],
            "customer": f"{chance.randrange(10**6)}",
        },
        "references": [{"label": "order", "text": f"B-{chance.randrange(10**6)}"}],
        "lines": rows,
        "allowances": [],
        "vat": [{"category": "S", "rate": Decimal(25), "taxable": net, "tax": tax, "reason": ""}],
        "totals": {
            "lines": net,
            "allowances": _ZERO,
            "charges": _ZERO,
            "net": net,
            "tax": tax,
            "gross": net + tax,
            "prepaid": _ZERO,
            "rounding": _ZERO,
            "payable": net + tax,
        },
        "payment": {
            "reference": f"{number:012}",
            "account": "DE89370400440532013000" if currency == "EUR" else "15038300005",
            "bic": "",
            "account_name": "",
            "terms": "",
        },
    }


def _line(place: int, chance: random.Random) -> dict[str, Any]:
    name, article = chance.choice(_GOODS)
    quantity = Decimal(chance.randrange(1, 5000)) / 10
    price = Decimal(chance.randrange(100, 90_000)) / 100
    return {
        "id": str(place),
        "name": name,
        "description": "",
        "article": article,
        "quantity": quantity,
        "unit": chance.choice(("C62", "HUR", "KGM", "MTR")),
        "unit_price": price,
        "base_quantity": Decimal(1),
        "net_amount": (quantity * price).quantize(_CENT),
        "vat_rate": Decimal(25),
        "allowances": [],
    }


WORKLOADS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "two pages, 25 lines": lambda number: invoice(number, 25),
    "one page, 8 lines": lambda number: invoice(number, 8),
    "one page, 8 lines, payment QR": lambda number: invoice(number, 8, "EUR"),
    "twenty pages, 400 lines": lambda number: invoice(number, 400),
}


def measure(documents: int = DOCUMENTS, rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """Workload → {pages, lines_per_page, typeset, canvas}: the last two in pages per second on one core, medians of
    rounds that take turns."""
    fonts = default_fonts()
    program = compile_layout(load_layout("invoice"), fonts)
    _register()
    results = {}
    for name, make in WORKLOADS.items():
        count = max(1, documents // 20) if "400" in name else documents
        data = [make(number) for number in range(count)]
        sets = [program.typeset(one, "nb") for one in data]
        pages = sum(len(one.pages) for one in sets)
        texts = [text for one in sets for text in strings(one, fonts)]
        works = {"typeset": partial(_typesetting, fonts, data), "canvas": partial(_drawing, texts, sets[0])}
        seconds: dict[str, list[float]] = {work: [] for work in works}
        for _ in range(rounds):
            for work, prepare in works.items():
                seconds[work].append(_timed(prepare()))
        lines = sum(len(one["lines"]) for one in data)
        results[name] = {
            "pages": pages,
            "lines_per_page": round(lines / pages, 1),
            **{work: round(pages / statistics.median(taken)) for work, taken in seconds.items()},
        }
    return results


def strings(page_set: PageSet, fonts: FontSet) -> list[list[_Text]]:
    """Every string of every page, forms included: (font, size, x, y, text)."""
    forms = [zlib.decompress(form.content) for form in page_set.forms.values()]
    return [_strings(b"\n".join([zlib.decompress(page), *forms]), fonts) for page in page_set.pages]


def _strings(content: bytes, fonts: FontSet) -> list[_Text]:
    found: list[_Text] = []
    resource, size_pt = "", 0.0
    for match in _OPERATOR.finditer(content):
        if match[1]:
            resource, size_pt = match[1].decode(), float(match[2])
            continue
        face = fonts.by_resource(resource)
        glyphs = match[5].decode()
        text = "".join(face.unicode_of(int(glyphs[at : at + 4], 16)) for at in range(0, len(glyphs), 4))
        found.append((face.ps_name, size_pt, float(match[3]), float(match[4]), text))
    return found


def _typesetting(fonts: FontSet, data: Sequence[dict[str, Any]]) -> Callable[[], None]:
    """Each round has a program of its own, whose caches have seen one document."""
    program = compile_layout(load_layout("invoice"), fonts)
    program.typeset(data[0], "nb")

    def run() -> None:
        for one in data:
            program.typeset(one, "nb")

    return run


def _drawing(pages: list[list[_Text]], like: PageSet) -> Callable[[], None]:
    def run() -> None:
        canvas: Any = Canvas(io.BytesIO(), pagesize=(like.width_pt, like.height_pt), pageCompression=1)
        for texts in pages:
            for font, size_pt, x_pt, y_pt, text in texts:
                canvas.setFont(font, size_pt)
                canvas.drawString(x_pt, y_pt, text)
            canvas.showPage()
        canvas.save()

    return run


def _register() -> None:
    folder = Path(font_source_sans_pro.font_directory)
    for file in STYLES.values():
        pdfmetrics.registerFont(TTFont(file.removesuffix(".ttf"), folder / file))


def _timed(run: Callable[[], None]) -> float:
    """Seconds of this process: what other processes take does not count."""
    started = time.process_time()
    run()
    return time.process_time() - started


def main() -> None:
    results = measure(int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS)
    print(f"{'pages per second on one core':34}{'lines/page':>12}{'typeset':>10}{'canvas':>10}")
    for name, row in results.items():
        print(f"{name:34}{row['lines_per_page']:>12}{row['typeset']:>10,.0f}{row['canvas']:>10,.0f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
