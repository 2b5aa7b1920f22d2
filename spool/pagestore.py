"""The page store: every document's pages, kept once, under the key of what they were made from."""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sized
from functools import lru_cache
from pathlib import Path
from typing import Any

from layouts.pageset import FormXObject, ImageXObject, PageSet, PdfObject, PdfSource
from spool.atomic import disk_error, write_whole
from spool.container import Damaged, pack, unpack
from spool.finished.kept import describe, objects_of
from spool.finished.kept import forms as finished_forms
from spool.finished.kept import records as shared_records
from spool.job import SpoolError
from spool.lots import Lots

_KEY = re.compile(r"[0-9a-f]{64}")
_RESOURCE = re.compile(r"[XI][0-9a-f]{12}")
_RESOURCES_IN_MEMORY = 256
_OBJECTS_IN_MEMORY = 16  # They hold fonts and images, all of them.
_KEPT_REMEMBERED = 4096
_LOT, _LOT_BYTES = 64, 8 << 20
_TYPESET_AGAIN = "Typeset the document again: that puts sound pages in their place."

_Part = tuple[dict[str, Any], list[bytes]]
_Stamp = tuple[int, int, int] | None


class PageStore:
    """Page sets in lots below `root`; several processes and machines may share one store.

    A lot is one file of many page sets, written once and never changed; forms and images are files of their own,
    shared by all page sets. Every read is checked against a checksum: what comes back is what was put, or a
    `SpoolError`:

    E6101 a key is malformed, E6102 no such page set, E6103 it is damaged, E6104 a key is taken by other content;
    E6001…E6004 for the disk (see `spool.atomic`).
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._base = os.fspath(root)
        self._lots = Lots(f"{self._base}/lots")
        self._form: Callable[[str], FormXObject] = lru_cache(_RESOURCES_IN_MEMORY)(self._read_form)
        self._image: Callable[[str], ImageXObject] = lru_cache(_RESOURCES_IN_MEMORY)(self._read_image)
        self._objects: Callable[[str], tuple[PdfObject, ...]] = lru_cache(_OBJECTS_IN_MEMORY)(self._read_objects)
        self._kept: set[str] = set()
        self._written: dict[str, tuple[FormXObject | ImageXObject, _Stamp]] = {}

    def __reduce__(self) -> tuple[type[PageStore], tuple[Path]]:
        """Workers of a process pool get the place, not the memory."""
        return PageStore, (self.root,)

    def __contains__(self, key: object) -> bool:
        """Whether a page set lies under `key`. Its bytes are checked by `get`, not here."""
        if not isinstance(key, str) or _KEY.fullmatch(key) is None:
            return False
        name = bytes.fromhex(key)
        if any(True for _ in self._lots.find(name)):
            return True
        self._lots.refresh()
        return any(True for _ in self._lots.find(name))

    def put(self, page_set: PageSet) -> str:
        """Keep one page set and return its key. It is a lot of its own: `put_all` keeps many at a tenth of the cost."""
        (key,) = self.put_all((page_set,))
        return key

    def put_all(self, page_sets: Iterable[PageSet]) -> list[str]:
        """Keep page sets and return their keys in order; what is there already stays, a damaged one is replaced.

        The forms and images are written first, so a page set that can be read never lacks one. `page_sets` is read as
        the writing gets on, so that they need not all fit in memory. After an error some may be kept: put them all
        again.
        """
        keys: list[str] = []
        lot: dict[str, bytes] = {}
        size = number = 0
        for page_set in page_sets:
            key = _checked(page_set.key, _KEY)
            if not page_set.draws:
                for form in page_set.forms.values():
                    self._put_resource(form)
            for image in page_set.images.values():
                self._put_resource(image)
            if not lot:
                size, number = 0, self._lots.refresh()
            if page_set.draws:
                size += self._add_shared(page_set, lot)
            packed = _pack_pages(page_set)
            if self._is_new(key, packed, lot.get(key)):
                lot[key] = packed
                size += len(packed)
            keys.append(key)
            if len(lot) >= _LOT or size >= _LOT_BYTES:
                self._write(lot, number)
                lot.clear()
        if lot:
            self._write(lot, number)
        return keys

    def get(self, key: str) -> PageSet:
        """The page set under `key`, equal to what was put."""
        description, parts = self._read_pages(_checked(key, _KEY))
        own = len(description.get("own", ()))
        pages = parts[description["fonts"] : len(parts) - own]
        forms = {name: self._form(name) for name in description["forms"]}
        if own:
            forms = finished_forms(description, parts[-own:], self._objects)
        return PageSet(
            key=key,
            layout=description["layout"],
            width_pt=description["width_pt"],
            height_pt=description["height_pt"],
            pages=tuple(pages),
            glyphs=dict(zip(description["glyphs"], map(_unpack_glyphs, parts), strict=False)),
            forms=forms,
            images={name: self._image(name) for name in description["images"]},
            stocks=tuple(description.get("stocks", ())),
            draws=tuple(description.get("draws", ())),
            devices=tuple(description.get("devices", ())),
        )

    def _add_shared(self, page_set: PageSet, lot: dict[str, bytes]) -> int:
        """Put what finished pages draw on into the lot before them, unless it is kept; returns its size."""
        size = 0
        for key, make in shared_records(page_set):
            if key in self._kept or key in lot:
                continue
            packed = make()
            if self._is_new(key, packed):
                lot[key] = packed
                size += len(packed)
        return size

    def _read_objects(self, key: str) -> tuple[PdfObject, ...]:
        return objects_of(self._read_pages(_checked(key, _KEY)), self._read_pages)

    def _is_new(self, key: str, packed: bytes, beside: bytes | None = None) -> bool:
        """Whether `packed` must be written: nothing sound lies under `key`, here or `beside`. E6104 if other content
        does."""
        if beside is not None:
            return not _is_kept(beside, packed, key, self._base)
        return not any(_is_kept(found.data, packed, key, found.path) for found in self._lots.find(bytes.fromhex(key)))

    def _write(self, lot: Mapping[str, bytes], number: int) -> None:
        with self._lots.new({bytes.fromhex(key): packed for key, packed in lot.items()}) as file:
            while not file.publish(number):
                # What another process brought may have our keys: the same content twice does no harm.
                number = self._lots.refresh()
                for key, packed in lot.items():
                    self._is_new(key, packed)
        if len(self._kept) >= _KEPT_REMEMBERED:
            self._kept.clear()
        self._kept.update(lot)

    def _read_pages(self, key: str) -> _Part:
        name = bytes.fromhex(key)
        fault: tuple[str, Damaged] | None = None
        known = -1
        while known != self._lots.next:
            known = self._lots.next
            for found in self._lots.find(name):
                try:
                    return _unpacked(found.data, key)
                except Damaged as damage:
                    fault = found.path, damage
            self._lots.refresh()
        if fault is not None:
            raise _damaged(key, *fault)
        if self._lots.damaged:
            message = f"The page store has nothing under {key}, unless it lies in a lot that is damaged"
            raise SpoolError("E6103", message, place=next(iter(self._lots.damaged)), remedy=_TYPESET_AGAIN)
        raise _absent(key, f"{self._base}/lots")

    def _put_resource(self, resource: FormXObject | ImageXObject) -> None:
        # Thousands of page sets bring the same letterhead: its file is read again only when it has changed.
        path = self._resource_path(_checked(resource.name, _RESOURCE))
        known = self._written.get(resource.name)
        if known is not None and known == (resource, _stamp(path)):
            return
        # Two writers may come here with one form: both write the same bytes, and the second rename changes nothing.
        packed = _pack_form(resource) if isinstance(resource, FormXObject) else _pack_image(resource)
        _keep(path, packed, resource.name)
        if len(self._written) >= _RESOURCES_IN_MEMORY:
            self._written.clear()
        self._written[resource.name] = (resource, _stamp(path))

    def _read_form(self, name: str) -> FormXObject:
        description, (content, *streams) = _read(self._resource_path(_checked(name, _RESOURCE)), name)
        x0, y0, x1, y1 = description["bbox_pt"]
        held = iter(streams)
        objects = tuple(
            PdfObject(_unpack_source(source), next(held) if streamed else None)
            for source, streamed in description.get("objects", ())
        )
        return FormXObject(name, (x0, y0, x1, y1), content, _unpack_source(description.get("resources", ())), objects)

    def _read_image(self, name: str) -> ImageXObject:
        description, (data,) = _read(self._resource_path(_checked(name, _RESOURCE)), name)
        return ImageXObject(
            name=name,
            width_px=description["width_px"],
            height_px=description["height_px"],
            colour_space=description["colour_space"],
            bits=description["bits"],
            filter=description["filter"],
            data=data,
            decode=tuple(description.get("decode", ())),
            soft_mask=description.get("soft_mask", ""),
        )

    def _resource_path(self, name: str) -> str:
        return f"{self._base}/resources/{name[1:3]}/{name}"


def _checked(key: str, pattern: re.Pattern[str]) -> str:
    """`key` if it is well-formed: it becomes a file name, so nothing else may pass."""
    if pattern.fullmatch(key) is None:
        remedy = "Give the key as the page set bears it: keys are made by the typesetting, never by hand."
        raise SpoolError("E6101", f"The page store's keys do not look like {key!r}", place=key, remedy=remedy)
    return key


def _pack_pages(page_set: PageSet) -> bytes:
    fonts = sorted(page_set.glyphs)
    finished, contents = describe(page_set)
    description = {
        "name": page_set.key,
        "layout": page_set.layout,
        "width_pt": page_set.width_pt,
        "height_pt": page_set.height_pt,
        "fonts": len(fonts),
        "glyphs": fonts,
        "forms": [] if finished else sorted(page_set.forms),
        "images": sorted(page_set.images),
        **_told(stocks=page_set.stocks),
        **finished,
    }
    return pack(description, [*(_pack_glyphs(page_set.glyphs[font]) for font in fonts), *page_set.pages, *contents])


def _pack_form(form: FormXObject) -> bytes:
    description = {
        "name": form.name,
        "bbox_pt": form.bbox_pt,
        **_told(
            resources=_pack_source(form.resources),
            objects=[[_pack_source(each.source), each.stream is not None] for each in form.objects],
        ),
    }
    return pack(description, [form.content, *(each.stream for each in form.objects if each.stream is not None)])


def _pack_image(image: ImageXObject) -> bytes:
    description = {
        "name": image.name,
        "width_px": image.width_px,
        "height_px": image.height_px,
        "colour_space": image.colour_space,
        "bits": image.bits,
        "filter": image.filter,
        **_told(decode=image.decode, soft_mask=image.soft_mask),
    }
    return pack(description, [image.data])


def _told(**fields: Sized) -> dict[str, Sized]:
    """The fields that hold something: what most resources lack is not written, as in files from before it existed."""
    return {field: value for field, value in fields.items() if len(value)}


def _pack_source(source: PdfSource) -> list[str | int]:
    """JSON has no bytes, so each byte is the character of the same number."""
    return [part if isinstance(part, int) else part.decode("latin-1") for part in source]


def _unpack_source(source: Iterable[str | int]) -> PdfSource:
    return tuple(part if isinstance(part, int) else part.encode("latin-1") for part in source)


def _pack_glyphs(glyphs: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(glyphs)}H", *glyphs)


def _unpack_glyphs(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 2}H", data)


def _keep(path: str, packed: bytes, name: str) -> None:
    """Write `packed` unless it lies there already. A sound file is never overwritten."""
    present = _bytes_of(path)
    if present is not None and _is_kept(present, packed, name, path):
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError as error:
        raise disk_error(error, path) from error
    write_whole(path, packed)


def _is_kept(present: bytes, packed: bytes, name: str, place: str) -> bool:
    """Whether `present` is as good as `packed`; False if it is damaged. E6104 if it is other content."""
    if present == packed:
        return True
    try:
        kept = _unpacked(present, name)
    except Damaged:
        return False
    if _same_content(kept, unpack(packed)):
        return True
    remedy = (
        "Give the changed layout, font or image a new version, so that its pages get a key of their own; "
        "what was printed from the kept pages must stay provable."
    )
    raise SpoolError("E6104", f"Other content is already kept under the key {name}", place=place, remedy=remedy)


def _unpacked(data: bytes, name: str) -> _Part:
    """Description and parts. Raises `Damaged`, also for what bears another name."""
    description, parts = unpack(data)
    if description["name"] != name:
        raise Damaged(f"it holds {description['name']}")
    return description, parts


def _same_content(kept: _Part, new: _Part) -> bool:
    """Whether two files differ in nothing but how they were deflated, as after a new version of the compressor."""
    return kept[0] == new[0] and len(kept[1]) == len(new[1]) and all(map(_inflate_alike, kept[1], new[1]))


def _inflate_alike(one: bytes, other: bytes) -> bool:
    try:
        return one == other or zlib.decompress(one) == zlib.decompress(other)
    except zlib.error:
        return False


def _stamp(path: str) -> _Stamp:
    """What changes when a file is replaced, cut or removed: inode, size, time of change."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _bytes_of(path: str) -> bytes | None:
    """The file's bytes, or None if there is no file. Plain system calls: one document in a batch is one call here."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            size = os.fstat(handle).st_size
            data = os.read(handle, size)
            while len(data) < size and (more := os.read(handle, size - len(data))):
                data += more
        finally:
            os.close(handle)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error, path) from error
    return data


def _read(path: str, name: str) -> _Part:
    data = _bytes_of(path)
    if data is None:
        raise _absent(name, path)
    try:
        return _unpacked(data, name)
    except Damaged as damage:
        raise _damaged(name, path, damage) from damage


def _absent(name: str, place: str) -> SpoolError:
    return SpoolError("E6102", f"The page store has nothing under {name}", place=place, remedy=_TYPESET_AGAIN)


def _damaged(name: str, place: str, damage: Damaged) -> SpoolError:
    message = f"What the page store has under {name} is damaged: {damage}"
    return SpoolError("E6103", message, place=place, remedy=_TYPESET_AGAIN)
