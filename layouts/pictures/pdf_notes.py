"""What the resources of a page mean for the press: families of colour, transparency."""

from __future__ import annotations

from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Stream

from layouts.pictures.pdf_colour import families
from layouts.pictures.pdf_image import filters_of, grey_image
from layouts.pictures.picture import Colour, Policy

_OPAQUE_MODES: Final = frozenset({"/Normal", "/Compatible"})


class Notes:
    """Gathers while a page is copied. `colours` are those after the policy has done its work."""

    def __init__(self, policy: Policy) -> None:
        self.colours: set[Colour] = set()
        self.transparent = False
        self._policy = policy

    def resource(self, category: str, value: Object) -> None:
        """Notes one resource that content uses. Raises ValueError for a colour space that is none."""
        match category:
            case "/XObject" if str(value.get("/Subtype")) == "/Image":
                self._image(value)
            case "/ExtGState":
                self._state(value)
            case "/Shading":
                self.colours |= families(value.get("/ColorSpace"))
            case "/Pattern" if isinstance(value.get("/Shading"), (Dictionary, Stream)):
                self.colours |= families(value["/Shading"].get("/ColorSpace"))
            case "/ColorSpace" if isinstance(value, (Name, Array)):
                self.colours |= families(value)

    def _image(self, image: Object) -> None:
        if isinstance(image.get("/SMask"), Stream) or image.get("/SMaskInData"):
            self.transparent = True
        space = image.get("/ColorSpace")
        if image.get("/ImageMask"):
            return
        if self._policy == "grey" and grey_image(image) is not None:
            self.colours.add("grey")
        elif space is None and "/JPXDecode" in filters_of(image):
            # JPEG 2000 may say its colours inside; those that leave it at that are photographs.
            self.colours.add("rgb")
        else:
            self.colours |= families(space)

    def _state(self, state: Object) -> None:
        modes = state.get("/BM", Name.Normal)
        first = modes[0] if isinstance(modes, Array) and len(modes) else modes
        self.transparent = (
            self.transparent
            or min(float(state.get("/ca", 1)), float(state.get("/CA", 1))) < 1
            or isinstance(state.get("/SMask"), Dictionary)
            or str(first) not in _OPAQUE_MODES
        )
