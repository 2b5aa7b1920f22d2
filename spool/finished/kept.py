"""How the page store keeps finished pages: their content with the page set, what they draw on as records of its own.

All that a page's resources refer to is one record, under the digest of the resources; streams in it that are long are
records too, under the hash of their bytes. So fonts and images are kept once, whichever documents bring them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from layouts.pageset import FormXObject, PageSet, PdfObject, PdfSource
from spool.container import pack

_LONG_BYTES: Final = 1024
_DIGEST_BYTES: Final = 32

Fetch = Callable[[str], tuple[dict[str, Any], list[bytes]]]


def records(page_set: PageSet) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What must be kept before the page set: key, and what makes the record; those of streams before those that name
    them."""
    seen: set[str] = set()
    for form in page_set.forms.values():
        key = _key(form)
        if key in seen:
            continue
        seen.add(key)
        for held in form.objects:
            if held.stream is not None and len(held.stream) >= _LONG_BYTES:
                yield _stream_key(held.stream), _packed_stream(held.stream)
        yield key, _packed_objects(key, form.objects)


def describe(page_set: PageSet) -> tuple[dict[str, Any], list[bytes]]:
    """What the page set's own record says of its finished pages, and the parts that go with it."""
    if not page_set.draws:
        return {}, []
    forms = sorted(page_set.forms.values(), key=lambda form: form.name)
    told = [[form.name, form.bbox_pt, _key(form)] for form in forms]
    return (
        {"draws": page_set.draws, "devices": page_set.devices, "own": told},
        [form.content for form in forms],
    )


def forms(
    description: dict[str, Any], contents: list[bytes], fetch: Callable[[str], tuple[PdfObject, ...]]
) -> dict[str, FormXObject]:
    """The forms of finished pages by name; `fetch` finds what each draws on."""
    found: dict[str, FormXObject] = {}
    for (name, bbox, key), content in zip(description.get("own", ()), contents, strict=True):
        objects = fetch(key)
        x0, y0, x1, y1 = bbox
        found[name] = FormXObject(name, (x0, y0, x1, y1), content, (len(objects) - 1,), objects)
    return found


def objects_of(record: tuple[dict[str, Any], list[bytes]], fetch: Fetch) -> tuple[PdfObject, ...]:
    """What a page draws on, from its record; `fetch` finds the records of streams."""
    description, (digests, *short) = record
    streams = iter(short)
    held: list[PdfObject] = []
    for place, (source, where) in enumerate(description["objects"]):
        stream: bytes | None = None
        if where is not None:
            stream = fetch(where)[1][0] if where else next(streams)
        digest = digests[place * _DIGEST_BYTES : (place + 1) * _DIGEST_BYTES]
        held.append(PdfObject(_unpacked(source), stream, digest))
    return tuple(held)


def _key(form: FormXObject) -> str:
    """Finished pages draw on the last of the objects that they bring: their resources."""
    return form.objects[-1].digest.hex()


def _stream_key(stream: bytes) -> str:
    return hashlib.sha256(b"stream:" + stream).hexdigest()


def _packed_stream(stream: bytes) -> Callable[[], bytes]:
    return lambda: pack({"name": _stream_key(stream)}, [stream])


def _packed_objects(key: str, objects: tuple[PdfObject, ...]) -> Callable[[], bytes]:
    def packed() -> bytes:
        told: list[list[Any]] = []
        short: list[bytes] = []
        for held in objects:
            where: str | None = None
            if held.stream is not None:
                where = _stream_key(held.stream) if len(held.stream) >= _LONG_BYTES else ""
                short += [] if where else [held.stream]
            told.append([_packed(held.source), where])
        return pack({"name": key, "objects": told}, [b"".join(held.digest for held in objects), *short])

    return packed


def _packed(source: PdfSource) -> list[str | int]:
    """JSON has no bytes, so each byte is the character of the same number."""
    return [part if isinstance(part, int) else part.decode("latin-1") for part in source]


def _unpacked(source: list[str | int]) -> PdfSource:
    return tuple(part if isinstance(part, int) else part.encode("latin-1") for part in source)
