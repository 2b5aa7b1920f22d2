"""The guide through the pieces at risk, at a terminal: what to pull out where, each piece asked for, scans taken."""

from __future__ import annotations

from collections.abc import Callable

from rich.markup import escape

from mailroom.cli.output import stderr
from mailroom.domain.words import count
from mailroom.production.recover import station_words
from mailroom.production.recovery import AtRisk, Recovery, Refusal, Word

_STOP = "stop"
_HELP = {
    Word.DESTROYED: "you have every sheet of it and tear them up: it is printed again",
    Word.QUARANTINED: "you have every sheet of it and keep them for somebody else: it is printed again",
    Word.STACKED: "you found it sealed in the stacker, with the right sheets",
    Word.BACK: "it never left the feeder: scan the sheet on top of the stack first; holds for those behind it, too",
    Word.LATER: "you don't know: it stays unknown until you do (empty answer)",
}


def lead(text: str, begun: Recovery, ask: Callable[[str], str]) -> Recovery:
    """Until every piece has an answer, or the person says `stop`. `ask` shows the words and returns the line typed."""
    if not (begun.pieces or begun.others):
        return begun
    _show_places(text, begun)
    now = begun
    if now.due is not None:
        stderr.print("Scan each sheet as you take it out, or say what became of the piece. ? explains, stop ends.")
    while (piece := now.due) is not None:
        _announce(now, piece)
        line = ask(f"    {' / '.join(word.value for word in piece.may_be)}").strip()
        if line.lower() == _STOP:
            break
        now = _answered(now, piece, line)
    _show_answers(begun, now)
    return now


def _answered(now: Recovery, piece: AtRisk, line: str) -> Recovery:
    if line == "?":
        for each in piece.may_be:
            stderr.print(f"      {each.value:<12} {_HELP[each]}")
        return now
    word = _word(line)
    answer = now.scan(line) if word is None else now.say(word)
    if not isinstance(answer, Refusal):
        return answer
    whose = _whose(now, line) if word is None else ""
    stderr.print(f"    [bold red]✗[/] {answer.value}{whose}", soft_wrap=True)
    return now.strayed(line, answer) if word is None else now


def _word(line: str) -> Word | None:
    """The word typed, whole or its first letter; nothing typed is LATER, anything else None: a scan."""
    if not line:
        return Word.LATER
    return next((word for word in Word if line.lower() in (word.value, word.value[0])), None)


def _whose(now: Recovery, code: str) -> str:
    sheet = now.marks.code.template.match(code)
    return "" if sheet is None else f": {sheet.run} {sheet.piece} copy {sheet.copy} sheet {sheet.sheet} of {sheet.of}"


def _show_places(text: str, begun: Recovery) -> None:
    rows = [
        (place.station, f"{_named(piece)}, {place.sheets} of {count(piece.copy.sheets, 'sheet')}")
        for piece in begun.pieces
        for place in piece.places
    ]
    rows += [(place.station, f"{count(place.sheets, 'sheet')} of no piece of ours") for place in begun.others]
    if not rows:
        stderr.print(f"\n[bold]{escape(text)}[/]")
        return
    stderr.print(f"\n[bold red]The machine stands: {escape(text)}[/]\nPull out, station by station:")
    for station, row in sorted(rows):
        stderr.print(f"  {station_words(station):<16} {row}")


def _announce(now: Recovery, piece: AtRisk) -> None:
    seen = f"last seen at the {station_words(piece.seen)}" if piece.seen is not None else "seen nowhere"
    where = f"{piece.sheets_there} in the path" if piece.places else f"{seen}; {piece.why}"
    scanned = len(now.sheets_of(piece))
    of_them = f", {scanned} scanned" if scanned else ""
    stderr.print(f"  {_named(piece)}, {count(piece.copy.sheets, 'sheet')} ({escape(where)}{of_them})", soft_wrap=True)
    rest = piece.copy.sheets - piece.sheets_there
    if piece.places and rest > 0 and not scanned:
        stderr.print(
            f"    [yellow]{count(rest, 'sheet')} of it not in the path: look in feeder and bin[/]", soft_wrap=True
        )


def _show_answers(begun: Recovery, now: Recovery) -> None:
    for piece in now.pieces:
        word = now.word_for(piece)
        told = "stays unknown" if word is Word.LATER else word.value
        already = " (said before)" if piece.name in begun.words else ""
        stderr.print(f"  {_named(piece)}: {told}{already}")


def _named(piece: AtRisk) -> str:
    return f"{piece.copy.piece} copy {piece.copy.copy}"
