"""Content streams of finished pages: kept as the very bytes they are wherever nothing in them must change.

A stream is looked through as words, in a few passes of C code over all of it; only where the words leave a doubt (a
colour to be made grey, a layer that is off, unbalanced q and Q) it is taken apart into instructions.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Final, cast

import pikepdf
from isal import isal_zlib
from isal.igzip_lib import IsalError
from pikepdf import Dictionary, Name, Object, Pdf

from layouts.pictures.grey import grey_of
from layouts.pictures.pdf_content import written
from layouts.pictures.pdf_image import filters_of
from layouts.pictures.pdf_layers import Layers as LayersOfPicture
from layouts.pictures.picture import Policy
from spool.colour import content_colours
from spool.finished.layers import Layers

_WORDS: Final = bytes.maketrans(b"\0\t\n\f\r[]<>(){}%/RGKCSBI", b" " * 15 + b"rgkcsbi")
"""What ends a word becomes a space; operators for strokes are spelt as those for fills."""

_SIMPLE_COLOURS: Final = (b" rg ", b" k ")
_SPACES: Final = (b" cs ", b" bi ")
"""Colour spaces that are named, and images within content, which name theirs."""

_DEFLATED: Final = ["/FlateDecode"]
_NONE: Final[frozenset[bytes]] = frozenset()
_NO_COLOURS: Final[frozenset[str]] = frozenset()
_BROKEN: Final = cast("type[Exception]", IsalError)
"""Its stubs call it a value."""

_COMPRESSION: Final = 3
"""A level of ISA-L: content that had to change, or lay in several streams."""

_NUMBER: Final = rb"[-+]?(?:\d+\.?\d*|\.\d+)"
_STRING: Final = rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\))*+\)"
_SIMPLE_COLOUR: Final = re.compile(
    _STRING  # Strings are found first: no colours stand in them.
    + rb"|(?<![^\s\[\]<>()/%%{}])(%b)\s+(%b)\s+(%b)\s+(?:(rg|RG)|(%b)\s+([kK]))(?![^\s\[\]<>()/%%{}])"
    % ((_NUMBER,) * 4),
    re.DOTALL,
)
_FONT_STEPS: Final = re.compile(
    _STRING + rb"|(?P<show>T[jJ]|['\"])|(?P<font>/[^\s\[\]<>()/%{}]+)\s+[-+.\d]+\s+Tf"
    rb"|(?<![^\s\])>])(?P<state>[qQ])(?![^\s\[</(])",
    re.DOTALL,
)
_DRAWN: Final = re.compile(rb"(/[^\s\[\]<>()/%{}]+)\s+Do(?![^\s\[\]<>()/%{}])")


@dataclass(frozen=True, slots=True)
class Content:
    """A stream made ready: deflated and balanced.

    drawn     the names that `Do` paints, slash included
    devices   device colours other than grey
    """

    packed: bytes
    plain: bytes
    drawn: frozenset[bytes]
    devices: frozenset[str]

    def names(self, name: bytes) -> bool:
        """Whether a name (slash included) may be in use: it stands somewhere, if only as the beginning of another."""
        return name in self.plain

    def sets_text(self, font: bytes) -> bool:
        """Whether text is set in the font of this name (slash included). Some programs choose one by habit."""
        chosen = re.compile(re.escape(font) + rb"\s+[-+.\d]+\s+Tf")
        return any(_is_shown(self.plain, found.end(), font) for found in chosen.finditer(self.plain))


class Reader:
    """Makes the content streams of one document ready."""

    def __init__(self, pdf: Pdf, policy: Policy, layers: Layers) -> None:
        self._pdf = pdf
        self._policy = policy
        self._layers = layers
        self._all_shown: LayersOfPicture | None = None

    def read(self, streams: list[Object], resources: Dictionary, after: bytes = b"") -> Content:
        """The streams as one, with `after` behind it in a graphics state of its own.

        Raises LayoutError, pikepdf.PdfError, ValueError or TypeError for damage.
        """
        packed, plain = _joined(streams)
        spaced = _spaced(plain)
        coloured = _may_colour(spaced)
        changed = self._changed(plain, spaced, resources, coloured=coloured)
        if after:
            changed = b"q\n%b\nQ\n%b" % (plain if changed is None else changed, after)
        if changed is not None:
            packed, plain = b"", changed
            spaced = _spaced(plain)
            coloured = _may_colour(spaced)
        return Content(
            packed or isal_zlib.compress(plain, _COMPRESSION),
            plain,
            frozenset(_DRAWN.findall(plain)) if b" Do " in spaced else _NONE,
            frozenset(content_colours(plain)) if coloured else _NO_COLOURS,
        )

    def _changed(self, plain: bytes, spaced: bytes, resources: Dictionary, *, coloured: bool) -> bytes | None:
        """The content as it has to be; None where it is so already."""
        changed: bytes | None = None
        if self._layers.present and b"/OC" in plain and (shown := self._without_hidden(plain, resources)) is not None:
            changed = plain = shown
            spaced = _spaced(plain)
        if self._policy == "grey" and coloured:
            if not _has(spaced, _SPACES):
                changed = plain = _SIMPLE_COLOUR.sub(_grey, plain)
                spaced = _spaced(plain)
            if _has(spaced, _SPACES) or any(content_colours(plain)):
                return self._rewritten(plain, resources)
        if not _balanced(spaced):
            return self._rewritten(plain, resources)
        return changed

    def _rewritten(self, plain: bytes, resources: Dictionary) -> bytes:
        if self._all_shown is None:
            self._all_shown = LayersOfPicture(pikepdf.new(), "")
        stream = self._pdf.make_stream(plain)
        return written(stream, resources, self._policy, self._all_shown).content

    def _without_hidden(self, plain: bytes, resources: Dictionary) -> bytes | None:
        """The content without what stands in layers that are off; None if there is no such thing."""
        properties = resources.get(Name.Properties)
        known = properties if isinstance(properties, Dictionary) else Dictionary()
        hidden = {key for key in known.keys() if not self._layers.shows(known[key])}  # noqa: SIM118 (pikepdf's)
        if not hidden:
            return None
        kept: list[object] = []
        marks: list[bool] = []
        dark = 0
        for instruction in _parsed(self._pdf.make_stream(plain)):
            operator = str(instruction.operator)
            if operator in ("BMC", "BDC"):
                operands = list(instruction.operands)
                off = operator == "BDC" and str(operands[0]) == "/OC" and str(operands[-1]) in hidden
                marks.append(off)
                dark += off
            elif operator == "EMC" and marks:
                dark -= marks.pop()
            elif not dark or operator in _OF_STATE:
                kept.append(instruction)
        return pikepdf.unparse_content_stream(kept)  # type: ignore[arg-type]


_OF_STATE: Final = frozenset({"q", "Q", "cm", "BT", "ET", "Tf", "Td", "TD", "Tm", "T*", "TL", "Tc", "Tw", "Tz", "Ts"})
"""What a hidden layer does to the state goes on behind it."""


class ContentBroken(ValueError):
    """A content stream that breaks off."""


def _parsed(stream: Object) -> list[pikepdf.ContentStreamInstruction]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return list(pikepdf.parse_content_stream(stream))  # type: ignore[arg-type]
    except UserWarning as fault:
        raise ContentBroken(f"content that breaks off: {fault}") from fault


def inflated(stream: Object) -> tuple[bytes, bytes]:
    """A stream as it is encoded and plain; b"" for the first unless it is a zlib stream and no more."""
    if filters_of(stream) == _DEFLATED and stream.get(Name.DecodeParms) is None:
        raw = stream.read_raw_bytes()
        try:
            inflate = isal_zlib.decompressobj()
            plain = inflate.decompress(raw)
            if inflate.eof:
                # Some programs count the end of line before `endstream` as part of the stream.
                return (raw[: -len(inflate.unused_data)] if inflate.unused_data else raw), plain
        except _BROKEN:
            pass  # qpdf repairs what it can of a damaged one.
    return b"", stream.read_bytes()


def _joined(streams: list[Object]) -> tuple[bytes, bytes]:
    if len(streams) == 1:
        return inflated(streams[0])
    return b"", b"\n".join(inflated(stream)[1] for stream in streams)


def _spaced(plain: bytes) -> bytes:
    """Content with nothing but words and spaces; what looks like a word may stand in a text, or be a name."""
    return b" %b " % plain.translate(_WORDS)


def _has(spaced: bytes, words: tuple[bytes, ...]) -> bool:
    return any(word in spaced for word in words)


def _may_colour(spaced: bytes) -> bool:
    return _has(spaced, _SIMPLE_COLOURS) or _has(spaced, _SPACES)


def _balanced(spaced: bytes) -> bool:
    """Whether every q has its Q. Words that are none count too: where the counts differ, the stream is taken apart."""
    if spaced.count(b" q ") == spaced.count(b" Q "):
        return True
    words = spaced.split()  # "q q" counts once above.
    return words.count(b"q") == words.count(b"Q")


def _is_shown(plain: bytes, at: int, font: bytes) -> bool:
    """Whether text is shown in a font that is chosen just before `at`, before no state is left that has it."""
    chosen, saved = True, []
    for step in _FONT_STEPS.finditer(plain, at):
        match step.lastgroup:
            case "show" if chosen:
                return True
            case "font":
                chosen = step["font"] == font
            case "state" if step["state"] == b"q":
                saved.append(chosen)
            case "state":
                chosen = bool(saved) and saved.pop()
        if not chosen and not any(saved):
            return False
    return False


def _grey(found: re.Match[bytes]) -> bytes:
    red, green, blue, rgb, black, cmyk = found.groups()
    if red is None:
        return found[0]
    values = (red, green, blue) if rgb else (red, green, blue, black)
    return b"%.6g %b" % (grey_of(tuple(map(float, values))), b"g" if (rgb or cmyk).islower() else b"G")
