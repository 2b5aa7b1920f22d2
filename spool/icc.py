"""Small ICC profiles of our own, made from formulas (ICC.1:2001-04; version 2 of the format, which every RIP reads)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

_VERSION_2_1 = 0x02100000
_RELATIVE_COLORIMETRIC = 1
_MADE = (2026, 1, 1, 0, 0, 0)
_D50 = (0.9642, 1.0, 0.8249)
_COPYRIGHT = "No copyright, use freely"
_HEADER_BYTES = 128
_STEPS = 256

_Curve = Callable[[float], float]


def press_grey(dot_gain: float) -> bytes:
    """The profile of a press that prints black alone: class "prtr", grey, 0 is black.

    A tint t prints as the area t + 4·gain·t(1 − t), and the paper that is left reflects (Murray and Davies). Black is
    the darkest there is, so a proof shows text black. `dot_gain` is that at 50 %, 0 to 0.25.
    """

    def luminance(grey: float) -> float:
        tint = 1 - grey
        return 1 - tint - 4 * dot_gain * tint * (1 - tint)

    name = f"Black only, dot gain {dot_gain:.0%}"
    return _profile(b"prtr", b"GRAY", name, {b"kTRC": _curve(luminance)})


def screen_grey() -> bytes:
    """Grey with the tone curve of sRGB: class "mntr"."""
    return _profile(b"mntr", b"GRAY", "Grey with the curve of sRGB", {b"kTRC": _curve(_srgb)})


def screen_rgb() -> bytes:
    """sRGB (IEC 61966-2-1): class "mntr", its primaries adapted to D50 after Bradford."""
    primaries = {
        b"rXYZ": (0.43607, 0.22249, 0.01392),
        b"gXYZ": (0.38515, 0.71687, 0.09708),
        b"bXYZ": (0.14307, 0.06061, 0.71410),
    }
    curve = _curve(_srgb)
    tags = {key: _xyz(*value) for key, value in primaries.items()} | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"mntr", b"RGB ", "sRGB", tags)


def _srgb(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _profile(kind: bytes, space: bytes, name: str, tags: Mapping[bytes, bytes]) -> bytes:
    held = {b"desc": _description(name), b"cprt": _text(_COPYRIGHT), b"wtpt": _xyz(*_D50), **tags}
    at = _HEADER_BYTES + 4 + 12 * len(held)
    table, data = [struct.pack(">I", len(held))], b""
    places: dict[bytes, int] = {}
    for key, value in held.items():
        # Tags that say the same share their bytes.
        if value not in places:
            places[value] = at + len(data)
            data += value + bytes(-len(value) % 4)
        table.append(struct.pack(">4sII", key, places[value], len(value)))
    head = struct.pack(
        ">I4xI4s4s4s6H4s24xI3i48x",
        at + len(data),
        _VERSION_2_1,
        kind,
        space,
        b"XYZ ",
        *_MADE,
        b"acsp",
        _RELATIVE_COLORIMETRIC,
        *map(_fixed, _D50),
    )
    return b"".join((head, *table, data))


def _fixed(value: float) -> int:
    """A number with 16 bits behind the point."""
    return round(value * 65536)


def _xyz(x: float, y: float, z: float) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *map(_fixed, (x, y, z)))


def _text(text: str) -> bytes:
    return b"text" + bytes(4) + text.encode("ascii") + b"\0"


def _description(text: str) -> bytes:
    ascii_text = text.encode("ascii") + b"\0"
    # After the plain text come a Unicode and a Macintosh version of it, both empty.
    return struct.pack(">4s4xI", b"desc", len(ascii_text)) + ascii_text + bytes(4 + 4 + 2 + 1 + 67)


def _curve(function: _Curve) -> bytes:
    values = [round(65535 * function(step / (_STEPS - 1))) for step in range(_STEPS)]
    return struct.pack(f">4s4xI{_STEPS}H", b"curv", _STEPS, *values)
