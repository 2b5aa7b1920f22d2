"""What shows of a finished page comes along; what hides behind it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Object, Operator, Pdf, Stream

from spool.finished.content import Content
from spool.finished.fit import Fit
from spool.icc import screen_rgb
from spool.job import SpoolError
from spool.output import OutputCondition
from tests.finished.made import L_SHAPE, differs, drawn_pdf, look, printed, reachable, saved, text_pdf, whole

SMALL = 0.0005
CMYK = OutputCondition("A press in four colours", "DeviceCMYK", screen_rgb())
RGB = OutputCondition("A press in red, green and blue", "DeviceRGB", screen_rgb())


def with_note(pdf: Pdf, content: bytes = b"0 g 0 0 10 10 re f", **entries: Any) -> Pdf:
    """The same PDF with a stamp of 10 × 10 units over (300, 100) to (400, 200) of its first page."""
    form = pdf.make_stream(content, {"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 10, 10])})
    usual = {"Subtype": Name.Stamp, "Rect": Array([300, 100, 400, 200]), "F": 4, "AP": Dictionary(N=form)}
    note = pdf.make_indirect(Dictionary({f"/{key}": value for key, value in (usual | entries).items()}))
    pdf.pages[0].obj.Annots = Array([note])
    return pdf


def dark_at(path: Path, x_pt: float, y_pt: float) -> bool:
    return bool(look(path)[int((842 - y_pt) * 100 / 72), int(x_pt * 100 / 72)] < 128)


def printed_with(pdf: Pdf, tmp_path: Path) -> Path:
    printed([whole(saved(pdf, tmp_path))], tmp_path / "out.pdf")
    return tmp_path / "out.pdf"


def test_a_stamp_that_is_printed_becomes_part_of_the_page(tmp_path: Path) -> None:
    out = printed_with(with_note(drawn_pdf(L_SHAPE)), tmp_path)
    assert dark_at(out, 350, 150)
    assert not reachable(out, lambda each: each.get("/Type") == "/Annot" or "/Annots" in each)
    assert differs(look(tmp_path / "in.pdf"), look(out)) < SMALL


def test_a_stamp_stands_right_though_the_page_left_its_space_moved(tmp_path: Path) -> None:
    out = printed_with(with_note(drawn_pdf(b"0.5 0 0 0.5 70 70 cm " + L_SHAPE)), tmp_path)
    assert differs(look(tmp_path / "in.pdf"), look(out)) < SMALL


def test_a_turned_appearance_fills_its_rectangle(tmp_path: Path) -> None:
    pdf = with_note(drawn_pdf(b""), b"0 g 0 0 10 3 re f")
    pdf.pages[0].obj.Annots[0].AP.N.Matrix = Array([0, 1, -1, 0, 0, 0])
    out = printed_with(pdf, tmp_path)
    assert differs(look(tmp_path / "in.pdf"), look(out)) < SMALL
    assert dark_at(out, 390, 150)


@pytest.mark.parametrize("entries", [{"F": 0}, {"F": 6}, {"Subtype": Name.Popup}, {"Subtype": Name.Link}])
def test_what_is_not_printed_of_annotations_stays_behind(entries: dict[str, Any], tmp_path: Path) -> None:
    assert not dark_at(printed_with(with_note(drawn_pdf(L_SHAPE), **entries), tmp_path), 350, 150)


def test_a_field_shows_the_state_it_is_in(tmp_path: Path) -> None:
    pdf = with_note(drawn_pdf(L_SHAPE), Subtype=Name.Widget, AS=Name.On)
    pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].obj.Annots)
    form = pdf.pages[0].obj.Annots[0].AP.N
    empty = pdf.make_stream(b"", form.stream_dict)
    pdf.pages[0].obj.Annots[0].AP = Dictionary(N=Dictionary(On=form, Off=empty))
    assert dark_at(printed_with(pdf, tmp_path), 350, 150)
    pdf.pages[0].obj.Annots[0].AS = Name.Off
    assert not dark_at(printed_with(pdf, tmp_path), 350, 150)


def test_scripts_actions_files_links_and_outlines_never_reach_the_print_file(tmp_path: Path) -> None:
    pdf = text_pdf([["A page with company"]])
    script = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"), Type=Name.Action))
    file = pdf.make_stream(b"attached", {"/Type": Name.EmbeddedFile})
    spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=pikepdf.String("x.xml"), EF=Dictionary(F=file)))
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([pikepdf.String("x.xml"), spec])))
    pdf.Root.AA = Dictionary(WC=script)
    page = pdf.pages[0].obj
    page.AA, page.AF = Dictionary(O=script), Array([spec])
    font = next(iter(page.Resources.Font.values()))
    font.Company, font.AA, font.Attached = script, Dictionary(O=script), file
    page.Annots = Array([Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=script, F=4)])
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Top", 0))
    out = printed_with(pdf, tmp_path)
    unwanted = {"/Action", "/EmbeddedFile", "/Filespec", "/Annot", "/Outlines"}
    assert not reachable(out, lambda each: str(each.get("/Type")) in unwanted or "/JS" in each or "/AA" in each)
    assert b"attached" not in out.read_bytes()


def layered(pdf: Pdf, *, off: bool) -> Object:
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("Copy")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group] if off else [])))
    return group


@pytest.mark.parametrize("off", [True, False])
def test_a_layer_that_is_off_stays_off(off: bool, tmp_path: Path) -> None:
    content = L_SHAPE + b"/OC /L BDC q 0 g 300 100 100 100 re f Q EMC 0.2 g 450 100 50 50 re f"
    pdf = drawn_pdf(content)
    pdf.pages[0].obj.Resources = Dictionary(Properties=Dictionary(L=layered(pdf, off=off)))
    out = printed_with(pdf, tmp_path)
    assert dark_at(out, 350, 150) is not off
    assert differs(look(tmp_path / "in.pdf"), look(out)) < SMALL
    assert not reachable(out, lambda each: each.get("/Type") == "/OCG")


@pytest.mark.parametrize(
    ("formula", "shown"), [(["/Not"], False), (["/Or"], True), (["/And"], True), (["/Not", "/Not"], True)]
)
def test_a_formula_of_layers_is_followed(formula: list[str], shown: bool, tmp_path: Path) -> None:
    pdf = with_note(drawn_pdf(b""))
    value: Object = layered(pdf, off=False)
    for operator in formula:
        value = Array([Name(operator), value])
    pdf.pages[0].obj.Annots[0].OC = Dictionary(Type=Name.OCMD, VE=value)
    assert dark_at(printed_with(pdf, tmp_path), 350, 150) is shown


def test_a_form_in_a_layer_that_is_off_is_empty(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"q 1 0 0 1 300 100 cm /Fm Do Q")
    form = pdf.make_stream(b"0 g 0 0 100 100 re f", {"/Subtype": Name.Form, "/BBox": Array([0, 0, 100, 100])})
    form.OC = layered(pdf, off=True)
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Fm=form))
    assert not dark_at(printed_with(pdf, tmp_path), 350, 150)


def test_a_form_that_draws_itself_is_refused(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"/Fm Do")
    form = pdf.make_stream(b"/Fm Do", {"/Subtype": Name.Form, "/BBox": Array([0, 0, 100, 100])})
    form.Resources = Dictionary(XObject=Dictionary(Fm=form))
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Fm=form))
    with pytest.raises(SpoolError, match=r"E6404.*refers to itself"):
        whole(saved(pdf, tmp_path))


def test_a_form_without_resources_draws_on_those_of_each_page(tmp_path: Path) -> None:
    pdf = text_pdf([["The first"], ["The second"]])
    form = pdf.make_stream(b"BT /T 30 Tf 300 100 Td <0001> Tj ET", {"/Subtype": Name.Form})
    form.BBox = Array([0, 0, 595, 842])
    for page in pdf.pages:
        fonts = page.obj.Resources.Font
        embedded = next(font for font in fonts.values() if "/FontDescriptor" in font)
        page.obj.Resources = Dictionary(Font=Dictionary({"/T": embedded, **dict(fonts.items())}))
        page.obj.Resources.XObject = Dictionary(Fm=form)
        page.contents_add(b"/Fm Do")
    printed([whole(saved(pdf, tmp_path))], tmp_path / "out.pdf")
    for page_number in range(2):
        assert differs(look(tmp_path / "in.pdf", page_number), look(tmp_path / "out.pdf", page_number)) < SMALL


def test_a_font_that_is_not_embedded_is_refused_by_name(tmp_path: Path) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf = drawn_pdf(b"BT /F1 12 Tf 80 700 Td (Set) Tj ET", Dictionary(Font=Dictionary(F1=font)))
    with pytest.raises(SpoolError, match=r"E6403.*Helvetica") as refused:
        whole(saved(pdf, tmp_path))
    assert refused.value.place == "in.pdf, page 1"


def content(plain: bytes) -> Content:
    return Content(b"", plain, frozenset(), frozenset())


@pytest.mark.parametrize(
    ("plain", "used"),
    [
        (b"BT /F1 12 Tf ET BT /F2 9 Tf (a) Tj ET", False),
        (b"BT /F1 12 Tf ET BT (a) Tj ET", True),
        (b"/F1 12 Tf q /F2 9 Tf (a) Tj Q BT [(b)] TJ ET", True),
        (b"q /F1 12 Tf Q BT (b) Tj ET", False),
        (b"/F1 12 Tf q /F2 9 Tf ((F1 Tj)) Tj Q /F2 8 Tf (b) '", False),
        (b"/F1 12 Tf (q /F2 1 Tf) Tj", True),
        (b"/F2 12 Tf (a) Tj", False),
    ],
)
def test_a_font_is_used_when_text_is_set_in_it(plain: bytes, used: bool) -> None:
    assert content(plain).sets_text(b"/F1") is used


@given(
    st.recursive(
        st.sampled_from(["f1", "f2", "show"]).map(lambda step: [step]),
        lambda inner: st.lists(inner, max_size=5).map(lambda steps: ["q", *(s for each in steps for s in each), "Q"]),
        max_leaves=12,
    )
)
def test_whether_a_font_is_used_is_told_as_by_a_reader_of_instructions(steps: list[str]) -> None:
    words = {"f1": "/F1 12 Tf", "f2": "/F2 9 Tf", "show": "(q Q) Tj"}
    current, saved_fonts, used = "", [], False
    for step in steps:
        if step == "q":
            saved_fonts.append(current)
        elif step == "Q":
            current = saved_fonts.pop()
        elif step == "show":
            used = used or current == "f1"
        else:
            current = step
    plain = " ".join(words.get(step, step) for step in steps)
    assert content(plain.encode()).sets_text(b"/F1") is used


def test_colours_become_the_grey_that_readers_show(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"1 0 0 rg 100 200 60 300 re f 0 0 1 RG 9 w 300 300 m 400 400 l S 0 1 0 0 k 300 100 90 90 re f")
    page_set = whole(saved(pdf, tmp_path))
    assert page_set.devices == ()
    printed([page_set], tmp_path / "out.pdf")
    grey = look(tmp_path / "out.pdf")
    assert abs(int(grey[int((842 - 300) * 100 / 72), int(130 * 100 / 72)]) - 0.3 * 255) < 2
    assert abs(int(grey[int((842 - 140) * 100 / 72), int(340 * 100 / 72)]) - 0.41 * 255) < 2


@pytest.mark.parametrize("text", [b"(1 0 0 rg)", b"(a (1 0 0 rg) b)", rb"(\) 1 0 0 rg)", rb"(((1 0 0 rg)))"])
def test_words_in_a_text_are_no_colours(text: bytes, tmp_path: Path) -> None:
    pdf = drawn_pdf(b"1 0 0 rg 100 200 60 300 re f /Span <</ActualText %b>> BDC EMC" % text)
    (form,) = whole(saved(pdf, tmp_path)).forms.values()
    scratch = pikepdf.new()
    stream = scratch.make_stream(b"")
    stream.write(form.content, filter=Name.FlateDecode)
    instructions = pikepdf.parse_content_stream(stream)
    operators = [each.operator for each in instructions]
    assert Operator("g") in operators
    assert Operator("rg") not in operators
    assert text in stream.read_bytes()


def rgb_image(pdf: Pdf) -> Stream:
    image = pdf.make_stream(bytes((200, 30, 30)) * 16)
    image.Subtype, image.Width, image.Height, image.BitsPerComponent = Name.Image, 4, 4, 8
    image.ColorSpace = Name.DeviceRGB
    return image


def test_an_image_in_colours_becomes_grey(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"q 100 0 0 100 300 100 cm /Im Do Q")
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im=rgb_image(pdf)))
    out = printed_with(pdf, tmp_path)
    assert not reachable(out, lambda each: each.get("/ColorSpace") == "/DeviceRGB")
    assert abs(int(look(out)[int(692 * 100 / 72), int(350 * 100 / 72)]) - (200 * 30 + 30 * 59 + 30 * 11) / 100) < 2


def test_colours_that_can_t_become_grey_are_refused_by_page(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"/Sh sh")
    function = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 0, 0]), C1=Array([0, 0, 1]), N=1)
    shading = Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 500, 500]), Function=function)
    pdf.pages[0].obj.Resources = Dictionary(Shading=Dictionary(Sh=shading))
    source = saved(pdf, tmp_path)
    with pytest.raises(SpoolError, match=r"E6405.*DeviceRGB") as refused:
        whole(source)
    assert refused.value.place == "in.pdf, page 1"
    assert whole(source, condition=RGB).devices == ("DeviceRGB",)


def gives_rgb_a_meaning(each: Object) -> bool:
    spaces = each.get("/ColorSpace")
    return isinstance(spaces, Dictionary) and "/DefaultRGB" in spaces


def test_rgb_on_a_press_of_four_colours_is_that_of_screens(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"1 0 0 rg 100 200 60 300 re f q 100 0 0 100 300 100 cm /Im Do Q")
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im=rgb_image(pdf)))
    page_set = whole(saved(pdf, tmp_path), condition=CMYK)
    assert page_set.devices == ()
    printed([page_set], tmp_path / "out.pdf", CMYK)
    assert reachable(tmp_path / "out.pdf", gives_rgb_a_meaning)


def test_pages_made_for_one_press_are_refused_by_another(tmp_path: Path) -> None:
    page_set = whole(saved(drawn_pdf(b"1 0 0 rg 100 200 60 300 re f"), tmp_path), condition=RGB)
    with pytest.raises(SpoolError, match="E6208"):
        printed([page_set], tmp_path / "out.pdf")


def test_a_page_that_blends_is_a_group_of_its_own(tmp_path: Path) -> None:
    state = Dictionary(Type=Name.ExtGState, ca=0.5, BM=Name.Multiply, TR2=Name.Default)
    group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
    pdf = drawn_pdf(b"/G gs " + L_SHAPE, Dictionary(ExtGState=Dictionary(G=state)), Group=group)
    out = printed_with(pdf, tmp_path)
    assert reachable(out, lambda each: "/Group" in each and Name.DeviceGray == each.Group.CS and bool(each.Group.I))
    assert not reachable(out, lambda each: "/TR2" in each)
    assert differs(look(tmp_path / "in.pdf"), look(out)) < SMALL


def test_a_page_that_does_not_blend_is_none(tmp_path: Path) -> None:
    pdf = drawn_pdf(L_SHAPE, Group=Dictionary(S=Name.Transparency, CS=Name.DeviceRGB))
    assert not reachable(printed_with(pdf, tmp_path), lambda each: "/Group" in each)


def test_a_font_of_drawn_glyphs_comes_with_them(tmp_path: Path) -> None:
    pdf = drawn_pdf(b"BT /T3 1 Tf 300 100 Td (a) Tj ET")
    glyph = pdf.make_stream(b"100 0 0 0 100 100 d1 0 0 100 100 re f")
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 100, 100]),
        FontMatrix=Array([1, 0, 0, 1, 0, 0]),
        CharProcs=Dictionary(P=glyph),
        Encoding=Dictionary(Differences=Array([97, Name.P])),
        FirstChar=97,
        LastChar=97,
        Widths=Array([100]),
        Resources=Dictionary(),
    )
    pdf.pages[0].obj.Resources = Dictionary(Font=Dictionary(T3=font))
    out = printed_with(pdf, tmp_path)
    assert dark_at(out, 350, 150)
    assert differs(look(tmp_path / "in.pdf"), look(out)) < SMALL


def test_arrays_that_nest_too_deep_are_refused(tmp_path: Path) -> None:
    deep: Object = Array([])
    for _ in range(80):
        deep = Array([deep])
    state = Dictionary(Type=Name.ExtGState, D=deep)
    pdf = drawn_pdf(b"/G gs " + L_SHAPE, Dictionary(ExtGState=Dictionary(G=state)))
    with pytest.raises(SpoolError, match=r"E6404.*too deep"):
        whole(saved(pdf, tmp_path), Fit())
