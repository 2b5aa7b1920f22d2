"""A document for the archive is PDF/A-3b, shows the pages that were printed, and carries what was attached."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import ImageCms

from layouts.fonts import FontFace, default_fonts
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.typeset import compile_layout
from spool.archive import Attachment, write_document
from spool.job import SpoolError
from spool.output import OutputCondition
from tests.layouts.samples import invoice
from tests.spool.page_sets import form, image, page_set, text_set

CREATED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
XML = Attachment("factur-x.xml", b"<Invoice/>" * 40, "text/xml", "Alternative", "The invoice", "EN 16931")


def written(page_set: PageSet, *attachments: Attachment, condition: OutputCondition | None = None) -> bytes:
    return write_document(
        page_set,
        default_fonts(),
        title="Faktura 1001 – Ærlig & Sønn",
        created=CREATED,
        language="nb",
        attachments=attachments,
        condition=condition,
    )


@contextmanager
def opened(data: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def typeset() -> PageSet:
    return compile_layout(load_layout("invoice"), default_fonts()).typeset(invoice(30, 1), "nb")


def test_the_pages_are_those_of_the_page_set_byte_for_byte(typeset: PageSet) -> None:
    with opened(written(typeset)) as pdf:
        assert [page.obj.Contents.read_raw_bytes() for page in pdf.pages] == list(typeset.pages)
        assert [float(edge) for edge in pdf.pages[0].mediabox[2:]] == pytest.approx(
            [typeset.width_pt, typeset.height_pt], abs=1e-4
        )


def test_the_document_claims_pdf_a_3b_and_no_structure(typeset: PageSet) -> None:
    data = written(typeset)
    assert data.startswith(b"%PDF-1.7\n%")
    with opened(data) as pdf:
        packet = ElementTree.fromstring(pdf.Root.Metadata.read_raw_bytes())
        told = {each.tag: each.text for each in packet.iter()}
        assert told["{http://www.aiim.org/pdfa/ns/id/}part"] == "3"
        assert told["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "B"
        assert told["{http://ns.adobe.com/xap/1.0/}CreateDate"] == "2026-03-02T06:30:00+00:00"
        # Properties that the version of XMP behind PDF/A does not know would need a schema of their own.
        assert "{http://ns.adobe.com/pdf/1.3/}Trapped" not in told
        assert str(pdf.docinfo.Title) == "Faktura 1001 – Ærlig & Sønn"
        assert str(pdf.Root.Lang) == "nb"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
        assert not {"/MarkInfo", "/StructTreeRoot", "/AF", "/Names", "/DPartRoot", "/OpenAction"} & set(pdf.Root.keys())
        assert "/Encrypt" not in pdf.trailer


@pytest.mark.parametrize(("colour_space", "space"), [("DeviceGray", "GRAY"), ("DeviceRGB", "RGB")])
def test_the_output_intent_defines_the_colours_of_the_pages(colour_space: str, space: str) -> None:
    picture = replace(image(), colour_space=colour_space)
    with opened(written(page_set(images=(picture,)))) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert str(intent.S) == "/GTS_PDFA1"
        profile = ImageCms.ImageCmsProfile(io.BytesIO(intent.DestOutputProfile.read_bytes())).profile
        assert profile.xcolor_space.strip() == space


@pytest.mark.parametrize(
    ("kept", "place"),
    [
        (page_set(images=(replace(image(), colour_space="DeviceCMYK"),)), "image I"),
        (page_set(forms=(form("0 0 0 1 k"),)), "form X"),
        (page_set(pages=(b"q Q", b"0 0 0 1 k")), "Page 2"),
        (page_set(pages=(b"1 0 0 rg",), forms=(form("0 0 0 1 k"),)), "DeviceCMYK"),
    ],
)
def test_process_colours_need_a_condition_that_is_given(kept: PageSet, place: str) -> None:
    with pytest.raises(SpoolError, match=f"E6208.*{place}"):
        written(kept)


def test_process_colours_are_defined_by_a_given_condition() -> None:
    condition = OutputCondition("Press", "DeviceCMYK", b"profile")
    with opened(written(page_set(pages=(b"0 0 0 1 k",)), condition=condition)) as pdf:
        assert pdf.Root.OutputIntents[0].DestOutputProfile.N == 4


def test_attached_files_come_back_whole_and_say_what_they_are(typeset: PageSet) -> None:
    others = (Attachment("Ærlig.txt", b"", "text/plain", "Supplement"), Attachment("a.csv", b"1;2", "text/csv", "Data"))
    with opened(written(typeset, XML, *others)) as pdf:
        assert {name: file.get_file().read_bytes() for name, file in pdf.attachments.items()} == {
            each.name: each.data for each in (XML, *others)
        }
        names = pdf.Root.Names.EmbeddedFiles.Names
        keys = [bytes(key) for key in list(names)[::2]]
        assert keys == sorted(keys)
        files = list(pdf.Root.AF)
        assert [str(file.UF) for file in files] == [each.name for each in (XML, *others)]
        first = files[0]
        assert (str(first.AFRelationship), str(first.Desc), str(first.F)) == ("/Alternative", "The invoice", XML.name)
        stream = first.EF.F
        assert stream == first.EF.UF
        assert str(stream.Subtype) == "/text/xml"
        assert stream.Params.Size == len(XML.data)
        assert bytes(stream.Params.CheckSum) == hashlib.md5(XML.data, usedforsecurity=False).digest()
        assert str(stream.Params.ModDate) == "D:20260302063000+00'00'"


def test_a_hybrid_invoice_says_so_and_describes_the_words_it_says_it_with(typeset: PageSet) -> None:
    namespace = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
    with opened(written(typeset, XML)) as pdf:
        packet = ElementTree.fromstring(pdf.Root.Metadata.read_raw_bytes())
    told = {each.tag.removeprefix(namespace): each.text for each in packet.iter() if each.tag.startswith(namespace)}
    assert told == {
        "DocumentFileName": "factur-x.xml",
        "DocumentType": "INVOICE",
        "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }
    described = [each.text for each in packet.iter("{http://www.aiim.org/pdfa/ns/property#}name")]
    assert sorted(filter(None, described)) == sorted(told)


@pytest.mark.parametrize("attachments", [(XML, XML), (replace(XML, relationship="Cousin"),)])
def test_attachments_that_make_no_sense_are_refused(typeset: PageSet, attachments: tuple[Attachment, ...]) -> None:
    with pytest.raises(SpoolError, match="E6214"):
        written(typeset, *attachments)


def test_the_same_document_gives_the_same_bytes_and_another_title_another_identity(typeset: PageSet) -> None:
    assert written(typeset, XML) == written(typeset, XML)
    other = write_document(typeset, default_fonts(), title="x", created=CREATED, language="nb")
    with opened(written(typeset)) as one, opened(other) as two:
        assert one.trailer.ID[0] != two.trailer.ID[0]


def test_a_date_without_offset_is_refused(typeset: PageSet) -> None:
    with pytest.raises(ValueError, match="offset"):
        write_document(typeset, default_fonts(), title="x", created=CREATED.replace(tzinfo=None), language="nb")


def test_the_words_can_be_read(face: FontFace) -> None:
    kept = text_set("a", ["Ærlig Ω ж"], face, forms=(form(),))
    with opened(written(kept)) as pdf:
        font = pdf.pages[0].resources.Font["/" + face.resource_name]
        assert "/ToUnicode" in font
        assert zlib.decompress(pdf.pages[0].obj.Contents.read_raw_bytes()).startswith(b"q BT")


@pytest.mark.tools
def test_qpdf_and_poppler_find_nothing_to_complain_of(typeset: PageSet, tmp_path: Path) -> None:
    file = tmp_path / "document.pdf"
    file.write_bytes(written(typeset, XML))
    for command in (["qpdf", "--check"], ["pdfdetach", "-list"], ["pdffonts"]):
        done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        if command[0] == "pdfdetach":
            assert "factur-x.xml" in done.stdout
