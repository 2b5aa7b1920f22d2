"""Page sets of finished PDFs on the wire: what repeats from page to page (fonts, images, profiles) is sent once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from layouts.pageset import FormXObject, PageSet, PdfObject, PdfSource
from mailroom.intake.guard.functions import Result

_Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z][0-9A-Za-z]{0,127}$")]
_Part = Annotated[int, Field(ge=0)]
_Side = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Figure = Annotated[float, Field(allow_inf_nan=False)]
_Source = list[str | int]


class _Packed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _PackedObject(_Packed):
    source: _Source
    stream: _Part | None
    digest: _Hex


class _PackedForm(_Packed):
    name: _Name
    bbox_pt: Annotated[list[_Figure], Field(min_length=4, max_length=4)]
    content: _Part
    resources: _Source
    objects: list[_Part]


class _PackedPageSet(_Packed):
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    layout: _Name
    width_pt: _Side
    height_pt: _Side
    pages: list[_Part]
    draws: list[_Name]
    devices: list[Literal["DeviceRGB", "DeviceCMYK"]]
    forms: list[_PackedForm]
    new_objects: list[_PackedObject]


class Packer:
    """The worker's side, for all page sets of one call."""

    def __init__(self) -> None:
        self._numbers: dict[bytes | PdfObject, int] = {}

    def pack(self, page_set: PageSet) -> Result:
        """Glyphs, images and stocks are those of our own layouts; finished pages have none."""
        if page_set.glyphs or page_set.images or page_set.stocks:
            raise ValueError("only page sets of finished pages are sent")
        parts: list[bytes] = []
        new_objects: list[JsonValue] = []
        forms: list[JsonValue] = []
        for form in page_set.forms.values():
            numbers: list[JsonValue] = [self._number(found, new_objects, parts) for found in form.objects]
            forms.append(
                {
                    "name": form.name,
                    "bbox_pt": list(form.bbox_pt),
                    "content": _put(form.content, parts),
                    "resources": _source(form.resources),
                    "objects": numbers,
                }
            )
        value: dict[str, JsonValue] = {
            "key": page_set.key,
            "layout": page_set.layout,
            "width_pt": page_set.width_pt,
            "height_pt": page_set.height_pt,
            "pages": [_put(page, parts) for page in page_set.pages],
            "draws": list(page_set.draws),
            "devices": list(page_set.devices),
            "forms": forms,
            "new_objects": new_objects,
        }
        return Result(value, parts)

    def _number(self, found: PdfObject, new_objects: list[JsonValue], parts: list[bytes]) -> int:
        # A digest stands for the object and all that it refers to: by numbers that hold in its own form alone, so the
        # source belongs to what tells two of them apart.
        key = found.digest + repr(found.source).encode() if found.digest else found
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._numbers)
            stream = None if found.stream is None else _put(found.stream, parts)
            new_objects.append({"source": _source(found.source), "stream": stream, "digest": found.digest.hex()})
        return number


class Unpacker:
    """The parent's side, for all page sets of one call. Every value is checked; equal objects are one object."""

    def __init__(self) -> None:
        self._objects: list[PdfObject] = []

    def unpack(self, value: JsonValue, parts: tuple[bytes, ...]) -> PageSet:
        """Raises ValueError or IndexError for what is no page set."""
        packed = _PackedPageSet.model_validate(value)
        for new in packed.new_objects:
            stream = None if new.stream is None else parts[new.stream]
            self._objects.append(PdfObject(_unpacked(new.source), stream, bytes.fromhex(new.digest)))
        forms = {form.name: self._form(form, parts) for form in packed.forms}
        return PageSet(
            key=packed.key,
            layout=packed.layout,
            width_pt=packed.width_pt,
            height_pt=packed.height_pt,
            pages=tuple(parts[page] for page in packed.pages),
            glyphs={},
            forms=forms,
            images={},
            draws=_known(packed.draws, forms),
            devices=tuple(packed.devices),
        )

    def _form(self, form: _PackedForm, parts: tuple[bytes, ...]) -> FormXObject:
        x0, y0, x1, y1 = form.bbox_pt
        objects = tuple(self._objects[number] for number in form.objects)
        return FormXObject(form.name, (x0, y0, x1, y1), parts[form.content], _unpacked(form.resources), objects)


def _known(draws: list[str], forms: Mapping[str, FormXObject]) -> tuple[str, ...]:
    if not all(name in forms for name in draws):
        raise ValueError("a page draws a form that is not there")
    return tuple(draws)


def _put(data: bytes, parts: list[bytes]) -> int:
    parts.append(data)
    return len(parts) - 1


def _source(source: PdfSource) -> list[JsonValue]:
    return [part if isinstance(part, int) else part.decode("latin-1") for part in source]


def _unpacked(source: _Source) -> PdfSource:
    return tuple(part if isinstance(part, int) else part.encode("latin-1") for part in source)
