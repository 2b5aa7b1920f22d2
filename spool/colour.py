"""Which device colours a form or an image asks for, held against what the output condition defines."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from layouts.pageset import FormXObject, ImageXObject, PdfObject, PdfSource
from spool.job import SpoolError
from spool.output import OutputCondition

_OPERATORS = {b"rg": "DeviceRGB", b"RG": "DeviceRGB", b"k": "DeviceCMYK", b"K": "DeviceCMYK"}
_NAMES = {b"/DeviceRGB": "DeviceRGB", b"/DeviceCMYK": "DeviceCMYK"}
_SHORT_NAMES = {b"/RGB": "DeviceRGB", b"/CMYK": "DeviceCMYK"}
"""What the names may be shortened to in an inline image (ISO 32000-1, 8.9.7), and nowhere else."""

_TOKEN = re.compile(rb"%[^\r\n]*|\(|<<|>>|<[^>]*>|[][{}]|/?[^\s()<>[\]{}/%]+|/")
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_END_OF_IMAGE = re.compile(rb"\sEI(?=\s|$)")
_NAMED = re.compile(rb"/Device(?:RGB|CMYK)\b")
_NOT_USED = re.compile(rb"/Alternate\s*/Device\w+")
"""The alternate of an ICC profile is for readers that know no profiles."""

_DEFAULT = re.compile(rb"/Default(RGB|CMYK)\b")
_HAS_CONTENT = re.compile(rb"/Subtype\s*/Form\b|/PatternType\s+1\b")
_FLATE_ALONE = re.compile(rb"/Filter\s*(?:\[\s*)?/FlateDecode\s*\]?\s*(?:/(?!DecodeParms)|>>|\Z)")


def check_image(image: ImageXObject, condition: OutputCondition) -> None:
    """Raises `SpoolError` E6208 for an image in a device colour that the condition does not define."""
    if not condition.prints(image.colour_space):
        raise undefined("image", image.name, image.colour_space, condition)


def check_form(form: FormXObject, condition: OutputCondition) -> None:
    """Raises `SpoolError` E6208 for a form in a device colour that the condition does not define, E6212 for one whose
    content can't be inflated.

    What it draws on is looked through as well; a stream in a coding other than deflate is taken for a picture.
    """
    try:
        used = device_colours(form)
    except zlib.error as error:
        remedy = "Typeset the documents again: that puts a sound form in its place."
        message = f"The content of form {form.name} can't be inflated: {error}"
        raise SpoolError("E6212", message, place=form.name, remedy=remedy) from error
    for device in sorted(used):
        if not condition.prints(device):
            raise undefined("form", form.name, device, condition)


def device_colours(form: FormXObject) -> set[str]:
    """DeviceRGB and DeviceCMYK, as far as the form or what it refers to uses them without a default of its own."""
    used = set(content_colours(zlib.decompress(form.content)))
    defaults: set[str] = set()
    for source, content in ((form.resources, None), *map(_looked_into, form.objects)):
        text = b" 0 R".join(part for part in source if isinstance(part, bytes))
        used |= {_NAMES[found] for found in _NAMED.findall(_NOT_USED.sub(b"", text))}
        defaults |= {f"Device{found.decode()}" for found in _DEFAULT.findall(text)}
        if content is not None:
            used |= set(content_colours(content))
    return used - defaults


def content_colours(content: bytes) -> Iterator[str]:
    """The device colour spaces other than grey that a content stream, inflated, sets or names."""
    at, in_image = 0, False
    while (found := _TOKEN.search(content, at)) is not None:
        token, at = found[0], found.end()
        if token == b"(":
            at = _after_string(content, at)
        elif token == b"BI":
            in_image = True
        elif token == b"ID" and in_image:
            end = _END_OF_IMAGE.search(content, at)
            at, in_image = (len(content) if end is None else end.end()), False
        elif (device := _OPERATORS.get(token) or _NAMES.get(token)) is not None:
            yield device
        elif in_image and token in _SHORT_NAMES:
            yield _SHORT_NAMES[token]


def _after_string(content: bytes, at: int) -> int:
    depth = 1
    for found in _IN_STRING.finditer(content, at):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return len(content)


def _looked_into(held: PdfObject) -> tuple[PdfSource, bytes | None]:
    """The object's source, and its content when it is one that draws."""
    text = b" 0 R".join(part for part in held.source if isinstance(part, bytes))
    if held.stream is None or _HAS_CONTENT.search(text) is None:
        return held.source, None
    if b"/Filter" not in text:
        return held.source, held.stream
    return held.source, zlib.decompress(held.stream) if _FLATE_ALONE.search(text) else None


def undefined(kind: str, name: str, device: str, condition: OutputCondition) -> SpoolError:
    """The error for a device colour that the condition does not define."""
    return SpoolError(
        "E6208",
        f"The {kind} {name} is in {device}, which the output condition {condition.name!r} does not define",
        place=name,
        remedy="Name the press's own output profile for these colours in the settings, or use a picture in grey.",
    )
