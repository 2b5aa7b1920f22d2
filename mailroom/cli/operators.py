"""Operators: the person at a terminal, nobody at all, and the untiring one of the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import typer
from rich.markup import escape

from drivers.inserter.vocabulary import Position
from mailroom.cli.guide import lead
from mailroom.cli.output import stderr
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.words import count
from mailroom.production.reconcile import VERDICTS
from mailroom.production.recovery import Recovery, Refusal, Word


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """Clears what stands, and tears up whatever left the machine's path unproven, so that it is printed again."""

    name: str = "demo operator"

    def recover(self, text: str, begun: Recovery) -> Recovery:
        return begun

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        return True

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        return {(copy.piece, copy.copy): "destroyed" for copy in copies}


@dataclass(frozen=True, slots=True)
class NoOperator:
    """Nobody is there: everything that needs a person waits."""

    name: str = "nobody"

    def recover(self, text: str, begun: Recovery) -> Recovery:
        return begun

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        return False

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        return {}


@dataclass(frozen=True, slots=True)
class TerminalOperator:
    """Asks the person at the terminal, and believes only what was typed."""

    name: str

    def recover(self, text: str, begun: Recovery) -> Recovery:
        return lead(text, begun, _ask)

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        if positions:
            return typer.confirm("Is the path empty, are all covers closed, and the cause mended?", err=True)
        stderr.print(f"\n[bold red]The machine stands: {escape(text)}[/]")
        return typer.confirm("Is the cause mended?", err=True)

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        answers: dict[tuple[str, int], str] = {}
        stderr.print(f"\n[bold]{count(len(copies), 'copy')} need your word[/] (empty answer: later)")
        for copy in copies:
            name = (copy.piece, copy.copy)
            told = f"{count(copy.sheets, 'sheet')}, {copy.state.value}: {escape(reasons[name])}"
            stderr.print(f"  {copy.piece} copy {copy.copy}, {told}")
            allowed = [word for word in VERDICTS if word != "stacked" or copy.state is CopyState.UNKNOWN]
            while True:
                answer = _ask(f"    {' / '.join(allowed)}").strip()
                if not answer or answer in allowed:
                    break
            if answer:
                answers[name] = answer
        return answers


@dataclass(slots=True)
class ScriptedOperator:
    """Answers with what the options of a command say: scans, then a word for each piece named. `cleared`: the path is
    empty, the covers are closed, what stood is mended. `unused` are pieces named and codes scanned that are of no piece
    asked for."""

    name: str
    words: Mapping[str, Word]
    scans: Sequence[str] = ()
    cleared: bool = False
    unused: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.unused = {*self.words, *self.scans}

    def recover(self, text: str, begun: Recovery) -> Recovery:
        now = begun
        for code in self.scans:
            answer = now.scan(code)
            if not isinstance(answer, Refusal):
                self.unused.discard(code)
                now = answer
            elif answer is not Refusal.NOT_AT_RISK:  # it may be of a piece that is asked for later
                now = now.strayed(code, answer)
        while (piece := now.due) is not None:
            self.unused.discard(piece.copy.piece)
            answer = now.say(self.words.get(piece.copy.piece, Word.LATER))
            if isinstance(answer, Refusal):
                words = ", ".join(word.value for word in piece.may_be)
                raise MailroomError(
                    "E7034",
                    f"{piece.copy.piece} copy {piece.copy.copy}: {answer.value}",
                    place=begun.run,
                    remedy=f"One of: {words}. For 'back', scan the sheet on top of the feeder's stack (--scan CODE).",
                )
            now = answer
        return now

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        return self.cleared

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        return {}


def _ask(words: str) -> str:
    return str(typer.prompt(words, default="", show_default=False, err=True))
