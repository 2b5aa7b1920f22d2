"""Reading a picture file, whatever its kind."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from layouts.pictures import faults, jpeg, png
from layouts.pictures.pdf_page import PageBox, pdf_picture
from layouts.pictures.picture import Picture, Policy
from layouts.pictures.svg import svg_picture

_PDF_WITHIN: Final = 1024
"""A PDF's header may stand this far from the start: some programs put bytes before it."""


def load_picture(path: Path, *, page: int = 1, colour: Policy = "keep", box: PageBox = "crop") -> Picture:
    """Read a PNG, JPEG, SVG or one page of a PDF. The content decides, not the file's suffix.

    page    the page of a PDF, counted from 1
    colour  "keep" leaves colour as it is (see `Picture.colours`); "grey" turns pixels, fills and strokes of RGB and
            CMYK into DeviceGray; what has no simple grey (spot colours, shadings of a PDF) stays and shows in `colours`
    box     the box of a PDF's page that counts as the picture

    Reading is pure: the same file gives the same bytes under the same name.

    Raises LayoutError: E4080 no such file or page, E4081 unknown kind, E4082 damaged, E4083 encrypted,
    E4084 a feature that can't be printed as drawn, E4085 a font that is not embedded.
    """
    file = path.name
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise faults.unreadable(str(path), f"can't read {file}: {fault.strerror}") from fault
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return pdf_picture(data, file, page, colour, box)
    if page != 1:
        raise faults.unreadable(file, f"{file} has one picture, no page {page}", "leave the page out")
    if data.startswith(png.SIGNATURE):
        return png.png_picture(data, file, colour)
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.jpeg_picture(data, file, colour)
    if _looks_like_svg(data):
        return svg_picture(data, file, colour)
    raise faults.unknown_kind(file, f"{file} is no PNG, JPEG, SVG or PDF")


def _looks_like_svg(data: bytes) -> bool:
    """Whether it begins as XML and names svg; the parser has the last word."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "ignore").encode("utf-8")
    return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and b"svg" in data
