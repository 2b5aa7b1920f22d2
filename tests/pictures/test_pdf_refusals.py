"""PDF: what a press would show otherwise than its author saw it, or can't read, is refused by name."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String

from layouts.errors import LayoutError
from tests.pictures.conftest import Load, Refuse
from tests.pictures.pages import CORNERS, add, image, layered, letterhead, new_page, page
from tests.pictures.paper import saved

SET = b"BT /F 12 Tf (Acme) Tj ET"


def font(**entries: Any) -> Dictionary:
    made = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Acme-Sans"))
    for key, value in entries.items():
        made[f"/{key}"] = value
    return made


def with_font(made: Dictionary, content: bytes = SET) -> Pdf:
    pdf = new_page(content)
    pdf.pages[0].Resources.Font = Dictionary(F=pdf.make_indirect(made))
    return pdf


@pytest.mark.parametrize(
    "made",
    [
        font(),
        font(FontDescriptor=Dictionary(Type=Name.FontDescriptor, Flags=32)),
        font(Subtype=Name.Type0, DescendantFonts=Array([Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2)])),
        font(Subtype=Name.Type0),
    ],
)
def test_a_font_that_is_not_embedded_is_refused_by_name(refuse: Refuse, made: Dictionary) -> None:
    fault = refuse(saved(with_font(made)))
    assert fault.code == "E4085"
    assert "Acme-Sans" in fault.message


def test_a_font_is_found_within_a_form(refuse: Refuse) -> None:
    pdf = new_page(b"/A Do")
    resources = Dictionary(Font=Dictionary(F=font()))
    box = Array([0, 0, 9, 9])
    form = add(pdf, SET, Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=resources)
    pdf.pages[0].Resources.XObject = Dictionary(A=form)
    assert refuse(saved(pdf)).code == "E4085"


def test_a_font_that_sets_nothing_is_let_go(load: Load) -> None:
    picture = load(saved(with_font(font(), b"BT /F 12 Tf 14 TL ET q BT /F 9 Tf ET Q " + CORNERS)))
    assert picture.forms[0].objects == ()
    assert picture.forms[0].resources == (b"<<>>",)


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_file_is_refused(refuse: Refuse, password: str) -> None:
    out = io.BytesIO()
    new_page(CORNERS).save(out, encryption=pikepdf.Encryption(owner="owner", user=password))
    assert refuse(out.getvalue()).code == "E4083"


def test_a_page_that_is_not_there_is_refused(refuse: Refuse) -> None:
    for number in (0, 2, -1):
        fault = refuse(page(CORNERS), page=number)
        assert fault.code == "E4080"
        assert "1 page" in fault.message


@pytest.mark.parametrize(("off", "state"), [([0], "/ON"), ([1], "/ON"), ([], "/OFF")])
def test_a_hidden_layer_is_refused(refuse: Refuse, off: list[int], state: str) -> None:
    fault = refuse(layered(off, state))
    assert fault.code == "E4084"
    assert "Layer" in fault.message


@pytest.mark.parametrize(
    ("policy", "hidden"), [("/AnyOn", False), ("/AllOn", True), ("/AnyOff", False), ("/AllOff", True)]
)
def test_a_membership_of_layers_hides_by_its_own_rule(load: Load, refuse: Refuse, policy: str, hidden: bool) -> None:
    pdf = pikepdf.open(io.BytesIO(layered([])))
    groups = pdf.Root.OCProperties.OCGs
    pdf.Root.OCProperties.D = Dictionary(BaseState=Name.OFF, ON=Array([groups[0]]))
    member = Dictionary(Type=Name.OCMD, OCGs=Array([groups[0], groups[1]]), P=Name(policy))
    del pdf.pages[0].Resources.XObject.Logo.OC
    pdf.pages[0].Resources.Properties = Dictionary(L0=pdf.make_indirect(member))
    if hidden:
        assert refuse(saved(pdf)).code == "E4084"
    else:
        load(saved(pdf))


def test_a_formula_of_layers_is_refused(refuse: Refuse) -> None:
    pdf = pikepdf.open(io.BytesIO(layered([])))
    member = Dictionary(Type=Name.OCMD, VE=Array([Name.Not, pdf.Root.OCProperties.OCGs[0]]))
    pdf.pages[0].Resources.Properties = Dictionary(L0=pdf.make_indirect(member))
    assert refuse(saved(pdf)).code == "E4084"


@pytest.mark.parametrize(
    ("kind", "flags", "refused"),
    [
        (Name.Stamp, 4, True),
        (Name.FreeText, 4 | 64, True),
        (Name.Stamp, 0, False),
        (Name.Stamp, 4 | 2, False),
        (Name.Link, 4, False),
        (Name.Popup, 4, False),
    ],
)
def test_what_is_printed_over_a_page_is_refused(
    load: Load, refuse: Refuse, kind: Name, flags: int, refused: bool
) -> None:
    pdf = new_page(CORNERS)
    look = add(pdf, b"1 0 0 rg 0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    note = Dictionary(Subtype=kind, F=flags, Rect=Array([0, 0, 9, 9]), AP=Dictionary(N=look))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
    if refused:
        assert refuse(saved(pdf)).code == "E4084"
    else:
        assert load(saved(pdf)).name == load(page(CORNERS)).name


def test_parts_in_other_files_are_refused(refuse: Refuse) -> None:
    pdf = new_page(b"/I Do")
    outside = add(pdf, b"", **image(1, 1, Name.DeviceGray), F=String("logo.raw"))
    pdf.pages[0].Resources.XObject = Dictionary(I=outside)
    assert refuse(saved(pdf)).code == "E4084"


@pytest.mark.parametrize(
    ("said", "entries"),
    [
        (b"/Gone Do", {}),
        (b"BT /Gone 9 Tf (x) Tj ET", {}),
        (b"/Gone gs", {}),
        (b"1 0 0 1 cm", {}),
        (b"/Gone cs", {}),
        (b"(open", {}),
        (b"0 g", {"MediaBox": Array([0, 0, 100])}),
        (b"0 g", {"MediaBox": Array([0, 0, 0, 100])}),
        (b"0 g", {"CropBox": Array([200, 200, 300, 300])}),
        (b"0 g", {"Rotate": 45}),
    ],
)
def test_a_broken_page_is_refused(refuse: Refuse, said: bytes, entries: dict[str, Any]) -> None:
    assert refuse(page(said, **entries)).code == "E4082"


def test_a_packed_stream_that_does_not_unpack_is_refused(refuse: Refuse) -> None:
    pdf = new_page(b"/I Do")
    broken = add(pdf, b"not deflated", **image(1, 1, Name.DeviceGray), Filter=Name.FlateDecode)
    pdf.pages[0].Resources.XObject = Dictionary(I=broken)
    assert refuse(saved(pdf)).code == "E4082"


def test_a_file_that_ends_early_is_refused(refuse: Refuse) -> None:
    whole = letterhead()
    for length in (8, 200, len(whole) // 2, len(whole) - 40):
        assert refuse(whole[:length]).code == "E4082"


@settings(max_examples=100)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_by_name(load: Load, data: st.DataObject) -> None:
    whole = bytearray(_SUBJECT)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(9, len(whole) - 1))
        whole[at] = data.draw(st.sampled_from([*b"0 9/<[(R", whole[at] ^ 1]))
    outcome = "read"
    try:
        load(bytes(whole), colour=data.draw(st.sampled_from(["keep", "grey"])))
    except LayoutError as fault:
        outcome = fault.code
    assert outcome in ("read", "E4081", "E4082", "E4083", "E4084", "E4085")


def _subject() -> bytes:
    """A page with a bit of everything, unpacked, so that damage strikes what is said."""
    pdf = pikepdf.open(io.BytesIO(layered([])))
    leaf = pdf.pages[0]
    ramp = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1, C0=Array([1, 0, 0]), C1=Array([0, 0, 1]))
    shading = Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 9, 0]), Function=ramp)
    palette = Array([Name.Indexed, Name.DeviceRGB, 1, String("abcdef")])
    mask = add(pdf, b"ab", **image(2, 1, Name.DeviceGray))
    leaf.Resources.XObject["/I"] = add(pdf, b"\0\1", **image(2, 1, palette), SMask=mask)
    leaf.Resources.Pattern = Dictionary(P=Dictionary(PatternType=2, Shading=shading))
    leaf.Resources.ExtGState = Dictionary(G=Dictionary(ca=0.5, BM=Array([Name.Multiply])))
    leaf.obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
    leaf.Contents = add(
        pdf, b"/G gs /OC /L0 BDC 1 0 0 rg 9 9 9 9 re f EMC /Logo Do /I Do /Pattern cs /P scn 0 0 9 9 re f"
    )
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


_SUBJECT = _subject()
