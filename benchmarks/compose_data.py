"""The pages that every engine composes: made from a seed, texts already formatted, codes already encoded.

No two pages share a number, an amount, a name or a code; goods come back, as they do in trade. Peers get all of it as
data. Our own composer gets the figures (`Item.quantity`, …) and formats and encodes them itself, inside its time.
"""

from __future__ import annotations

import random
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from layouts.remittance.norway import kid_mod10
from omr.draw import mark_rects
from omr.markset import MarkSet, load_mark_set
from omr.place import CodePlace
from omr.sheet import SheetId, SheetOrders
from omr.symbol import matrix_code

ITEMS = 20
"""Lines of a page's table; each description takes two lines of its column."""

IBAN = "NO9386011117947"
SELLER = "Havbris Forsyning AS"

_CENT = Decimal("0.01")
_SELECTS = frozenset(range(1, 7))
_ADJECTIVES = (
    "galvanisert",
    "rustfri",
    "lakkert",
    "varmebehandlet",
    "vanntett",
    "selvlåsende",
    "forsterket",
    "isolert",
)
_NOUNS = ("låsebolt", "rørklemme", "koblingsboks", "ventil", "pakningssett", "kabelgate", "veggfeste", "filterpatron")
_USES = (
    "til montering i våtrom og tekniske anlegg",
    "for trykkrør opp til 16 bar, med pakning",
    "til utvendig bruk langs kysten, testet i salttåke",
    "for tavler og skap etter NEK 400, levert i eske",
    "til gulvvarme og radiatorer, med hurtigkobling",
)
_STREETS = ("Strandgata", "Kirkeveien", "Fjordbakken", "Nordre Kaigate", "Ålesundveien", "Sjøgata")
_TOWNS = ("Bergen", "Tromsø", "Ålesund", "Stavanger", "Bodø", "Kristiansund")
_NAMES = ("Solveig", "Åse", "Bjørn", "Håkon", "Ingrid", "Torbjørg", "Magnus", "Sigrid")
_HOUSES = ("Brygge", "Marine", "Handel", "Verksted", "Eiendom", "Transport")

Run = tuple[int, int, int]
"""Dark modules side by side: column, row, how many."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code as modules: `bits` holds the rows, each filled up to whole bytes, 1 is dark; `runs` the same as
    rectangles one module high, for engines that are quicker with those."""

    width: int
    height: int
    bits: bytes
    runs: tuple[Run, ...]


_NO_SYMBOL = Symbol(0, 0, b"", ())


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the table, as it is printed and as figures."""

    description: str
    quantity_text: str
    price_text: str
    amount_text: str
    quantity: Decimal
    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Page:
    """One invoice on one page. `fields` and `totals` are label and value; `marks` the printed OMR marks as
    (x, y, width, height) in mm from the top-left corner; `number` counts the pages from 1."""

    number: int
    invoice: str
    issued: date
    due: date
    customer: str
    order: str
    address: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    totals: tuple[tuple[str, str], ...]
    net: Decimal
    tax: Decimal
    payable: Decimal
    kid: str
    account: str
    epc_text: str
    qr: Symbol
    bars: Symbol
    sheet_code: Symbol
    marks: tuple[tuple[float, float, float, float], ...]

    @property
    def payment(self) -> str:
        """The payment line."""
        return f"KID {self.kid}    Konto {self.account}    Beløp EUR {amount(self.payable)}    Forfall {day(self.due)}"


def make_pages(count: int, *, seed: int = 1, items: int = ITEMS, codes: bool = True) -> Iterator[Page]:
    """The first `count` pages of a seed, one after another. Without `codes` their symbols are empty: whoever encodes
    for itself need not wait for them."""
    mark_set = load_mark_set("quadient")
    for number in range(1, count + 1):
        chance = random.Random(seed * 1_000_003 + number)
        yield _page(number, chance, mark_set, items=items, codes=codes)


def sheet_of(number: int) -> tuple[SheetId, SheetOrders]:
    """Who the sheet of page `number` is and what its marks order: all six feeders, so about eleven marks stand."""
    return SheetId("R000001", f"P{number:08}", 1, 1, 1), SheetOrders(1, 1, number, selects=_SELECTS)


def encode_codes(pages: Iterable[Page]) -> None:
    """Encode the three codes of all `pages` with the quickest library there is: what every engine's user has to do,
    since none of them encodes all three as quickly by itself."""
    code = load_mark_set("quadient").code
    for page in pages:
        _qr(page.epc_text)
        _bars(page.invoice)
        _sheet_code(page.number, code)


def encoding_seconds(pages: Iterable[Page]) -> float:
    """Processor time that `encode_codes` takes."""
    began = time.process_time()
    encode_codes(pages)
    return time.process_time() - began


def to_json(pages: Iterable[Page]) -> list[dict[str, Any]]:
    """The pages as JSON values: bytes as base64, dates in ISO 8601, figures as decimal strings."""
    return [{**_jsonable(asdict(page)), "payment": page.payment} for page in pages]


def from_json(rows: Iterable[Mapping[str, Any]]) -> list[Page]:
    """What `to_json` made, as pages again."""
    return [_from_json(row) for row in rows]


def amount(value: Decimal) -> str:
    """1 234,50, with a no-break space."""
    return f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",")


def day(value: date) -> str:
    """31.12.2026."""
    return f"{value:%d.%m.%Y}"


def _page(number: int, chance: random.Random, mark_set: MarkSet, *, items: int, codes: bool) -> Page:
    lines = tuple(_item(chance) for _ in range(items))
    net = sum((line.amount for line in lines), Decimal("0.00"))
    tax = (net / 4).quantize(_CENT)
    invoice = f"{2026000000 + number}"
    issued = date(2026, 1, 1) + timedelta(days=number % 360)
    due = issued + timedelta(days=14)
    kid = kid_mod10(f"{number:08}{chance.randrange(10**4):04}")
    customer, order = f"{chance.randrange(10**5, 10**6)}", f"B-{chance.randrange(10**5, 10**6)}"
    remittance = f"{kid} {invoice}"
    epc_text = "\n".join(("BCD", "002", "2", "SCT", "", SELLER, IBAN, f"EUR{net + tax:.2f}", "", "", remittance))
    rects = mark_rects(mark_set, sheet_of(number)[1])
    return Page(
        number=number,
        invoice=invoice,
        issued=issued,
        due=due,
        customer=customer,
        order=order,
        address=_address(number, chance),
        fields=(
            ("Fakturanummer", invoice),
            ("Fakturadato", day(issued)),
            ("Forfallsdato", day(due)),
            ("Kundenummer", customer),
            ("Bestilling", order),
            ("Kontakt", SELLER),
        ),
        items=lines,
        totals=(
            ("Sum uten mva.", amount(net)),
            ("Merverdiavgift 25 %", amount(tax)),
            ("Å betale EUR", amount(net + tax)),
        ),
        net=net,
        tax=tax,
        payable=net + tax,
        kid=kid,
        account=" ".join(IBAN[at : at + 4] for at in range(0, len(IBAN), 4)),
        epc_text=epc_text,
        qr=_qr(epc_text) if codes else _NO_SYMBOL,
        bars=_bars(invoice) if codes else _NO_SYMBOL,
        sheet_code=_sheet_code(number, mark_set.code) if codes else _NO_SYMBOL,
        marks=tuple((box.x, box.y, box.w, box.h) for box in rects),
    )


def _address(number: int, chance: random.Random) -> tuple[str, ...]:
    return (
        f"{chance.choice(_NAMES)} {chance.choice(_HOUSES)} {number} AS",
        f"v/ {chance.choice(_NAMES)} {chance.choice(_NAMES)}sen",
        f"{chance.choice(_STREETS)} {chance.randrange(1, 200)}",
        f"{chance.randrange(1000, 9999)} {chance.choice(_TOWNS)}",
        "Norge",
    )


_ARTICLES = 2_000
"""How many goods the firm sells: what one customer buys, another has bought before."""


@cache
def _articles() -> tuple[str, ...]:
    """The firm's goods, each with a description that takes two lines."""
    chance = random.Random(_ARTICLES)
    return tuple(
        f"{chance.choice(_NOUNS).capitalize()}, {chance.choice(_ADJECTIVES)}, {chance.randrange(4, 80)} mm, "
        f"{chance.choice(_USES)}, art. {10_000 + number * 7}"
        for number in range(_ARTICLES)
    )


def _item(chance: random.Random) -> Item:
    quantity = Decimal(chance.randrange(1, 500)) / 10
    price = Decimal(chance.randrange(100, 90_000)) / 100
    total = (quantity * price).quantize(_CENT)
    description = chance.choice(_articles())
    quantity_text = f"{quantity:.1f}".replace(".", ",")
    return Item(description, quantity_text, amount(price), amount(total), quantity, price, total)


def _qr(text: str) -> Symbol:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return _symbol(np.asarray(code.to_image(scale=1, add_quiet_zones=False)) == 0)


def _bars(text: str) -> Symbol:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    return _symbol(np.asarray(code.to_image(scale=1, add_quiet_zones=False))[:1] == 0)


def _sheet_code(number: int, code: CodePlace) -> Symbol:
    return _symbol(matrix_code(code.template.format(sheet_of(number)[0]), code.modules) == 0)


def _symbol(dark: NDArray[np.bool_]) -> Symbol:
    runs: list[Run] = []
    for row, modules in enumerate(dark.tolist()):
        column = 0
        for is_dark, group in groupby(modules):
            length = len(list(group))
            if is_dark:
                runs.append((column, row, length))
            column += length
    height, width = dark.shape
    return Symbol(width, height, np.packbits(dark, axis=1).tobytes(), tuple(runs))


def _jsonable(value: Any) -> Any:
    match value:
        case dict():
            return {key: _jsonable(each) for key, each in value.items()}
        case list() | tuple():
            return [_jsonable(each) for each in value]
        case bytes():
            return b64encode(value).decode()
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def _from_json(row: Mapping[str, Any]) -> Page:
    plain = {key: value for key, value in row.items() if key != "payment"}
    return Page(
        **{
            **plain,
            **{key: date.fromisoformat(row[key]) for key in ("issued", "due")},
            **{key: Decimal(row[key]) for key in ("net", "tax", "payable")},
            **{key: tuple(map(tuple, row[key])) for key in ("fields", "totals", "marks")},
            **{key: _symbol_from_json(row[key]) for key in ("qr", "bars", "sheet_code")},
            "address": tuple(row["address"]),
            "items": tuple(map(_item_from_json, row["items"])),
        }
    )


def _item_from_json(row: Mapping[str, Any]) -> Item:
    return Item(**{**row, **{key: Decimal(row[key]) for key in ("quantity", "price", "amount")}})


def _symbol_from_json(row: Mapping[str, Any]) -> Symbol:
    return Symbol(row["width"], row["height"], b64decode(row["bits"]), tuple(map(tuple, row["runs"])))
