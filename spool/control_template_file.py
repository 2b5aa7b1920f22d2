"""Reading templates of machines' files: TOML, checked at load. Keys are told in docs/control-file.md."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final, Literal, cast

from layouts.errors import LayoutError
from layouts.tomlfile import TomlTable, read_toml
from spool.control_characters import ENCODINGS, LACKING, Characters, Lacking, read_table, shipped_table
from spool.control_template import (
    ALIGNS,
    BASES,
    BODY,
    LINE_ENDS,
    OVERLONG,
    QUOTINGS,
    Align,
    CsvForm,
    FieldForm,
    Layout,
    Overlong,
    Per,
    Quoting,
    RecordForm,
    Template,
)
from spool.control_values import IDENTITY, VALUES, Kind, Level
from spool.job import SpoolError

FOLDER: Final = Path(__file__).parent / "control_templates"
_MOST_WIDE: Final = 4096
_FORM: Final = re.compile(r"(?:[^%]|%[YymdHMSjz%])*")
_KNOWN_AT: Final[Mapping[Level, tuple[Per, ...]]] = {
    Level.JOB: tuple(Per),
    Level.PIECE: BODY,
    Level.SHEET: (Per.SHEET,),
    Level.TRAILER: (Per.TRAILER,),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values that a kind of template knows: name → what it is, and the records that it may stand in."""

    kinds: Mapping[str, tuple[Kind, tuple[Per, ...]]]
    exact: Collection[str]
    """Values that say who a record is: never cut or replaced."""
    needed: Collection[str]
    """Values without which the file says nothing."""
    statuses: Collection[str] = ()
    """What the machine's words may be mapped to; () when the template has no table of statuses."""


CONTROL: Final = Vocabulary(
    kinds={name: (value.kind, _KNOWN_AT[value.level]) for name, value in VALUES.items()},
    exact=IDENTITY,
    needed=("job", "piece"),
)
"""Of control files."""


def load_control_template(name_or_path: str | Path) -> Template:
    """A template of control files by the name of a shipped one, or from a file.

    Raises `SpoolError` E6307, its place the file, the line and the key.
    """
    return load_template(name_or_path, CONTROL)


def load_template(name_or_path: str | Path, words: Vocabulary) -> Template:
    """A template whose values are those of `words`. Raises `SpoolError` E6307."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = FOLDER / f"{name_or_path}.toml"
    try:
        root, _ = read_toml(path)
        template = _read(root, path.stem, words)
        root.done()
    except LayoutError as error:
        raise SpoolError("E6307", error.message, place=error.place, remedy=error.remedy) from error
    return template


def _read(root: TomlTable, name: str, words: Vocabulary) -> Template:
    root.whole("format", least=1, most=1)
    layout = Layout(root.choice("layout", tuple(each.value for each in Layout)))
    csv = _csv(root, layout)
    reader = _Reader(layout, csv, words, _characters(root))
    tables = root.tables("records")
    records = tuple(reader.record(table) for table in tables)
    template = Template(
        name=name,
        layout=layout,
        characters=reader.characters,
        line_end=LINE_ENDS[root.choice("line_end", tuple(LINE_ENDS))],
        suffix=_suffix(root),
        records=records,
        csv=csv,
        more_texts=cast(Literal["refuse", "cut"], root.choice("more_texts", ("refuse", "cut"), "refuse")),
        statuses=_statuses(root, words),
    )
    _check(root, tables, template, words)
    return template


def _characters(root: TomlTable) -> Characters:
    encoding = root.choice("encoding", tuple(ENCODINGS))
    lacking = cast(Lacking, root.choice("lacking", LACKING, "refuse"))
    own = read_table(root.table("characters")) if root.has("characters") else {}
    return Characters(encoding, lacking, {**shipped_table(), **own})


def _csv(root: TomlTable, layout: Layout) -> CsvForm:
    if layout is Layout.FIXED or not root.has("csv"):
        return CsvForm(";", '"', "needed", False)
    table = root.table("csv")
    form = CsvForm(
        delimiter=_one(table, "delimiter", ";"),
        quote=_one(table, "quote", '"'),
        quoting=cast(Quoting, table.choice("quoting", QUOTINGS, "needed")),
        captions=table.truth("captions", False),
    )
    if form.delimiter == form.quote:
        raise table.refuse("quote", "delimiter and quote are the same character")
    table.done()
    return form


def _one(table: TomlTable, key: str, default: str) -> str:
    text = table.text(key, default)
    if len(text) != 1 or not (text == "\t" or (text.isascii() and text.isprintable())):
        raise table.refuse(key, f"'{key}' must be one ASCII character, not {text!r}")
    return text


def _suffix(root: TomlTable) -> str:
    suffix = root.text("suffix", ".txt")
    if not re.fullmatch(r"\.[A-Za-z0-9]{1,12}", suffix):
        raise root.refuse("suffix", f"'suffix' must be a dot and letters or digits, not {suffix!r}")
    return suffix


def _statuses(root: TomlTable, words: Vocabulary) -> Mapping[str, str]:
    if not words.statuses:
        return {}

    def read(table: TomlTable, key: str) -> str:
        return table.choice(key, tuple(words.statuses))

    table = root.table("statuses")
    found = dict(table.each(read))
    if not found:
        raise root.refuse("statuses", "no status of the machine is mapped to one of ours", "map at least one")
    return found


class _Reader:
    """Reads records and their fields."""

    def __init__(self, layout: Layout, csv: CsvForm, words: Vocabulary, characters: Characters) -> None:
        self._fixed = layout is Layout.FIXED
        self._captions = csv.captions
        self._words = words
        self.characters = characters

    def record(self, table: TomlTable) -> RecordForm:
        per = Per(table.choice("per", tuple(each.value for each in Per)))
        fields: list[FieldForm] = []
        at = 1
        for part in table.tables("fields"):
            if part.has("at") and part.whole("at") != at:
                raise part.refuse("at", f"the field begins at {at} by the widths before it", "correct place or width")
            fields.append(self._constant(part) if part.has("constant") else self._field(part, per))
            at += fields[-1].width if self._fixed else 1
            part.done()
        table.done()
        return RecordForm(per, tuple(fields))

    def _constant(self, part: TomlTable) -> FieldForm:
        text = part.text("constant")
        if not self.characters.has(text):
            raise part.refuse("constant", f"{text!r} can't be written in {self.characters.encoding}")
        size = len(text.encode(ENCODINGS[self.characters.encoding]))
        return FieldForm(
            value="",
            constant=text,
            caption=part.text("caption", ""),
            kind=Kind.TEXT,
            width=part.whole("width", size, least=max(size, 1), most=_MOST_WIDE) if self._fixed else 0,
            align="left",
            pad=" " if self._fixed else "",
            base=10,
            flags=("", ""),
            empty="",
            overlong="refuse",
            form="",
            characters=(0, 0),
            needed=False,
            exact=True,
            place=part.place("constant"),
        )

    def _field(self, part: TomlTable, per: Per) -> FieldForm:
        name = part.choice("value", tuple(self._words.kinds))
        kind, known_at = self._words.kinds[name]
        if per not in known_at:
            fact = f"'{name}' has no meaning in a record for each {per.value}"
            raise part.refuse("value", fact, f"place it in a record per {' or '.join(one.value for one in known_at)}")
        number = kind is Kind.NUMBER
        field = FieldForm(
            value=name,
            constant="",
            caption=part.text("caption", name if self._captions else ""),
            kind=kind,
            width=self._width(part),
            align=cast(Align, part.choice("align", ALIGNS, "right" if number else "left")),
            pad=self._pad(part, "0" if number else " "),
            base=self._base(part) if number else 10,
            flags=self._flags(part) if kind is Kind.FLAG else ("", ""),
            empty=part.text("empty", ""),
            overlong=cast(Overlong, part.choice("overlong", OVERLONG, "refuse")),
            form=self._form(part) if kind is Kind.MOMENT else "",
            characters=self._slice(part) if part.has("characters") else (0, 0),
            needed=part.truth("needed", False),
            exact=name in self._words.exact,
            place=part.place("value"),
        )
        self._check_field(part, field)
        return field

    def _width(self, part: TomlTable) -> int:
        if self._fixed:
            return part.whole("width", least=1, most=_MOST_WIDE)
        return part.whole("width", 0, most=_MOST_WIDE)

    def _pad(self, part: TomlTable, default: str) -> str:
        if not part.has("pad"):
            return default if self._fixed else ""
        return _one(part, "pad", default)

    def _base(self, part: TomlTable) -> int:
        base = part.whole("base", 10)
        if base not in BASES:
            raise part.refuse("base", f"numbers are written in base {', '.join(map(str, BASES))}, not {base}")
        return base

    def _flags(self, part: TomlTable) -> tuple[str, str]:
        flags = part.text("true", "1"), part.text("false", "0")
        for key, text in zip(("true", "false"), flags, strict=True):
            if not self.characters.has(text):
                raise part.refuse(key, f"{text!r} can't be written in {self.characters.encoding}")
        if flags[0].strip() == flags[1].strip():
            raise part.refuse("true", "true and false are written alike")
        return flags

    def _form(self, part: TomlTable) -> str:
        form = part.text("form", "")
        if not _FORM.fullmatch(form) or not self.characters.has(form):
            known = "%Y %y %m %d %H %M %S %j %z %%"
            raise part.refuse("form", f"{form!r} is no form of a moment", f"use {known} and characters of the encoding")
        return form

    def _slice(self, part: TomlTable) -> tuple[int, int]:
        numbers = part.numbers("characters")
        if len(numbers) != 2 or not all(one.is_integer() for one in numbers) or not 1 <= numbers[0] <= numbers[1]:
            fact = "'characters' must be two whole numbers, first and last, counted from 1"
            raise part.refuse("characters", fact, "correct the value, for example [1, 2]")
        return int(numbers[0]), int(numbers[1])

    def _check_field(self, part: TomlTable, field: FieldForm) -> None:
        if not self.characters.has(field.empty):
            raise part.refuse("empty", f"{field.empty!r} can't be written in {self.characters.encoding}")
        longest = max(len(text.encode()) for text in (field.empty, *field.flags))
        if field.width and longest > field.width:
            raise part.refuse("width", f"{longest} characters stand in a field of {field.width}")
        if field.pad and not field.width:
            raise part.refuse("pad", "a field without a width can't be filled up", "give it a width")
        if field.overlong != "refuse" and (field.exact or field.kind is not Kind.TEXT):
            why = "says who the record is" if field.exact else "is no text"
            raise part.refuse("overlong", f"'{field.value}' is never cut: it {why}", "make the field wider")
        if field.exact and field.characters != (0, 0):
            raise part.refuse("characters", f"'{field.value}' is never cut: it says who the record is")
        if field.kind is Kind.NUMBER and field.pad not in ("", " ") and (field.align, field.pad) != ("right", "0"):
            fact = f"{field.pad!r} at the {'left' if field.align == 'right' else 'right'} makes another number of it"
            raise part.refuse("pad", fact, "fill numbers with zeros at the left, or with spaces")


def _check(root: TomlTable, tables: tuple[TomlTable, ...], template: Template, words: Vocabulary) -> None:
    order = {Per.HEADER: 0, Per.PIECE: 1, Per.SHEET: 1, Per.TRAILER: 2}
    for table, (before, after) in zip(tables[1:], pairwise(template.records), strict=True):
        if order[after.per] < order[before.per]:
            fact = f"a record per {after.per.value} stands behind one per {before.per.value}"
            raise table.refuse("per", fact, "put them in the order of the file: header, pieces and sheets, trailer")
    for name in words.needed:
        if name not in template.values:
            raise tables[0].refuse("fields", f"no field holds '{name}'", f"give a record a field of value '{name}'")
    if template.csv.captions and len(template.records) > 1:
        raise root.refuse("csv", "a line of captions fits one kind of record only", "leave captions out")
    for (table, one), (_, other) in combinations(zip(tables, template.records, strict=True), 2):
        if not told_apart(one, other, template.layout):
            fact = f"a record per {one.per.value} looks like one per {other.per.value}"
            raise table.refuse("fields", fact, "begin each with a constant of its own")


def told_apart(one: RecordForm, other: RecordForm, layout: Layout) -> bool:
    """Whether a line of one record is never taken for one of the other: by length, or by a constant in one place."""
    if layout is Layout.FIXED and one.width != other.width:
        return True
    if layout is Layout.CSV and len(one.fields) != len(other.fields):
        return True
    mine, theirs = _constants(one, layout), _constants(other, layout)
    return any(theirs.get(place, text) != text for place, text in mine.items())


def _constants(record: RecordForm, layout: Layout) -> dict[tuple[int, int], str]:
    """(place, width) → the constant there."""
    found: dict[tuple[int, int], str] = {}
    at = 0
    for field in record.fields:
        size = field.width if layout is Layout.FIXED else 1
        if not field.value:
            found[at, size] = field.constant.rstrip() if layout is Layout.FIXED else field.constant
        at += size
    return found
