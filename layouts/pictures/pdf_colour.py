"""Which families of colour a PDF's colour space belongs to."""

from __future__ import annotations

from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Stream

from layouts.pictures.picture import Colour

_NONE: Final[frozenset[Colour]] = frozenset()
_GREY: Final[frozenset[Colour]] = frozenset({"grey"})
_RGB: Final[frozenset[Colour]] = frozenset({"rgb"})
_CMYK: Final[frozenset[Colour]] = frozenset({"cmyk"})
_SPOT: Final[frozenset[Colour]] = frozenset({"spot"})
_FAMILIES: Final[dict[str, frozenset[Colour]]] = {
    "/DeviceGray": _GREY,
    "/G": _GREY,
    "/CalGray": frozenset({"grey", "icc"}),
    "/DeviceRGB": _RGB,
    "/RGB": _RGB,
    "/CalRGB": frozenset({"rgb", "icc"}),
    "/DeviceCMYK": _CMYK,
    "/CMYK": _CMYK,
    "/Lab": frozenset({"lab"}),
}
"""With the short names of inline images."""

_BY_COMPONENTS: Final = {1: _GREY, 3: _RGB, 4: _CMYK}
_PROCESS: Final = frozenset({"/Cyan", "/Magenta", "/Yellow", "/Black"})
_COMPONENTS: Final = {
    "/DeviceRGB": 3,
    "/RGB": 3,
    "/CalRGB": 3,
    "/DeviceCMYK": 4,
    "/CMYK": 4,
}
_DEEPEST: Final = 4
"""A pattern of an indexed space of a profile whose alternate is a device's: no space goes deeper."""


def families(space: Object | None, depth: int = 0) -> frozenset[Colour]:
    """The families of a colour space; none for a pattern without one. Raises ValueError for what is no space."""
    if depth > _DEEPEST:
        raise ValueError("a colour space within too many others")
    if isinstance(space, Name):
        if space == Name.Pattern:
            return _NONE
        return _known(str(space))
    if not isinstance(space, Array) or not len(space):
        raise ValueError("a colour space that is neither a name nor an array")
    kind = str(space[0])
    match kind:
        case "/Pattern" | "/Indexed" | "/I":
            return families(space[1], depth + 1) if len(space) > 1 else _NONE
        case "/ICCBased":
            return _BY_COMPONENTS.get(_profile_components(space), _NONE) | {"icc"}
        case "/Separation":
            return _inks([space[1]])
        case "/DeviceN":
            return _inks(list(space[1].as_list()))
        case _:
            return _known(kind)


def _known(kind: str) -> frozenset[Colour]:
    if kind not in _FAMILIES:
        raise ValueError(f"an unknown colour space {kind}")
    return _FAMILIES[kind]


def _inks(names: list[Object]) -> frozenset[Colour]:
    inks = {str(name) for name in names} - {"/None"}
    return (_CMYK if inks & _PROCESS else _NONE) | (_SPOT if inks - _PROCESS else _NONE)


def _profile_components(space: Array) -> int:
    profile = space[1] if len(space) > 1 else None
    return int(profile.get("/N", 0)) if isinstance(profile, Stream) else 0


def components(space: Object | None) -> int | None:
    """3 or 4 for a space whose colours have a simple grey (RGB and CMYK of a device or by a profile), else None."""
    if isinstance(space, Name):
        return _COMPONENTS.get(str(space))
    if isinstance(space, Array) and len(space):
        if str(space[0]) == "/ICCBased":
            count = _profile_components(space)
            return count if count in (3, 4) else None
        return _COMPONENTS.get(str(space[0]))
    return None


def named_space(name: Object, resources: Dictionary) -> Object:
    """The space that a name stands for in content."""
    known = resources.get("/ColorSpace")
    if isinstance(known, Dictionary) and str(name) in known:
        return known[str(name)]
    return name
