"""Style: which value each property of an SVG element has, from attributes, style sheets and inheritance.

Selectors may be a type, a class, an id or several of these on one element ("path.st0"), which is what drawing programs
write. Anything else is refused rather than left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

INHERITED: Final[Mapping[str, str]] = {
    "clip-rule": "nonzero",
    "color": "black",
    "fill": "black",
    "fill-opacity": "1",
    "fill-rule": "nonzero",
    "stroke": "none",
    "stroke-dasharray": "none",
    "stroke-dashoffset": "0",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-miterlimit": "4",
    "stroke-opacity": "1",
    "stroke-width": "1",
    "visibility": "visible",
}
OWN: Final[Mapping[str, str]] = {
    "clip-path": "none",
    "display": "inline",
    "opacity": "1",
    "overflow": "hidden",
    "stop-color": "black",
    "stop-opacity": "1",
}
"""Properties with their initial values; those of `OWN` are not inherited."""

NO_EFFECT: Final[Mapping[str, frozenset[str]]] = {
    "clip": frozenset({"auto"}),
    "color-interpolation": frozenset({"auto", "srgb"}),
    "filter": frozenset({"none"}),
    "marker": frozenset({"none"}),
    "marker-end": frozenset({"none"}),
    "marker-mid": frozenset({"none"}),
    "marker-start": frozenset({"none"}),
    "mask": frozenset({"none"}),
    "mask-image": frozenset({"none"}),
    "mix-blend-mode": frozenset({"normal"}),
    "offset-path": frozenset({"none"}),
    "paint-order": frozenset({"normal", "fill", "fill stroke", "fill stroke markers"}),
    "rotate": frozenset({"none"}),
    "scale": frozenset({"none"}),
    "transform-box": frozenset({"view-box", "border-box"}),
    "transform-origin": frozenset({"0", "0 0", "0px 0px", "top left", "left top"}),
    "translate": frozenset({"none"}),
    "vector-effect": frozenset({"none"}),
}
"""Properties that change what is seen and can't be drawn here, with the values at which they change nothing."""

_ONLY_AS_ATTRIBUTE: Final = frozenset({"d", "cx", "cy", "r", "rx", "ry", "transform"})
_AS_ATTRIBUTE_OF_OTHERS: Final = frozenset({"rotate", "scale", "clip"})
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE: Final = re.compile(r"\s*([^{}@]+)\{([^{}]*)\}\s*")
_REFERENCE: Final = re.compile(r"url\(\s*['\"]?#([^'\")]+?)['\"]?\s*\)", re.IGNORECASE)
_SELECTOR: Final = re.compile(r"(?P<type>\*|[A-Za-z][\w-]*)?(?P<marks>(?:[.#][\w-]+)*)")


class StyleError(ValueError):
    """A style that can't be honoured."""


@dataclass(frozen=True, slots=True)
class _Selector:
    type: str
    classes: frozenset[str]
    ids: frozenset[str]

    @property
    def weight(self) -> tuple[int, int, int]:
        return len(self.ids), len(self.classes), self.type not in ("", "*")

    def selects(self, element: etree._Element) -> bool:
        return (
            self.type in ("", "*", local_name(element))
            and self.classes.issubset((element.get("class") or "").split())
            and self.ids.issubset([element.get("id")])
        )


class StyleSheet:
    """The rules of all style elements, weakest first."""

    def __init__(self, text: str) -> None:
        rules: list[tuple[tuple[int, int, int], _Selector, dict[str, str]]] = []
        text = _COMMENT.sub("", text.replace("<!--", "").replace("-->", ""))
        at = 0
        while match := _RULE.match(text, at):
            found = declarations(match[2])
            rules += [(one.weight, one, found) for one in map(_selector, match[1].split(","))]
            at = match.end()
        if text[at:].strip():
            raise StyleError(f"the style sheet goes beyond plain rules: '{text[at:].strip()[:40]}'")
        self._rules = sorted(rules, key=lambda rule: rule[0])

    def style(self, element: etree._Element, parent: Mapping[str, str]) -> dict[str, str]:
        """All properties of an element whose parent has the style `parent`. Raises StyleError."""
        own = {name: str(value) for name, value in element.attrib.items() if name in INHERITED or name in OWN}
        own |= {
            str(name): str(value)
            for name, value in element.attrib.items()
            if name in NO_EFFECT and name not in _AS_ATTRIBUTE_OF_OTHERS
        }
        for _, selector, found in self._rules:
            if selector.selects(element):
                own |= found
        own |= declarations(element.get("style") or "")
        style = {**OWN, **{name: parent[name] for name in INHERITED}}
        for name, value in own.items():
            if name in _ONLY_AS_ATTRIBUTE:
                raise StyleError(f"'{name}' stands in a style; it is only read as an attribute")
            if name in NO_EFFECT and value.lower() not in NO_EFFECT[name]:
                raise StyleError(f"'{name}: {value}' can't be printed as drawn")
            if name in style:
                style[name] = parent[name] if value == "inherit" else value
        return style

    def inherited(self, element: etree._Element) -> dict[str, str]:
        """The style of an element with all that its ancestors hand down; what the root has, for the root's own."""
        style = root_style()
        for ancestor in [*reversed(list(element.iterancestors())), element]:
            style = self.style(ancestor, style)
        return style


def root_style() -> dict[str, str]:
    """What the root element inherits."""
    return {**INHERITED, **OWN}


def declarations(text: str) -> dict[str, str]:
    """Property -> value of "fill: red; stroke: none". Raises StyleError."""
    found: dict[str, str] = {}
    for part in _COMMENT.sub("", text).split(";"):
        name, colon, value = part.partition(":")
        if not colon and part.strip():
            raise StyleError(f"'{part.strip()[:40]}' is not a style")
        if "!" in value:
            raise StyleError(f"'{part.strip()[:40]}' breaks the order of styles")
        if colon:
            found[name.strip().lower()] = value.strip()
    return found


def reference_in(value: str) -> str | None:
    """The id in "url(#id)"; None when the value is no reference. Raises StyleError when it leads out of the file."""
    if not value.lower().startswith("url("):
        return None
    match = _REFERENCE.fullmatch(value)
    if not match:
        raise StyleError(f"'{value[:60]}' lies outside the file, or names more than one thing to fall back on")
    return match[1]


def _selector(text: str) -> _Selector:
    match = _SELECTOR.fullmatch(text.strip())
    if not match or not match[0]:
        raise StyleError(f"the selector '{text.strip()}' is more than types, classes and ids")
    marks = re.findall(r"[.#][\w-]+", match["marks"])
    return _Selector(
        match["type"] or "",
        frozenset(mark[1:] for mark in marks if mark[0] == "."),
        frozenset(mark[1:] for mark in marks if mark[0] == "#"),
    )


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname
