"""The page store's file format: a described bundle of byte strings that knows when it is damaged.

8 bytes   magic and version, "MRSTORE1"
32 bytes  SHA-256 over everything that follows
4 bytes   length of the description, little-endian
…         description: a JSON object, UTF-8
…         the parts, one after another; their lengths stand in the description's "parts"
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

MAGIC = b"MRSTORE1"
_LENGTH = struct.Struct("<I")
_DIGEST_AT = len(MAGIC)
_BODY_AT = _DIGEST_AT + 32
_DESCRIPTION_AT = _BODY_AT + _LENGTH.size


class Damaged(ValueError):
    """The bytes are not a whole container of this version; the text says why."""


def pack(description: Mapping[str, Any], parts: Sequence[bytes]) -> bytes:
    """The container of `parts`. Same input, same bytes. `description` must be JSON and must not name "parts"."""
    described = {**description, "parts": [len(part) for part in parts]}
    text = json.dumps(described, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
    body = b"".join((_LENGTH.pack(len(text)), text, *parts))
    return b"".join((MAGIC, hashlib.sha256(body).digest(), body))


def unpack(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Description and parts of a container. Raises `Damaged`."""
    if not data.startswith(MAGIC):
        raise Damaged("it does not start with " + MAGIC.decode())
    body = memoryview(data)[_BODY_AT:]
    if hashlib.sha256(body).digest() != data[_DIGEST_AT:_BODY_AT]:
        raise Damaged(f"its {len(data)} bytes do not match their checksum")
    # Past the checksum the bytes are those that `pack` made, so they need no further doubt.
    (length,) = _LENGTH.unpack_from(data, _BODY_AT)
    at = _DESCRIPTION_AT + length
    description: dict[str, Any] = json.loads(data[_DESCRIPTION_AT:at])
    parts = []
    for size in description.pop("parts"):
        parts.append(data[at : at + size])
        at += size
    return description, parts
