"""One value in one field: how it is written, and what is read back from it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, assert_never

from spool.control_characters import ENCODINGS, Characters
from spool.control_template import BASES, FieldForm
from spool.control_values import Kind, Told

_DIGITS: Final = {base: re.compile(f"[{digits}]+") for base, digits in ((2, "01"), (8, "0-7"), (10, "0-9"))}
_DIGITS[16] = re.compile("[0-9A-Fa-f]+")


class Unfit(ValueError):
    """A value that a field can't hold, or a field that holds no value; the text says why."""


def written(field: FieldForm, told: Told, characters: Characters) -> str:
    """The text of a field, filled up to its width.

    Raises `Unfit` for a value that is too long, can't be written in the encoding, or would be read as another.
    """
    text = _cut(field, _text(field, told, characters), characters)
    missing = field.width - _size(text, characters)
    if not field.pad or missing <= 0:
        return text
    # A number that nobody told is no number: zeros would make one of it.
    pad = field.pad if told is not None or field.kind is not Kind.NUMBER else " "
    return text + pad * missing if field.align == "left" else pad * missing + text


def _text(field: FieldForm, told: Told, characters: Characters) -> str:
    if told is None or told == "":
        if field.needed:
            raise Unfit("nobody told it, and the template needs it")
        return field.empty
    match field.kind:
        case Kind.TEXT:
            return _of_text(field, str(told), characters)
        case Kind.NUMBER:
            if type(told) is not int or told < 0:
                raise Unfit(f"{told!r} is no number from 0")
            return format(told, BASES[field.base])
        case Kind.FLAG:
            if not isinstance(told, bool):
                raise Unfit(f"{told!r} is neither true nor false")
            return field.flags[0] if told else field.flags[1]
        case Kind.MOMENT:
            return _of_moment(field, str(told))
        case _ as never:
            assert_never(never)


def _of_text(field: FieldForm, told: str, characters: Characters) -> str:
    first, last = field.characters
    part = told[first - 1 : last] if last else told
    text = characters.fitted(part, exact=field.exact)
    if text is None:
        raise Unfit(f"{characters.first_lacking(part)} can't be written in {characters.encoding}")
    if field.pad not in ("", " ") and text and text[-1 if field.align == "left" else 0] == field.pad:
        raise Unfit(f"{text!r} can't be told from what fills the field")
    if field.empty and text == field.empty:
        raise Unfit(f"{text!r} is what the template writes for nothing")
    return text


def _of_moment(field: FieldForm, told: str) -> str:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise Unfit(f"{told!r} is no date and time in ISO 8601") from error
    return moment.strftime(field.form) if field.form else told


def _size(text: str, characters: Characters) -> int:
    if text.isascii() or characters.encoding != "utf-8":
        return len(text)
    return len(text.encode(ENCODINGS[characters.encoding]))


def _cut(field: FieldForm, text: str, characters: Characters) -> str:
    size = _size(text, characters)
    if not field.width or size <= field.width:
        return text
    if field.overlong == "refuse":
        raise Unfit(f"{text!r} takes {size}, the field has {field.width}")
    while _size(text, characters) > field.width:
        text = text[:-1] if field.overlong == "cut-end" else text[1:]
    return text


def read_value(field: FieldForm, text: str) -> Told:
    """What a field says: text, number, true or false; None for one that nobody told (an empty text is "").

    Raises `Unfit` for a constant that is another, a number that is none, a flag that is neither.
    """
    if not field.value:
        return _constant(field, text)
    if field.kind is not Kind.NUMBER:
        text = _unfilled(field, text)
    match field.kind:
        case Kind.TEXT | Kind.MOMENT:
            return "" if text == field.empty else text
        case Kind.NUMBER:
            return _number(field, text.strip(" "))
        case Kind.FLAG:
            return _flag(field, text)
        case _ as never:
            assert_never(never)


def _constant(field: FieldForm, text: str) -> str:
    if (text.rstrip(" ") != field.constant.rstrip(" ")) if field.pad else (text != field.constant):
        raise Unfit(f"{text!r} stands where {field.constant!r} is due")
    return field.constant


def _unfilled(field: FieldForm, text: str) -> str:
    if not field.pad:
        return text
    return text.rstrip(field.pad) if field.align == "left" else text.lstrip(field.pad)


def _number(field: FieldForm, text: str) -> int | None:
    if _DIGITS[field.base].fullmatch(text):
        return int(text, field.base)
    if text == field.empty.strip(" "):
        return None
    raise Unfit(f"{text!r} is no number in base {field.base}")


def _flag(field: FieldForm, text: str) -> bool | None:
    for flag, shown in ((True, field.flags[0]), (False, field.flags[1])):
        if text.strip(" ") == shown.strip(" "):
            return flag
    if text.strip(" ") == field.empty.strip(" "):
        return None
    raise Unfit(f"{text!r} is neither {field.flags[0]!r} nor {field.flags[1]!r}")
