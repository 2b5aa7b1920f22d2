"""Documents of a finished PDF as page sets: planned, marked, assembled, kept and printed again like our own."""

from __future__ import annotations

import hashlib
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pikepdf
from pikepdf import Dictionary, Name

from layouts.errors import LayoutError
from layouts.geometry import PT_PER_MM
from layouts.pageset import FormXObject, PageSet, PdfObject, PdfSource
from layouts.pictures.matrix import UNCHANGED, Matrix, figures, scale, shift
from layouts.pictures.picture import Policy
from omr.place import Box
from spool.finished import faults
from spool.finished.annotations import flattened
from spool.finished.content import Content
from spool.finished.copying import Copier
from spool.finished.faults import Where
from spool.finished.fit import AS_IS, Fit, NoPlacement, Placement
from spool.finished.ink import InkReader
from spool.finished.layers import Layers
from spool.finished.nodes import Closures, Node, node
from spool.finished.page import Above, FinishedPage, read_page
from spool.icc import screen_rgb
from spool.output import OutputCondition, black_only
from spool.pdf import rectangle

LAYOUT: Final = "finished"
"""What page sets from finished PDFs name as their layout."""

_VERSION: Final = b"finished pages 1"
_SAME_MM: Final = 1.0
"""Pages that differ from the paper by less have its size: programs round A4 in many ways."""

_PLACEMENTS: Final = 8

_DAMAGE: Final = (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)
"""How a broken page shows: an entry is missing, or of another type than it must have."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A page (of the file, from 0) that could not stay where it was."""

    page: int
    placement: Placement


def convert(
    pdf: Path,
    ranges: Sequence[range],
    fit: Fit,
    *,
    condition: OutputCondition | None = None,
    moved: Callable[[Moved], None] | None = None,
) -> Iterator[PageSet]:
    """The documents of a file, in order: for each of `ranges` (pages counted from 0) one page set.

    See `FinishedPdf`, which goes on after a document that can't be printed.
    """
    with FinishedPdf(pdf, fit, condition=condition, moved=moved) as file:
        for pages in ranges:
            yield file.page_set(pages)


class FinishedPdf:
    """A finished PDF, open for conversion; use as a context manager.

    `condition` is what the press prints (black alone by default): on one that prints grey only, colours become grey;
    on others they are kept, RGB by way of sRGB where the press has another space. `moved` hears of every page that had
    to give way to the marks.

    Raises `SpoolError`: E6401 the file can't be opened, E6402 no such page, E6403 a font is not embedded, E6404
    something that can't be printed as it is, E6405 a colour that the press can't show, E6406 page and marks don't go
    together, E6407 a damaged page. The place names file and page.

    What is in the print file is what pages show. Scripts, actions, attached files, links, outlines, tags and hidden
    layers stay behind, because only what pages draw on is copied.
    """

    def __init__(
        self,
        path: Path,
        fit: Fit,
        *,
        condition: OutputCondition | None = None,
        moved: Callable[[Moved], None] | None = None,
    ) -> None:
        self._path = path
        self._fit = fit
        self._condition = condition or black_only()
        self._moved = moved
        self._closures = Closures()
        self._before: deque[Placement] = deque(maxlen=_PLACEMENTS)
        self._ink: InkReader | None = None
        self._above: Above = {}

    def __enter__(self) -> Self:
        where = Where(self._path.name)
        try:
            self._pdf = pikepdf.open(self._path)
        except pikepdf.PasswordError as fault:
            remedy = "Have the PDF made without a password for opening."
            raise faults.unreadable(where, "The file wants a password", remedy) from fault
        except FileNotFoundError as fault:
            raise faults.unreadable(where, "There is no such file", "Check the path.") from fault
        except (pikepdf.PdfError, OSError) as fault:
            raise faults.unreadable(where, f"The file can't be opened: {fault}") from fault
        try:
            self._prepare(where)
        except BaseException:
            self._pdf.close()
            raise
        return self

    def _prepare(self, where: Where) -> None:
        try:
            # To take a page by its number costs pikepdf a walk along all of them.
            self._pages = [page.obj for page in self._pdf.pages]
            self._count = len(self._pages)
            self._layers = Layers(self._pdf)
            form = self._pdf.Root.get(Name.AcroForm)
            if isinstance(form, Dictionary) and bool(form.get(Name.NeedAppearances, False)):
                self._pdf.generate_appearance_streams()
        except _DAMAGE as fault:
            raise faults.unreadable(where, f"The file can't be read: {fault}") from fault
        policy: Policy = "grey" if self._condition.device == "DeviceGray" else "keep"
        defaults = {"DeviceRGB": _srgb()} if self._condition.device == "DeviceCMYK" else {}
        self._copier = Copier(self._pdf, policy, self._layers, defaults, self._path.name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ink is not None:
            self._ink.close()
        self._pdf.close()

    def __len__(self) -> int:
        """How many pages the file has."""
        return self._count

    def page_set(self, pages: range) -> PageSet:
        """The page set of one document: these pages of the file, counted from 0."""
        if not pages or min(pages) < 0 or max(pages) >= self._count:
            fact = f"Pages {pages.start + 1} to {pages.stop} are wanted of a file of {self._count}"
            raise faults.no_page(Where(self._path.name), fact)
        paper = self._fit.paper_mm
        contents: list[bytes] = []
        draws: list[str] = []
        forms: dict[str, FormXObject] = {}
        devices: frozenset[str] = frozenset()
        for place, number in enumerate(pages):
            where = self._copier.where = Where(self._path.name, number)
            try:
                page = read_page(self._pages[number], self._above)
                paper = paper or page.size_mm
                placed = self._placed(where, page, paper, first=place == 0)
                form, used = self._form(page)
            except LayoutError as fault:
                raise faults.unsupported(where, fault.message) from fault
            except _DAMAGE as fault:
                raise faults.damaged(where, f"The page can't be read: {fault}") from fault
            for device in sorted(used):
                if not self._condition.prints(device):
                    raise faults.off_colour(where, device, self._condition.name)
            contents.append(_drawing(*placed, self._fit.patches, paper[1]))
            draws.append(form.name)
            forms[form.name] = form
            devices |= used
        assert paper is not None
        width_pt, height_pt = (round(side * PT_PER_MM, 4) for side in paper)
        told = (_VERSION, *contents, *(name.encode("ascii") for name in draws), b"%r" % ((width_pt, height_pt),))
        return PageSet(
            key=hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in told)).hexdigest(),
            layout=LAYOUT,
            width_pt=width_pt,
            height_pt=height_pt,
            pages=tuple(contents),
            glyphs={},
            forms=forms,
            images={},
            draws=tuple(draws),
            devices=tuple(sorted(devices)),
        )

    def _form(self, page: FinishedPage) -> tuple[FormXObject, frozenset[str]]:
        notes, after = flattened(page.annotations, self._layers) if page.annotations else ({}, b"")
        content, resources = self._copier.page(page.streams, page.resources, notes, after)
        devices = resources.devices
        if page.group is not None and resources.transparent:
            inner = self._grouped(page, content, resources)
            devices |= inner.devices
            resources = node((b"<</XObject<</Page ", inner, b">>>>"))
            content = Content(zlib.compress(b"/Page Do\n"), b"", frozenset(), frozenset())
        objects = self._closures.of(resources)
        return _named(page.crop, content.packed, (len(objects) - 1,), objects), devices

    def _grouped(self, page: FinishedPage, content: Content, resources: Node) -> Node:
        """The page blends within a group of its own; the form that draws it becomes one."""
        assert page.group is not None
        group = self._copier.page_group(page.group)
        head = b"<</Type/XObject/Subtype/Form/BBox%b/Filter/FlateDecode/Group" % rectangle(*page.crop)
        return node((head, group, b"/Resources ", resources, b">>"), content.packed)

    def _placed(
        self, where: Where, page: FinishedPage, paper_mm: tuple[float, float], *, first: bool
    ) -> tuple[Matrix, Matrix]:
        """From the page's own space onto the paper, and from there to where the page must give way to; in points."""
        size = page.size_mm
        matrix = page.upright()
        turned = not _fits(size, paper_mm) and _fits((size[1], size[0]), paper_mm)
        if turned:
            # Its head comes to the left edge, as it is filed.
            matrix = matrix.then(Matrix(0, 1, -1, 0, size[1] * PT_PER_MM, 0))
        width, height = (size[1], size[0]) if turned else size
        fitting = 1.0
        if not _fits((width, height), paper_mm):
            fitting = min(paper_mm[0] / width, paper_mm[1] / height)
            if self._fit.on_conflict != "scale" or fitting < self._fit.least_scale:
                fact = f"The page of {width:.0f} × {height:.0f} mm is larger than the paper"
                remedy = "Give the paper that the pages want, or let them be scaled further (on_conflict, least_scale)."
                raise faults.no_room(where, fact, remedy)
            matrix = matrix.then(scale(fitting, fitting))
        drop_pt = (paper_mm[1] - height * fitting) * PT_PER_MM
        if abs(drop_pt) > 1e-4:
            matrix = matrix.then(shift(0, drop_pt))
        if not self._fit.looks:
            return matrix, UNCHANGED
        shown = (width * fitting, height * fitting)
        placement = self._placement(where, shown, paper_mm, turned=turned, first=first)
        return matrix, UNCHANGED if placement == AS_IS else _moving(placement, paper_mm)

    def _placement(
        self, where: Where, size_mm: tuple[float, float], paper_mm: tuple[float, float], *, turned: bool, first: bool
    ) -> Placement:
        if self._ink is None:
            self._ink = InkReader(self._path, self._pdf)
        fit = self._fit
        if not turned and self._ink.is_clear(where, size_mm, fit.clear, fit.patches):
            return AS_IS
        ink = self._ink.ink(where, size_mm, paper_mm, fit.patches, turned=turned)
        found = ink.place(fit, window=fit.window if first else None, before=tuple(self._before))
        if isinstance(found, NoPlacement):
            raise _conflict(where, found, fit)
        if found != AS_IS:
            if found in self._before:
                self._before.remove(found)
            self._before.appendleft(found)
            if self._moved is not None and where.page is not None:
                self._moved(Moved(where.page, found))
        return found


def _fits(size_mm: tuple[float, float], paper_mm: tuple[float, float]) -> bool:
    return all(side <= limit + _SAME_MM for side, limit in zip(size_mm, paper_mm, strict=True))


def _moving(placement: Placement, paper_mm: tuple[float, float]) -> Matrix:
    """A placement as a map of the paper, in points."""
    middle_x, middle_y = (side * PT_PER_MM / 2 for side in paper_mm)
    moved = UNCHANGED
    if placement.scale != 1:
        moved = shift(-middle_x, -middle_y).then(scale(placement.scale, placement.scale))
        moved = moved.then(shift(middle_x, middle_y))
    return moved.then(shift(placement.dx_mm * PT_PER_MM, -placement.dy_mm * PT_PER_MM))


def _conflict(where: Where, found: NoPlacement, fit: Fit) -> Exception:
    zone = found.zone
    fact = f"There is ink in the clear zone {zone.x:g}, {zone.y:g} of {zone.w:g} × {zone.h:g} mm"
    if fit.on_conflict == "refuse":
        remedy = "Cover it with a patch if it is an old mark, or let the page be shifted or scaled (on_conflict)."
        return faults.no_room(where, fact, remedy)
    if found.tied_by_window:
        fact += ", and the page can't give way without the address leaving the window"
        remedy = "Choose marks at another edge, an envelope with another window, or move the address in the document."
        return faults.no_room(where, fact, remedy)
    fact += f", and no shift of up to {fit.most_shift_mm:g} mm"
    fact += f" or scale down to {fit.least_scale:g} clears it" if fit.on_conflict == "scale" else " clears it"
    return faults.no_room(
        where, fact, "Let the page be moved or scaled further, or cover what stands there by a patch."
    )


@lru_cache(maxsize=256)
def _drawing(matrix: Matrix, moved: Matrix, patches: tuple[Box, ...], height_mm: float) -> bytes:
    """The deflated content of a page: its form, then the white patches, which move with the page: they cover what
    stands there."""
    if not patches:
        return zlib.compress(_within(matrix.then(moved), "/Page Do\n").encode("ascii"))
    boxes = "".join(
        figures((box.x * PT_PER_MM, (height_mm - box.bottom) * PT_PER_MM, box.w * PT_PER_MM, box.h * PT_PER_MM))
        + " re\n"
        for box in patches
    )
    page = _within(matrix, "/Page Do\n")
    return zlib.compress(_within(moved, f"{page}q\n1 g\n{boxes}f\nQ\n").encode("ascii"))


def _within(matrix: Matrix, content: str) -> str:
    return content if matrix == UNCHANGED else f"q\n{figures(matrix)} cm\n{content}Q\n"


def _named(
    bbox: tuple[float, float, float, float], packed: bytes, resources: PdfSource, objects: tuple[PdfObject, ...]
) -> FormXObject:
    """A page's form, named by all that it shows; so much of the hash that no two pages ever share a name."""
    digest = hashlib.sha256(b"%b%b" % (rectangle(*bbox), objects[-1].digest))
    digest.update(packed)
    return FormXObject("P" + digest.hexdigest()[:40], bbox, packed, resources, objects)


@lru_cache(maxsize=1)
def _srgb() -> Node:
    """The colours of screens, which is what a program means by RGB when it says no more."""
    profile = node((b"<</N 3/Filter/FlateDecode>>",), zlib.compress(screen_rgb(), 9))
    return node((b"[/ICCBased ", profile, b"]"))
