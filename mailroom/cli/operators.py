"""Operators: the person at a terminal, nobody at all, and the untiring one of the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import typer
from rich.markup import escape

from drivers.inserter.vocabulary import Position
from mailroom.cli.output import stderr
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.words import count
from mailroom.production.reconcile import VERDICTS
from mailroom.production.standstill import paper_at, words


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """Clears what stands, and tears up whatever left the machine's path unproven, so that it is printed again."""

    name: str = "demo operator"

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        return True

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        return {(copy.piece, copy.copy): "destroyed" for copy in copies}


@dataclass(frozen=True, slots=True)
class NoOperator:
    """Nobody is there: everything that needs a person waits."""

    name: str = "nobody"

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        return False

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        return {}


@dataclass(frozen=True, slots=True)
class TerminalOperator:
    """Asks the person at the terminal, and believes only what was typed."""

    name: str

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        stderr.print(f"\n[bold red]The machine stands: {escape(text)}[/]")
        for place in positions:
            stderr.print(f"  {words(place.station):<16} {paper_at(place)}: take them out")
        question = "Is the path empty, and the cause mended?" if positions else "Is the cause mended?"
        return typer.confirm(question, err=True)

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        answers: dict[tuple[str, int], str] = {}
        stderr.print(f"\n[bold]{count(len(copies), 'copy')} need your word[/] (empty answer: later)")
        for copy in copies:
            name = (copy.piece, copy.copy)
            told = f"{count(copy.sheets, 'sheet')}, {copy.state.value}: {escape(reasons[name])}"
            stderr.print(f"  {copy.piece} copy {copy.copy}, {told}")
            allowed = [word for word in VERDICTS if word != "stacked" or copy.state is CopyState.UNKNOWN]
            while True:
                answer = typer.prompt(f"    {' / '.join(allowed)}", default="", show_default=False, err=True).strip()
                if not answer or answer in allowed:
                    break
            if answer:
                answers[name] = answer
        return answers
