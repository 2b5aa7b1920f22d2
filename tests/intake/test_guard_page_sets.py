"""Page sets of finished PDFs go over the wire unchanged, and what repeats goes once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.pageset import FormXObject, ImageXObject, PageSet, PdfObject
from mailroom.intake.guard.page_set_wire import Packer, Unpacker

SOURCES = st.lists(st.one_of(st.binary(max_size=20), st.integers(0, 9)), max_size=4).map(tuple)
OBJECTS = st.builds(
    PdfObject,
    source=SOURCES,
    stream=st.one_of(st.none(), st.binary(max_size=40)),
    digest=st.sampled_from([b"", b"\x01" * 32, b"\x02" * 32]),
)
FIGURES = st.floats(-1e6, 1e6)


def distinct(objects: list[PdfObject]) -> tuple[PdfObject, ...]:
    """A digest stands for one content."""
    by_digest: dict[tuple[bytes, object], PdfObject] = {}
    return tuple(by_digest.setdefault((each.digest, each.source if each.digest else each), each) for each in objects)


@st.composite
def page_sets(draw: st.DrawFn) -> list[PageSet]:
    """Some page sets whose forms share objects."""
    pool = distinct(draw(st.lists(OBJECTS, min_size=1, max_size=5)))
    found = []
    for number in range(draw(st.integers(1, 4))):
        names = [f"P{number:039x}{place:x}" for place in range(draw(st.integers(1, 3)))]
        forms = {
            name: FormXObject(
                name,
                (draw(FIGURES), draw(FIGURES), draw(FIGURES), draw(FIGURES)),
                draw(st.binary(max_size=50)),
                draw(SOURCES),
                tuple(draw(st.lists(st.sampled_from(pool), max_size=5))),
            )
            for name in names
        }
        pages = tuple(draw(st.binary(max_size=50)) for _ in names)
        devices: Any = draw(st.sampled_from([(), ("DeviceRGB",), ("DeviceCMYK", "DeviceRGB")]))
        found.append(
            PageSet(f"{number:064x}", "finished", 595.0, 842.5, pages, {}, forms, {}, (), tuple(names), devices)
        )
    return found


def sent(page_set: PageSet, packer: Packer) -> tuple[Any, tuple[bytes, ...]]:
    result = packer.pack(page_set)
    return json.loads(json.dumps(result.value)), tuple(result.parts)


@given(page_sets())
def test_page_sets_come_out_as_they_went_in(found: list[PageSet]) -> None:
    packer, unpacker = Packer(), Unpacker()
    assert [unpacker.unpack(*sent(each, packer)) for each in found] == found


def letter(number: int, font: bytes) -> PageSet:
    name = f"P{number:040x}"
    form = FormXObject(name, (0, 0, 9, 9), b"content", (b"<</F ", 0, b">>"), (PdfObject((b"<<>>",), font, b"d" * 32),))
    return PageSet("0" * 64, "finished", 595, 842, (b"draw",), {}, {name: form}, {}, (), (name,), ())


def test_a_font_is_sent_once_for_all_documents_and_kept_once() -> None:
    packer, unpacker = Packer(), Unpacker()
    font = b"f" * 100_000
    answers = [sent(letter(number, font), packer) for number in range(50)]
    assert sum(len(part) for _, parts in answers for part in parts) < 1.1 * len(font)
    found = [unpacker.unpack(*answer) for answer in answers]
    assert len({id(form.objects[0].stream) for each in found for form in each.forms.values()}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"key": "short"},
        {"pages": [99]},
        {"pages": ["0"]},
        {"draws": ["Pabsent"]},
        {"width_pt": -1.0},
        {"width_pt": float("nan")},
        {"devices": ["DeviceN"]},
        {"layout": "../x"},
        {"extra": 1},
        {"new_objects": [{"source": [None], "stream": None, "digest": ""}]},
        {"forms": [{"name": "P /x", "bbox_pt": [0, 0, 1, 1], "content": 0, "resources": [], "objects": []}]},
        {"forms": [{"name": "Px", "bbox_pt": [0, 0, 1], "content": 0, "resources": [], "objects": []}]},
        {"forms": [{"name": "Px", "bbox_pt": [0, 0, 1, 1], "content": 0, "resources": [], "objects": [7]}]},
    ],
)
def test_what_is_no_page_set_is_refused(change: dict[str, Any]) -> None:
    value, parts = sent(letter(1, b"font"), Packer())
    with pytest.raises((ValueError, IndexError)):
        Unpacker().unpack({**value, **change}, parts)


def test_only_finished_pages_are_sent() -> None:
    image = ImageXObject("I0", 1, 1, "DeviceGray", 8, "FlateDecode", b"")
    own = PageSet("0" * 64, "invoice", 595, 842, (b"",), {}, {}, {"I0": image})
    with pytest.raises(ValueError, match="finished pages"):
        Packer().pack(own)
