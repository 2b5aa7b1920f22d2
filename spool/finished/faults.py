"""What can be wrong with a finished page, told alike everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from spool.job import SpoolError

_SAVE_AGAIN = "Have the PDF made again by the program that it comes from."


@dataclass(frozen=True, slots=True)
class Where:
    """A page of a file, counted from 0, for messages; `page` is None for the file as a whole."""

    file: str
    page: int | None = None

    def __str__(self) -> str:
        return self.file if self.page is None else f"{self.file}, page {self.page + 1}"


def unreadable(where: Where, fact: str, remedy: str = _SAVE_AGAIN) -> SpoolError:
    """The file is no PDF that can be opened."""
    return SpoolError("E6401", fact, place=str(where), remedy=remedy)


def no_page(where: Where, fact: str) -> SpoolError:
    """A page is asked for that the file does not have."""
    return SpoolError("E6402", fact, place=str(where), remedy="Name pages that are there; the first is page 1.")


def not_embedded(where: Where, font: str) -> SpoolError:
    """A press would set another font in its place."""
    remedy = "Let the program that makes the PDF embed all fonts, the standard ones too."
    return SpoolError("E6403", f"The font {font} is not embedded", place=str(where), remedy=remedy)


def unsupported(where: Where, fact: str, remedy: str = _SAVE_AGAIN) -> SpoolError:
    """Something that a press would show otherwise than its author saw it, or not at all."""
    return SpoolError("E6404", fact, place=str(where), remedy=remedy)


def off_colour(where: Where, device: str, condition: str) -> SpoolError:
    """A colour that the press can't show and that can't be made grey."""
    remedy = "Name the press's own output profile for these colours in the settings, or have the PDF made in grey."
    fact = f"The page is in {device}, which the output condition {condition!r} does not define"
    return SpoolError("E6405", fact, place=str(where), remedy=remedy)


def no_room(where: Where, fact: str, remedy: str) -> SpoolError:
    """The page and the marks don't go together on the paper."""
    return SpoolError("E6406", fact, place=str(where), remedy=remedy)


def damaged(where: Where, fact: str) -> SpoolError:
    """What the page is made of breaks the rules of PDF."""
    return SpoolError("E6407", fact, place=str(where), remedy=_SAVE_AGAIN)
