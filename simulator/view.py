"""The machine on a terminal: what it does, where paper lies, what it says. Drawn from the rig, 80 × 24 and larger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from simulator.codec import as_fields
from simulator.messages import Event
from simulator.rig import Rig
from simulator.supplies import STOCKED, Supplies
from simulator.words import INSERT_FEEDERS, Fault, Level, State, Station

WIDTH = 80
_NAMES = {
    station: f"insert feeder {INSERT_FEEDERS.index(station) + 1}"
    if station in INSERT_FEEDERS
    else station.name.lower().replace("_", " ")
    for station in Station
}
_STATES = {State.RUNNING: "bold green", State.FAULTED: "bold red", State.INTERLOCKED: "bold red"}
_LEVELS = {Level.ENOUGH: "", Level.LOW: "yellow", Level.EMPTY: "bold red"}
_EVENTS_SHOWN = 4
_SHEETS_SHOWN = 8

KEYS_HELP = (
    "",
    "  ↑ ↓ or Tab   choose a station                space   pause, go on",
    "  j   jam at the station                       + -     faster, slower (× 2)",
    "  c   open or close its cover                  l       line silent, line back",
    "  e   empty its feeder; fill bin or stacker    p       power off, power on",
    "  r   refill its feeder; empty bin or stacker  x       emergency stop, release",
    "  t   take all paper out of the path",
    "",
    "  The next sheet that is fed:",
    "  m   is smeared (misread)                     d       is two (double feed)",
    "  w   is torn (damaged)                        D       is two, and no sensor knows",
    "",
    "  q   switch the machine off and leave: twice",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the view shows beside the rig. `speed` 0 = paused; `note` is the answer to the last key."""

    url: str
    serial: str
    speed: float
    chosen: Station
    note: str
    help: bool = False


def draw(rig: Rig | None, supplies: Supplies, scene: Scene, height: int) -> Text:
    """The whole screen, `height` lines of at most 80 columns."""
    lines = list(_head(rig, scene))
    if scene.help:
        lines += [Text(line) for line in KEYS_HELP]
    elif rig is None:
        lines += [
            Text(""),
            Text("  The machine is off. What it knew is forgotten; the paper is where it was."),
            Text(""),
        ]
    else:
        lines += [_station(rig, supplies, station, chosen=station is scene.chosen) for station in Station]
        lines.append(_line(rig))
        lines += [_event(*recent) for recent in list(rig.record.recent)[-_EVENTS_SHOWN:]]
    lines = lines[: height - 1]
    lines += [Text("")] * (height - 1 - len(lines))
    hint = (
        "any key: back"
        if scene.help
        else "↑↓ station  j jam  c cover  r refill  t take out  x e-stop  ? all keys  q leave"
    )
    lines.append(Text(scene.note or hint, style="bold" if scene.note else "dim"))
    for line in lines:
        line.truncate(WIDTH)
    return Text("\n").join(lines)


def _head(rig: Rig | None, scene: Scene) -> Iterator[Text]:
    pace = f"{scene.speed:g}×" if scene.speed else "PAUSED"
    yield Text(f" SIM-1 {scene.serial}  {scene.url}".ljust(WIDTH - 20) + f"{pace:>8}   ? keys  ", style="reverse")
    if rig is None:
        yield Text(" OFF", style="bold red")
        return
    machine = rig.machine
    status = machine.path.tally
    yield Text.assemble(
        (f" {machine.state.name:<12}", _STATES.get(machine.state, "bold")),
        f"job {machine.job or '-':<16}queued {len(machine.path.collator.queue):<5}fed {status.sheets_fed:<6}",
        f"stacked {status.stacked:<6}diverted {status.diverted}",
    )
    fault = machine.condition.fault
    if fault is Fault.NONE:
        yield Text(f" no fault{'':<5}{_clock(machine.now_ms)} since power-up", style="dim")
    else:
        yield Text(f" FAULT {fault.value} {fault.name.lower().replace('_', ' ')}", style="bold red")
    yield Text("   station          paper     piece              supply", style="underline")


def _station(rig: Rig, supplies: Supplies, station: Station, *, chosen: bool) -> Text:
    sheets = len(rig.paper.at(station))
    paper = "▮" * sheets if sheets <= _SHEETS_SHOWN else f"{sheets} sheets"
    held = [f"{packet.key[0]}-{packet.key[1]}" for place, packet, _ in rig.machine.path.positions() if place is station]
    stock, style = _supply(rig, supplies, station)
    line = Text.assemble(
        ("▸ " if chosen else "  ", "bold"),
        (f" {_NAMES[station]:<17}", "bold" if chosen else ""),
        (f"{paper:<10}", "cyan"),
        f"{' '.join(held):<19}",
        (stock, style),
    )
    if station in supplies.open_covers:
        line.append("  COVER OPEN", style="bold red")
    return line


def _supply(rig: Rig, supplies: Supplies, station: Station) -> tuple[str, str]:
    """What is left or lies there, in words, and its style."""
    if station in STOCKED:
        word = "for {} envelopes" if station is Station.SEALER else "{}"
        level = supplies.level(station)
        return word.format(supplies.stock[station]) + ("" if level is Level.ENOUGH else f" {level.name}"), _LEVELS[
            level
        ]
    match station:
        case Station.SHEET_FEEDER:
            withheld = ", beside the feeder" if supplies.withheld else ""
            return f"{len(rig.paper.stack())} on the stack{withheld}", "bold red" if withheld else ""
        case Station.DIVERT_BIN:
            full = " FULL" if supplies.bin_full else ""
            return f"{supplies.bin_deposits} in the bin{full}", "bold red" if full else ""
        case Station.STACKER:
            full = " FULL" if supplies.stacker_full else ""
            return f"{supplies.stacked} envelopes{full}", "bold red" if full else ""
        case _:
            return "", ""


def _line(rig: Rig) -> Text:
    link = rig.link
    hurt = sum(noise.hurt for noise in rig.noises)
    words = "SILENT" if rig.silent else f"link {'up' if link.up else 'down'}"
    good = link.up and not rig.silent
    return Text.assemble(
        (f" {words}", "green" if good else "bold red"),
        f"   {link.frames_dropped} frames dropped, {link.counts.resent} sent again, {hurt} bytes hurt",
    )


def _event(number: int, at_ms: int, name: str, event: Event) -> Text:
    told = " ".join(str(value) for value in as_fields(event).values() if value not in ("", 0))
    return Text(
        f" {number:>6} {_clock(at_ms)} {name.replace('_', ' ')}: {told}", style="red" if name == "fault" else "dim"
    )


def _clock(milliseconds: float) -> str:
    seconds = int(milliseconds) // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
