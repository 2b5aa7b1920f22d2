"""The one error of this package."""

from __future__ import annotations


class OmrError(Exception):
    """A fault of mark sets, marks or codes: `code` E5xxx, the fact, the place ("file:line: key") and a remedy.

    E5001 no such mark set · E5002 not TOML · E5003 a key is missing, unknown or wrong · E5004 impossible geometry ·
    E5005 outside the limits of the machine's maker · E5101 the marks cannot say this ·
    E5102 marks and code would disagree · E5201 bad code template · E5202 a value does not fit it ·
    E5203 the text does not fit the symbol · E5204 the sheet does not hold the strip or a code ·
    E5205 no code that names the sheet · E5206 the wrong side · E5301 the PDF cannot be read ·
    E5302 these are not the strip's pixels · E5303 neither PDF nor image · E5304 an image of unknown resolution ·
    E5305 an image too large.
    """

    def __init__(self, code: str, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(f"{code} {place}: {message}" if place else f"{code} {message}")
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy
