"""What resources name, what content uses of it, and what that means."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Object, Stream

from spool.finished.content import Content

_PROGRAMS: Final = ("/FontFile", "/FontFile2", "/FontFile3")
CATEGORIES: Final = ("/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Shading", "/XObject")
DEFAULTS: Final = {"DeviceRGB": "/DefaultRGB", "DeviceCMYK": "/DefaultCMYK", "DeviceGray": "/DefaultGray"}
_OPAQUE_MODES: Final = frozenset({"/Normal", "/Compatible"})


@dataclass(frozen=True, slots=True)
class Listed:
    """What a resource dictionary names: all names, slash included, and the fonts that are not embedded."""

    names: tuple[bytes, ...]
    not_embedded: tuple[bytes, ...]


def is_used(category: str, key: str, content: Content | None) -> bool:
    if category == "/ColorSpace" and key in DEFAULTS.values():
        return False  # See `_default_spaces`.
    if content is None:
        return True
    name = spelt(key)
    if category == "/XObject":
        return name in content.drawn or key.encode() in content.drawn
    return content.names(name) or content.names(key.encode())


def listed_in(resources: Dictionary) -> Listed:
    names: set[bytes] = set()
    not_embedded: list[bytes] = []
    for category in (*CATEGORIES, "/Properties"):
        found = resources.get(category)
        if not isinstance(found, Dictionary):
            continue
        for key in sorted(found.keys()):
            name = spelt(key)
            names |= {name, key.encode()}
            font = found[key] if category == "/Font" else None
            if isinstance(font, Dictionary) and not is_embedded(font):
                not_embedded.append(name)
    return Listed(tuple(sorted(names)), tuple(not_embedded))


def is_embedded(font: Object) -> bool:
    kind = str(font.get("/Subtype"))
    if kind == "/Type3":
        return True
    described: Object | None = font
    if kind == "/Type0":
        descendants = font.get("/DescendantFonts")
        described = descendants[0] if isinstance(descendants, Array) and len(descendants) else None
    descriptor = described.get("/FontDescriptor") if isinstance(described, Dictionary) else None
    return isinstance(descriptor, Dictionary) and any(
        isinstance(descriptor.get(program), Stream) for program in _PROGRAMS
    )


def without_habits(fonts: dict[str, Object], content: Content) -> dict[str, Object]:
    """The fonts, one that is embedded in place of each that is not and that no text is set in: programs choose a
    standard font at the head of every page."""
    embedded = {key: font for key, font in fonts.items() if not isinstance(font, Dictionary) or is_embedded(font)}
    if len(embedded) == len(fonts):
        return fonts
    some = next(iter(embedded.values()), None)
    kept: dict[str, Object] = {}
    for key, font in fonts.items():
        if key in embedded or content.sets_text(spelt(key)):
            kept[key] = font
        elif some is not None:
            kept[key] = some
    return kept


def inert_properties(resources: Dictionary, content: Content) -> list[bytes]:
    """Marks of structure and layers stay in the content; what they name is there, and says nothing."""
    found = resources.get("/Properties")
    names = sorted(found.keys()) if isinstance(found, Dictionary) else []
    entries: list[bytes] = [spelt(key) + b"<<>>" for key in names if content.names(spelt(key))]
    return [b"/Properties<<", *entries, b">>"] if entries else []


def blends(state: Object) -> bool:
    """Whether a graphics state mixes what is painted with what lies under it."""
    modes = state.get("/BM", Name.Normal)
    first = modes[0] if isinstance(modes, Array) and len(modes) else modes
    return (
        min(_number(state.get("/ca", 1)), _number(state.get("/CA", 1))) < 1
        or isinstance(state.get("/SMask"), Dictionary)
        or str(first) not in _OPAQUE_MODES
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float, Decimal)) else 1.0


def spelt(key: str) -> bytes:
    """A name as PDF writes it."""
    return Name(key).unparse()
