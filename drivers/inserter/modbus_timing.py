"""How a Modbus machine is addressed and how long the host waits for it (docs/protocols/modbus.md, section 6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModbusTiming:
    """`unit` is the machine's address on the bus, 1 to 247; the rest are waits in seconds.

    poll_s      between two looks while nothing happens
    answer_s    for the answer to begin, once the request is on the line
    silence_s   an answer that has begun and stops for so long is broken off
    gap_s       of silence before each request
    identify_s  between two tries to find the machine
    lost_s      without a valid answer: the link is down
    """

    unit: int = 1
    poll_s: float = 0.05
    answer_s: float = 0.05
    silence_s: float = 0.02
    gap_s: float = 0.002
    identify_s: float = 0.5
    lost_s: float = 3.0
