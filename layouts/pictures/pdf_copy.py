"""Copying what a page draws on out of its PDF, object by object, in an order that depends on the file alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Object, Page, Stream, String

from layouts.pageset import PdfObject, PdfSource
from layouts.pictures import faults, xobjects
from layouts.pictures.matrix import UNCHANGED, Matrix, figures
from layouts.pictures.pdf_colour import families
from layouts.pictures.pdf_content import Written, image_dpi, matrix_of, written
from layouts.pictures.pdf_image import filters_of, grey_image
from layouts.pictures.pdf_layers import Layers
from layouts.pictures.pdf_notes import Notes
from layouts.pictures.picture import Colour, Policy
from layouts.pictures.xobjects import Box

_LEFT_BEHIND: Final = frozenset(
    {
        *("/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents", "/OC", "/OPI", "/Alternates"),
        *("/AF", "/Measure", "/PtData", "/Length"),
    }
)
"""Keys that add nothing to what is seen, or lead out of the page."""

_REPACKED: Final = frozenset({"/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode"})
"""Encodings that cost space, or that archives (PDF/A) don't allow."""

_DEFAULT_SPACES: Final = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")
_FONTS: Final = frozenset({"/Type0", "/Type1", "/MMType1", "/TrueType", "/Type3"})
_PROGRAMS: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_DICTIONARIES: Final = frozenset({"/Font", "/XObject", "/ExtGState", "/Shading", "/Pattern"})
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class CopiedPage:
    """A page's content with the objects it needs; `lowest_dpi` is at the size of the page's own space."""

    content: bytes
    resources: PdfSource
    objects: tuple[PdfObject, ...]
    colours: frozenset[Colour]
    transparent: bool
    lowest_dpi: float | None


def copy_page(page: Page, bbox: Box, policy: Policy, layers: Layers, file: str) -> CopiedPage:
    """Copies one page. Raises LayoutError E4084, E4085; pikepdf.PdfError, ValueError, TypeError or KeyError for
    damage."""
    found = page.obj.get("/Resources")
    copy = _Copy(found if isinstance(found, Dictionary) else Dictionary(), policy, layers, file)
    content, resources = copy.page(page)
    group = page.obj.get("/Group")
    if copy.notes.transparent and isinstance(group, Dictionary):
        # The page blends within its own group; a form has none, so the page becomes a group inside the form.
        content, resources = copy.grouped(content, resources, bbox, group)
    return CopiedPage(
        content, resources, copy.finished(), frozenset(copy.notes.colours), copy.notes.transparent, copy.lowest_dpi
    )


class _Copy:
    def __init__(self, page_resources: Dictionary, policy: Policy, layers: Layers, file: str) -> None:
        self.lowest_dpi: float | None = None
        self._page_resources = page_resources
        self._policy = policy
        self.notes = Notes(policy)
        self._layers = layers
        self._file = file
        self._objects: list[PdfObject | None] = []
        self._index: dict[tuple[int, int], int] = {}
        self._waiting: deque[tuple[int, Callable[[], PdfObject]]] = deque()
        self._forms: dict[tuple[int, int], tuple[Written, Dictionary]] = {}

    def page(self, page: Page) -> tuple[bytes, PdfSource]:
        """The page's content and the source of its resources."""
        content = self._written(page, self._page_resources)
        resources = self._resources(self._page_resources, content.used)
        self._work()
        self._measure(content, self._page_resources, UNCHANGED, 0)
        return content.content, resources

    def grouped(self, content: bytes, resources: PdfSource, bbox: Box, group: Dictionary) -> tuple[bytes, PdfSource]:
        """Content and resources that paint the given ones as one transparency group."""
        said = self._group(group)
        self._work()
        head = f"<</Type/XObject/Subtype/Form/BBox[{figures(bbox)}]/Filter/FlateDecode/Group "
        self._objects.append(
            PdfObject(xobjects.source(head, said, "/Resources ", resources, ">>"), xobjects.deflate(content))
        )
        return b"/Page Do\n", xobjects.source("<</XObject<</Page ", len(self._objects) - 1, ">>>>")

    def finished(self) -> tuple[PdfObject, ...]:
        return tuple(one for one in self._objects if one is not None)

    def _written(self, stream: Page | Object, resources: Dictionary) -> Written:
        content = written(stream, resources, self._policy, self._layers)
        self.notes.colours |= content.colours
        return content

    # Values

    def _value(self, value: Any) -> PdfSource:
        """The source of a value; what has a number of its own in the PDF becomes a reference."""
        match value:
            case None:
                return (b"null",)
            case bool():
                return (b"true" if value else b"false",)
            case int():
                return (b"%d" % value,)
            case Decimal() | float():
                return (f"{value:f}".encode("ascii"),)
            case Name() | String():
                return (value.unparse(),)
        if not isinstance(value, (Stream, Dictionary, Array)):
            raise ValueError(f"a value of type {type(value).__name__} within an object")
        if isinstance(value, Stream) or value.is_indirect:
            return (self._refer(value, lambda: self._object(value)),)
        return self._array(value) if isinstance(value, Array) else self._dictionary(value)

    def _refer(self, value: Object, make: Callable[[], PdfObject]) -> int:
        """The index of an object, which is made later by `make` when it is met for the first time."""
        known = self._index.get(value.objgen)
        if known is None:
            known = self._index[value.objgen] = len(self._objects)
            self._objects.append(None)
            self._waiting.append((known, make))
        return known

    def _work(self) -> None:
        """Makes what waits, until nothing does. One after the other: chains of references may be long."""
        while self._waiting:
            index, make = self._waiting.popleft()
            self._objects[index] = make()

    def _object(self, value: Object) -> PdfObject:
        if isinstance(value, Array):
            return PdfObject(self._array(value))
        if not isinstance(value, Stream):
            return PdfObject(self._dictionary(value))
        if value.get("/F") is not None:
            raise faults.unsupported(self._file, "a stream lies in another file", "save the PDF with all its parts")
        kind = str(value.get("/Subtype"))
        if kind == "/Form" or value.get("/PatternType") == 1:
            return self._content_stream(value)
        if kind == "/Image" and (grey := self._grey(value)):
            return grey
        return self._stream(value)

    def _array(self, array: Array) -> PdfSource:
        return xobjects.source("[", *(xobjects.source(self._value(one), " ") for one in array.as_list()), "]")

    def _dictionary(self, dictionary: Object) -> PdfSource:
        if str(dictionary.get("/Subtype")) in _FONTS:
            return self._font(dictionary)
        return self._entries(dictionary)

    def _entries(self, dictionary: Object, changed: Mapping[str, PdfSource | None] | None = None) -> PdfSource:
        """A dictionary's source without what is left behind; `changed` replaces entries, None leaves one out."""
        changed = changed or {}
        entries: dict[str, PdfSource | str] = {}
        for key in sorted({*dictionary.keys(), *changed}):
            if key in _LEFT_BEHIND and key not in changed:
                continue
            value = changed[key] if key in changed else self._value(dictionary[key])
            if value is not None:
                entries[_spelt(key)] = value
        return xobjects.dictionary(entries)

    # Streams

    def _stream(self, stream: Object) -> PdfObject:
        filters = filters_of(stream)
        if "/Crypt" in filters:
            raise faults.encrypted(self._file)
        if _REPACKED.issuperset(filters):
            data = xobjects.deflate(stream.read_bytes())
            packed: dict[str, PdfSource | None] = {"/Filter": (b"/FlateDecode",), "/DecodeParms": None}
            return PdfObject(self._entries(stream, packed), data)
        if filters == ["/FlateDecode"]:
            # Reading it through shows damage now and not on the press.
            stream.read_bytes()
        return PdfObject(self._entries(stream), stream.read_raw_bytes())

    def _content_stream(self, stream: Object) -> PdfObject:
        """A form or a tiling pattern. One without resources of its own draws on the page's, as old programs wrote."""
        content, resources = self._form(stream)
        changed: dict[str, PdfSource | None] = {
            "/Resources": self._resources(resources, content.used),
            "/Filter": (b"/FlateDecode",),
            "/DecodeParms": None,
        }
        group = stream.get("/Group")
        if isinstance(group, Dictionary):
            changed["/Group"] = self._group(group)
        return PdfObject(self._entries(stream, changed), xobjects.deflate(content.content))

    def _form(self, stream: Object) -> tuple[Written, Dictionary]:
        known = self._forms.get(stream.objgen)
        if known is None:
            own = stream.get("/Resources")
            resources = own if isinstance(own, Dictionary) else self._page_resources
            known = self._forms[stream.objgen] = (self._written(stream, resources), resources)
        return known

    def _group(self, group: Dictionary) -> PdfSource:
        if self._policy == "grey" and group.get("/CS") is not None:
            return self._entries(group, {"/CS": (b"/DeviceGray",)})
        space = group.get("/CS")
        if space is not None:
            self.notes.colours |= families(space)
        return self._entries(group)

    def _grey(self, image: Object) -> PdfObject | None:
        """An image turned grey; None where it stays as it is."""
        if self._policy != "grey" or (pixels := grey_image(image)) is None:
            return None
        changed: dict[str, PdfSource | None] = {
            "/ColorSpace": (b"/DeviceGray",),
            "/BitsPerComponent": (b"8",),
            "/Filter": (b"/FlateDecode",),
            "/DecodeParms": None,
            "/Decode": None,
        }
        return PdfObject(self._entries(image, changed), xobjects.deflate(pixels.tobytes()))

    # Fonts

    def _font(self, font: Object) -> PdfSource:
        """A font's dictionary. Raises LayoutError E4085 when a press would have to find the font itself."""
        kind = str(font.get("/Subtype"))
        if kind == "/Type3":
            return self._drawn_font(font)
        described: Object | None = font
        if kind == "/Type0":
            descendants = font.get("/DescendantFonts")
            described = descendants[0] if isinstance(descendants, Array) and len(descendants) else None
        descriptor = described.get("/FontDescriptor") if isinstance(described, Dictionary) else None
        if not isinstance(descriptor, Dictionary) or not any(
            isinstance(descriptor.get(program), Stream) for program in _PROGRAMS
        ):
            raise faults.font_not_embedded(self._file, str(font.get("/BaseFont", "/?")).removeprefix("/"))
        return self._entries(font)

    def _drawn_font(self, font: Object) -> PdfSource:
        """A font whose glyphs are content streams."""
        own, glyphs = font.get("/Resources"), font.get("/CharProcs")
        resources = own if isinstance(own, Dictionary) else self._page_resources
        used: dict[str, set[str]] = {}
        procedures: dict[str, PdfSource | str] = {}
        if not isinstance(glyphs, Dictionary):
            raise ValueError("a font without glyphs")
        for key in sorted(glyphs.keys()):
            content = self._written(glyphs[key], resources)
            for category, names in content.used.items():
                used.setdefault(category, set()).update(names)
            procedures[_spelt(key)] = (self._refer(glyphs[key], _packed(content.content)),)
        changed: dict[str, PdfSource | None] = {
            "/CharProcs": xobjects.dictionary(procedures),
            "/Resources": self._resources(resources, used),
        }
        return self._entries(font, changed)

    # Resources

    def _resources(self, resources: Dictionary, used: Mapping[str, set[str]]) -> PdfSource:
        """The source of a resource dictionary with the names that are used. Raises ValueError for one that is
        missing."""
        kinds: dict[str, PdfSource | str] = {}
        for category in sorted({*used, "/ColorSpace"}):
            found = resources.get(category)
            names = used.get(category, set())
            if isinstance(found, Dictionary) and category == "/ColorSpace" and self._policy == "keep":
                # These say what the colours of a device are to mean; grey made here means the grey of the press.
                names = names | set(_DEFAULT_SPACES).intersection(found.keys())
            entries: dict[str, PdfSource | str] = {}
            for name in sorted(names):
                value = found.get(name) if isinstance(found, Dictionary) else None
                if value is None:
                    raise ValueError(f"the page draws on {category[1:]} {name[1:]}, which is missing")
                self._check(category, value)
                self.notes.resource(category, value)
                entries[_spelt(name)] = self._value(value)
            if entries:
                kinds[category[1:]] = xobjects.dictionary(entries)
        return xobjects.dictionary(kinds)

    def _check(self, category: str, value: Object) -> None:
        """Refuses what can't come along."""
        if category in _DICTIONARIES and not isinstance(value, (Dictionary, Stream)):
            raise ValueError(f"an entry of {category[1:]} is no dictionary")
        if category != "/XObject":
            return
        self._layers.require_shown(value.get("/OC"))
        if str(value.get("/Subtype")) not in ("/Image", "/Form") or value.get("/Ref") is not None:
            remedy = "save the PDF with all its parts"
            raise faults.unsupported(self._file, "an object is neither an image nor a form", remedy)

    # Resolution

    def _measure(self, content: Written, resources: Dictionary, matrix: Matrix, depth: int) -> None:
        """Finds the coarsest image, following forms to where they are drawn."""
        area = abs(matrix.determinant) ** 0.5
        for dpi in content.dpi:
            self._coarsest(dpi / area if area else None)
        known = resources.get("/XObject")
        if not isinstance(known, Dictionary) or depth > _DEEPEST:
            return
        for name, drawn_at in content.drawn:
            found, onto_page = known[name], drawn_at.then(matrix)
            if str(found.get("/Subtype")) == "/Image":
                size = float(found.get("/Width", 0)), float(found.get("/Height", 0))
                self._coarsest(image_dpi(*size, onto_page))
            else:
                own = found.get("/Matrix")
                inner = UNCHANGED if own is None else matrix_of(list(own.as_list()))
                self._measure(*self._form(found), inner.then(onto_page), depth + 1)

    def _coarsest(self, dpi: float | None) -> None:
        if dpi is not None:
            self.lowest_dpi = dpi if self.lowest_dpi is None else min(dpi, self.lowest_dpi)


def _packed(content: bytes) -> Callable[[], PdfObject]:
    return lambda: PdfObject((b"<</Filter/FlateDecode>>",), xobjects.deflate(content))


def _spelt(key: str) -> str:
    """A name as PDF writes it, without its slash."""
    return Name(key).unparse().decode("latin-1")[1:]
