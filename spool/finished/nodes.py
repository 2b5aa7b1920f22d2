"""Objects of finished PDFs by their content: what is alike in two pages, documents or files is one object."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from layouts.pageset import PdfObject, PdfSource

_NAMED: Final = re.compile(rb"/(Device(?:RGB|CMYK))(?![A-Za-z])")
_NOT_USED: Final = re.compile(rb"/Alternate\s*/Device\w+")
"""The alternate of an ICC profile is for readers that know no profiles."""

_CLOSURES: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An object with all that it refers to.

    digest       SHA-256 over source and stream, with the digests of what it refers to in place of references
    parts        its source: bytes as written, or another object that is referred to
    devices      device colours besides grey, here or below
    transparent  whether it, or what is below, blends with what lies under it
    """

    digest: bytes
    parts: tuple[bytes | Node, ...]
    stream: bytes | None
    devices: frozenset[str]
    transparent: bool


def node(
    parts: Iterable[bytes | Node],
    stream: bytes | None = None,
    *,
    devices: frozenset[str] = frozenset(),
    without: frozenset[str] = frozenset(),
    transparent: bool = False,
) -> Node:
    """A node of these parts. `devices` are those of its content; colours in `without` are defined by the node itself,
    for itself and what it draws."""
    joined = _joined(parts)
    digest = hashlib.sha256()
    for part in joined:
        if isinstance(part, Node):
            digest.update(b"n" + part.digest)
            devices |= part.devices
            transparent = transparent or part.transparent
        else:
            digest.update(b"b%d:" % len(part))
            digest.update(part)
            if b"/Device" in part:
                devices |= {found.decode("ascii") for found in _NAMED.findall(_NOT_USED.sub(b"", part))}
    if stream is not None:
        digest.update(b"s%d:" % len(stream))
        digest.update(stream)
    return Node(digest.digest(), joined, stream, devices - without, transparent)


def _joined(parts: Iterable[bytes | Node]) -> tuple[bytes | Node, ...]:
    joined: list[bytes | Node] = []
    text: list[bytes] = []
    for part in parts:
        if isinstance(part, Node):
            if text:
                joined.append(b"".join(text))
                text = []
            joined.append(part)
        else:
            text.append(part)
    if text:
        joined.append(b"".join(text))
    return tuple(joined)


class Closures:
    """All that a node needs, as a form carries it: the same node gives the same tuple, not a like one."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[PdfObject, ...]] = {}

    def of(self, top: Node) -> tuple[PdfObject, ...]:
        """The objects below `top` and `top` itself, which is the last; what is referred to comes first."""
        known = self._known.get(top.digest)
        if known is None:
            if len(self._known) >= _CLOSURES:
                self._known.clear()
            known = self._known[top.digest] = _closure(top)
        return known

    def clear(self) -> None:
        """Let go of all objects."""
        self._known.clear()


def _closure(top: Node) -> tuple[PdfObject, ...]:
    places: dict[bytes, int] = {}
    objects: list[PdfObject] = []
    waiting: list[tuple[Node, bool]] = [(top, False)]
    while waiting:
        each, ready = waiting.pop()
        if each.digest in places:
            continue
        if ready:
            source: PdfSource = tuple(places[part.digest] if isinstance(part, Node) else part for part in each.parts)
            places[each.digest] = len(objects)
            objects.append(PdfObject(source, each.stream, each.digest))
        else:
            waiting.append((each, True))
            waiting += [(part, False) for part in each.parts if isinstance(part, Node)]
    return tuple(objects)
