"""PNG: what goes in as pixels comes out as pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from tests.pictures.conftest import Load, Refuse
from tests.pictures.paper import seen
from tests.pictures.rasters import Pixels, chunk, encoded, pixels_of, png

SIZES = array_shapes(min_dims=2, max_dims=2, max_side=9)
SAMPLES = st.sampled_from([0, 1, 127, 128, 200, 255])


def grey(red: int, green: int, blue: int) -> int:
    return int(0.3 * red + 0.59 * green + 0.11 * blue + 0.5)


@settings(max_examples=60)
@given(arrays(np.uint8, SIZES, elements=SAMPLES))
def test_grey_pixels_come_out_as_they_went_in(load: Load, pixels: Pixels) -> None:
    picture = load(encoded(Image.fromarray(pixels), "PNG"))
    (image,) = picture.images
    assert image.colour_space == "DeviceGray"
    assert (pixels_of(image)[..., 0] == pixels).all()
    assert picture.colours == {"grey"}
    assert not picture.transparent


@settings(max_examples=60)
@given(arrays(np.bool_, SIZES))
def test_bilevel_pixels_stay_one_bit_each(load: Load, pixels: npt.NDArray[np.bool_]) -> None:
    (image,) = load(encoded(Image.fromarray(pixels), "PNG")).images
    assert image.bits == 1
    assert ((pixels_of(image)[..., 0] == 255) == pixels).all()


@settings(max_examples=60)
@given(SIZES.flatmap(lambda size: arrays(np.uint8, (*size, 4), elements=SAMPLES)))
def test_colour_and_alpha_come_out_as_they_went_in(load: Load, pixels: Pixels) -> None:
    picture = load(encoded(Image.fromarray(pixels, "RGBA"), "PNG"))
    image, *masks = picture.images
    colour, alpha = pixels[..., :3], pixels[..., 3]
    shown = alpha > 0
    coloured = bool((colour[shown].max(axis=-1, initial=0) != colour[shown].min(axis=-1, initial=255)).any())
    assert image.colour_space == ("DeviceRGB" if coloured else "DeviceGray")
    assert (pixels_of(image)[shown] == colour[shown]).all()
    assert bool(masks) == picture.transparent == bool((alpha < 255).any())
    if masks:
        assert image.soft_mask == masks[0].name
        assert (pixels_of(masks[0])[..., 0] == alpha).all()


@settings(max_examples=30)
@given(arrays(np.uint8, SIZES, elements=st.integers(0, 3)))
def test_a_palette_becomes_the_colours_it_stands_for(load: Load, indices: Pixels) -> None:
    colours = [(255, 0, 0), (0, 80, 160), (9, 9, 9), (255, 255, 255)]
    image = Image.fromarray(indices, "P")
    image.putpalette([sample for colour in colours for sample in colour])
    alphas = [255, 128, 0, 255]
    picture = load(encoded(image, "PNG", transparency=bytes(alphas)), colour="keep")
    want = np.array(colours, np.uint8)[indices]
    shown = np.array(alphas)[indices] > 0
    assert (pixels_of(picture.images[0])[shown] == want[shown]).all()
    assert picture.transparent == bool((np.array(alphas)[indices] < 255).any())


def test_sixteen_bits_are_rounded_to_eight(load: Load) -> None:
    deep = np.array([[0, 128, 129, 257, 32896, 65406, 65407, 65535]], ">u2")
    (image,) = load(png(8, 1, 16, 0, deep.tobytes())).images
    assert pixels_of(image)[0, :, 0].tolist() == [0, 0, 1, 1, 128, 254, 255, 255]


@pytest.mark.parametrize(("colour_type", "samples"), [(4, [60000, 30000]), (6, [60000, 0, 20000, 30000])])
def test_sixteen_bits_with_alpha_keep_their_upper_half(load: Load, colour_type: int, samples: list[int]) -> None:
    image, mask = load(png(1, 1, 16, colour_type, np.array(samples, ">u2").tobytes())).images
    *colour, alpha = [sample >> 8 for sample in samples]
    assert pixels_of(image)[0, 0].tolist() == pytest.approx(colour, abs=1)
    assert pixels_of(mask)[0, 0].tolist() == pytest.approx([alpha], abs=1)


def test_a_transparent_grey_of_sixteen_bits_is_that_grey_alone(load: Load) -> None:
    deep = np.array([[1000, 1001]], ">u2")
    _, mask = load(png(2, 1, 16, 0, deep.tobytes(), chunk(b"tRNS", (1000).to_bytes(2, "big")))).images
    assert pixels_of(mask)[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize(("depth", "pack"), [(8, "B"), (16, "H")])
def test_a_transparent_colour_becomes_a_soft_mask(load: Load, depth: int, pack: str) -> None:
    red = 255 if depth == 8 else 0xFF10
    row, key = np.array([[red, 0, 0, 0, 0, red]]), np.array([red, 0, 0])
    content = png(2, 1, depth, 2, row.astype(f">{pack}").tobytes(), chunk(b"tRNS", key.astype(">H").tobytes()))
    image, mask = load(content).images
    assert pixels_of(mask)[0, :, 0].tolist() == [0, 255]
    assert pixels_of(image)[0, 1].tolist() == [0, 0, 255]


def test_a_transparent_bit_becomes_a_soft_mask(load: Load) -> None:
    image, mask = load(png(2, 1, 1, 0, b"\x40", chunk(b"tRNS", b"\0\1"))).images
    assert pixels_of(image)[0, 0].tolist() == [0]
    assert pixels_of(mask)[0, :, 0].tolist() == [255, 0]


def test_grey_weighs_colours_as_pdf_does(load: Load) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (10, 200, 30), (255, 255, 255), (0, 0, 0)]
    picture = load(encoded(Image.fromarray(np.array([colours], np.uint8)), "PNG"), colour="grey")
    (image,) = picture.images
    assert image.colour_space == "DeviceGray"
    assert pixels_of(image)[0, :, 0].tolist() == [grey(*colour) for colour in colours] == [77, 150, 28, 124, 255, 0]
    assert picture.colours == {"grey"}


def test_rgb_without_colour_is_grey_whatever_the_policy(load: Load) -> None:
    pixels = np.repeat(np.arange(12, dtype=np.uint8).reshape(3, 4, 1) * 20, 3, axis=2)
    picture = load(encoded(Image.fromarray(pixels), "PNG"))
    assert picture.images[0].colour_space == "DeviceGray"
    assert (pixels_of(picture.images[0])[..., 0] == pixels[..., 0]).all()


def test_the_size_follows_the_resolution(load: Load) -> None:
    picture = load(encoded(Image.new("L", (600, 300), 255), "PNG", dpi=(600, 300)))
    assert (picture.width_mm, picture.height_mm) == pytest.approx((25.4, 25.4), rel=1e-4)
    assert picture.pixels == (600, 300)
    assert picture.resolution_dpi(25.4, 12.7) == pytest.approx(600)
    assert picture.resolution_dpi(50.8, 12.7) == pytest.approx(300)


def test_without_a_resolution_a_pixel_is_a_pixel_of_css(load: Load) -> None:
    picture = load(encoded(Image.new("L", (96, 48), 255), "PNG"))
    assert (picture.width_mm, picture.height_mm) == pytest.approx((25.4, 12.7))


def test_alpha_lets_the_paper_through(load: Load) -> None:
    pixels = np.zeros((1, 3, 4), np.uint8)
    pixels[0, :, 0] = 255
    pixels[0, :, 3] = [255, 128, 0]
    page = seen(load(encoded(Image.fromarray(pixels, "RGBA"), "PNG")), 90, 30)
    assert page[15, 15].tolist() == [255, 0, 0]
    assert page[15, 45].tolist() == pytest.approx([255, 127, 127], abs=2)
    assert page[15, 75].tolist() == [255, 255, 255]


def test_the_first_row_is_drawn_at_the_top(load: Load) -> None:
    pixels = np.array([[[255, 0, 0], [0, 160, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    page = seen(load(encoded(Image.fromarray(pixels), "PNG")), 40, 40)
    assert [page[10, 10].tolist(), page[10, 30].tolist()] == pixels[0].tolist()
    assert [page[30, 10].tolist(), page[30, 30].tolist()] == pixels[1].tolist()


def test_an_interlaced_file_reads_like_a_plain_one(load: Load) -> None:
    # Adam7 of a picture that is one pixel wide and high has a single pass.
    header = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 1])
    plain = png(1, 1, 8, 0, b"\x55")
    interlaced = plain[:8] + chunk(b"IHDR", header) + plain[8 + 25 :]
    assert load(interlaced).images == load(plain).images


def test_a_file_that_ends_early_is_refused(refuse: Refuse) -> None:
    whole = encoded(Image.effect_noise((64, 64), 80), "PNG")
    for length in (20, 60, len(whole) // 2):
        assert refuse(whole[:length]).code == "E4082"


def test_a_broken_checksum_is_refused(refuse: Refuse) -> None:
    whole = bytearray(encoded(Image.new("L", (4, 4)), "PNG"))
    whole[20] ^= 1
    assert refuse(bytes(whole)).code == "E4082"


def test_a_size_that_no_press_needs_is_refused_before_it_fills_the_memory(refuse: Refuse) -> None:
    for side in (10_000, 60_000):
        fault = refuse(png(side, side, 8, 0, b""))
        assert fault.code == "E4082"
        assert "pixels" in fault.message
