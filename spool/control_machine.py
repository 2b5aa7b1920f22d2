"""Control files in the layout of a machine, by template."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from spool.control import ControlFile, ControlPiece
from spool.control_csv import CsvDialect
from spool.control_extras import NO_EXTRAS, ControlExtras, Fact
from spool.control_form import Unfit, written
from spool.control_rules import FieldFault, check_sums, check_values
from spool.control_template import BODY, Layout, Per, RecordForm, Template
from spool.control_values import DOCUMENTS, LINES, VALUES, Kind, Spot, Totals
from spool.job import SpoolError

_OTHER_TEMPLATE: Final = "Correct the piece's data, or choose or extend the template: nothing was written."
_TYPES: Final[Mapping[Kind, type]] = {Kind.TEXT: str, Kind.MOMENT: str, Kind.NUMBER: int, Kind.FLAG: bool}


def machine_file(control: ControlFile, template: Template, extras: ControlExtras = NO_EXTRAS) -> bytes:
    """The bytes of a control file in a machine's layout.

    Raises `SpoolError`: E6301, E6302 for a control file that breaks the rules of docs/control-file.md; E6308 for a
    value that the template can't hold, or an order to the machine (select, divert) that it has no field for.
    """
    try:
        check_values(control)
        check_sums(control)
    except FieldFault as fault:
        raise _refused(fault.code, fault.fact, f"control file, line {fault.line}: {fault.field}") from fault
    _check_extras(extras, control)
    for piece in control.pieces:
        _check_told(piece, template)
    return _encoded(control, template, extras)


def _refused(code: str, fact: str, place: str) -> SpoolError:
    return SpoolError(code, fact, place=place, remedy=_OTHER_TEMPLATE)


def _check_extras(extras: ControlExtras, control: ControlFile) -> None:
    known = {piece.piece for piece in control.pieces}
    for key, facts in (("", extras.job), *extras.pieces.items()):
        place = f"extras of piece {key}" if key else "extras of the job"
        if key and key not in known:
            raise _refused("E6308", f"The batch has no piece {key}", place)
        for name, told in facts.items():
            _check_extra(name, told, of_piece=bool(key), place=place)


def _check_extra(name: str, told: Fact, *, of_piece: bool, place: str) -> None:
    value = VALUES.get(name)
    if value is None or not value.extra or (value.level.value == "piece") != of_piece:
        raise _refused("E6308", f"There is no extra {name!r} here", place)
    if type(told) is not _TYPES[value.kind]:
        raise _refused("E6308", f"{name!r} is a {value.kind.value}, not {told!r}", place)


def _check_told(piece: ControlPiece, template: Template) -> None:
    """What the piece orders must reach the machine: what it never hears of, it never does."""
    values = template.values
    if "selects" not in values:
        for feeder in piece.selects:
            _need(f"select_{feeder}", piece, template, f"asks for an insert of feeder {feeder}")
    if piece.divert:
        _need("divert", piece, template, "is to be diverted")
    if template.more_texts == "refuse":
        families = (("line", LINES, len(piece.lines)), ("document", DOCUMENTS, len(piece.documents)))
        for family, numbers, count in families:
            room = sum(f"{family}_{number}" in values for number in numbers)
            if 0 < room < count:
                _need(f"{family}_{count}", piece, template, f"has {count} {family}s, {room} are told")


def _need(value: str, piece: ControlPiece, template: Template, why: str) -> None:
    if value not in template.values:
        fact = f"Piece {piece.piece} {why}, and the template {template.name} has no field {value!r}"
        raise _refused("E6308", fact, f"piece {piece.piece}")


def _encoded(control: ControlFile, template: Template, extras: ControlExtras) -> bytes:
    head, tail = template.of(Per.HEADER), template.of(Per.TRAILER)
    body = template.of(*BODY)
    captions = int(template.csv.captions)
    totals = Totals.of(
        control,
        per_piece=sum(record.per is Per.PIECE for record in body),
        per_sheet=sum(record.per is Per.SHEET for record in body),
        around=len(head) + len(tail) + captions,
    )
    spot = Spot(control.header, totals, extras)
    writer = _Writer(template)
    if captions:
        spot.line += 1
        writer.line([field.caption for field in template.records[0].fields])
    for record in head:
        writer.record(record, spot)
    for piece in control.pieces:
        spot.piece = piece
        for record, fed in _in_turn(body, piece):
            spot.record += 1
            spot.fed = fed
            writer.record(record, spot)
    spot.piece = None
    for record in tail:
        if "sha256" in record.values:
            spot.sha256 = hashlib.sha256(writer.data()).hexdigest()
        writer.record(record, spot)
    return writer.data()


def _in_turn(body: Sequence[RecordForm], piece: ControlPiece) -> Iterator[tuple[RecordForm, int]]:
    """The records of a piece with the place of the sheet as fed: those of sheets together, as many times as it has."""
    for record in body:
        if record.per is Per.PIECE:
            yield record, 0
    for fed in range(1, piece.sheets + 1):
        for record in body:
            if record.per is Per.SHEET:
                yield record, fed


class _Writer:
    """Lines of a file in the template's layout and encoding."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._sink = io.StringIO(newline="")
        self._csv = csv.writer(self._sink, CsvDialect(template))

    def record(self, record: RecordForm, spot: Spot) -> None:
        spot.line += 1
        texts: list[str] = []
        for field in record.fields:
            told = VALUES[field.value].take(spot) if field.value else None
            try:
                texts.append(written(field, told, self._template.characters) if field.value else field.constant)
            except Unfit as unfit:
                of = f"piece {spot.piece.piece}" if spot.piece else f"job {spot.header.job}"
                raise _refused("E6308", f"{field.value!r} of {of}: {unfit}", field.place) from unfit
            if not field.value and field.pad:
                texts[-1] += field.pad * (field.width - len(texts[-1].encode(self._template.python_encoding)))
        self.line(texts)

    def line(self, texts: Sequence[str]) -> None:
        if self._template.layout is Layout.FIXED:
            self._sink.write("".join(texts) + self._template.line_end)
            return
        try:
            self._csv.writerow(texts)
        except csv.Error as error:
            fact = f"{error}: a value holds the delimiter or a quote, and the template quotes nothing"
            raise _refused("E6308", fact, self._template.name) from error

    def data(self) -> bytes:
        """All that was written."""
        return self._sink.getvalue().encode(self._template.python_encoding)
