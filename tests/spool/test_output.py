"""Output profiles are ICC profiles to a colour engine by others, and only a printer's profile is taken from a user."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from spool.icc import press_grey, screen_grey, screen_rgb
from spool.job import SpoolError
from spool.output import black_only, colour_screen, grey_screen, read_output_profile


def opened(profile: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


@pytest.mark.parametrize(
    ("profile", "kind", "space"),
    [(press_grey(0.15), "prtr", "GRAY"), (screen_grey(), "mntr", "GRAY"), (screen_rgb(), "mntr", "RGB")],
)
def test_little_cms_reads_the_profiles(profile: bytes, kind: str, space: str) -> None:
    read = opened(profile).profile
    assert (read.device_class, read.xcolor_space.strip(), read.connection_space.strip()) == (kind, space, "XYZ")
    assert read.version == 2.1
    assert read.profile_description
    assert struct.unpack_from(">I", profile) == (len(profile),)
    assert len(profile) % 4 == 0


def through(profile: bytes, grey: int) -> int:
    """A grey value of the press as it looks on a screen."""
    steps = ImageCms.buildTransform(opened(profile), opened(screen_grey()), "L", "L")
    shown = ImageCms.applyTransform(Image.new("L", (1, 1), grey), steps)
    assert shown is not None
    value = shown.getpixel((0, 0))
    assert isinstance(value, int)
    return value


def test_paper_is_white_black_is_black_and_a_half_tone_prints_darker_with_more_gain() -> None:
    profile = press_grey(0.15)
    assert (through(profile, 255), through(profile, 0)) == (255, 0)
    shades = [through(press_grey(gain), 128) for gain in (0.0, 0.1, 0.2)]
    assert shades == sorted(shades, reverse=True)
    # Half the paper covered leaves half the light: 188 of 255 by the curve of sRGB; with gain 15 %, 35 %: 160.
    assert shades[0] == pytest.approx(188, abs=2)
    assert through(profile, 128) == pytest.approx(160, abs=2)


def test_srgb_is_what_little_cms_takes_for_srgb() -> None:
    theirs = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    steps = ImageCms.buildTransform(opened(screen_rgb()), theirs, "RGB", "RGB")
    for colour in [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 120, 40), (128, 128, 128), (255, 255, 255)]:
        shown = ImageCms.applyTransform(Image.new("RGB", (1, 1), colour), steps)
        assert shown is not None
        assert shown.getpixel((0, 0)) == pytest.approx(colour, abs=2)


def test_a_condition_prints_its_own_colours_and_grey() -> None:
    assert [black_only().prints(device) for device in ("DeviceGray", "DeviceRGB", "DeviceCMYK")] == [True, False, False]
    assert [colour_screen().prints(device) for device in ("DeviceGray", "DeviceRGB", "DeviceCMYK")] == [
        True,
        True,
        False,
    ]
    assert grey_screen().device == "DeviceGray"


def cmyk_header(size: int, version: int = 2, kind: bytes = b"prtr", space: bytes = b"CMYK") -> bytes:
    head = bytearray(size)
    struct.pack_into(">I", head, 0, size)
    head[8] = version
    head[12:24] = kind + space + b"Lab "
    head[36:40] = b"acsp"
    return bytes(head)


def named(name: str, version: int) -> bytes:
    """A profile of a CMYK press that bears nothing but its name."""
    if version == 2:
        tag = struct.pack(">4s4xI", b"desc", len(name) + 1) + name.encode() + b"\0"
    else:
        text = name.encode("utf-16-be")
        tag = struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"en", b"US", len(text), 28) + text
    head = bytearray(cmyk_header(128 + 4 + 12 + len(tag), version))
    struct.pack_into(">I4sII", head, 128, 1, b"desc", 144, len(tag))
    head[144:] = tag
    return bytes(head)


@pytest.mark.parametrize("version", [2, 4])
def test_a_printers_own_profile_is_taken_with_its_name(tmp_path: Path, version: int) -> None:
    file = tmp_path / "press.icc"
    file.write_bytes(named("PSO Uncoated v3", version))
    condition = read_output_profile(file)
    assert (condition.name, condition.device) == ("PSO Uncoated v3", "DeviceCMYK")
    assert condition.profile == file.read_bytes()


def test_a_profile_without_a_name_bears_that_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "press.icc"
    file.write_bytes(cmyk_header(160))
    assert read_output_profile(file).name == "press"


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (b"", "not an ICC profile"),
        (b"%PDF" * 50, "not an ICC profile"),
        (cmyk_header(200)[:-1], "cut or changed: 199 bytes, its header says 200"),
        (cmyk_header(200, version=5), "version 5"),
        (cmyk_header(200, kind=b"mntr"), "class 'mntr'"),
        (cmyk_header(200, space=b"Lab "), "for 'Lab'"),
    ],
)
def test_anything_else_is_refused_with_the_reason(tmp_path: Path, data: bytes, fact: str) -> None:
    file = tmp_path / "press.icc"
    file.write_bytes(data)
    with pytest.raises(SpoolError, match=f"E6209.*{fact}") as caught:
        read_output_profile(file)
    assert caught.value.place == str(file)


def test_an_absent_profile_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="E6003"):
        read_output_profile(tmp_path / "none.icc")
