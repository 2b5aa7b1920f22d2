"""Output conditions: what a press (or a screen) makes of colours, as an ICC profile in an output intent."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spool.atomic import disk_error
from spool.icc import press_grey, screen_grey, screen_rgb
from spool.job import SpoolError
from spool.pdf import DEFLATED, PdfFile, name, text_string

_DOT_GAIN = 0.15
"""Of a digital press with a fine screen at 50 %: between the 12 to 18 % that such presses are set up for."""

_COMPONENTS = {"DeviceGray": 1, "DeviceRGB": 3, "DeviceCMYK": 4}
_DEVICES = {b"GRAY": "DeviceGray", b"RGB ": "DeviceRGB", b"CMYK": "DeviceCMYK"}
_PRINTER = b"prtr"
_NEWEST_VERSION = 4
_LEAST_BYTES = 132


@dataclass(frozen=True, slots=True)
class OutputCondition:
    """`device` is the device colour space that the profile describes: DeviceGray, DeviceRGB or DeviceCMYK."""

    name: str
    device: str
    profile: bytes

    def prints(self, device: str) -> bool:
        """Whether a colour given in this device colour space is defined here. Grey is, wherever there is a black."""
        return device in {self.device, "DeviceGray"}

    def write(self, pdf: PdfFile, standard: str) -> int:
        """Write the output intent ("GTS_PDFX", "GTS_PDFA1") with its profile; returns its number."""
        entries = b"/N %d" % _COMPONENTS[self.device]
        profile = pdf.add_stream(entries + DEFLATED, zlib.compress(self.profile, 9))
        said = text_string(self.name)
        return pdf.add(
            b"<</Type/OutputIntent/S%b/OutputConditionIdentifier%b/OutputCondition%b/Info%b/DestOutputProfile %d 0 R>>"
            % (name(standard), said, said, said, profile)
        )


@cache
def black_only() -> OutputCondition:
    """A press that prints black alone: the condition where no other is chosen."""
    return OutputCondition("Black only", "DeviceGray", press_grey(_DOT_GAIN))


@cache
def grey_screen() -> OutputCondition:
    """A screen, for a document in grey."""
    return OutputCondition("Grey with the curve of sRGB", "DeviceGray", screen_grey())


@cache
def colour_screen() -> OutputCondition:
    """A screen, for a document in colours."""
    return OutputCondition("sRGB", "DeviceRGB", screen_rgb())


def read_output_profile(path: Path) -> OutputCondition:
    """The output condition of a press, from the ICC profile that was made for it.

    Raises `SpoolError` E6209 for a file that is no profile of a printer for grey, RGB or CMYK; E6001…E6004 for the
    disk.
    """
    try:
        profile = path.read_bytes()
    except OSError as error:
        raise disk_error(error, path) from error
    if len(profile) < _LEAST_BYTES or profile[36:40] != b"acsp":
        raise _unsuited(path, "is not an ICC profile")
    (size,) = struct.unpack_from(">I", profile)
    if size != len(profile):
        raise _unsuited(path, f"is cut or changed: {len(profile)} bytes, its header says {size}")
    if profile[8] > _NEWEST_VERSION:
        raise _unsuited(path, f"is an ICC profile of version {profile[8]}, which PDF/X-4 does not know")
    if profile[12:16] != _PRINTER:
        raise _unsuited(path, f"is a profile of class {_shown(profile[12:16])}, not of a printer (prtr)")
    device = _DEVICES.get(profile[16:20])
    if device is None:
        raise _unsuited(path, f"is for {_shown(profile[16:20])}, not for grey, RGB or CMYK")
    return OutputCondition(_description(profile) or path.stem, device, profile)


def _unsuited(path: Path, fact: str) -> SpoolError:
    remedy = "Name the output profile of the press (an .icc file of class prtr), or none: then black alone is printed."
    return SpoolError("E6209", f"{path.name} {fact}", place=str(path), remedy=remedy)


def _shown(signature: bytes) -> str:
    return repr(signature.decode("latin-1").strip())


def _description(profile: bytes) -> str:
    """The profile's own name; "" if it can't be read."""
    try:
        (count,) = struct.unpack_from(">I", profile, 128)
        for at in range(132, 132 + 12 * count, 12):
            tag, offset, size = struct.unpack_from(">4sII", profile, at)
            if tag == b"desc":
                return _text_of(profile[offset : offset + size])
    except struct.error:
        pass
    return ""


def _text_of(tag: bytes) -> str:
    """Version 2 says it in ASCII, version 4 in UTF-16, of which the first language is taken."""
    if tag[:4] == b"desc":
        (length,) = struct.unpack_from(">I", tag, 8)
        text = tag[12 : 12 + length].decode("latin-1")
    elif tag[:4] == b"mluc":
        length, offset = struct.unpack_from(">II", tag, 20)
        text = tag[offset : offset + length].decode("utf-16-be", "replace")
    else:
        text = ""
    return text.rstrip("\0").strip()
