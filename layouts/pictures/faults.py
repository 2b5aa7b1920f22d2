"""What can be wrong with a picture, told alike for all kinds."""

from __future__ import annotations

from layouts.errors import LayoutError


def unreadable(file: str, fact: str, remedy: str = "check the path and the rights of the file") -> LayoutError:
    """The file, or the page asked for, isn't there."""
    return LayoutError("E4080", fact, place=file, remedy=remedy)


def unknown_kind(file: str, fact: str) -> LayoutError:
    """The content is none of the kinds that can be placed."""
    return LayoutError("E4081", fact, place=file, remedy="save the picture as PNG, JPEG, SVG or PDF")


def damaged(file: str, fact: str, remedy: str = "save the picture again from the program that made it") -> LayoutError:
    """The content breaks the rules of its own format."""
    return LayoutError("E4082", fact, place=file, remedy=remedy)


def encrypted(file: str) -> LayoutError:
    """A PDF that is locked, if only by an empty password: its objects can't be carried over as they are."""
    return LayoutError("E4083", f"{file} is encrypted", place=file, remedy="save it without a password or restrictions")


def unsupported(file: str, fact: str, remedy: str, line: int | None = None) -> LayoutError:
    """Something that would be drawn wrong or not at all."""
    return LayoutError("E4084", fact, place=f"{file}, line {line}" if line else file, remedy=remedy)


def font_not_embedded(file: str, font: str) -> LayoutError:
    """A press would set another font in its place."""
    remedy = "embed all fonts when saving the PDF, or convert the text to outlines"
    return LayoutError("E4085", f"the font {font} is not embedded in {file}", place=file, remedy=remedy)
