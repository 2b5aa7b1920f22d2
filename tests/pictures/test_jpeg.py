"""JPEG: the file's own bytes, the right way up, in the right colours."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.pictures.conftest import Load, Refuse
from tests.pictures.paper import seen
from tests.pictures.rasters import encoded, pixels_of, without_segment

_ADOBE, _JFIF, _EXIF = 0xEE, 0xE0, 0xE1
QUARTERS = ((220, 30, 30), (30, 160, 60), (40, 60, 200), (250, 250, 250))


def quarters(size: tuple[int, int] = (64, 32)) -> Image.Image:
    """Red, green, blue and white, from the upper left, row by row."""
    image = Image.new("RGB", size)
    width, height = size[0] // 2, size[1] // 2
    for index, colour in enumerate(QUARTERS):
        image.paste(
            colour, (index % 2 * width, index // 2 * height, (index % 2 + 1) * width, (index // 2 + 1) * height)
        )
    return image


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_bytes_of_the_file_are_the_bytes_of_the_image(load: Load, mode: str, progressive: bool) -> None:
    content = encoded(quarters().convert(mode), "JPEG", quality=90, progressive=progressive)
    picture = load(content)
    (image,) = picture.images
    assert (image.data, image.filter, image.decode) == (content, "DCTDecode", ())
    assert picture.colours == ({"grey"} if mode == "L" else {"rgb"})
    assert not picture.transparent


def test_colours_show_where_they_are(load: Load) -> None:
    page = seen(load(encoded(quarters(), "JPEG", quality=95)), 64, 32)
    for (y, x), colour in zip([(8, 16), (8, 48), (24, 16), (24, 48)], QUARTERS, strict=True):
        assert page[y, x].tolist() == pytest.approx(colour, abs=6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_orientation_is_honoured(load: Load, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(quarters(), "JPEG", quality=95, exif=exif, dpi=(72, 72))
    upright = ImageOps.exif_transpose(Image.open(BytesIO(content)))
    picture = load(content)
    assert picture.images[0].data == content
    assert picture.pixels == upright.size
    assert picture.size_pt == pytest.approx(upright.size)
    page = seen(picture, *upright.size)
    difference = np.abs(page.astype(int) - np.asarray(upright.convert("RGB")).astype(int))
    assert difference.mean() < 4


@pytest.mark.parametrize("broken", [b"MM\0*\0\0\0\x08\0\x09\1\x12", b"XX\0*\0\0\0\x08"])
def test_an_orientation_that_can_not_be_read_is_refused(refuse: Refuse, broken: bytes) -> None:
    exif = b"Exif\0\0" + broken
    segment = bytes([0xFF, _EXIF]) + (len(exif) + 2).to_bytes(2, "big") + exif
    whole = encoded(quarters(), "JPEG")
    fault = refuse(whole[:2] + segment + whole[2:])
    assert fault.code == "E4082"
    assert "EXIF" in fault.message


def test_inverted_ink_of_adobe_is_told_by_decode(load: Load) -> None:
    inks = Image.new("CMYK", (32, 16), (0, 0, 0, 0))
    inks.paste((0, 0, 0, 255), (16, 0, 32, 16))
    content = encoded(inks, "JPEG", quality=95)
    assert b"Adobe" in content
    picture = load(content)
    assert picture.images[0].decode == (1, 0) * 4
    assert picture.colours == {"cmyk"}
    page = seen(picture, 32, 16)
    assert page[8, 8].min() > 245
    assert page[8, 24].max() < 60


def test_ink_without_the_marker_of_adobe_is_not_inverted(load: Load) -> None:
    content = without_segment(encoded(Image.new("CMYK", (16, 16), (0, 0, 0, 55)), "JPEG", quality=95), _ADOBE)
    picture = load(content)
    assert picture.images[0].decode == ()
    # Stored inverted, and no longer said to be: all of the three inks, so black however little black there is.
    grey = load(content, colour="grey")
    assert pixels_of(grey.images[0]).max() <= 3


def test_rgb_by_name_alone_is_unpacked_since_readers_would_take_it_for_something_else(load: Load) -> None:
    plain = without_segment(encoded(quarters(), "JPEG", quality=95, keep_rgb=True), _ADOBE)
    picture = load(without_segment(plain, _JFIF))
    (image,) = picture.images
    assert image.filter == "FlateDecode"
    assert pixels_of(image)[8, 16].tolist() == pytest.approx(QUARTERS[0], abs=4)


@pytest.mark.parametrize("inks", [(0, 0, 0, 0), (255, 0, 0, 0), (0, 255, 0, 64), (10, 20, 30, 255)])
def test_inks_turn_grey_as_pdf_does(load: Load, inks: tuple[int, int, int, int]) -> None:
    picture = load(encoded(Image.new("CMYK", (8, 8), inks), "JPEG", quality=100), colour="grey")
    cyan, magenta, yellow, black = inks
    want = 255 - min(255, 0.3 * cyan + 0.59 * magenta + 0.11 * yellow + black)
    assert int(pixels_of(picture.images[0])[4, 4, 0]) == pytest.approx(want, abs=3)
    assert picture.colours == {"grey"}


def test_a_grey_file_stays_untouched_under_the_grey_policy(load: Load) -> None:
    content = encoded(quarters().convert("L"), "JPEG")
    assert load(content, colour="grey").images[0].data == content


def test_the_size_follows_the_resolution(load: Load) -> None:
    picture = load(encoded(quarters((300, 150)), "JPEG", dpi=(300, 300)))
    assert (picture.width_mm, picture.height_mm) == pytest.approx((25.4, 12.7))
    assert picture.lowest_dpi == 300


def test_a_file_that_ends_early_is_refused(refuse: Refuse) -> None:
    whole = encoded(Image.effect_noise((64, 64), 80), "JPEG")
    for length in (3, 30, len(whole) // 2):
        assert refuse(whole[:length]).code == "E4082"
