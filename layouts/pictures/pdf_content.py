"""Content streams of a PDF, cleaned for use as a form: balanced, without marks of structure and layers, perhaps in
grey; with notes of what they use."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pikepdf
from pikepdf import ContentStreamInlineImage, ContentStreamInstruction, Dictionary, Name, Object, Operator, Page

from layouts.pictures.grey import grey_of
from layouts.pictures.matrix import UNCHANGED, Matrix
from layouts.pictures.pdf_colour import components, families, named_space
from layouts.pictures.pdf_layers import Layers
from layouts.pictures.picture import Colour, Policy

Instruction = ContentStreamInstruction | ContentStreamInlineImage
_MARKS: Final = frozenset({"BMC", "BDC", "EMC", "MP", "DP"})
_DEVICE: Final[dict[str, Colour]] = {"g": "grey", "rg": "rgb", "k": "cmyk"}
_PAINTING: Final = frozenset({*("f", "F", "f*", "B", "B*", "b", "b*", "S", "s"), *("Tj", "TJ", "'", '"')})
_CATEGORIES: Final = {"Do": "/XObject", "gs": "/ExtGState", "sh": "/Shading"}
_DEVICE_SPACES: Final = frozenset({"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"})
_FEWEST_PIXELS: Final = 16
"""Images with fewer pixels on a side are fills and shades, and say nothing about resolution."""


@dataclass(slots=True)
class Written:
    """A content stream as it goes into the form.

    used      names by category of resources ("/Font" -> {"/F1"})
    colours   families of colour set by operators and inline images
    drawn     what `Do` paints, and where
    dpi       pixels per inch of inline images, at the size of the stream's own space
    """

    content: bytes = b""
    used: dict[str, set[str]] = field(default_factory=dict)
    colours: set[Colour] = field(default_factory=set)
    drawn: list[tuple[str, Matrix]] = field(default_factory=list)
    dpi: list[float] = field(default_factory=list)

    def use(self, category: str, name: object) -> None:
        self.used.setdefault(category, set()).add(str(name))


@dataclass(slots=True)
class _State:
    """What q saves: the map onto the stream's space, the font chosen, and for fills (True) and strokes how many
    components the colours have that must become grey."""

    matrix: Matrix = UNCHANGED
    font: str = ""
    turned: dict[bool, int | None] = field(default_factory=dict)

    def copy(self) -> _State:
        return _State(self.matrix, self.font, dict(self.turned))


def written(stream: Page | Object, resources: Dictionary, policy: Policy, layers: Layers) -> Written:
    """A page's or stream's content, rewritten. Raises LayoutError E4084 for a hidden layer; pikepdf.PdfError,
    ValueError or TypeError for damage."""
    writer = _Writer(resources, policy, layers)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            instructions = pikepdf.parse_content_stream(stream)
    except UserWarning as fault:
        raise ValueError(f"content that breaks off: {fault}") from fault
    for instruction in instructions:
        writer.write(instruction)
    return writer.finish()


def image_dpi(width_px: float, height_px: float, matrix: Matrix) -> float | None:
    """Pixels per inch of an image whose unit square `matrix` maps onto points; None for one that is no picture."""
    across_pt, down_pt = matrix.sides
    if min(width_px, height_px) < _FEWEST_PIXELS or not across_pt or not down_pt:
        return None
    return min(width_px / across_pt, height_px / down_pt) * 72


class _Writer:
    def __init__(self, resources: Dictionary, policy: Policy, layers: Layers) -> None:
        self._resources = resources
        self._policy = policy
        self._layers = layers
        self._state = _State()
        self._saved: list[_State] = []
        self._kept: list[Instruction] = []
        self._result = Written()
        self._chosen = False

    def write(self, instruction: Instruction) -> None:
        if isinstance(instruction, ContentStreamInlineImage):
            self._inline_image(instruction)
            return
        operator, operands = str(instruction.operator), list(instruction.operands)
        if operator in _MARKS:
            self._mark(operator, operands)
            return
        if operator == "Q" and not self._saved:
            return
        self._note(operator, operands)
        self._kept.append(self._in_grey(operator, operands) or instruction)
        self._note_colour(self._kept[-1])

    def finish(self) -> Written:
        """Closes what is still open, and forgets fonts that no text was set in: some programs choose one by habit."""
        self._kept += [_instruction("Q")] * len(self._saved)
        fonts = self._result.used.get("/Font", set())
        kept = [one for one in self._kept if str(one.operator) != "Tf" or str(one.operands[0]) in fonts]
        self._result.content = pikepdf.unparse_content_stream(kept)
        return self._result

    def _mark(self, operator: str, operands: Sequence[Any]) -> None:
        if operator == "BDC" and len(operands) == 2 and str(operands[0]) == "/OC":
            properties = self._resources.get("/Properties")
            named = properties.get(str(operands[1])) if isinstance(properties, Dictionary) else None
            self._layers.require_shown(named)

    def _note(self, operator: str, operands: Sequence[Any]) -> None:
        """Keeps the state, and notes which resources are named."""
        match operator:
            case "q":
                self._saved.append(self._state.copy())
            case "Q":
                self._state = self._saved.pop()
            case "cm":
                self._state.matrix = matrix_of(operands).then(self._state.matrix)
            case "Tf" if operands:
                self._state.font = str(operands[0])
            case "Tj" | "TJ" | "'" | '"' if self._state.font:
                self._result.use("/Font", self._state.font)
            case "Do" | "gs" | "sh" if operands:
                self._result.use(_CATEGORIES[operator], operands[0])
                if operator == "Do":
                    self._result.drawn.append((str(operands[0]), self._state.matrix))
            case "scn" | "SCN" if operands and isinstance(operands[-1], Name):
                self._result.use("/Pattern", operands[-1])

    def _note_colour(self, instruction: Instruction) -> None:
        operator, operands = str(instruction.operator), instruction.operands
        if operator.lower() in _DEVICE:
            self._result.colours.add(_DEVICE[operator.lower()])
            self._chosen = True
        elif operator in ("cs", "CS") and operands:
            self._note_space(operands[0])
            self._chosen = True
        elif operator in _PAINTING:
            self._note_black()

    def _note_black(self) -> None:
        """Where no colour was chosen, ink is black."""
        if not self._chosen:
            self._result.colours.add("grey")

    def _note_space(self, name: Object) -> None:
        space = named_space(name, self._resources)
        self._result.colours |= families(space)
        if str(name) not in _DEVICE_SPACES:
            self._result.use("/ColorSpace", name)

    def _inline_image(self, instruction: ContentStreamInlineImage) -> None:
        image = instruction.iimage
        if image.image_mask:
            self._note_black()
        else:
            space = image.obj.get("/ColorSpace")
            if isinstance(space, Name):
                self._note_space(space)
            else:
                self._result.colours |= families(space)
        dpi = image_dpi(image.width, image.height, self._state.matrix)
        if dpi is not None:
            self._result.dpi.append(dpi)
        self._kept.append(instruction)

    def _in_grey(self, operator: str, operands: Sequence[Any]) -> Instruction | None:
        """The instruction that takes another's place when colours become grey; None to keep it."""
        if self._policy != "grey":
            return None
        fill = operator.islower()
        match operator:
            case "g" | "G":
                self._state.turned[fill] = None
            case "rg" | "RG" | "k" | "K":
                self._state.turned[fill] = len(operands)
                return _instruction("g" if fill else "G", _grey(operands))
            case "cs" | "CS" if operands:
                count = components(named_space(operands[0], self._resources))
                self._state.turned[fill] = count
                return _instruction(operator, Name.DeviceGray) if count else None
            case "sc" | "SC" | "scn" | "SCN" if self._state.turned.get(fill) == len(operands):
                return _instruction(operator, _grey(operands))
        return None


def matrix_of(values: Sequence[Any]) -> Matrix:
    """Six numbers as a matrix. Raises ValueError."""
    if len(values) != 6:
        raise ValueError(f"a matrix of {len(values)} numbers")
    return Matrix(*(float(value) for value in values))


def _grey(operands: Sequence[Any]) -> float:
    return grey_of(tuple(float(value) for value in operands))


def _instruction(operator: str, *operands: Any) -> ContentStreamInstruction:
    return ContentStreamInstruction(list(operands), Operator(operator))
