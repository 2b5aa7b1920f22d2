"""Layout files: TOML → Layout, each complaint with file, key and line."""

from __future__ import annotations

import hashlib
from pathlib import Path

from layouts.errors import LayoutError
from layouts.geometry import Box
from layouts.parts import (
    AddressPart,
    Column,
    FooterPart,
    HeaderPart,
    HeaderRow,
    Layout,
    LetterheadPart,
    NotesPart,
    PaymentCode,
    PaymentField,
    PaymentPart,
    Rule,
    RunningPart,
    Style,
    SummaryPart,
    TablePart,
    TextPart,
    TotalRow,
    TotalsPart,
    VatPart,
    Zone,
)
from layouts.tomlfile import TomlTable, read_toml

CATALOGUE = Path(__file__).parent / "catalogue"
FORMAT = 1

LINE_COLUMNS = ("description", "quantity", "unit", "unit-price", "vat-rate", "amount", "id", "article")
VAT_COLUMNS = ("rate", "taxable", "tax")
TOTALS = ("lines", "allowances", "charges", "net", "tax", "gross", "prepaid", "rounding", "payable")
HEADER_SOURCES = (
    "document.number",
    "document.issue_date",
    "document.due_date",
    "recipient.customer",
    "seller.contact",
    "seller.phone",
    "seller.email",
)
PAYMENT_SOURCES = ("amount", "due-date", "account", "reference", "payee", "bic")


def load_layout(name_or_path: str | Path) -> Layout:
    """A layout of the catalogue by name ("invoice"), or any layout file by path (with suffix).

    Raises LayoutError E4010 to E4013 with file, key and line.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = CATALOGUE / f"{name_or_path}.toml"
    root, data = read_toml(path)
    return _Reader(root, path.name).layout(hashlib.sha256(data).hexdigest())


class _Reader:
    """Reads one file; knows its styles and rules, so that a reference to an unknown one is refused where it stands."""

    def __init__(self, root: TomlTable, file: str) -> None:
        self._root = root
        self._file = file
        self._styles: dict[str, Style] = {}
        self._rules: dict[str, Rule] = {}

    def layout(self, digest: str) -> Layout:
        root = self._root
        if (found := root.whole("format")) != FORMAT:
            raise root.refuse("format", f"format {found} is not known", f"write the file for format {FORMAT}")
        paper = root.table("paper")
        self._styles = dict(root.table("styles").each(_style))
        self._rules = dict(root.table("rules").each(_rule))
        layout = Layout(
            name=root.text("name"),
            version=root.whole("version", least=1),
            digest=digest,
            file=self._file,
            width_mm=paper.number("width_mm", least=50),
            height_mm=paper.number("height_mm", least=50),
            margin_mm=paper.number("margin_mm", most=50),
            clear_zones=tuple(map(_zone, root.tables("clear_zones", least=0))),
            styles=self._styles,
            rules=self._rules,
            address=self._address(root.table("address")),
            letterhead=self._letterhead(root.table("letterhead")),
            header=self._header(root.table("header")),
            title=self._title(root.table("title")),
            table=self._table(root.table("table")),
            summary=self._summary(root.table("summary")),
            notes=self._notes(root.table("notes")),
            payment=self._payment(root.table("payment")),
            running=self._running(root.table("running")),
            footer=self._footer(root.table("footer")),
        )
        paper.done()
        root.done()
        return layout

    def _style(self, table: TomlTable, key: str, default: str | None = None) -> str:
        return table.choice(key, tuple(self._styles), default)

    def _rule(self, table: TomlTable, key: str) -> str:
        return table.choice(key, tuple(self._rules))

    def _address(self, part: TomlTable) -> AddressPart:
        address = AddressPart(
            box=part.box("box"),
            style=self._style(part, "style"),
            max_lines=part.whole("max_lines", least=1, most=20),
            least_scale=part.number("least_scale", 1.0, least=0.5, most=1),
        )
        needed = address.max_lines * self._styles[address.style].leading_mm
        if needed > address.box.height_mm + 0.5:
            raise part.refuse(
                "max_lines",
                f"{address.max_lines} lines need {needed:.1f} mm, the box is {address.box.height_mm:g} mm high",
                "allow fewer lines, a smaller leading or a higher box",
            )
        part.done()
        return address

    def _letterhead(self, part: TomlTable) -> LetterheadPart:
        head = LetterheadPart(part.box("box"), self._style(part, "name_style"), self._style(part, "line_style"))
        part.done()
        return head

    def _header(self, part: TomlTable) -> HeaderPart:
        box = part.box("box")
        value_style = self._style(part, "value_style")
        rows = []
        for row in part.tables("rows"):
            rows.append(
                HeaderRow(
                    row.text("label"),
                    row.choice("source", HEADER_SOURCES),
                    self._style(row, "style", value_style),
                )
            )
            row.done()
        label_style = self._style(part, "label_style")
        value_x_mm = part.number("value_x_mm", most=box.width_mm - 5)
        part.done()
        return HeaderPart(box, label_style, value_style, value_x_mm, tuple(rows))

    def _title(self, part: TomlTable) -> TextPart:
        title = TextPart(part.box("box"), self._style(part, "style"))
        part.done()
        return title

    def _table(self, part: TomlTable) -> TablePart:
        first = part.box("first")
        continuation = part.box("continuation")
        if (first.x_mm, first.width_mm) != (continuation.x_mm, continuation.width_mm):
            raise part.refuse("continuation", "'continuation' must have the x_mm and width_mm of 'first'")
        table = TablePart(
            first=first,
            continuation=continuation,
            head_style=self._style(part, "head_style"),
            head_height_mm=part.number("head_height_mm", least=1),
            cell_style=self._style(part, "cell_style"),
            detail_style=self._style(part, "detail_style"),
            carry_style=self._style(part, "carry_style"),
            carry_height_mm=part.number("carry_height_mm", least=1),
            row_above_mm=part.number("row_above_mm"),
            row_below_mm=part.number("row_below_mm"),
            head_rule=self._rule(part, "head_rule"),
            row_rule=self._rule(part, "row_rule"),
            columns=_columns(part, LINE_COLUMNS, first.width_mm, ("description", "amount")),
        )
        part.done()
        return table

    def _summary(self, part: TomlTable) -> SummaryPart:
        vat = part.table("vat")
        vat_width_mm = vat.number("width_mm", least=10)
        vat_part = VatPart(vat.number("x_mm"), vat_width_mm, _columns(vat, VAT_COLUMNS, vat_width_mm, ()))
        vat.done()
        summary = SummaryPart(
            gap_above_mm=part.number("gap_above_mm"),
            cell_style=self._style(part, "cell_style"),
            head_style=self._style(part, "head_style"),
            detail_style=self._style(part, "detail_style"),
            row_height_mm=part.number("row_height_mm", least=1),
            rule=self._rule(part, "rule"),
            vat=vat_part,
            totals=self._totals(part.table("totals")),
        )
        part.done()
        return summary

    def _totals(self, part: TomlTable) -> TotalsPart:
        rows = []
        for row in part.tables("rows"):
            rows.append(
                TotalRow(
                    source=row.choice("source", TOTALS),
                    label=row.text("label"),
                    optional=row.choice("when", ("always", "not-zero"), "always") == "not-zero",
                    unless_equal=row.choice("unless_equal", ("", *TOTALS), ""),
                    negated=row.truth("negated", False),
                )
            )
            row.done()
        totals = TotalsPart(
            x_mm=part.number("x_mm"),
            width_mm=part.number("width_mm", least=10),
            label_style=self._style(part, "label_style"),
            payable_style=self._style(part, "payable_style"),
            payable_height_mm=part.number("payable_height_mm", least=1),
            payable_rule=self._rule(part, "payable_rule"),
            rows=tuple(rows),
        )
        part.done()
        return totals

    def _notes(self, part: TomlTable) -> NotesPart:
        notes = NotesPart(
            x_mm=part.number("x_mm"),
            width_mm=part.number("width_mm", least=10),
            gap_above_mm=part.number("gap_above_mm"),
            head_style=self._style(part, "head_style"),
            style=self._style(part, "style"),
            paragraph_gap_mm=part.number("paragraph_gap_mm"),
        )
        part.done()
        return notes

    def _payment(self, part: TomlTable) -> PaymentPart:
        box = part.box("box")
        fields = []
        for field in part.tables("fields"):
            fields.append(
                PaymentField(
                    source=field.choice("source", PAYMENT_SOURCES),
                    label=field.text("label"),
                    style=self._style(field, "style"),
                    x_mm=field.number("x_mm"),
                    y_mm=field.number("y_mm", most=box.height_mm),
                    width_mm=field.number("width_mm", least=1),
                )
            )
            _check_width(field, fields[-1].x_mm, fields[-1].width_mm, box.width_mm)
            field.done()
        payment = PaymentPart(
            box=box,
            rule=self._rule(part, "rule"),
            title=part.text("title"),
            title_style=self._style(part, "title_style"),
            label_style=self._style(part, "label_style"),
            long_style=self._style(part, "long_style"),
            long_lines=part.whole("long_lines", least=1, most=5),
            code=self._code(part.table("code"), box),
            fields=tuple(fields),
        )
        part.done()
        return payment

    def _code(self, part: TomlTable, box: Box) -> PaymentCode:
        code = PaymentCode(
            x_mm=part.number("x_mm"),
            y_mm=part.number("y_mm"),
            size_mm=part.number("size_mm", least=10),
            least_module_mm=part.number("least_module_mm", least=0.2),
            caption_style=self._style(part, "caption_style"),
        )
        if code.x_mm + code.size_mm > box.width_mm or code.y_mm + code.size_mm > box.height_mm:
            raise part.refuse("size_mm", f"a code of {code.size_mm:g} mm reaches out of the payment part")
        part.done()
        return code

    def _running(self, part: TomlTable) -> RunningPart:
        running = RunningPart(part.box("box"), self._style(part, "style"), self._style(part, "detail_style"))
        part.done()
        return running

    def _footer(self, part: TomlTable) -> FooterPart:
        box = part.box("box")
        footer = FooterPart(
            box,
            self._style(part, "style"),
            self._rule(part, "rule"),
            part.number("page_width_mm", most=box.width_mm),
        )
        part.done()
        return footer


def _style(styles: TomlTable, name: str) -> Style:
    part = styles.table(name)
    style = Style(
        name=name,
        font=part.text("font"),
        size_pt=part.number("size_pt", least=4, most=72),
        leading_mm=part.number("leading_mm", least=1, most=50),
        grey=part.number("grey", 0.0, most=1),
        tracking_pt=part.number("tracking_pt", 0.0, most=20),
    )
    part.done()
    return style


def _rule(rules: TomlTable, name: str) -> Rule:
    part = rules.table(name)
    rule = Rule(name, part.number("width_pt", least=0.1, most=10), part.number("grey", 0.0, most=1))
    part.done()
    return rule


def _zone(part: TomlTable) -> Zone:
    zone = Zone(part.text("name"), part.box("box"))
    part.done()
    return zone


def _columns(
    part: TomlTable, sources: tuple[str, ...], table_width_mm: float, needed: tuple[str, ...]
) -> tuple[Column, ...]:
    columns: list[Column] = []
    for table in part.tables("columns"):
        column = Column(
            source=table.choice("source", sources),
            label=table.text("label", ""),
            x_mm=table.number("x_mm"),
            width_mm=table.number("width_mm", least=1),
            right=table.choice("align", ("left", "right")) == "right",
        )
        _check_width(table, column.x_mm, column.width_mm, table_width_mm)
        if columns and column.x_mm < columns[-1].x_mm + columns[-1].width_mm - 1e-6:
            raise table.refuse("x_mm", f"column '{column.source}' overlaps column '{columns[-1].source}'")
        columns.append(column)
        table.done()
    found = [column.source for column in columns]
    for source in needed:
        if found.count(source) != 1:
            raise LayoutError(
                "E4013",
                f"the columns need '{source}' exactly once",
                place=part.place("columns"),
                remedy=f'add a column with source = "{source}"',
            )
    return tuple(columns)


def _check_width(table: TomlTable, x_mm: float, width_mm: float, limit_mm: float) -> None:
    if x_mm + width_mm > limit_mm + 1e-6:
        raise table.refuse("width_mm", f"it ends at {x_mm + width_mm:g} mm, {limit_mm:g} mm is the width of its part")
