"""The error of this package: code, fact, place, remedy."""

from __future__ import annotations


class LayoutError(Exception):
    """A layout, envelope or text file that can't be used, or data that a layout can't hold.

    Codes: E401x files, E402x geometry, E403x content, E404x envelopes. `place` names the file and key, or the data
    field; `remedy` says what to do about it.
    """

    def __init__(self, code: str, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        # Typesetting runs in worker processes: the error must come back whole.
        return _rebuilt, (self.code, self.message, self.place, self.remedy)


def _rebuilt(code: str, message: str, place: str, remedy: str) -> LayoutError:
    return LayoutError(code, message, place=place, remedy=remedy)
