"""Any code by name: what a layout may ask for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from layouts.codes import printed
from layouts.codes.code128 import code128
from layouts.codes.fourstate import MAILMARK_TYPES, four_state, mailmark_2d
from layouts.codes.qr import ENCODINGS, qr
from layouts.codes.qrfigures import LEVEL_BITS, VERSIONS
from layouts.codes.qrframe import MASKS
from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError

Option = str | int | bool


@dataclass(frozen=True, slots=True)
class Quiet:
    """The clear space that a code needs around it, in modules."""

    left: int
    right: int
    above: int
    below: int


@dataclass(frozen=True, slots=True)
class Symbology:
    """A kind of code."""

    encode: Callable[..., Symbol]
    """Takes the text, and the options by name."""
    quiet: Quiet
    options: Mapping[str, Collection[Option]] = field(default_factory=dict)
    """Each option with the values it takes."""
    stretched: bool = False
    """Whether the symbol is one row, to be drawn as high as wanted."""


def _all_round(modules: int) -> Quiet:
    return Quiet(modules, modules, modules, modules)


def _beside(left: int, right: int) -> Quiet:
    return Quiet(left, right, 0, 0)


_QR_OPTIONS: Final[Mapping[str, Collection[Option]]] = {
    "level": tuple(LEVEL_BITS),
    "encoding": ENCODINGS,
    "mask": MASKS,
    "bytes_only": (True, False),
    "least_version": VERSIONS,
    "most_version": VERSIONS,
}

SYMBOLOGIES: Final[Mapping[str, Symbology]] = {
    "qr": Symbology(qr, _all_round(4), _QR_OPTIONS),
    # The standard asks for one module; print gains and edges that bleed make two the better choice.
    "datamatrix": Symbology(
        printed.datamatrix, _all_round(1), {"shape": ("square", "any"), "side": printed.DATAMATRIX_SIDES.keys()}
    ),
    "pdf417": Symbology(printed.pdf417, _all_round(2), {"columns": range(1, 31), "level": range(9)}),
    "aztec": Symbology(printed.aztec, _all_round(0)),
    "code128": Symbology(code128, _beside(10, 10), {"subset": ("auto", "C")}, stretched=True),
    "code39": Symbology(printed.code39, _beside(10, 10), stretched=True),
    "itf": Symbology(printed.itf, _beside(10, 10), stretched=True),
    "ean13": Symbology(printed.ean13, _beside(11, 7), stretched=True),
    "ean8": Symbology(printed.ean8, _beside(7, 7), stretched=True),
    # The posts give theirs as lengths; these are the modules that cover them even where the modules are the smallest:
    # 1/8 inch beside and 0.028 inch above and below; 2 mm; 6 mm beside and 2 mm above and below.
    "imb": Symbology(partial(four_state, "imb"), Quiet(6, 6, 2, 2)),
    "rm4scc": Symbology(partial(four_state, "rm4scc"), _all_round(4)),
    "kix": Symbology(partial(four_state, "kix"), _all_round(4)),
    "mailmark": Symbology(partial(four_state, "mailmark"), _all_round(4)),
    "auspost": Symbology(partial(four_state, "auspost"), Quiet(12, 12, 4, 4)),
    "mailmark2d": Symbology(mailmark_2d, _all_round(4), {"type": tuple(MAILMARK_TYPES)}),
}
"""The codes by name."""

QUIET_MODULES: Final[Mapping[str, Quiet]] = {name: symbology.quiet for name, symbology in SYMBOLOGIES.items()}
"""The quiet zone of each code."""


def encode(symbology: str, text: str, **options: Option) -> Symbol:
    """The symbol of a text.

    Raises LayoutError E4060 for a text that the code can't say, naming the character; E4061 for one too long; E4062 for
    a symbology or an option there is not, or a value that the option doesn't take.
    """
    known = SYMBOLOGIES.get(symbology)
    if known is None or options:
        check_options(symbology, options)
    return SYMBOLOGIES[symbology].encode(text, **options)


def check_options(symbology: str, options: Mapping[str, Option]) -> None:
    """Raise LayoutError E4062 for what `encode` does not know. Layouts ask once, when they are read."""
    known = SYMBOLOGIES.get(symbology)
    if known is None:
        raise LayoutError(
            "E4062", f"there is no code {symbology!r}", remedy=f"use one of {', '.join(sorted(SYMBOLOGIES))}"
        )
    for name, value in options.items():
        if name not in known.options:
            raise LayoutError(
                "E4062",
                f"{symbology!r} has no option {name!r}",
                remedy=f"use {', '.join(known.options)}" if known.options else "leave the option out",
            )
        allowed = known.options[name]
        # True is 1 to Python, but not to who writes a layout.
        if type(value) is not type(next(iter(allowed))) or value not in allowed:
            raise LayoutError(
                "E4062",
                f"option {name!r} of {symbology!r} is {value!r}",
                remedy=f"use {_spoken(allowed)}",
            )


def _spoken(allowed: Collection[Option]) -> str:
    if isinstance(allowed, range):
        return f"a number from {allowed[0]} to {allowed[-1]}"
    return "one of " + ", ".join(map(_toml, allowed))


def _toml(value: Option) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
