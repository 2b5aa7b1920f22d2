"""What the engine reports of a composed page: every box that has ink, for the preflight of each document."""

from __future__ import annotations

from typing import Literal, NamedTuple

from layouts.geometry import Box

InkKind = Literal["text", "image", "code", "rule", "form"]


class InkBox(NamedTuple):
    """A box with ink in it. `name` is the layout's name of the part ("address" is what must show in the window);
    `kind` says what is in it. A form that covers the whole page (a letterhead) says nothing about where its ink is."""

    name: str
    box: Box
    kind: InkKind
