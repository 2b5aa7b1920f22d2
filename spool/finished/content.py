"""Content streams of finished pages: kept as the very bytes they are wherever nothing in them must change.

A stream is looked through as words, in a few passes of C code over all of it; only where the words leave a doubt (a
colour to be made grey, a layer that is off, unbalanced q and Q) it is taken apart into instructions.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Final

import pikepdf
from isal import isal_zlib
from pikepdf import Dictionary, Name, Object, Pdf

from layouts.pictures.grey import grey_of
from layouts.pictures.pdf_content import written
from layouts.pictures.pdf_layers import Layers as LayersOfPicture
from layouts.pictures.picture import Policy
from spool.colour import content_colours
from spool.finished.layers import Layers

_WORDS: Final = bytes.maketrans(b"\0\t\n\f\r[]<>(){}%", b" " * 14)
"""What ends a word becomes a space; a slash, which begins one, is set apart beside."""

_COLOUR_WORDS: Final = frozenset({b"rg", b"RG", b"k", b"K", b"/DeviceRGB", b"/DeviceCMYK", b"/RGB", b"/CMYK"})
_SPACES: Final = frozenset({b"cs", b"CS", b"BI", b"/DeviceRGB", b"/DeviceCMYK"})
_COMPRESSION: Final = 3
"""A level of ISA-L: content that had to change, or lay in several streams."""

_NUMBER: Final = rb"[-+]?(?:\d+\.?\d*|\.\d+)"
_SIMPLE_COLOUR: Final = re.compile(
    rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\))*+\)"  # Strings first: no colours stand in them.
    rb"|(?<![^\s\[\]<>()/%%{}])(%b)\s+(%b)\s+(%b)\s+(?:(rg|RG)|(%b)\s+([kK]))(?![^\s\[\]<>()/%%{}])" % ((_NUMBER,) * 4),
    re.DOTALL,
)
_DRAWN: Final = re.compile(rb"/([^\s\[\]<>()/%{}]+)\s+Do(?![^\s\[\]<>()/%{}])")


@dataclass(frozen=True, slots=True)
class Content:
    """A stream made ready: deflated, balanced, with the names it may use.

    names     every name in it, slash included; some may stand in a text or in an image and mean nothing
    drawn     the names that `Do` paints, without slash
    devices   device colours other than grey
    """

    packed: bytes
    names: frozenset[bytes]
    drawn: frozenset[bytes]
    devices: frozenset[str]


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
        all_words = _words(plain)
        words = set(all_words)
        changed = self._changed(plain, all_words, words, resources)
        if changed is not None:
            packed, plain = b"", changed
            words = set(_words(plain))
        if after:
            packed, plain = b"", b"q\n" + plain + b"\nQ\n" + after
            words.update(_words(after))
        devices = set(content_colours(plain)) if words & _COLOUR_WORDS else set()
        return Content(
            packed or isal_zlib.compress(plain, _COMPRESSION),
            frozenset(word for word in words if word.startswith(b"/")),
            frozenset(_DRAWN.findall(plain)) if b"Do" in words else frozenset(),
            frozenset(devices),
        )

    def _changed(
        self, plain: bytes, all_words: list[bytes], words: set[bytes], resources: Dictionary
    ) -> bytes | None:
        """The content as it has to be; None where it is so already."""
        changed: bytes | None = None
        if self._layers.present and b"/OC" in words and (shown := self._without_hidden(plain, resources)) is not None:
            changed = plain = shown
            all_words = _words(plain)
        if self._policy == "grey":
            words = set(all_words)
            if words & _COLOUR_WORDS and not words & _SPACES:
                changed = plain = _SIMPLE_COLOUR.sub(_grey, plain)
                words = set(_words(plain))
            if words & _SPACES or (words & _COLOUR_WORDS and any(content_colours(plain))):
                return self._rewritten(plain, resources)
        # Texts and images may hold the words too: where the counts differ, the stream is looked at closely.
        if all_words.count(b"q") != all_words.count(b"Q"):
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
    if stream.get(Name.Filter) == Name.FlateDecode and Name.DecodeParms not in stream:
        raw = stream.read_raw_bytes()
        try:
            inflate = isal_zlib.decompressobj()
            plain = inflate.decompress(raw)
            if inflate.eof:
                # Some programs count the end of line before `endstream` as part of the stream.
                return (raw[: -len(inflate.unused_data)] if inflate.unused_data else raw), plain
        except isal_zlib.IsalError:
            pass  # qpdf repairs what it can of a damaged one.
    return b"", stream.read_bytes()


def _joined(streams: list[Object]) -> tuple[bytes, bytes]:
    if len(streams) == 1:
        return inflated(streams[0])
    return b"", b"\n".join(inflated(stream)[1] for stream in streams)


def _words(plain: bytes) -> list[bytes]:
    return plain.translate(_WORDS).replace(b"/", b" /").split()


def _grey(found: re.Match[bytes]) -> bytes:
    red, green, blue, rgb, black, cmyk = found.groups()
    if red is None:
        return found[0]
    values = (red, green, blue) if rgb else (red, green, blue, black)
    return b"%.6g %b" % (grey_of(tuple(map(float, values))), b"g" if (rgb or cmyk).islower() else b"G")
