"""A frame of the native protocol in words, for whoever looks at a line."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum

from drivers.inserter.framing import FramingError, decode_frame
from drivers.inserter.link_frames import FrameType, read_frame
from drivers.inserter.protocols.native import Reply, decode_message, describe_command
from drivers.inserter.traffic import Passed
from drivers.inserter.wire import MalformedMessage


def explain(passed: Passed) -> str:
    """What the frame says: "COMMAND queue_piece, frame 7". Bytes that are no frame are called so, with the reason."""
    try:
        frame = read_frame(decode_frame(passed.data))
    except (FramingError, MalformedMessage) as error:
        return f"no frame: {error}"
    if frame.type is not FrameType.DATA:
        return f"{frame.type.name} {frame.sequence}"
    try:
        said = describe_command(frame.body) if passed.sent else _told(frame.body)
    except MalformedMessage as error:
        said = f"not understood: {error}"
    return f"{said}, frame {frame.sequence}"


def _told(message: bytes) -> str:
    content = decode_message(message, 0)
    if isinstance(content, Reply):
        refused = f" {_word(content.fault)}" if content.fault else ""
        return f"REPLY {_word(content.status)}{refused}"
    body = content.body
    assert is_dataclass(body)
    told = ", ".join(_word(getattr(body, each.name)) for each in fields(body))
    return f"EVENT {content.number} {type(body).__name__} {told}"


def _word(value: object) -> str:
    return value.name.lower().replace("_", " ") if isinstance(value, Enum) else str(value)
