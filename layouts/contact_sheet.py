"""Many pictures on one: all envelopes, or all pages, at a glance."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from layouts.overlay import INK, Shape, Words, broken, paint

_GROUND = (226, 228, 232)


def contact_sheet(
    pictures: Iterable[tuple[str, Image.Image]], columns: int = 3, *, cell_px: int = 520, gap_px: int = 24
) -> Image.Image:
    """Pictures in rows, each scaled to a cell's width, with its label below it on as many lines as it needs.

    Raises ValueError without pictures or columns.
    """
    cells = [(label, _scaled(picture, cell_px)) for label, picture in pictures]
    if not cells or columns < 1:
        raise ValueError("a contact sheet needs pictures, and a column to put them in")
    label_px = max(22, cell_px // 20)
    text_px = label_px * 0.7
    said = [(broken(label, cell_px, text_px, "semibold"), picture) for label, picture in cells]
    rows = [said[start : start + columns] for start in range(0, len(said), columns)]
    heights_px = [max(picture.height + label_px * len(label) for label, picture in row) + gap_px for row in rows]
    width_px = min(columns, len(cells)) * (cell_px + gap_px) + gap_px
    whole = Image.new("RGB", (width_px, sum(heights_px) + gap_px), _GROUND)
    shapes: list[Shape] = []
    top_px = gap_px
    for row, height_px in zip(rows, heights_px, strict=True):
        for column, (label, picture) in enumerate(row):
            left_px = gap_px + column * (cell_px + gap_px)
            whole.paste(picture, (left_px, top_px))
            for line, words in enumerate(label):
                y_px = top_px + picture.height + label_px * (line + 0.15)
                shapes.append(Words(left_px, y_px, words, INK, text_px, "semibold"))
        top_px += height_px
    return paint(whole, shapes, 1.0)


def _scaled(picture: Image.Image, width_px: int) -> Image.Image:
    height_px = max(1, round(picture.height * width_px / picture.width))
    return picture.convert("RGB").resize((width_px, height_px), Image.Resampling.LANCZOS)
