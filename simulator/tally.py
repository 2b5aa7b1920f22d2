"""The machine's own count of one job."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.messages import Counters
from simulator.words import Outcome


@dataclass(slots=True)
class Tally:
    """Sheets by strokes of the feeder, pieces by outcome (docs/protocols/native.md, section 4.2)."""

    sheets_fed: int = 0
    envelopes: int = 0
    stacked: int = 0
    diverted: int = 0
    sheets_stacked: int = 0
    sheets_diverted: int = 0
    sheets_removed: int = 0

    def counters(self) -> Counters:
        return Counters(
            self.sheets_fed,
            self.envelopes,
            self.stacked,
            self.diverted,
            self.sheets_stacked,
            self.sheets_diverted,
            self.sheets_removed,
        )

    def settle(self, outcome: Outcome, sheets: int) -> None:
        """Book one piece."""
        if outcome is Outcome.STACKED:
            self.stacked += 1
            self.sheets_stacked += sheets
        elif outcome in (Outcome.DIVERTED, Outcome.UNREAD):
            self.diverted += 1
            self.sheets_diverted += sheets
        else:
            self.sheets_removed += sheets
