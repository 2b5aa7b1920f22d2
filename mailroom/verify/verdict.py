"""What a check says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

INVARIANTS: Mapping[str, str] = MappingProxyType(
    {
        "1": "a piece is mailed at most once, and ends as mailed, withdrawn or moved",
        "2": "every printed copy ends as mailed, destroyed or quarantined",
        "3": "no copy moves without evidence: a machine's or its result file's, a queue's, or a named person's",
        "4": "an envelope holds the sheets of exactly one piece, in count and order as composed",
        "5": "at close, expected = mailed + withdrawn + moved, and nothing is unknown",
        "6": "sheets printed = in envelopes + destroyed + quarantined",
        "7": "the journal, the press and the machine's own log and counters agree",
        "9": "the journal's chain is unbroken, and the files are whole",
    }
)
"""The invariants by the keys that findings bear; 8 is about payments and is not checked from a run's files."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach. `piece` is "" and `copy` None when it is not about one."""

    invariant: str
    piece: str
    copy: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`checked` counts, by invariant, what was looked at: a check that looked at nothing proves nothing. `stacked`
    counts the copies in envelopes by the ground on which they are believed to be there."""

    ok: bool
    checked: dict[str, int]
    findings: list[Finding]
    stacked: dict[str, int]


@dataclass(slots=True)
class Notebook:
    """Collects findings and counts while the checks run."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    grounds: Counter[str] = field(default_factory=Counter)

    def find(self, invariant: str, detail: str, piece: str = "", copy: int | None = None) -> None:
        self.findings.append(Finding(invariant, piece, copy, detail))

    def expect(self, holds: bool, invariant: str, detail: str, piece: str = "", copy: int | None = None) -> None:
        """Count one thing checked, and note it when it does not hold."""
        self.counts[invariant] += 1
        if not holds:
            self.find(invariant, detail, piece, copy)

    def verdict(self) -> Verdict:
        checked = {key: self.counts[key] for key in INVARIANTS}
        return Verdict(not self.findings, checked, self.findings, dict(sorted(self.grounds.items())))
