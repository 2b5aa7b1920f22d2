"""The posts' own codes: 4-state ones, with bars of one width that reach up, down, both ways or neither from a common
middle, and Mailmark 2D."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from layouts.codes.alphabet import CAPITALS, DIGITS, Alphabet, refused
from layouts.codes.symbol import Modules, Symbol


@dataclass(frozen=True, slots=True)
class FourState:
    """One post's code.

    Its symbol has a column for each bar and for each space between two. Its rows, all of one height, are `tall` of
    ascender, `middle` of tracker and `tall` of descender.
    """

    alphabet: Alphabet
    zint_name: str
    """Its name in `zint.Symbology`."""
    tall: int
    middle: int
    spelt: Callable[[str], str] = str
    """The text as zint takes it."""


def _imb(text: str) -> str:
    """Tracking code and routing code, parted by a hyphen or not."""
    digits = text.replace("-", "")
    return f"{digits[:20]}-{digits[20:]}" if len(digits) > 20 else digits


FOUR_STATE: Final = {
    "imb": FourState(
        Alphabet("Intelligent Mail", DIGITS | {"-"}, (20, 25, 26, 29, 30, 31, 32)), "USPS_IMAIL", 1, 1, spelt=_imb
    ),
    # KIX is the character set of RM4SCC without frame and check.
    "rm4scc": FourState(Alphabet("RM4SCC", CAPITALS | DIGITS, most=50), "RM4SCC", 3, 2),
    "kix": FourState(Alphabet("KIX", CAPITALS | DIGITS, most=18), "KIX", 3, 2),
    "mailmark": FourState(Alphabet("Mailmark", CAPITALS | DIGITS | {" "}, most=26), "MAILMARK_4S", 3, 2),
    "auspost": FourState(
        Alphabet(
            "Australia Post's code",
            CAPITALS | DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz #"),
            (8, 13, 16, 18, 23),
        ),
        "AUSPOST",
        3,
        2,
    ),
}
"""The codes by name; how large they are printed stands in postal.toml."""


def four_state(name: str, text: str) -> Symbol:
    """The symbol of a text in the code `name` of FOUR_STATE.

    Raises LayoutError E4060 for a text that the code can't say, E4061 for one too long.
    """
    code = FOUR_STATE[name]
    code.alphabet.check(text)
    # Rows of ascender, tracker and descender.
    modules = zint_modules(code.zint_name, code.spelt(text), code.alphabet.title, text)[:3]
    return Symbol.from_modules(np.repeat(modules, (code.tall, code.middle, code.tall), axis=0))


_MAILMARK_2D: Final = Alphabet("Mailmark 2D", frozenset(map(chr, range(32, 127))), most=90)
MAILMARK_TYPES: Final = {7: 8, 9: 10, 29: 30}
"""Royal Mail's type of a Mailmark 2D (24 × 24, 32 × 32, 16 × 48 modules) → the number zint knows its size by."""


def mailmark_2d(text: str, *, type: int | None = None) -> Symbol:
    """The Mailmark 2D of a text, a DataMatrix: 45 characters that Royal Mail lays down, then the customer's own.

    `type` is one of MAILMARK_TYPES; without it, the smallest that holds the text. Raises LayoutError E4060, E4061.
    """
    _MAILMARK_2D.check(text)
    size = 0 if type is None else MAILMARK_TYPES[type]
    return Symbol.from_modules(zint_modules("MAILMARK_2D", text, _MAILMARK_2D.title, text, size))


def zint_modules(zint_name: str, spelt: str, title: str, text: str, size: int = 0) -> Modules:
    """The modules that zint draws; `title` and `text` are what an error names."""
    # Only mail for these posts needs the library.
    import zint

    drawn = zint.Symbol()
    drawn.symbology = getattr(zint.Symbology, zint_name)
    if size:
        drawn.option_2 = size
    try:
        drawn.encode(spelt)
    except RuntimeError as error:
        raise refused(title, text, error) from error
    # The leftmost module stands in the least significant bit.
    packed = np.asarray(drawn.encoded_data, np.uint8)[: drawn.rows]
    return np.unpackbits(packed, axis=1, count=drawn.width, bitorder="little").astype(np.bool_)


_STATES: Final = {(True, True): "F", (True, False): "A", (False, True): "D", (False, False): "T"}


def bars(symbol: Symbol) -> str:
    """The bars of a 4-state symbol as the posts spell them: F(ull), A(scender), D(escender), T(racker)."""
    modules = symbol.modules[:, ::2]
    return "".join(_STATES[bool(up), bool(down)] for up, down in zip(modules[0], modules[-1], strict=True))
