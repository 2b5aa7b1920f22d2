"""Records of a machine's file, read by template: each line is one of its records, or the file is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spool.control_csv import CsvDialect
from spool.control_form import Unfit, read_value
from spool.control_template import BODY, Layout, Per, RecordForm, Template
from spool.control_values import Told
from spool.job import SpoolError

_FETCH: Final = "Fetch the file again when the machine has finished it; if it is the same there, compare the template."


@dataclass(frozen=True, slots=True)
class Record:
    """A line that was read: its number from 1, what kind of record it is, and its values by name."""

    line: int
    form: RecordForm
    values: Mapping[str, Told]

    @property
    def per(self) -> Per:
        """What the record stands for."""
        return self.form.per


def read_records(data: bytes, template: Template, name: str) -> tuple[Record, ...]:
    """All records of a file, in order; `name` is told in errors.

    Header and trailer must be there and nowhere else. Raises `SpoolError`: E6310 the file is cut; E6311 a line is none
    of the template's records.
    """
    lines = _lines(data, template, name)
    head, tail = template.of(Per.HEADER), template.of(Per.TRAILER)
    captions = int(template.csv.captions)
    if len(lines) < captions + len(head) + len(tail):
        raise cut(f"{len(lines)} lines are fewer than its header and trailer have", name)
    reader = _LineReader(template, name)
    if captions:
        reader.captions(lines[0])
    found: list[Record] = []
    for number, line in enumerate(lines[captions:], start=captions + 1):
        at_end = number > len(lines) - len(tail)
        expected: Sequence[RecordForm] = template.of(*BODY)
        if number - captions <= len(head):
            expected = (head[number - captions - 1],)
        elif at_end:
            expected = (tail[number - 1 - (len(lines) - len(tail))],)
        try:
            found.append(reader.record(line, number, expected))
        except SpoolError as error:
            if at_end:
                raise cut(f"the file does not end with its trailer ({error.message})", f"{name}:{number}") from error
            raise
    return tuple(found)


def cut(fact: str, place: str) -> SpoolError:
    """The error for a file that is not whole."""
    return SpoolError("E6310", f"The file is not whole: {fact}", place=place, remedy=_FETCH)


def _lines(data: bytes, template: Template, name: str) -> list[bytes]:
    end = template.line_end.encode()
    if not data:
        raise cut("it is empty", name)
    if not data.endswith(end):
        raise cut("its last line has no end", name)
    return data[: -len(end)].split(end)


class _LineReader:
    """Reads lines by the records that may stand there."""

    def __init__(self, template: Template, name: str) -> None:
        self._template = template
        self._name = name
        self._dialect = CsvDialect(template)

    def captions(self, line: bytes) -> None:
        expected = [field.caption for field in self._template.records[0].fields]
        try:
            said = self._texts(line, self._template.records[0])
        except Unfit as unfit:
            raise self._refuse(1, str(unfit)) from unfit
        if said != expected:
            raise self._refuse(1, f"the columns are {said}, not {expected}")

    def record(self, line: bytes, number: int, expected: Sequence[RecordForm]) -> Record:
        """The line as the one of the expected records that it can be. Raises `SpoolError` E6311."""
        why = "the template has no record for this place"
        for form in expected:
            try:
                return Record(number, form, dict(_values(form, self._texts(line, form))))
            except Unfit as unfit:
                # It may still be the next: one record's fields part a character of the other's in the middle.
                why = str(unfit)
        raise self._refuse(number, why)

    def _texts(self, line: bytes, form: RecordForm) -> list[str]:
        """The fields of a line that is of one form. Raises `Unfit` when it can't be."""
        encoding = self._template.python_encoding
        try:
            if self._template.layout is Layout.FIXED:
                if len(line) != form.width:
                    raise Unfit(f"the line has {len(line)} bytes, not {form.width}")
                return [part.decode(encoding) for part in _parts(line, form)]
            texts = next(csv.reader([line.decode(encoding)], self._dialect), [])
        except UnicodeDecodeError as error:
            raise Unfit(f"the line is not {self._template.characters.encoding}") from error
        except csv.Error as error:
            raise Unfit(f"the line is no CSV: {error}") from error
        if len(texts) != len(form.fields):
            raise Unfit(f"the line has {len(texts)} columns, not {len(form.fields)}")
        return texts

    def _refuse(self, number: int, fact: str) -> SpoolError:
        fact = f"A line is none of the records of {self._template.name}: {fact}"
        return SpoolError("E6311", fact, place=f"{self._name}:{number}", remedy=_FETCH)


def _parts(line: bytes, form: RecordForm) -> Iterator[bytes]:
    at = 0
    for field in form.fields:
        yield line[at : at + field.width]
        at += field.width


def _values(form: RecordForm, texts: Sequence[str]) -> Iterator[tuple[str, Told]]:
    for field, text in zip(form.fields, texts, strict=True):
        try:
            told = read_value(field, text)
        except Unfit as unfit:
            raise Unfit(f"{field.value or 'a constant'}: {unfit}") from unfit
        if field.value:
            yield field.value, told
