"""Reading blocks: the tables of a layout file that say what stands in a box or in the flow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal, cast

from layouts.blockparts import (
    NOTHING,
    AddressBlock,
    AddressCode,
    Block,
    Carry,
    CodeBlock,
    Column,
    ColumnsBlock,
    FieldBlock,
    Group,
    GroupSum,
    Part,
    PictureBlock,
    RowItem,
    RowsBlock,
    RuleBlock,
    Source,
    TableBlock,
    TextBlock,
    TextItem,
)
from layouts.codes.postal import postal_sizes
from layouts.errors import LayoutError
from layouts.style import Align, Fit, Style
from layouts.tomlfile import TomlTable

_ALIGNS = ("left", "centre", "right")


class BlockReader:
    """Reads blocks; knows the styles and rules of the file, so that a reference to an unknown one is refused where it
    stands. `folder` is where pictures named by a relative path are looked for."""

    def __init__(self, styles: Mapping[str, Style], rules: Collection[str], folder: Path) -> None:
        self._by_name = styles
        self._styles = tuple(styles)
        self._rules = tuple(rules)
        self._folder = folder
        self._kinds: dict[str, Callable[[TomlTable, float], Block]] = {
            "text": self._text,
            "rows": self._rows,
            "table": self._table,
            "columns": self._columns,
            "address": self._address,
            "picture": self._picture,
            "code": self._code,
            "field": self._field,
            "rule": self._rule_block,
        }

    def block(self, part: TomlTable, width_mm: float) -> Block:
        """The block of one table; the caller has taken the keys that are its own, and calls `done`."""
        kind = part.choice("type", tuple(self._kinds))
        return self._kinds[kind](part, width_mm)

    def rule(self, part: TomlTable, key: str, default: str | None = None) -> str:
        """The name of a rule; "" when none is named and `default` is ""."""
        return part.choice(key, (*self._rules, "") if default == "" else self._rules, default)

    def lines_needed(self, block: Block) -> tuple[str, float] | None:
        """What an address promises, in words, and how high that is in mm, as far as the layout alone tells; None for
        other blocks."""
        if not isinstance(block, AddressBlock):
            return None
        said, high_mm = f"{block.max_lines} lines", block.max_lines * self._by_name[block.style].leading_mm
        if block.code is None:
            return said, high_mm
        size = postal_sizes().get(block.code.code.symbology)
        high_mm += block.code.gap_mm + (block.code.code.height_mm or (size.high_mm if size else 0.0))
        return f"{said} and the code", high_mm

    def _style(self, part: TomlTable, key: str, default: str | None = None) -> str:
        return part.choice(key, (*self._styles, "") if default == "" else self._styles, default)

    # ── texts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _text(self, part: TomlTable, _width_mm: float) -> TextBlock:
        style = self._style(part, "style")
        head = self._item(part.table("head"), style) if part.has("head") else None
        return TextBlock(self._items(part, "texts", style), head, part.text("separator", ""))

    def _items(self, part: TomlTable, key: str, style: str, align: Align = "left") -> tuple[TextItem, ...]:
        return tuple(self._item(item, style, align) for item in part.tables(key))

    def _item(self, item: TomlTable, style: str, align: Align = "left") -> TextItem:
        names: tuple[tuple[str, Source], ...] = ()
        if item.has("with"):
            names = tuple(item.table("with").each(source))
        read = TextItem(
            text=source(item, "text"),
            style=self._style(item, "style", style),
            when=source(item, "when", ""),
            each=source(item, "each", ""),
            alias=item.text("as", "item"),
            names=names,
            if_room=item.truth("if_room", False),
            otherwise=source(item, "otherwise", ""),
            fit=cast(Fit, item.choice("fit", ("wrap", "condense"), "wrap")),
            least_scale=item.number("least_scale", 0.0, most=1),
            wide_style=self._style(item, "wide_style", ""),
            max_lines=item.whole("max_lines", 0, most=500),
            gap_above_mm=item.number("gap_above_mm", 0.0, most=500),
            align=_align(item, "align", align),
            span_mm=item.number("span_mm", 0.0),
            styled=item.truth("styled", False),
            keep=item.truth("keep", False),
        )
        item.done()
        return read

    def _rows(self, part: TomlTable, width_mm: float) -> RowsBlock:
        style, label_style = self._style(part, "style"), self._style(part, "label_style")
        rows = []
        for row in part.tables("rows"):
            rows.append(
                RowItem(
                    label=source(row, "label"),
                    text=source(row, "text"),
                    style=self._style(row, "style", style),
                    label_style=self._style(row, "label_style", label_style),
                    when=source(row, "when", ""),
                    each=source(row, "each", ""),
                    alias=row.text("as", "item"),
                    rule_above=self.rule(row, "rule_above", ""),
                    height_mm=row.number("height_mm", 0.0, most=100),
                )
            )
            row.done()
        return RowsBlock(
            rows=tuple(rows),
            value_x_mm=part.number("value_x_mm", 0.0, most=max(width_mm - 5, 0)),
            value_align=_align(part, "value_align"),
            surplus=part.text("surplus", ""),
        )

    def _address(self, part: TomlTable, width_mm: float) -> AddressBlock:
        return AddressBlock(
            lines=source(part, "lines"),
            style=self._style(part, "style"),
            max_lines=part.whole("max_lines", least=1, most=20),
            least_scale=part.number("least_scale", 1.0, least=0.5, most=1),
            code=self._address_code(part.table("code"), width_mm) if part.has("code") else None,
        )

    def _address_code(self, table: TomlTable, width_mm: float) -> AddressCode:
        where = cast(Literal["above", "below"], table.choice("where", ("above", "below")))
        read = AddressCode(self._code(table, width_mm), where, table.number("gap_mm", 0.0, most=50))
        table.done()
        return read

    # ── tables ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _table(self, part: TomlTable, width_mm: float) -> TableBlock:
        style = self._style(part, "style")
        columns: list[Column] = []
        for name, table in part.table("columns").tables_by_name():
            columns.append(self._column(table, name, style, width_mm))
            _check_neighbour(table, columns)
        names = tuple(column.name for column in columns)
        return TableBlock(
            each=source(part, "each"),
            alias=part.text("as", "item"),
            columns=tuple(columns),
            head_style=self._style(part, "head_style", style),
            cell_style=style,
            head_gap_mm=part.number("head_gap_mm", 1.0, most=20),
            row_above_mm=part.number("row_above_mm", 0.0, most=20),
            row_below_mm=part.number("row_below_mm", 0.0, most=20),
            head_rule=self.rule(part, "head_rule", ""),
            row_rule=self.rule(part, "row_rule", ""),
            carry=self._carry(part.table("carry"), names) if part.has("carry") else None,
            group=self._group(part.table("group"), names, style) if part.has("group") else None,
        )

    def _column(self, table: TomlTable, name: str, style: str, table_width_mm: float) -> Column:
        align = _align(table, "align")
        column = Column(
            name=name,
            label=source(table, "label", ""),
            x_mm=table.number("x_mm"),
            width_mm=table.number("width_mm", least=1),
            align=align,
            cell=self._items(table, "cell", style, align),
        )
        if column.x_mm + column.width_mm > table_width_mm + 1e-6:
            raise table.refuse(
                "width_mm",
                f"the column ends at {column.x_mm + column.width_mm:g} mm, {table_width_mm:g} mm is the table's width",
            )
        table.done()
        return column

    def _carry(self, part: TomlTable, columns: tuple[str, ...]) -> Carry:
        carry = Carry(
            value=source(part, "value"),
            start=source(part, "start", ""),
            column=part.choice("column", columns),
            brought=source(part, "brought"),
            carried=source(part, "carried"),
            style=self._style(part, "style"),
            height_mm=part.number("height_mm", least=1, most=50),
        )
        part.done()
        return carry

    def _group(self, part: TomlTable, columns: tuple[str, ...], style: str) -> Group:
        foot = self._item(part.table("foot"), style) if part.has("foot") else None
        sums = []
        for told in part.tables("sums", least=1 if foot else 0):
            sums.append(GroupSum(source(told, "value"), told.choice("column", columns)))
            told.done()
        group = Group(source(part, "by"), self._item(part.table("head"), style), foot, tuple(sums))
        part.done()
        return group

    def _columns(self, part: TomlTable, width_mm: float) -> ColumnsBlock:
        parts = []
        for name, table in part.table("parts").tables_by_name():
            x_mm, own_width_mm = table.number("x_mm"), table.number("width_mm", least=1)
            if x_mm + own_width_mm > width_mm + 1e-6:
                fact = f"the part ends at {x_mm + own_width_mm:g} mm, {width_mm:g} mm is the width there is"
                raise table.refuse("width_mm", fact)
            parts.append(Part(name, x_mm, own_width_mm, self.block(table, own_width_mm)))
            table.done()
        return ColumnsBlock(tuple(parts))

    # ── pictures, codes, lines ────────────────────────────────────────────────────────────────────────────────────

    def _picture(self, part: TomlTable, width_mm: float) -> PictureBlock:
        return PictureBlock(
            file=str(part.folder("file", self._folder) / part.text("file")),
            place=part.place("file"),
            page=part.whole("page", 1, least=1),
            width_mm=part.number("width_mm", 0.0, most=width_mm),
            align=_align(part, "align"),
            colour=cast(Literal["keep", "grey"], part.choice("colour", ("keep", "grey"), "keep")),
            least_dpi=part.number("least_dpi", 200.0),
            background=part.truth("background", False),
        )

    def _code(self, part: TomlTable, width_mm: float) -> CodeBlock:
        caption = source(part, "caption", "")
        return CodeBlock(
            symbology=part.text("symbology"),
            text=source(part, "text"),
            options=tuple(part.table("options").each(_option)) if part.has("options") else (),
            width_mm=part.number("width_mm", 0.0, most=width_mm),
            height_mm=part.number("height_mm", 0.0, most=300),
            least_module_mm=part.number("least_module_mm", 0.25, least=0.1),
            too_dense=cast(Literal["error", "leave-out"], part.choice("too_dense", ("error", "leave-out"), "error")),
            caption=caption,
            caption_style=self._style(part, "caption_style", None if caption else ""),
            overlay=part.choice("overlay", ("", "swiss-cross"), ""),
            place=part.place("text"),
            quiet_zone=cast(Literal["inside", "outside"], part.choice("quiet_zone", ("inside", "outside"), "inside")),
        )

    def _field(self, part: TomlTable, width_mm: float) -> FieldBlock:
        cells = part.whole("cells", 1, least=1, most=50)
        return FieldBlock(
            rule=self.rule(part, "rule", ""),
            corners_mm=part.number("corners_mm", 0.0, most=width_mm / 2),
            cells=cells,
            gap_mm=part.number("gap_mm", 0.0, most=width_mm / max(cells - 1, 1)),
            fill=part.number("fill", most=1) if part.has("fill") else None,
        )

    def _rule_block(self, part: TomlTable, _width_mm: float) -> RuleBlock:
        return RuleBlock(self.rule(part, "rule"))


def source(part: TomlTable, key: str, default: str | None = None) -> Source:
    """A text of the file with its place; `NOTHING` when it may be absent and is."""
    text = part.text(key, default)
    return Source(text, part.place(key)) if text else NOTHING


def _align(part: TomlTable, key: str, default: Align = "left") -> Align:
    return cast(Align, part.choice(key, _ALIGNS, default))


def _option(options: TomlTable, key: str) -> str | int | bool:
    return options.scalar(key)


def _check_neighbour(table: TomlTable, columns: list[Column]) -> None:
    if len(columns) > 1 and columns[-1].x_mm < columns[-2].x_mm + columns[-2].width_mm - 1e-6:
        raise LayoutError(
            "E4012",
            f"column '{columns[-1].name}' overlaps column '{columns[-2].name}'",
            place=table.place("x_mm"),
            remedy="correct the value",
        )
