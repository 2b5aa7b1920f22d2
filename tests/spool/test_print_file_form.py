"""A print file says that it is PDF/X-4 and PDF/VT-1, and is built as these standards want it."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import ImageCms

from layouts.fonts import FontFace, default_fonts
from layouts.layout import load_layout
from layouts.pageset import FormXObject, PageSet, PdfObject
from layouts.typeset import compile_layout
from spool.assemble import PieceInfo, PrintFile
from spool.job import SpoolError
from spool.output import OutputCondition
from spool.pagestore import PageStore
from tests.layouts.samples import invoice
from tests.spool.conftest import Assemble
from tests.spool.page_sets import form, image, page_set, sheets_of, text_set

ABOUT = PieceInfo("K-(17)", "0150", "NO")
COLOUR_OPERATORS = {"rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN", "sh"}


@pytest.fixture
def sets(store: PageStore, face: FontFace) -> tuple[PageSet, ...]:
    made = (
        text_set("a", ["one", "two", "three"], face, forms=(form(),), images=(image(),)),
        text_set("b", ["4"], face),
    )
    for each in made:
        store.put(each)
    return made


@pytest.fixture
def print_file(make: Assemble, sets: tuple[PageSet, ...]) -> PrintFile:
    sheets = [replace(sheet, about=ABOUT) for sheet in sheets_of(*sets)]
    return make(sheets, title="R000001-B01 <&> Ø")


def xmp_of(pdf: pikepdf.Pdf) -> dict[str, str]:
    """Every property with plain text, by its local name."""
    packet = pdf.Root.Metadata.read_raw_bytes()
    root = ElementTree.fromstring(packet)
    return {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in root.iter() if (each.text or "").strip()}


def test_the_file_begins_as_pdf_1_6_and_is_not_encrypted(print_file: PrintFile) -> None:
    data = print_file.path.read_bytes()
    assert data.startswith(b"%PDF-1.6\n%")
    assert all(byte > 127 for byte in data[10:14])
    with pikepdf.open(print_file.path) as pdf:
        assert "/Encrypt" not in pdf.trailer
        assert len(bytes(pdf.trailer.ID[0])) == 16


def test_metadata_name_the_standards_and_agree_with_the_information_dictionary(print_file: PrintFile) -> None:
    with pikepdf.open(print_file.path) as pdf:
        told, info = xmp_of(pdf), pdf.docinfo
        assert "/Filter" not in pdf.Root.Metadata
        assert (str(pdf.Root.Metadata.Type), str(pdf.Root.Metadata.Subtype)) == ("/Metadata", "/XML")
        assert told["GTS_PDFXVersion"] == "PDF/X-4"
        assert told["GTS_PDFVTVersion"] == "PDF/VT-1"
        assert told["li"] == str(info.Title) == "R000001-B01 <&> Ø"
        assert told["Producer"] == str(info.Producer)
        assert told["CreatorTool"] == str(info.Creator)
        dates = {told[key] for key in ("CreateDate", "ModifyDate", "MetadataDate", "GTS_PDFVTModDate")}
        assert dates == {"2026-03-02T06:30:00+00:00"}
        assert str(info.CreationDate) == str(info.ModDate) == "D:20260302063000+00'00'"
        assert told["Trapped"] == "False"
        assert info.Trapped == pikepdf.Name("/False")
        assert (told["VersionID"], told["RenditionClass"]) == ("1", "default")
        assert told["DocumentID"].replace("-", "") == "uuid:" + bytes(pdf.trailer.ID[0]).hex()


def test_a_title_that_xml_cannot_hold_is_told_alike_in_both_places(make: Assemble, sets: tuple[PageSet, ...]) -> None:
    with pikepdf.open(make(sheets_of(*sets), title="a\x00b\ud800").path) as pdf:
        assert xmp_of(pdf)["li"] == str(pdf.docinfo.Title) == "a\ufffdb\ufffd"


def test_the_output_intent_carries_a_printers_profile_in_grey(print_file: PrintFile) -> None:
    with pikepdf.open(print_file.path) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert str(intent.S) == "/GTS_PDFX"
        assert str(intent.OutputConditionIdentifier) == str(intent.Info) == "Black only"
        assert intent.DestOutputProfile.N == 1
        profile = ImageCms.ImageCmsProfile(io.BytesIO(intent.DestOutputProfile.read_bytes())).profile
        assert (profile.device_class, profile.xcolor_space.strip()) == ("prtr", "GRAY")


def test_every_page_has_a_trim_box_within_its_media_box_and_nothing_that_pdf_x_forbids(print_file: PrintFile) -> None:
    with pikepdf.open(print_file.path) as pdf:
        for page in pdf.pages:
            assert list(page.obj.TrimBox) == list(page.mediabox)
            assert not {"/ArtBox", "/Annots", "/AA", "/Trans"} & set(page.obj.keys())
        assert not {"/AcroForm", "/OpenAction", "/AA", "/OCProperties"} & set(pdf.Root.keys())


def test_each_piece_is_a_document_part_with_its_pages_and_what_is_known_of_it(print_file: PrintFile) -> None:
    with pikepdf.open(print_file.path) as pdf:
        root = pdf.Root.DPartRoot
        assert (str(root.Type), root.RecordLevel) == ("/DPartRoot", 1)
        assert [str(level) for level in root.NodeNameList] == ["/Batch", "/Piece"]
        batch = root.DPartRootNode
        assert batch.Parent == root
        pages = [page.obj for page in pdf.pages]
        parts = [part for row in batch.DParts for part in row]
        ends = [(part.Start, part.End if "/End" in part else part.Start) for part in parts]
        assert ends == [(pages[0], pages[2]), (pages[3], pages[3])]
        assert "/End" not in parts[1]
        for part in parts:
            assert (str(part.Type), part.Parent) == ("/DPart", batch)
        assert [parts.index(page.DPart) for page in pages] == [0, 0, 0, 1]
        told = parts[0].DPM.Mailroom
        assert {key: str(value) if isinstance(value, pikepdf.String) else value for key, value in told.items()} == {
            "/Run": "R000001",
            "/Piece": "P00000001",
            "/Copy": 1,
            "/Sheets": 3,
            "/Customer": "K-(17)",
            "/Postcode": "0150",
            "/Country": "NO",
        }


def test_what_is_not_known_of_a_piece_is_not_told(make: Assemble, sets: tuple[PageSet, ...]) -> None:
    with pikepdf.open(make(sheets_of(*sets)).path) as pdf:
        assert set(pdf.Root.DPartRoot.DPartRootNode.DParts[0][0].DPM.Mailroom.keys()) == {
            *("/Run", "/Piece", "/Copy", "/Sheets")
        }


def test_many_pieces_lie_in_rows_of_at_most_a_thousand(store: PageStore, make: Assemble) -> None:
    kept = page_set()
    store.put(kept)
    with pikepdf.open(make(sheets_of(*[kept] * 2001)).path) as pdf:
        rows = list(pdf.Root.DPartRoot.DPartRootNode.DParts)
        assert [len(row) for row in rows] == [1000, 1000, 1]
        last = rows[-1][0]
        assert (str(last.DPM.Mailroom.Piece), last.Start) == ("P00002001", pdf.pages[-1].obj)


def test_only_black_ink_is_asked_for_by_text_rules_and_marks(store: PageStore, make: Assemble) -> None:
    program = compile_layout(load_layout("invoice"), default_fonts())
    kept = program.typeset(invoice(30, 1), "nb")
    store.put(kept)
    with pikepdf.open(make(sheets_of(kept)).path) as pdf:
        forms = [each for each in pdf.pages[0].resources.get("/XObject", {}).values() if each.Subtype == "/Form"]
        contents = [*pdf.pages, *forms]
        used = {str(step.operator) for content in contents for step in pikepdf.parse_content_stream(content)}
    assert {"g", "Tj", "re", "f"} <= used
    assert not used & COLOUR_OPERATORS


def test_a_form_from_another_pdf_brings_its_own_resources_under_new_numbers(store: PageStore, make: Assemble) -> None:
    inner = zlib.compress(b"0 g 0 0 10 10 re f")
    objects = (
        PdfObject((b"<</Type/XObject/Subtype/Form/BBox[0 0 10 10]/Filter/FlateDecode/Resources", 1, b">>"), inner),
        PdfObject((b"<</ProcSet[/PDF]/Back", 0, b">>")),
    )
    foreign = FormXObject(
        "X" + "1" * 12, (0, 0, 99, 99), zlib.compress(b"/Im Do"), (b"<</XObject<</Im ", 0, b">>>>"), objects
    )
    kept = page_set("foreign", forms=(foreign, form()))
    store.put(kept)
    with pikepdf.open(make(sheets_of(kept)).path) as pdf:
        shared = pdf.pages[0].resources
        drawn = shared.XObject["/" + foreign.name]
        assert set(drawn.Resources.keys()) == {"/XObject"}
        assert drawn.Resources.XObject.Im.read_bytes() == b"0 g 0 0 10 10 re f"
        assert drawn.Resources.XObject.Im.Resources.Back == drawn.Resources.XObject.Im
        assert shared.XObject["/" + form().name].Resources == shared


def test_an_image_bears_its_soft_mask_and_its_decode_array(store: PageStore, make: Assemble) -> None:
    mask = image(1)
    masked = replace(image(2), decode=(1.0, 0.0), soft_mask=mask.name)
    kept = page_set("masked", images=(masked, mask))
    store.put(kept)
    with pikepdf.open(make(sheets_of(kept)).path) as pdf:
        drawn = pdf.pages[0].resources.XObject
        assert drawn["/" + masked.name].SMask == drawn["/" + mask.name]
        assert [float(end) for end in drawn["/" + masked.name].Decode] == [1, 0]
        assert "/Decode" not in drawn["/" + mask.name]


def test_an_image_without_its_soft_mask_is_refused(store: PageStore, make: Assemble) -> None:
    kept = page_set("bare", images=(replace(image(2), soft_mask=image(1).name),))
    store.put(kept)
    with pytest.raises(SpoolError, match="E6212"):
        make(sheets_of(kept))


@pytest.mark.parametrize("device", ["DeviceRGB", "DeviceCMYK"])
def test_a_picture_in_colours_is_refused_where_only_black_is_printed(
    store: PageStore, make: Assemble, tmp_path: Path, device: str
) -> None:
    coloured = replace(image(), colour_space=device)
    kept = page_set(device, images=(coloured,))
    store.put(kept)
    with pytest.raises(SpoolError, match=f"E6208.*{coloured.name}.*{device}") as caught:
        make(sheets_of(kept))
    assert caught.value.place == coloured.name
    assert not (tmp_path / "batch.pdf").exists()


def test_a_letterhead_in_process_colours_prints_with_the_presss_own_profile(store: PageStore, make: Assemble) -> None:
    kept = page_set("cmyk", forms=(form("0 1 1 0 k 0 0 9 9 re f"),))
    store.put(kept)
    with pytest.raises(SpoolError, match=r"E6208.*DeviceCMYK"):
        make(sheets_of(kept))
    with pikepdf.open(make(sheets_of(kept), condition=OutputCondition("Press", "DeviceCMYK", b"profile")).path) as pdf:
        assert pdf.Root.OutputIntents[0].DestOutputProfile.N == 4


def test_a_form_that_cannot_be_inflated_is_refused(store: PageStore, make: Assemble) -> None:
    kept = page_set("damaged", forms=(replace(form(), content=b"no zlib"),))
    store.put(kept)
    with pytest.raises(SpoolError, match="E6212"):
        make(sheets_of(kept))


def test_small_objects_lie_in_object_streams(print_file: PrintFile) -> None:
    data = print_file.path.read_bytes()
    assert b"/Type/ObjStm" in data
    assert b"/Type/Page/" not in data
    assert not re.search(rb"\ntrailer\b", data)


def test_the_store_of_a_batch_may_forget_what_was_written(store: PageStore, make: Assemble) -> None:
    """Pictures of single documents are written as they come: three hundred push out what is remembered whole."""
    letterhead = form()
    sets = [page_set(f"{n}", forms=(letterhead,), images=(replace(image(), name=f"I{n:012x}"),)) for n in range(300)]
    store.put_all(sets)
    with pikepdf.open(make(sheets_of(*sets, sets[0])).path) as pdf:
        assert len(pdf.pages[0].resources.XObject) == 301


def test_two_pictures_of_one_name_are_refused_however_far_apart(make: Assemble, tmp_path: Path) -> None:
    one, other = (PageStore(tmp_path / name) for name in ("one", "other"))
    first, second = page_set("a", images=(image(),)), page_set("b", images=(replace(image(), width_px=4),))
    one.put(first)
    other.put(second)

    class Both(PageStore):
        def get(self, key: str) -> PageSet:
            return (one if key in one else other).get(key)

    with pytest.raises(SpoolError, match="E6206"):
        make(sheets_of(first, second), store=Both(tmp_path / "both"))
