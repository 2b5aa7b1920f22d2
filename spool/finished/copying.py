"""Copying what pages draw on out of their PDF: fonts, images, forms, patterns, states; nothing else comes along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from isal import isal_zlib
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from layouts.pictures.pdf_image import filters_of, grey_image
from layouts.pictures.picture import Policy
from spool.finished import faults
from spool.finished.content import Content, Reader, inflated
from spool.finished.faults import Where
from spool.finished.layers import Layers
from spool.finished.naming import (
    CATEGORIES,
    DEFAULTS,
    Listed,
    blends,
    inert_properties,
    is_embedded,
    is_used,
    listed_in,
    spelt,
    without_habits,
)
from spool.finished.nodes import Node, node

_LEFT_BEHIND: Final = frozenset(
    {
        *("/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents", "/OC", "/OPI", "/Alternates"),
        *("/AF", "/Measure", "/PtData", "/Length", "/Parent", "/P", "/Pg", "/A", "/AA", "/JS", "/Ref", "/PresSteps"),
    }
)
"""Keys that add nothing to what is seen, or lead out of the page."""

_OUTSIDERS: Final = frozenset(
    {
        *("/Catalog", "/Pages", "/Page", "/Annot", "/Action", "/Filespec", "/F", "/EmbeddedFile", "/Metadata"),
        *("/StructTreeRoot", "/StructElem", "/OCG", "/OCMD", "/Outlines", "/Sig", "/XRef", "/ObjStm"),
    }
)
"""Types of objects that are no part of what a page shows, wherever they are referred to."""

_STATE_LEFT_BEHIND: Final = frozenset({"/TR", "/TR2", "/HT", "/HTP", "/HTO"})
"""Transfer curves and screens belong to the press; PDF/X-4 forbids them."""

_REPACKED: Final = frozenset({"/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode"})
_FONTS: Final = frozenset({"/Type0", "/Type1", "/MMType1", "/TrueType", "/Type3"})
_EMPTY: Final = b"<</Type/XObject/Subtype/Form/BBox[0 0 0 0]/Resources<<>>>>"
_DEEPEST: Final = 60
_MOST_HELD_BYTES: Final = 48 << 20
_MOST_NODES: Final = 512

Kind = Literal["object", "form", "glyph", "state"]
"""What an object is by the place where it is named: "form" draws, "glyph" draws a glyph, "state" is an ExtGState."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An object of the document that another refers to."""

    value: Object
    kind: Kind

    @property
    def key(self) -> tuple[int, int, Kind]:
        return (*self.value.objgen, self.kind)


Parts = list["bytes | Node | Reference"]


@dataclass(slots=True)
class _Draft:
    """An object whose references still have to be made."""

    parts: Parts
    stream: bytes | None = None
    devices: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    transparent: bool = False
    missing: list[Reference] = field(default_factory=list)


class Copier:
    """Copies out of one document. `where` is the page at work, for messages; `defaults` gives device colours that the
    press lacks a meaning (a colour space each)."""

    def __init__(self, pdf: Pdf, policy: Policy, layers: Layers, defaults: Mapping[str, Node], file: str) -> None:
        self.where = Where(file)
        self._policy = policy
        self._layers = layers
        self._defaults = defaults
        self._reader = Reader(pdf, policy, layers)
        self._page_resources = Dictionary()
        self._page_bound = False
        self._done: dict[tuple[int, int, Kind], Node] = {}
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._listed: dict[bytes, Listed] = {}
        self._held_bytes = 0

    def page(
        self, streams: list[Object], resources: Dictionary, notes: Mapping[str, Object], after: bytes
    ) -> tuple[Content, Node]:
        """A page's content, with `after` behind it, and its resources; `notes` are forms that `after` draws by name."""
        if self._held_bytes > _MOST_HELD_BYTES or self._page_bound:
            self._forget()
            self._page_bound = False
        self._page_resources = resources
        content = self._reader.read(streams, resources, after)
        if notes:
            return content, self._made(self._resources(resources, content, notes))
        return content, self._page_node(resources, content)

    def _page_node(self, resources: Dictionary, content: Content) -> Node:
        """The node of a page's resources. Pages of a document have like ones, so they are known by their source and by
        what the content uses of them."""
        source = resources.unparse(resolved=True)
        listed = self._listed.get(source)
        if listed is None:
            listed = self._listed[source] = listed_in(resources)
        texts = tuple(content.sets_text(font) for font in listed.not_embedded)
        used = tuple(filter(content.names, listed.names))
        key = (source, used, content.drawn, content.devices, texts)
        made = self._nodes.get(key)
        if made is None:
            if len(self._nodes) >= _MOST_NODES:
                self._forget()
            made = self._made(self._resources(resources, content, {}))
            if not self._page_bound:
                self._nodes[key] = made
        return made

    def _forget(self) -> None:
        self._done.clear()
        self._nodes.clear()
        self._listed.clear()
        self._held_bytes = 0

    # From drafts to nodes

    def _made(self, draft: _Draft) -> Node:
        """The node of a draft, with all that it refers to; one after the other, for chains may be long."""
        self._prepare(draft)
        stack: list[tuple[tuple[int, int, Kind] | None, _Draft]] = [(None, draft)]
        underway: set[tuple[int, int, Kind] | None] = set()
        while True:
            key, draft = stack[-1]
            pending = [reference for reference in draft.missing if reference.key not in self._done]
            if not pending:
                made = self._finished(draft)
                stack.pop()
                if key is None:
                    return made
                underway.discard(key)
                self._done[key] = made
                self._held_bytes += len(made.stream or b"")
                continue
            underway.add(key)
            reference = pending[0]
            if reference.key in underway:
                number = reference.key[0]
                raise faults.unsupported(self.where, f"Object {number} refers to itself, through others or at once")
            below = self._draft(reference)
            self._prepare(below)
            stack.append((reference.key, below))

    @staticmethod
    def _prepare(draft: _Draft) -> None:
        draft.missing = [part for part in draft.parts if isinstance(part, Reference)]

    def _finished(self, draft: _Draft) -> Node:
        parts = (self._done[part.key] if isinstance(part, Reference) else part for part in draft.parts)
        return node(parts, draft.stream, devices=draft.devices, without=draft.without, transparent=draft.transparent)

    def _draft(self, reference: Reference) -> _Draft:
        """The draft of an object that is referred to."""
        value, kind = reference.value, reference.kind
        if isinstance(value, Stream):
            return self._stream(value, kind)
        if isinstance(value, Dictionary):
            return _Draft(self._dictionary(value, 0, kind), transparent=kind == "state" and blends(value))
        return _Draft(self._value(value, 0, top=True))

    # Values

    def _value(self, value: Any, depth: int, kind: Kind = "object", *, top: bool = False) -> Parts:
        """The source of a value; what has a number of its own in the document is referred to."""
        if depth > _DEEPEST:
            raise faults.unsupported(self.where, "An object nests too deep to be drawn")
        match value:
            case None:
                return [b"null"]
            case bool():
                return [b"true" if value else b"false"]
            case int():
                return [b"%d" % value]
            case Decimal() | float():
                return [f"{value:f}".encode("ascii")]
            case Name() | String():
                return [value.unparse()]
        if not isinstance(value, (Stream, Dictionary, Array)):
            if not top and isinstance(value, Object) and value.is_indirect:
                return [Reference(value, kind)]
            raise ValueError(f"a value of type {type(value).__name__} within an object")
        if not isinstance(value, Array) and str(value.get("/Type")) in _OUTSIDERS:
            return [b"null"]
        if not top and (value.is_indirect or isinstance(value, Stream)):
            return [Reference(value, kind)]
        if isinstance(value, Array):
            parts: Parts = [b"["]
            for one in value.as_list():
                parts += self._value(one, depth + 1)
                parts.append(b" ")
            parts.append(b"]")
            return parts
        return self._dictionary(value, depth, kind)

    def _dictionary(self, dictionary: Object, depth: int, kind: Kind) -> Parts:
        if str(dictionary.get("/Subtype")) in _FONTS:
            return self._font(dictionary, depth)
        return self._entries(dictionary, depth, {}, _STATE_LEFT_BEHIND if kind == "state" else frozenset())

    def _entries(
        self,
        dictionary: Object,
        depth: int,
        changed: Mapping[str, Parts | None],
        dropped: frozenset[str] = frozenset(),
    ) -> Parts:
        """A dictionary's source without what is left behind; `changed` replaces entries, None leaves one out."""
        parts: Parts = [b"<<"]
        for key in sorted({*dictionary.keys(), *changed}):
            if key in changed:
                value = changed[key]
            elif key in _LEFT_BEHIND or key in dropped:
                continue
            else:
                value = self._value(dictionary[key], depth + 1)
            if value is not None:
                parts += [spelt(key), b" ", *value]
        parts.append(b">>")
        return parts

    # Streams

    def _stream(self, stream: Object, kind: Kind) -> _Draft:
        if stream.get("/F") is not None:
            raise faults.unsupported(self.where, f"Object {stream.objgen[0]} lies in another file")
        if not self._layers.shows(stream.get("/OC")):
            return _Draft([_EMPTY], b"")
        subtype = str(stream.get("/Subtype"))
        if kind == "glyph":
            content = self._reader.read([stream], self._page_resources)
            return _Draft([b"<</Filter/FlateDecode>>"], content.packed, content.devices)
        if kind == "form" or subtype == "/Form" or stream.get("/PatternType") == 1:
            return self._form(stream)
        if subtype == "/PS":
            raise faults.unsupported(self.where, f"Object {stream.objgen[0]} is a program in PostScript")
        if subtype == "/Image" and (grey := self._grey(stream)):
            return grey
        filters = filters_of(stream)
        transparent = subtype == "/Image" and (
            isinstance(stream.get("/SMask"), Stream) or bool(stream.get("/SMaskInData"))
        )
        if "/Crypt" in filters or (_REPACKED.intersection(filters) and _REPACKED.issuperset(filters)):
            packed: Mapping[str, Parts | None] = {"/Filter": [b"/FlateDecode"], "/DecodeParms": None}
            data = isal_zlib.compress(stream.read_bytes(), 3)
            return _Draft(self._entries(stream, 0, packed), data, transparent=transparent)
        if filters == ["/FlateDecode"] and stream.get("/DecodeParms") is None:
            # Reading it through shows damage now and not on the press.
            raw, plain = inflated(stream)
            return _Draft(self._entries(stream, 0, {}), raw or isal_zlib.compress(plain, 3), transparent=transparent)
        return _Draft(self._entries(stream, 0, {}), stream.read_raw_bytes(), transparent=transparent)

    def _form(self, stream: Object) -> _Draft:
        """A form or a tiling pattern. One without resources of its own draws on the page's, as old programs wrote."""
        own = stream.get("/Resources")
        if not isinstance(own, Dictionary):
            self._page_bound = True
            own = self._page_resources
        content = self._reader.read([stream], own)
        resources = self._resources(own, content, {})
        changed: dict[str, Parts | None] = {
            "/Resources": resources.parts,
            "/Filter": [b"/FlateDecode"],
            "/DecodeParms": None,
            "/Type": [b"/Pattern" if stream.get("/PatternType") == 1 else b"/XObject"],
        }
        if stream.get("/PatternType") != 1:
            changed["/Subtype"] = [b"/Form"]
        group = stream.get("/Group")
        if isinstance(group, Dictionary):
            changed["/Group"] = self._group(group)
        parts = self._entries(stream, 0, changed)
        return _Draft(parts, content.packed, resources.devices, resources.without, resources.transparent)

    def page_group(self, group: Dictionary) -> Node:
        """A page's transparency group, which nothing outside the page blends into."""
        parts = self._group(group)
        return self._made(_Draft([b"<</I true", *parts[1:]] if b"/I" not in parts else parts))

    def _group(self, group: Dictionary) -> Parts:
        """A transparency group's source, in grey where all is."""
        grey = self._policy == "grey" and group.get("/CS") is not None
        return self._entries(group, 0, {"/CS": [b"/DeviceGray"]} if grey else {})

    def _grey(self, image: Object) -> _Draft | None:
        """An image turned grey; None where it stays as it is."""
        if self._policy != "grey" or (pixels := grey_image(image)) is None:
            return None
        changed: dict[str, Parts | None] = {
            "/ColorSpace": [b"/DeviceGray"],
            "/BitsPerComponent": [b"8"],
            "/Filter": [b"/FlateDecode"],
            "/DecodeParms": None,
            "/Decode": None,
        }
        data = isal_zlib.compress(pixels.tobytes(), 3)
        return _Draft(self._entries(image, 0, changed), data, transparent=isinstance(image.get("/SMask"), Stream))

    # Fonts

    def _font(self, font: Object, depth: int) -> Parts:
        """A font's dictionary. Raises `SpoolError` E6403 when a press would have to find the font itself."""
        if str(font.get("/Subtype")) == "/Type3":
            return self._drawn_font(font, depth)
        if not is_embedded(font):
            raise faults.not_embedded(self.where, str(font.get("/BaseFont", "/?")).removeprefix("/"))
        return self._entries(font, depth, {})

    def _drawn_font(self, font: Object, depth: int) -> Parts:
        """A font whose glyphs are content streams; all that its resources name comes along."""
        glyphs, own = font.get("/CharProcs"), font.get("/Resources")
        if not isinstance(glyphs, Dictionary):
            raise ValueError("a font without glyphs")
        procedures: Parts = [b"<<"]
        for key in sorted(glyphs.keys()):
            procedures += [spelt(key), b" ", *self._value(glyphs[key], depth + 1, "glyph")]
        procedures.append(b">>")
        resources = self._resources(own if isinstance(own, Dictionary) else self._page_resources, None, {})
        return self._entries(font, depth, {"/CharProcs": procedures, "/Resources": resources.parts})

    # Resources

    def _resources(self, resources: Dictionary, content: Content | None, more: Mapping[str, Object]) -> _Draft:
        """A resource dictionary of what content may use (None for all), and `more` forms by name."""
        parts: Parts = [b"<<"]
        without: set[str] = set()
        transparent = False
        for category in CATEGORIES:
            found = resources.get(category)
            entries: Parts = []
            if isinstance(found, Dictionary):
                used = {key: found[key] for key in sorted(found.keys()) if is_used(category, key, content)}
                if category == "/Font" and content is not None:
                    used = without_habits(used, content)
                for key, value in used.items():
                    if category == "/ExtGState" and isinstance(value, Dictionary):
                        transparent = transparent or blends(value)
                    entries += [spelt(key), b" ", *self._named(category, value)]
            if category == "/XObject":
                for key, value in more.items():
                    entries += [spelt(key), b" ", *self._value(value, 0, "form")]
            if category == "/ColorSpace":
                kept = found if isinstance(found, Dictionary) else Dictionary()
                entries += self._default_spaces(kept, without)
            if entries:
                parts += [category.encode("ascii"), b"<<", *entries, b">>"]
        if content is not None:
            parts += inert_properties(resources, content)
        parts.append(b">>")
        return _Draft(parts, None, content.devices if content else frozenset(), frozenset(without), transparent)

    def _named(self, category: str, value: Any) -> Parts:
        kinds: Mapping[str, Kind] = {"/ExtGState": "state"}
        if category in ("/XObject", "/Font", "/ExtGState", "/Shading", "/Pattern"):
            if not isinstance(value, (Dictionary, Stream)):
                raise ValueError(f"an entry of {category[1:]} is no dictionary")
            if category == "/XObject" and not isinstance(value, Stream):
                raise ValueError("an entry of XObject is no stream")
        return self._value(value, 0, kinds.get(category, "object"))

    def _default_spaces(self, known: Dictionary, without: set[str]) -> Parts:
        """What device colours are to mean. Where all becomes grey, it is the grey of the press."""
        if self._policy == "grey":
            return []
        entries: Parts = []
        for device, key in DEFAULTS.items():
            if (own := known.get(key)) is not None:
                entries += [key.encode("ascii"), b" ", *self._value(own, 0)]
            elif (given := self._defaults.get(device)) is not None:
                entries += [key.encode("ascii"), b" ", given]
            else:
                continue
            without.add(device)
        return entries
