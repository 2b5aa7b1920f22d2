"""An expression's text cut into names, numbers, texts and signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from layouts.language.faults import Site

Kind = Literal["name", "word", "number", "text", "sign", "end"]
"""A `word` is one that the language keeps for itself, such as `and`."""

WORDS = frozenset({"and", "or", "not", "in", "if", "else"})
CONSTANTS: Mapping[str, bool | None] = {
    "true": True,
    "false": False,
    "none": None,
    "True": True,
    "False": False,
    "None": None,
}
MOST_DIGITS = 34
"""Digits of a number, as many as IEEE 754 decimal128 holds: what calculations are exact to."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    | (?P<refused>\*\*|//|:=|->|<<|>>|<>|===|\|\||&&|[{}\\@#%^&~$!?:;`](?!=))
    | (?P<sign>==|!=|<=|>=|[-+*/<>()\[\],.|=])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n"}
_INSTEAD = {
    "**": "multiply instead",
    "//": "write round(a / b)",
    ":=": "values can't be named here",
    ":": "write a filter as value | name(arguments)",
    "<>": "write !=",
    "===": "write ==",
    "||": "write or",
    "&&": "write and",
    "!": "write not, or a filter as value | name",
    "?": "write a if condition else b",
    "%": "write value | percent",
    "{": "fields don't stand in fields",
}
_ALLOWED = "an expression has names, numbers, 'texts', + - * /, comparisons, and or not in, if else, | and calls"


class Token(NamedTuple):
    """`text` is a name, a sign, the digits of a number, or what a text literal says."""

    kind: Kind
    text: str
    column: int


def tokens_of(site: Site, start: int, end: int) -> list[Token]:
    """The tokens of `site.source[start:end]`, the last of kind "end". Raises LayoutError E4050."""
    source, column = site.source, start
    tokens: list[Token] = []
    while column < end:
        match = _TOKEN.match(source, column, end)
        if match is None or match.lastgroup is None:
            raise _unknown(site, column)
        text = match.group()
        match match.lastgroup:
            case "name":
                tokens.append(_name(site, text, column))
            case "number":
                _check_number(site, text, column, match.end(), end)
                tokens.append(Token("number", text, column))
            case "text":
                tokens.append(Token("text", _unescaped(site, text, column), column))
            case "sign":
                tokens.append(Token("sign", text, column))
            case "refused":
                instead = _INSTEAD.get(text, _ALLOWED)
                raise site.fault("E4050", f"'{text}' is not part of an expression", column, instead)
        column = match.end()
    tokens.append(Token("end", "", end))
    return tokens


def _name(site: Site, text: str, column: int) -> Token:
    if text.startswith("_"):
        raise site.fault("E4050", f"a name can't begin with an underscore: {text}", column, "use a field of the data")
    return Token("word" if text in WORDS else "name", text, column)


def _check_number(site: Site, text: str, column: int, after: int, end: int) -> None:
    if after < end and (site.source[after].isalnum() or site.source[after] == "_"):
        raise site.fault("E4050", "a number has digits and at most one point", column, "write it like 1234.5")
    if len(text) - text.count(".") > MOST_DIGITS:
        raise site.fault("E4050", f"a number has at most {MOST_DIGITS} digits", column, "shorten it")


def _unescaped(site: Site, text: str, column: int) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            at = column + 1 + match.start()
            raise site.fault("E4050", f"{match[0]!r} stands for nothing", at, r"write \\ \' \" or \n")
        return _ESCAPES[match[1]]

    return _ESCAPE.sub(plain, text[1:-1]) if "\\" in text else text[1:-1]


def _unknown(site: Site, column: int) -> Exception:
    char = site.source[column]
    if char in "'\"":
        return site.fault("E4050", f"the text that begins with {char} has no end", column, f"close it with {char}")
    return site.fault("E4050", f"{char!r} is not part of an expression", column, _ALLOWED)
