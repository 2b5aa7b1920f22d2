"""Verify: a run's folder → a verdict."""

from __future__ import annotations

from pathlib import Path

from mailroom.verify.controlfile import read_controls
from mailroom.verify.envelopes import check_envelopes
from mailroom.verify.hands import check_hands
from mailroom.verify.journalfile import read_journal
from mailroom.verify.lives import grounds, replay
from mailroom.verify.machinelog import check_machine
from mailroom.verify.resultfiles import check_result_files
from mailroom.verify.runfile import read_run
from mailroom.verify.states import check_states
from mailroom.verify.sums import check_sums
from mailroom.verify.verdict import Notebook, Verdict


def verify_run(folder: Path) -> Verdict:
    """Check the exports of one run, open or closed; docs/evidence.md says what each file proves. Never raises for what
    the files hold: what can't be read is a finding."""
    book = Notebook()
    run = read_run(folder, book)
    if run is None:
        return book.verdict()
    entries = read_journal(folder, run, book)
    for line in entries:
        book.expect(line.run in ("", run.run), "9", f"journal line {line.number} is of run {line.run}", line.piece)
    composed = read_controls(folder, run, book)
    lives = replay(entries, run, composed, book)
    check_machine(folder, run, entries, book)
    check_envelopes(entries, lives, composed, run.run, book)
    check_hands(entries, lives, composed, run.run, book)
    check_result_files(folder, entries, lives, composed, book)
    book.grounds.update(grounds(lives))
    check_states(run, lives, entries, book)
    check_sums(run, composed, entries, book)
    return book.verdict()
