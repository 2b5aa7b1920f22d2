"""The simulator's one error."""

from __future__ import annotations


class SimulatorError(Exception):
    """What keeps the simulator from running: code, fact, place (file and key), and what to do."""

    def __init__(self, code: str, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy


class Malformed(SimulatorError):
    """Bytes that are no message of the native protocol; `message` says why in a few words."""

    def __init__(self, message: str) -> None:
        super().__init__("E2901", message, remedy="send what docs/protocols/native.md describes")
