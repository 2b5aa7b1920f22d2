"""The 4-state codes of the posts: bars of one width that reach up, down, both ways or neither from a common middle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from layouts.codes.alphabet import CAPITALS, DIGITS, Alphabet, refused
from layouts.codes.symbol import Symbol


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
    bars_per_inch: tuple[float, float]
    """The fewest and the most."""
    height_mm: tuple[float, float]
    """Of a bar that reaches both ways: the least and the most."""
    spelt: Callable[[str], str] = str
    """The text as zint takes it."""

    @property
    def module_mm(self) -> tuple[float, float]:
        """The least and the most width of a column, bar or space."""
        fewest, most = self.bars_per_inch
        return 25.4 / most / 2, 25.4 / fewest / 2


def _imb(text: str) -> str:
    """Tracking code and routing code, parted by a hyphen or not."""
    digits = text.replace("-", "")
    return f"{digits[:20]}-{digits[20:]}" if len(digits) > 20 else digits


FOUR_STATE: Final = {
    # USPS-B-3200: tracker 0.039 to 0.057 inches, all of the bar 0.125 to 0.165.
    "imb": FourState(
        Alphabet("Intelligent Mail", DIGITS | {"-"}, (20, 25, 26, 29, 30, 31, 32)),
        "USPS_IMAIL",
        tall=1,
        middle=1,
        bars_per_inch=(20.0, 24.0),
        height_mm=(3.175, 4.191),
        spelt=_imb,
    ),
    # Royal Mail: tracker 1.02 to 1.52 mm. KIX is its character set without frame and check.
    "rm4scc": FourState(Alphabet("RM4SCC", CAPITALS | DIGITS, most=50), "RM4SCC", 3, 2, (20.0, 24.0), (4.22, 5.84)),
    "kix": FourState(Alphabet("KIX", CAPITALS | DIGITS, most=18), "KIX", 3, 2, (20.0, 24.0), (4.22, 5.84)),
    "mailmark": FourState(
        Alphabet("Mailmark", CAPITALS | DIGITS | {" "}, most=26), "MAILMARK_4S", 3, 2, (20.0, 24.0), (4.22, 5.84)
    ),
    # Customer Barcoding Technical Specifications: tracker 1.0 to 1.6 mm, bars 0.4 to 0.6 and spaces 0.4 to 0.7.
    "auspost": FourState(
        Alphabet(
            "Australia Post's code",
            CAPITALS | DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz #"),
            (8, 13, 16, 18, 23),
        ),
        "AUSPOST",
        tall=3,
        middle=2,
        bars_per_inch=(22.0, 25.0),
        height_mm=(4.2, 5.8),
    ),
}


def four_state(name: str, text: str) -> Symbol:
    """The symbol of a text in the code `name` of FOUR_STATE.

    Raises LayoutError E4060 for a text that the code can't say, E4061 for one too long.
    """
    # Only mail for these posts needs the library.
    import zint

    code = FOUR_STATE[name]
    code.alphabet.check(text)
    drawn = zint.Symbol()
    drawn.symbology = getattr(zint.Symbology, code.zint_name)
    try:
        drawn.encode(code.spelt(text))
    except RuntimeError as error:
        raise refused(code.alphabet.title, text, error) from error
    # Rows of ascender, tracker and descender, the leftmost module in the least significant bit.
    packed = np.asarray(drawn.encoded_data, np.uint8)[:3]
    modules = np.unpackbits(packed, axis=1, count=drawn.width, bitorder="little").astype(np.bool_)
    return Symbol.from_modules(np.repeat(modules, (code.tall, code.middle, code.tall), axis=0))


_STATES: Final = {(True, True): "F", (True, False): "A", (False, True): "D", (False, False): "T"}


def bars(symbol: Symbol) -> str:
    """The bars of a 4-state symbol as the posts spell them: F(ull), A(scender), D(escender), T(racker)."""
    modules = symbol.modules[:, ::2]
    return "".join(_STATES[bool(up), bool(down)] for up, down in zip(modules[0], modules[-1], strict=True))
