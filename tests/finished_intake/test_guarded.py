"""What a worker answers is checked before it is used: one that a hostile file has taken over may say anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished.definition_file import parse_definition
from mailroom.intake.finished.examine import examine_plain
from mailroom.intake.finished.guarded import examined, looked_at, proposed
from mailroom.intake.guard import Answer, Done, Guard
from tests.finished_intake.streams import HEAD, ZONES, draw_stream, truths

FILE = Path("letter.pdf")
RULES = parse_definition(HEAD + '[split]\nby = "file"\n' + ZONES, "x")
PICTURE: dict[str, JsonValue] = {"width_px": 2, "height_px": 1, "px_per_pt": 1.0}
SEGMENT: dict[str, JsonValue] = {"x_mm": 1.0, "y_mm": 1.0, "right_mm": 2.0, "bottom_mm": 2.0, "text": "a"}


class SaysThis(Guard):
    """A guard whose worker gives these answers to whatever it is asked."""

    def __init__(self, *items: Done) -> None:
        super().__init__()
        self._items = items

    def call(self, function: str, arguments: Mapping[str, JsonValue]) -> Answer:
        (item,) = self._items
        return item

    def stream(self, function: str, arguments: Mapping[str, JsonValue], take: Callable[[Done], None]) -> Answer:
        for item in self._items:
            take(item)
        return Done(len(self._items))


def page(segments: Sequence[JsonValue] = (), picture: JsonValue = None, *parts: bytes) -> Done:
    return Done({"segments": list(segments), "picture": picture}, parts)


def test_pages_that_are_as_they_should_be_are_taken() -> None:
    (drawn, plain) = looked_at(SaysThis(page([SEGMENT], PICTURE, b"123456"), page()), FILE, 2, drawn=True)
    assert drawn.picture is not None
    assert (drawn.segments[0].text, drawn.picture.rgb, plain.picture) == ("a", b"123456", None)


@pytest.mark.parametrize(
    "items",
    [
        (),
        (page(), page(), page()),
        (Done(None),),
        (page([SEGMENT | {"x_mm": "1"}]),),
        (page([SEGMENT] * 5_001),),
        (page([], PICTURE),),
        (page([], PICTURE, b"12345"),),
        (page([], PICTURE, b"123456", b""),),
        (page([], PICTURE | {"width_px": 10**9}, b""),),
        (page([], PICTURE | {"px_per_pt": 0.0}, b"123456"),),
        (page([], PICTURE | {"file": "/etc/passwd"}, b"123456"),),
    ],
)
def test_pages_that_are_none_refuse_the_file(items: tuple[Done, ...]) -> None:
    with pytest.raises(InputRefused, match="E1404"):
        looked_at(SaysThis(*items), FILE, 2, drawn=True)


@pytest.mark.parametrize("value", [None, 7, "x" * 200_001, "name = \x1b[2J"])
def test_a_proposal_that_is_no_text_refuses_the_file(value: JsonValue) -> None:
    with pytest.raises(InputRefused, match="E1404"):
        proposed(SaysThis(Done(value)), FILE)


@pytest.mark.parametrize(
    "change",
    [
        {"pages": []},
        {"zones": []},
        {"zones": ["number"]},
        {"sha256": 7},
    ],
)
def test_an_examination_that_does_not_fit_the_question_refuses_the_file(change: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "stream.pdf"
    draw_stream(path, truths(1))
    plain = examine_plain(str(path), RULES.plain())
    assert examined(SaysThis(Done(plain)), path, RULES).pages
    with pytest.raises(InputRefused, match="E1404"):
        examined(SaysThis(Done(plain | change)), path, RULES)


def test_an_examination_whose_pages_are_out_of_order_refuses_the_file(tmp_path: Path) -> None:
    path = tmp_path / "stream.pdf"
    draw_stream(path, truths(2))
    plain = examine_plain(str(path), RULES.plain())
    with pytest.raises(InputRefused, match="E1404"):
        examined(SaysThis(Done(plain | {"pages": plain["pages"][::-1]})), path, RULES)
