"""An operator's table of postcode and town → office: imported, dated, known by its digest, replaced by its re-issue."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn

from mailroom.domain.errors import InputRefused
from mailroom.planning.postage.item import folded_postcode

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Office:
    """A sorting office: the key of its trays, its name, and the region it belongs to ("" when there is none)."""

    key: str
    title: str
    region: str


@dataclass(frozen=True, slots=True)
class OfficeColumns:
    """How an operator's file is laid out: its columns by name. `town`, `title` and `region` are "" when it has none."""

    postcode: str
    office: str
    town: str = ""
    title: str = ""
    region: str = ""
    delimiter: str = ";"
    encoding: str = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class OfficeTable:
    """`offices` is by postcode and folded town ("" where the file has no towns). `issued` is the operator's date of the
    file, `sha256` the digest of its bytes."""

    name: str
    issued: date
    sha256: str
    offices: Mapping[tuple[str, str], Office]
    _alone: Mapping[str, Office] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_postcode: dict[str, set[Office]] = {}
        for (postcode, _), office in self.offices.items():
            by_postcode.setdefault(postcode, set()).add(office)
        alone = {postcode: found.pop() for postcode, found in by_postcode.items() if len(found) == 1}
        object.__setattr__(self, "_alone", alone)

    def find(self, postcode: str, town: str) -> Office | None:
        """The office of postcode and town; of the postcode alone when the table sends all its towns to one office.
        None for a postcode that is not there, and for an unknown town where the towns differ: no guess is made."""
        return self.offices.get((postcode, folded_town(town))) or self._alone.get(postcode)

    def to_text(self) -> str:
        """The table as JSON, one office a line; the same table gives the same text."""
        rows = [
            [postcode, town, office.key, office.title, office.region]
            for (postcode, town), office in sorted(self.offices.items(), key=lambda each: each[0])
        ]
        head = json.dumps(
            {"format": _FORMAT, "name": self.name, "issued": self.issued.isoformat(), "sha256": self.sha256},
            ensure_ascii=False,
        )
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        return f'{head[:-1]}, "offices": [\n{lines}\n]}}\n'


@dataclass(frozen=True, slots=True)
class Reissue:
    """What a new issue changes: numbers of entries."""

    added: int
    removed: int
    moved: int

    def __str__(self) -> str:
        return f"{self.added} added, {self.removed} removed, {self.moved} moved to another office"


def import_offices(name: str, data: bytes, columns: OfficeColumns, issued: date) -> OfficeTable:
    """Read an operator's CSV file.

    InputRefused E7507 with the line: wrong encoding, a missing column, a blank postcode or office, one place with two
    offices, no entry at all.
    """
    try:
        text = data.decode(columns.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        _refuse(name, "", f"is not text in {columns.encoding}: {error}")
    offices: dict[tuple[str, str], Office] = {}
    for line, place, office in _rows(name, text, columns):
        if offices.setdefault(place, office) != office:
            _refuse(name, f"line {line}", f"sends {' '.join(place).strip()} to {office.key} and {offices[place].key}")
    if not offices:
        _refuse(name, "", "has no entry")
    return OfficeTable(name, issued, hashlib.sha256(data).hexdigest(), offices)


def read_offices(text: str) -> OfficeTable:
    """The table that `to_text` wrote. InputRefused E7507 when it is not one."""
    try:
        values = json.loads(text)
        offices = {
            (str(postcode), str(town)): Office(str(key), str(title), str(region))
            for postcode, town, key, title, region in values["offices"]
        }
        if values["format"] != _FORMAT:
            _refuse(str(values["name"]), "", f"has format {values['format']}, not {_FORMAT}")
        return OfficeTable(str(values["name"]), date.fromisoformat(values["issued"]), str(values["sha256"]), offices)
    except (ValueError, KeyError, TypeError) as error:
        raise InputRefused(
            "E7507", f"this is not a stored office table: {error}", remedy="Import the operator's file again."
        ) from error


def reissue(old: OfficeTable, new: OfficeTable) -> Reissue:
    """What `new` changes when it replaces `old`. InputRefused E7508 when it is another table, or an older issue, or
    has other bytes under the same date."""
    if old.name != new.name:
        fault = f"{new.name} can't replace {old.name}"
    elif new.issued < old.issued:
        fault = f"the issue of {new.issued} is older than the one in use, of {old.issued}"
    elif new.issued == old.issued and new.sha256 != old.sha256:
        fault = f"two different files are both of {old.issued}"
    else:
        both = old.offices.keys() & new.offices.keys()
        return Reissue(
            added=len(new.offices.keys() - both),
            removed=len(old.offices.keys() - both),
            moved=sum(old.offices[place].key != new.offices[place].key for place in both),
        )
    raise InputRefused(
        "E7508", fault, place=new.name, remedy="Check which file is the newest, and import it with its own date."
    )


def folded_town(town: str) -> str:
    """A town as it is compared: letters folded in case and width, white space single."""
    return " ".join(unicodedata.normalize("NFKC", town).casefold().split())


def _rows(name: str, text: str, columns: OfficeColumns) -> Iterator[tuple[int, tuple[str, str], Office]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=columns.delimiter, restval="", strict=True)
    try:
        head = reader.fieldnames or ()
        for column in filter(None, (columns.postcode, columns.office, columns.town, columns.title, columns.region)):
            if column not in head:
                _refuse(name, "line 1", f"has no column '{column}'; it has {', '.join(head) or 'none'}")
        for row in reader:
            cell = {key: value.strip() for key, value in row.items() if isinstance(value, str)}
            postcode, key = folded_postcode(cell[columns.postcode]), cell[columns.office]
            if not postcode or not key:
                _refuse(name, f"line {reader.line_num}", "has no postcode or no office")
            office = Office(key, cell.get(columns.title, "") or key, cell.get(columns.region, ""))
            yield reader.line_num, (postcode, folded_town(cell.get(columns.town, ""))), office
    except csv.Error as error:
        _refuse(name, f"line {reader.line_num}", f"is not CSV: {error}")


def _refuse(name: str, where: str, fact: str) -> NoReturn:
    raise InputRefused(
        "E7507",
        f"the office table {name} {fact}",
        place=", ".join(filter(None, (name, where))),
        remedy="Correct the file, or the columns and encoding declared for it.",
    )
