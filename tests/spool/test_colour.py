"""Device colours are found wherever a form can ask for them, and nowhere else."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from layouts.pageset import PdfObject
from spool.colour import content_colours, device_colours
from tests.spool.page_sets import form

RGB, CMYK = {"DeviceRGB"}, {"DeviceCMYK"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"0 g 0 0 1 1 re f", set()),
        (b"1 0 0 rg 0 0 1 1 re f", RGB),
        (b"1 0 0 RG", RGB),
        (b"0 0 0 1 k", CMYK),
        (b"0 0 0 1 K", CMYK),
        (b"0 0 0 1 k 1 0 0 rg", RGB | CMYK),
        (b"/DeviceRGB cs 1 0 0 sc", RGB),
        (b"/DeviceCMYK CS", CMYK),
        (b"/Cs1 cs 1 0 0 sc", set()),
        (b"(1 0 0 rg) Tj", set()),
        (rb"(a \) 1 0 0 rg (nested) k ) Tj 0 g", set()),
        (rb"(a \\) Tj 1 0 0 rg", RGB),
        (b"% 1 0 0 rg\n0 g", set()),
        (b"<72 67> Tj", set()),
        (b"[(rg) 12 (k)] TJ", set()),
        (b"/rg gs", set()),
        (b"BI /W 1 /H 1 /CS /RGB ID \x01 0 0 k \x02\nEI 0 g", RGB),
        (b"BI /W 1 /H 1 /IM true ID \x01 0 0 k \x02\nEI 0 g", set()),
        (b"BI /W 1 /H 1 /CS /G ID ((\nEI 0 0 0 1 k", CMYK),
        (b"/RGB gs", set()),
        (b"1 0 0\nrg", RGB),
        (b"0 0 1 1 re f(unfinished", set()),
    ],
)
def test_colours_of_a_content_stream(content: bytes, found: set[str]) -> None:
    assert set(content_colours(content)) == found


@pytest.mark.parametrize(
    ("resources", "held", "found"),
    [
        ((b"<</XObject<</Im ", 0, b">>>>"), PdfObject((b"<</Subtype/Image/ColorSpace/DeviceRGB>>",), b"..."), RGB),
        ((b"<</XObject<</Im ", 0, b">>>>"), PdfObject((b"<</Subtype/Image/ColorSpace/DeviceGray>>",), b"rg"), set()),
        ((b"<<>>",), PdfObject((b"<</Subtype/Form>>",), b"0 0 0 1 k"), CMYK),
        ((b"<<>>",), PdfObject((b"<</Subtype /Form/Filter/FlateDecode>>",), zlib.compress(b"1 0 0 rg")), RGB),
        ((b"<<>>",), PdfObject((b"<</Filter[/FlateDecode]/Subtype/Form>>",), zlib.compress(b"1 0 0 rg")), RGB),
        ((b"<<>>",), PdfObject((b"<</PatternType 1>>",), b"1 0 0 rg"), RGB),
        ((b"<<>>",), PdfObject((b"<</Subtype/Form/Filter/LZWDecode>>",), b"\x80"), set()),
        ((b"<<>>",), PdfObject((b"[/ICCBased ", 0, b"]"), None), set()),
        ((b"<<>>",), PdfObject((b"<</N 3/Alternate/DeviceRGB>>",), b"profile"), set()),
        ((b"<<>>",), PdfObject((b"[/Separation/Red/DeviceCMYK ", 0, b"]"), None), CMYK),
        ((b"<</ColorSpace<</DefaultRGB ", 0, b">>>>"), PdfObject((b"<</ColorSpace/DeviceRGB>>",), b"."), set()),
        ((b"<</ColorSpace<</Cs1/DeviceCMYK>>>>",), PdfObject((b"<<>>",)), CMYK),
    ],
)
def test_colours_of_what_a_form_draws_on(resources: tuple[bytes | int, ...], held: PdfObject, found: set[str]) -> None:
    assert device_colours(replace(form("0 g"), resources=resources, objects=(held,))) == found


def test_colours_of_a_form_of_ours() -> None:
    assert device_colours(form("0.2 g 0 0 1 1 re f")) == set()
    assert device_colours(form("0.2 0 0 rg 0 0 1 1 re f")) == RGB
