"""Texts: paragraphs under one another, or beside one another with a separator; and the words of styled text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from layouts.blockparts import TextBlock, TextItem
from layouts.edition import TEXT, Edition, Frame, Scope, reads_of, too_long
from layouts.fonts import EMPHASIS, STRONG
from layouts.geometry import pt
from layouts.ink import Pen
from layouts.language.expression import Expression
from layouts.language.schema import Names, own_names
from layouts.language.scope import item_scope
from layouts.language.template import Template
from layouts.strip import LineStrip, Run, Strip, Trouble, hull_of, tell_by_line
from layouts.style import WHITE_AT_LEFT

_MARKED = re.compile(r"(\*\*.+?\*\*|(?<!\w)_[^_]+?_(?!\w))", re.DOTALL)


class TextSetter:
    """One text item made ready: scope → lines."""

    def __init__(self, item: TextItem, edition: Edition, frame: Frame, names: Names | None = None) -> None:
        """`names` are those of the scope it will be set in, the document's by default."""
        self.item = item
        self.pen = edition.pens[item.style]
        self._edition = edition
        self._frame = frame
        self._width_pt = pt(item.span_mm) or frame.width_pt
        self._spare = WHITE_AT_LEFT[item.align]
        outer = edition.names if names is None else names
        self._each: Expression | None = None
        inner = outer
        if item.each:
            self._each, inner = edition.each(item.each, item.alias, outer)
        self._names: list[tuple[str, Template]] = []
        for name, source in item.names:
            self._names.append((name, edition.template(source, inner)))
            inner = {**inner, name: TEXT}
        self.text = edition.template(item.text, inner)
        self._when = edition.expression(item.when, inner) if item.when else None
        self._otherwise = edition.template(item.otherwise, inner) if item.otherwise else None
        self._wide = edition.pens[item.wide_style] if item.wide_style else None
        style = self.pen.style
        self._marked = (
            {
                "*": edition.pen_of(style.strong or STRONG, style),
                "_": edition.pen_of(style.emphasis or EMPHASIS, style),
            }
            if item.styled
            else {}
        )
        self._plain = not (item.names or self._when or self._each)
        own = own_names(inner, outer)
        said = [self.text, self._otherwise, *(template for _, template in self._names)]
        # What decides whether it is said at all, and what is said: in names of the scope it is given.
        sure = self._when is not None and not any(path[0] in own for path in self._when.reads)
        self.gate = self._when if sure and self._each is None else None
        self.each_reads = self._each.reads if self._each else None
        self.said_reads = reads_of(said, own) | (self.each_reads or frozenset())
        self.reads = self.said_reads | reads_of([self._when], own)

    def texts(self, scope: Scope) -> Iterator[tuple[str, Scope]]:
        """What is to be said, with the scope it was said in; texts that come out empty are left out."""
        if self._each is None:
            yield from self._said(scope)
            return
        for element in self._each(scope) or ():
            yield from self._said(item_scope(scope, element, self.item.alias))

    def _said(self, scope: Scope) -> Iterator[tuple[str, Scope]]:
        if self._names:
            scope = dict(scope)
            for name, template in self._names:
                scope[name] = template(scope, self._edition.formatter)
        if self._when is None or self._when(scope):
            text = self.text(scope, self._edition.formatter)
            if text and not text.isspace():
                yield text, scope

    def strips(self, scope: Scope) -> list[Strip]:
        """The item's lines."""
        if self._plain:
            text = self.text(scope, self._edition.formatter)
            return [*self._paragraph(text, scope)] if text and not text.isspace() else []
        return [strip for _, strips in self.paragraphs(scope) for strip in strips]

    def paragraphs(self, scope: Scope) -> Iterator[tuple[str, list[LineStrip]]]:
        """Each text that is to be said, with its lines."""
        for text, inner in self.texts(scope):
            yield text, self._paragraph(text, inner)

    def _paragraph(self, text: str, scope: Scope) -> list[LineStrip]:
        troubles: list[Trouble] = []
        item = self.item
        lines = self._styled_lines(text, troubles) if self._marked else self._plain_lines(text, scope, troubles)
        strips = _paragraph_strips(lines, self._frame, pt(item.gap_above_mm), item)
        if item.max_lines and len(lines) > item.max_lines:
            error = too_long(text, len(lines), item.max_lines, item.text.place)
            over_pt = (len(lines) - item.max_lines) * strips[0].height_pt
            troubles.append(Trouble(error, "overfull", over_pt, part=hull_of(strips)))
        if troubles:
            tell_by_line(strips, troubles)
        return strips

    def _plain_lines(self, text: str, scope: Scope, troubles: list[Trouble]) -> list[tuple[Run, ...]]:
        item, pen, width_pt = self.item, self.pen, self._width_pt
        edition = self._edition
        if self._otherwise is not None and edition.shaped(pen, text, []).width_pt > width_pt:
            text = self._otherwise(scope, edition.formatter)
        scale = 1.0
        if item.fit == "condense":
            found: list[Trouble] = []
            shape = edition.shaped(pen, text, found)
            scale = min(1.0, width_pt / max(shape.width_pt, 1e-9))
            if scale >= item.least_scale:
                troubles += found
                # Rounded down, so that the line surely ends inside its place.
                return [(Run(pen, self.left(shape.width_pt * scale), shape, min(1.0, int(scale * 1000) / 1000)),)]
            pen = self._wide or pen
        shapes = edition.broken(pen, text, width_pt, troubles)
        return [(Run(pen, self.left(shape.width_pt), shape),) for shape in shapes]

    def left(self, width_pt: float) -> float:
        """Where a line of this width begins."""
        return self._frame.x_pt + (self._width_pt - width_pt) * self._spare

    # ── styled text ───────────────────────────────────────────────────────────────────────────────────────────────

    def _styled_lines(self, text: str, troubles: list[Trouble]) -> list[tuple[Run, ...]]:
        """Lines of words, each in the pen that its marks ask for."""
        lines: list[tuple[Run, ...]] = []
        for paragraph in text.splitlines():
            line: list[tuple[Pen, str]] = []
            for word in self._words(paragraph):
                if line and self._measure([*line, *word]) > self._width_pt:
                    lines.append(self._runs(line, len(lines), troubles))
                    line = []
                line.extend(word)
            if line:
                lines.append(self._runs(line, len(lines), troubles))
        # A run is a part of what a field says.
        troubles[:] = [trouble._replace(text=text) for trouble in troubles]
        return lines

    def _words(self, paragraph: str) -> Iterator[list[tuple[Pen, str]]]:
        """What stands between spaces: a word in one pen, or in parts where marks stand inside it. A word wider than a
        line comes in pieces that are not."""
        word: list[tuple[Pen, str]] = []
        for pen, part in self._parts(paragraph.strip()):
            word.append((pen, part))
            if part[-1].isspace():
                yield from self._pieces(word)
                word = []
        yield from self._pieces(word)

    def _parts(self, paragraph: str) -> Iterator[tuple[Pen, str]]:
        """Words and parts of words in the pen that their marks ask for. A space belongs to the word before it, so that
        no line begins with one."""
        for piece in _MARKED.split(paragraph):
            marked = len(piece) > 2 and _MARKED.fullmatch(piece) is not None
            pen, said = (self._marked[piece[0]], piece.strip(piece[0])) if marked else (self.pen, piece)
            yield from ((pen, part) for part in re.findall(r"\S+\s*|^\s+", said))

    def _pieces(self, word: list[tuple[Pen, str]]) -> Iterator[list[tuple[Pen, str]]]:
        if word and self._measure(word) <= self._width_pt:
            yield word
            return
        for pen, part in word:
            *pieces, rest = _cut(part.rstrip(), pen, self._width_pt)
            yield from ([(pen, piece)] for piece in pieces)
            yield [(pen, rest + part[len(part.rstrip()) :])]

    def _measure(self, line: Sequence[tuple[Pen, str]]) -> float:
        last = len(line) - 1
        return sum(
            self._edition.shaped(pen, word.rstrip() if at == last else word, []).width_pt
            for at, (pen, word) in enumerate(line)
        )

    def _runs(self, line: Sequence[tuple[Pen, str]], number: int, troubles: list[Trouble]) -> tuple[Run, ...]:
        """The words of line `number` as runs of one pen each."""
        merged: list[tuple[Pen, str]] = []
        for pen, word in line:
            if merged and merged[-1][0] is pen:
                merged[-1] = (pen, merged[-1][1] + word)
            else:
                merged.append((pen, word))
        merged[-1] = (merged[-1][0], merged[-1][1].rstrip())
        x_pt = self.left(self._measure(merged))
        runs = []
        found: list[Trouble] = []
        for pen, text in merged:
            shape = self._edition.shaped(pen, text, found)
            runs.append(Run(pen, x_pt, shape))
            x_pt += shape.width_pt
        troubles.extend(one._replace(line=number) for one in found)
        return tuple(runs)


def _cut(word: str, pen: Pen, width_pt: float) -> list[str]:
    """A word in pieces that are no wider, at least one. Characters that no font has take no room."""
    pieces, used_pt = [""], 0.0
    for char in word:
        char_pt = pen.width_pt(pen.without_missing(char))
        if pieces[-1] and used_pt + char_pt > width_pt:
            pieces.append("")
            used_pt = 0.0
        pieces[-1] += char
        used_pt += char_pt
    return pieces


def _paragraph_strips(lines: Sequence[tuple[Run, ...]], frame: Frame, gap_pt: float, item: TextItem) -> list[LineStrip]:
    """Lines as strips, the first two and the last two of a paragraph kept together."""
    strips: list[LineStrip] = []
    last = len(lines) - 1
    for at, runs in enumerate(lines):
        pen = runs[0].pen
        end_pt = runs[-1].x_pt + runs[-1].shape.width_pt * runs[-1].scale
        strips.append(
            LineStrip(
                name=frame.name,
                x_pt=runs[0].x_pt,
                width_pt=end_pt - runs[0].x_pt,
                height_pt=pen.leading_pt,
                gap_pt=0 if at else gap_pt,
                keep=item.keep or (last > 0 and at in (0, last - 1)),
                spare=item.if_room,
                runs=runs,
                baseline_pt=pen.baseline_pt,
            )
        )
    return strips


class TextBlockSetter:
    """A block of texts."""

    def __init__(self, block: TextBlock, edition: Edition, frame: Frame) -> None:
        self._separator = block.separator
        self._frame = frame
        self._edition = edition
        self._items = [TextSetter(item, edition, frame) for item in block.texts]
        self._head = TextSetter(block.head, edition, frame) if block.head else None
        self.reads = reads_of([*self._items, self._head])

    def strips(self, scope: Scope, room_pt: float = 0.0, /) -> list[Strip]:
        """The block's lines; `room_pt` is how high they may be where that is limited (0: not)."""
        if self._separator:
            found = self._joined(scope, room_pt)
        else:
            found = [strip for item in self._items for strip in item.strips(scope)]
        if found and self._head is not None:
            head = self._head.strips(scope)
            for strip in head:
                strip.keep = True
            found[0].gap_pt = 0
            return [*head, *found]
        return found

    def _joined(self, scope: Scope, room_pt: float) -> list[Strip]:
        """The texts side by side, on as few lines as they take; those that may be left out go first where there is no
        room."""
        said = [(item, text) for item in self._items for text, _ in item.texts(scope)]
        lines = self._lines_of(said)
        pen = self._items[0].pen
        while (
            room_pt and len(lines) * pen.leading_pt > room_pt + _HAIR_PT and any(item.item.if_room for item, _ in said)
        ):
            said.pop(max(at for at, (item, _) in enumerate(said) if item.item.if_room))
            lines = self._lines_of(said)
        first = self._items[0]
        strips: list[Strip] = []
        for line in lines:
            troubles: list[Trouble] = []
            shapes = self._edition.broken(pen, line, self._frame.width_pt, troubles)
            runs = [Run(pen, first.left(shape.width_pt), shape) for shape in shapes]
            found = [strip for run in runs for strip in _paragraph_strips([(run,)], self._frame, 0.0, first.item)]
            tell_by_line(found, troubles)
            strips.extend(found)
        return strips

    def _lines_of(self, said: Sequence[tuple[TextSetter, str]]) -> list[str]:
        lines: list[str] = []
        pen, width_pt = self._items[0].pen, self._frame.width_pt
        for _, text in said:
            longer = f"{lines[-1]}{self._separator}{text}" if lines else text
            if lines and pen.width_pt(pen.without_missing(longer)) <= width_pt:
                lines[-1] = longer
            else:
                lines.append(text)
        return lines


_HAIR_PT = 0.05
